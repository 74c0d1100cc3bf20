"""The processes around the worker, which do nothing but wait: they are forked off before anything heavy is imported.

The warden is quizkit's child. Where there are namespaces, the worker's parent in between is process 1 of them; the worker
itself can't be, since the kernel shields a process 1 from its own signals, and the worker may become a run.
"""

import os
import select
import signal
import socket
import time
from collections.abc import Callable
from itertools import takewhile

from quizkit.sandbox import kernel, scratch, spawn

_TRIAL_S = 5
_ALL_NAMESPACES = kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS | kernel.CLONE_NEWPID
# A backstop for all runs of a worker together; the host counts each run's threads.
_PIDS = 8192


def isolate() -> tuple[int, str]:
    """Leaves the machine's namespaces where the kernel lets this process; what it forks next is process 1 there.

    Gives the flags of those that it left, or none and why not. Must come before any thread, and before `keep`.
    """
    refused = ""
    for flags in (_ALL_NAMESPACES | kernel.CLONE_NEWUSER, _ALL_NAMESPACES):
        answer = Trial(lambda flags=flags: _try_namespaces(flags)).result()  # type: ignore[misc]
        if answer == "yes":
            _enter(flags)
            return flags, ""
        refused = refused or answer or "the attempt died"
    return 0, refused


def keep(control: socket.socket, folder: str, *, isolated: bool) -> None:
    """Returns in a new process, the worker's. This one stays as its warden, and one as the first of the namespace.

    Whichever goes, host, warden or worker, with namespaces and without: the others end, and the folder goes with them.
    """
    pid = _fork_bound()
    if pid:
        _watch_over(pid, control, folder, tells=not isolated)
    if isolated:
        _own_proc()
        pid = _fork_bound()
        if pid:
            _be_first(pid, control)


def ending(status: int, kibibytes: int) -> bytes:
    """How a process ended, as the host is told: its exit code or minus the signal, and the most memory that it had."""
    return f"{os.waitstatus_to_exitcode(status)} {kibibytes}".encode()


def _fork_bound() -> int:
    """A fork that the kernel ends when this process goes, even if that is before it could ask for it."""
    lifeline, end = os.pipe()
    pid = os.fork()
    if pid:
        os.close(lifeline)
        return pid
    os.close(end)
    kernel.die_with_parent(signal.SIGKILL)
    if _hung_up(lifeline):
        os._exit(1)
    os.close(lifeline)
    return 0


def _hung_up(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, 0)
    return bool(poll.poll(0))


def _watch_over(pid: int, control: socket.socket, folder: str, *, tells: bool) -> None:
    """The warden: when the host goes, or what it forked does, nothing of either stays. Never returns."""
    pidfd = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.register(control, 0)
    poll.poll()
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    if tells:
        _tell_end(control, status, usage.ru_maxrss)
    scratch.remove(folder)
    os._exit(0)


def _be_first(pid: int, control: socket.socket) -> None:
    """Process 1 of its namespace: takes in what is orphaned there, until the worker ends. Never returns."""
    ended = 0
    while ended != pid:
        ended, status, usage = os.wait4(-1, 0)
    _tell_end(control, status, usage.ru_maxrss)
    os._exit(0)


def _tell_end(control: socket.socket, status: int, kibibytes: int) -> None:
    try:
        control.send(spawn.END + ending(status, kibibytes))
    except OSError:
        return  # the host is gone, or reads nothing any more


class Trial:
    """Something tried in a fork that is then thrown away, while this process goes on."""

    def __init__(self, work: Callable[[], str]) -> None:
        self._told, theirs = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.write(theirs, work().encode())
            finally:
                os._exit(0)
        os.close(theirs)

    def result(self) -> str:
        """What `work` returned; nothing if it died of it or took too long. The fork's own end isn't waited for.

        It may take 20 ms, as the kernel is slow to give up a mount namespace.
        """
        told = _read_all(self._told, time.monotonic() + _TRIAL_S)
        os.kill(self._pid, signal.SIGKILL)
        os.close(self._told)
        return told.decode()


def _read_all(fd: int, until: float) -> bytes:
    told = b""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while (left := until - time.monotonic()) > 0 and poll.poll(left * 1000):
        part = os.read(fd, 1 << 16)
        if not part:
            break
        told += part
    return told


def _try_namespaces(flags: int) -> str:
    """Tried in a fork, since a half-made namespace can't be left."""
    try:
        _enter(flags)
        kernel.unshare(kernel.CLONE_NEWNS)
        kernel.mount("quizkit", "/", "tmpfs", kernel.MS_NOSUID, "size=65536")
    except OSError as error:
        return f"the kernel refuses: {error.strerror}"
    return "yes"


def _enter(flags: int) -> None:
    """Own namespaces; a user keeps its own id in them, so that it still owns what it owns."""
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(flags)
    if flags & kernel.CLONE_NEWUSER:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{uid} {uid} 1")
        write("/proc/self/gid_map", f"{gid} {gid} 1")
    kernel.mount("none", "/", "", kernel.MS_PRIVATE_RECURSIVE)


def _own_proc() -> None:
    """A `/proc` that shows this process namespace alone, and a cap on its process ids.

    Before 6.14 there is only the machine's cap, which is not ours to set.
    """
    try:
        kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
        if _kernel_version() >= (6, 14):
            write("/proc/sys/kernel/pid_max", str(_PIDS))
    except OSError:
        return  # Landlock hides /proc and the host counts threads in any case


def _kernel_version() -> tuple[int, ...]:
    numbers = ("".join(takewhile(str.isdigit, part)) for part in os.uname().release.split(".")[:2])
    return tuple(int(number or 0) for number in numbers)


def write(path: str, text: str) -> None:
    """Writes to one of the kernel's own files, in one call."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)
