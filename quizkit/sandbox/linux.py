"""What confines a run on Linux: the steps that each takes before it reads its snippet, tried once beforehand."""

import contextlib
import errno
import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import Final

from quizkit.sandbox import kernel, landlock, seccomp
from quizkit.sandbox.policy import Protection, Setup
from quizkit.sandbox.warden import Trial, write

_SECRET: Final = "/etc/passwd"


class Linux:
    """The protections of one worker. `rehearse` once, then `confine` in each run.

    `namespaces` are the flags of those that the worker is in, or none and why not.
    """

    def __init__(self, setup: Setup, namespaces: tuple[int, str]) -> None:
        self._setup = setup
        self._limits = setup.limits
        self._namespaces, self._why_not = namespaces
        self._held: frozenset[str] = frozenset()
        self._filter = b""
        self._rules: landlock.Rules | None = None
        self._trial: tuple[Trial, str] | None = None

    def begin(self) -> None:
        """Puts everything on in a fork that is thrown away, and has it try to get out; `rehearse` says what came of it."""
        self._prepare()
        scratch = os.path.join(self._setup.folder, f"rehearsal-{os.getpid()}")  # noqa: PTH118 - pathlib costs 5 ms
        os.mkdir(scratch, 0o700)  # noqa: PTH102
        self._trial = Trial(lambda: json.dumps(self._rehearsal(scratch))), scratch

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
        """In the order that works: what is written to /proc, before that is read-only; mounts before Landlock, which forbids

        them; the filter, which forbids more, last.
        """
        return (
            ("first to go when memory runs out", _first_to_go),
            ("scratch in memory", lambda: self._scratch_in_memory(scratch)),
            ("all else read-only", lambda: self._all_else_read_only(scratch)),
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

    def _all_else_read_only(self, scratch: str) -> str:
        """Landlock forbids writing too; but by reading a file a run would leave its time for another to see."""
        if not self._namespaces:
            raise OSError(errno.EPERM, "needs a mount namespace; when a file was last read can be seen by other runs")
        kernel.read_only("/", beneath=True)
        kernel.writable(scratch)
        return "nor can be seen when a file was last read"

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
    write("/proc/self/oom_score_adj", "1000")
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


def reap_trials() -> None:
    """Takes the exit codes of what was tried and thrown away, which has ended meanwhile."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def threads_left() -> int:
    """How many threads this process has: a fork beside a second one could inherit a lock that nobody opens."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208
