"""What confines a run on Linux: namespaces around the worker, and the steps of each run before it reads its snippet."""

import contextlib
import errno
import json
import os
import re
import resource
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Final, NoReturn

from quizkit.sandbox import kernel, landlock, seccomp
from quizkit.sandbox.policy import Protection, Setup

_TRIAL_S: Final = 5
_SECRET: Final = "/etc/passwd"
_ALL_NAMESPACES: Final = (
    kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS | kernel.CLONE_NEWPID
)
# A backstop for all runs of a worker together; the host counts each run's threads.
_PIDS: Final = 8192


class Linux:
    """The protections of one worker. `isolate` once, `rehearse` once, then `confine` in each fork."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._limits = setup.limits
        self._namespaces = 0
        self._why_not = ""
        self._held: frozenset[str] = frozenset()
        self._filter = b""
        self._rules: landlock.Rules | None = None
        self._trial: tuple[_Trial, str] | None = None

    def isolate(self) -> None:
        """Leaves the machine's namespaces where the kernel lets this process; what it forks next is process 1 there.

        Must come before any thread, and before `fork_inside`.
        """
        self._namespaces, self._why_not = _namespaces_to_be_had(self._setup.folder)
        if self._namespaces:
            _enter(self._namespaces)

    def begin(self) -> None:
        """Puts everything on in a fork that is thrown away, and has it try to get out; `rehearse` says what came of it."""
        self._prepare()
        scratch = os.path.join(self._setup.folder, f"rehearsal-{os.getpid()}")  # noqa: PTH118 - pathlib costs 5 ms
        os.mkdir(scratch, 0o700)  # noqa: PTH102
        self._trial = _Trial(lambda: json.dumps(self._rehearsal(scratch))), scratch

    def rehearse(self) -> tuple[Protection, ...]:
        """Which protections held when they were tried: those a run must have. Raises OSError if that can't be told."""
        if self._trial is None:
            self.begin()
        assert self._trial is not None
        trial, scratch = self._trial
        told = trial.result()
        os.rmdir(scratch)  # noqa: PTH106
        if not told:
            raise OSError(errno.ENOTRECOVERABLE, "the protections could not be tried, so nothing is run")
        steps = [Protection(*row) for row in json.loads(told)]
        self._held = frozenset(step.name for step in steps if step.held)
        return (*steps, self._namespace_report())

    def spared(self) -> tuple[int, ...]:
        """The descriptors that a run needs until it is confined."""
        return () if self._rules is None else (self._rules.fine_fd,)

    def confine(self, scratch: str) -> None:
        """Takes from this process all that the rehearsal showed can be taken. Raises OSError if now a step fails."""
        for name, step in self._steps(scratch):
            if name in self._held:
                step()
        os.chdir(scratch)

    def _prepare(self) -> None:
        """What all runs share: the filter's code and the detailed Landlock rules."""
        try:
            self._filter = seccomp.program()
            readable = landlock.readable(self._setup.sites, self._setup.root)
            self._rules = landlock.Rules(readable, self._setup.folder)
        except OSError:
            return  # the step says so when it is rehearsed

    def _steps(self, scratch: str) -> tuple[tuple[str, Callable[[], str]], ...]:
        """In the order that works: mounts before Landlock, which forbids them; the filter, which forbids more, last."""
        return (
            ("scratch in memory", lambda: self._scratch_in_memory(scratch)),
            ("first to go when memory runs out", _first_to_go),
            ("no capabilities", _no_capabilities),
            ("dies with quizkit", _dies_with_worker),
            ("not dumpable", _not_dumpable),
            ("no new privileges", _no_new_privileges),
            ("limits", self._resource_limits),
            ("files", lambda: self._landlock(scratch)),
            ("system calls", self._system_calls),
        )

    def _rehearsal(self, scratch: str) -> list[tuple[str, bool, str]]:
        report = []
        for name, step in self._steps(scratch):
            try:
                report.append((name, True, step()))
            except OSError as error:
                report.append((name, False, error.strerror or str(error)))
        return [*map(_disproved, report), _network(self._rules, {row[0]: row[1] for row in report})]

    def _namespace_report(self) -> Protection:
        name = "namespaces"
        if self._namespaces & kernel.CLONE_NEWUSER:
            return Protection(name, True, "user, mount, network, IPC, host name and process namespaces")
        if self._namespaces:
            return Protection(name, True, "mount, network, IPC, host name and process namespaces, as root")
        return Protection(name, False, self._why_not)

    def _scratch_in_memory(self, scratch: str) -> str:
        """The scratch folder becomes a file system that only this run sees, with a size and a count of entries."""
        if not self._namespaces:
            raise OSError(errno.EPERM, "needs a mount namespace; quizkit counts files and bytes itself instead")
        kernel.unshare(kernel.CLONE_NEWNS)
        limits = self._limits
        options = f"size={limits.scratch_size},nr_inodes={limits.scratch_entries},mode=700"
        kernel.mount("quizkit", scratch, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, options)
        return f"a file system of {limits.scratch_size >> 20} MiB that goes with the run"

    def _resource_limits(self) -> str:
        """Memory, processor time, file size, open files: the kernel's own limits."""
        limits = self._limits
        for what, soft, hard in (
            (resource.RLIMIT_AS, limits.memory, limits.memory),
            (resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1),
            (resource.RLIMIT_FSIZE, limits.file_size, limits.file_size),
            (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
            (resource.RLIMIT_CORE, 0, 0),
        ):
            _limit(what, soft, hard)
        sizes = f"{limits.memory >> 20} MiB of memory, files of {limits.file_size >> 20} MiB"
        return f"{sizes}, {limits.cpu_s} s of processor time"

    def _landlock(self, scratch: str) -> str:
        """Only the scratch folder and the Python that it runs on."""
        if self._rules is None:
            kernel.landlock_abi()  # says why
            raise OSError(errno.ENOSYS, "Landlock rules could not be made")
        self._rules.restrict(scratch)
        return f"Landlock, version {self._rules.abi}: the scratch folder and Python alone"

    def _system_calls(self) -> str:
        """No other process, no socket, no call that a web app doesn't need."""
        seccomp.put_on(self._filter or seccomp.program())
        untested = "; this architecture is untested" if kernel.MACHINE != "x86_64" else ""
        return f"a seccomp filter: no processes, sockets or signals to others{untested}"


def _limit(what: int, soft: int, hard: int) -> None:
    _, ceiling = resource.getrlimit(what)
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(what, (soft, hard))


def _first_to_go() -> str:
    """When the machine itself runs out of memory, the kernel is to pick this process and no other."""
    _write("/proc/self/oom_score_adj", "1000")
    return "the kernel ends the run before anything else"


def _no_capabilities() -> str:
    kernel.drop_capabilities()
    return "root inside has none of root's powers"


def _dies_with_worker() -> str:
    kernel.die_with_parent(signal.SIGKILL)
    return "the kernel ends the run when the worker goes"


def _not_dumpable() -> str:
    kernel.deny_dumps()
    return "no core files, no tracing"


def _no_new_privileges() -> str:
    kernel.deny_new_privileges()
    return "no program gives more rights"


def _disproved(row: tuple[str, bool, str]) -> tuple[str, bool, str]:
    """The row of a step, unless what it should prevent can still be done."""
    name, held, reason = row
    attempt = {"files": _reads_outside, "system calls": _forks}.get(name)
    if held and attempt is not None and attempt():
        return name, False, f"put on without effect ({reason})"
    return row


def _reads_outside() -> bool:
    try:
        os.close(os.open(_SECRET, os.O_RDONLY))
    except OSError:
        return False
    return True


def _forks() -> bool:
    try:
        pid = os.fork()
    except OSError:
        return False
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def _network(rules: landlock.Rules | None, held: dict[str, bool]) -> tuple[str, bool, str]:
    """No socket at all is the filter's doing; Landlock and the network namespace stand behind it."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError:
        behind = ", Landlock denies TCP" if rules is not None and held["files"] and rules.abi >= 4 else ""
        return "network", True, f"no socket can be made{behind}"
    return "network", False, "sockets can be made"


class _Trial:
    """Something tried in a fork that is then thrown away, while this process goes on."""

    def __init__(self, work: Callable[[], str]) -> None:
        self._told, theirs = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _tell(theirs, work)
        os.close(theirs)

    def result(self) -> str:
        """What `work` returned; nothing if it died of it or took too long. The fork's own end isn't waited for.

        It may take 20 ms, as the kernel is slow to give up a mount namespace.
        """
        told = _read_all(self._told, time.monotonic() + _TRIAL_S)
        os.kill(self._pid, signal.SIGKILL)
        os.close(self._told)
        return told.decode()


def _tell(fd: int, work: Callable[[], str]) -> NoReturn:
    try:
        os.write(fd, work().encode())
    finally:
        os._exit(0)


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


def _namespaces_to_be_had(folder: str) -> tuple[int, str]:
    """The namespaces that this process may have, tried in a fork, since a half-made one can't be left; else why not."""
    refused = ""
    for flags in (_ALL_NAMESPACES | kernel.CLONE_NEWUSER, _ALL_NAMESPACES):
        answer = _Trial(lambda flags=flags: _try_namespaces(flags, folder)).result()  # type: ignore[misc]
        if answer == "yes":
            return flags, ""
        refused = refused or answer or "the attempt died"
    return 0, refused


def _try_namespaces(flags: int, folder: str) -> str:
    try:
        _enter(flags)
        kernel.unshare(kernel.CLONE_NEWNS)
        kernel.mount("quizkit", folder, "tmpfs", kernel.MS_NOSUID, "size=65536")
    except OSError as error:
        return f"the kernel refuses: {error.strerror}"
    return "yes"


def _enter(flags: int) -> None:
    """Own namespaces; a user keeps its own id in them, so that it still owns what it owns."""
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(flags)
    if flags & kernel.CLONE_NEWUSER:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    kernel.mount("none", "/", "", kernel.MS_PRIVATE_RECURSIVE)


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def fork_inside(control: socket.socket, clear: Callable[[], None]) -> None:
    """Returns in a new process, the first of its process namespace if there is one. This one stays as its warden.

    The warden ends everything when the host goes or the worker does, with namespaces and without.
    """
    lifeline, end = os.pipe()
    pid = os.fork()
    if pid:
        os.close(lifeline)
        _watch_over(pid, control, clear)
    os.close(end)
    kernel.die_with_parent(signal.SIGKILL)
    if _hung_up(lifeline):
        os._exit(1)
    os.close(lifeline)


def _hung_up(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, 0)
    return bool(poll.poll(0))


def _watch_over(pid: int, control: socket.socket, clear: Callable[[], None]) -> NoReturn:
    """The warden: when the host goes, or the worker does, nothing of either stays."""
    pidfd = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.register(control, 0)
    poll.poll()
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.waitpid(pid, 0)
    clear()
    os._exit(0)


def own_proc() -> None:
    """A `/proc` that shows this process namespace alone, and a cap on its process ids.

    Before 6.14 there is only the machine's cap, which is not ours to set.
    """
    if os.getpid() != 1:
        return
    try:
        kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
        if _kernel_version() >= (6, 14):
            _write("/proc/sys/kernel/pid_max", str(_PIDS))
    except OSError:
        return  # Landlock hides /proc and the host counts threads in any case


def _kernel_version() -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])


def reap_trials() -> None:
    """Takes the exit codes of what was tried and thrown away, which has ended meanwhile."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def threads_left() -> int:
    """How many threads this process has: a fork beside a second one could inherit a lock that nobody opens."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208
