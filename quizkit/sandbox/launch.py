"""How a run gets its process: forked from the warm worker on Linux, started cold elsewhere."""

import contextlib
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

from quizkit.errors import NoSandbox
from quizkit.sandbox import scratch
from quizkit.sandbox.policy import Limits, Protection, Setup, setup_fields

ROOT: Final = str(Path(__file__).resolve().parent.parent.parent)
_WORKER: Final = str(Path(__file__).with_name("worker.py"))
_ENVIRONMENT: Final = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    # Two arenas and one thread: the memory limit counts address space, of which both libraries reserve a lot for each core.
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    # To look for plugins pydantic reads every installed package's metadata, and would load them where nothing confines them.
    "PYDANTIC_DISABLE_PLUGINS": "1",
}
_START_S: Final = 60
_END_S: Final = 5
_STEP_S: Final = 0.001


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended: its exit code, or minus the signal; and the most memory it had, in bytes."""

    code: int
    memory: int


class Child(Protocol):
    """One run's process."""

    def started(self) -> None:
        """Returns once the process is there. Raises NoSandbox where it never will be."""

    def threads(self) -> int:
        """How many threads it has now; 0 where that can't be told."""

    def kill(self) -> None:
        """Ends it, at once and whatever it does."""

    def ending(self, wait_s: float) -> Ending | None:
        """How it ended; None where it still runs after `wait_s`, or nobody can say."""

    def close(self) -> None:
        """Gives back what the host holds of it."""


class Launcher(Protocol):
    """Where processes come from."""

    def launch(self, fds: tuple[int, int, int], libraries: Sequence[str] = ()) -> Child:
        """A process that owns copies of these ends: requests, replies, output. Raises NoSandbox where there is none.

        `libraries`, of those in the policy, are what it is going to import.
        """

    def report(self) -> tuple[Protection, ...]:
        """What the worker found that this machine gives. Raises NoSandbox where it died before it could say."""

    def close(self) -> None:
        """Ends the worker and every run of it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A worker that was spawned, the folder of its runs' scratch folders, and what a run may use."""

    launcher: Launcher
    folder: str
    limits: Limits


def begin(limits: Limits, *, warm: bool | None = None, confined: bool = True, serves: bool = True) -> Begun:
    """Spawns a worker and returns at once. Raises NoSandbox where the machine can't start one.

    What is imported for this is what every cold check waits for, so the rest of the host's side lies elsewhere.
    """
    folder = os.path.realpath(tempfile.mkdtemp(prefix="quizkit-"))
    sites = tuple(path for path in sys.path if path.endswith("-packages"))
    setup = Setup(limits, folder, ROOT, sites, serves, confined)
    return Begun(_launcher(setup, warm if confined else False), folder, limits)


def _launcher(setup: Setup, warm: bool | None) -> Launcher:
    """Where runs come from on this system. The folder goes again where there is nowhere."""
    forks = sys.platform == "linux" and hasattr(os, "pidfd_open") if warm is None else warm
    try:
        if not hasattr(os, "posix_spawn"):
            raise NoSandbox("this system can't run snippets", "quizkit needs Linux or macOS; on Windows use WSL")
        return Warm(setup) if forks else Cold(setup)
    except NoSandbox:
        scratch.remove(setup.folder)
        raise


class Warm:
    """A worker that has FastAPI imported and forks for each run. Linux only."""

    def __init__(self, setup: Setup) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._hello = threading.Lock()
        self._report: tuple[Protection, ...] | None = None
        with theirs:
            try:
                self._pid = _spawn(["3", setup.root, json.dumps(setup_fields(setup))], {3: theirs.fileno()})
            except NoSandbox:
                self._control.close()
                raise

    def launch(self, fds: tuple[int, int, int], libraries: Sequence[str] = ()) -> "Forked":
        """Asks the worker for a fork."""
        fate, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs, self._lock:
                socket.send_fds(self._control, [" ".join(("run", *libraries)).encode()], [*fds, theirs.fileno()])
        except OSError as error:
            fate.close()
            raise _gone(error.strerror or "") from None
        return Forked(fate)

    def report(self) -> tuple[Protection, ...]:
        """What the worker said of itself; waits for it the first time."""
        with self._hello:
            if self._report is None:
                self._report = _protections(_receive(self._control))
            return self._report

    def close(self) -> None:
        """Closes the control socket, upon which the worker's warden ends all, and waits for that."""
        self._control.close()
        if _reap(self._pid, _END_S) is None:
            os.kill(self._pid, signal.SIGKILL)
            _reap(self._pid, _END_S)


class Forked:
    """A child of the warm worker, held by a pidfd that the worker sent."""

    def __init__(self, fate: socket.socket) -> None:
        self._fate = fate
        self._pidfd = -1
        self._ending: Ending | None = None

    def started(self) -> None:
        """Waits until the worker has forked; a worker that still imports takes its time."""
        if self._pidfd >= 0:
            return
        self._fate.settimeout(_START_S)
        try:
            _, fds, _, _ = socket.recv_fds(self._fate, 16, 1)
        except OSError as error:
            raise _gone(error.strerror or str(error)) from None
        if not fds:
            raise _gone("it ended")
        self._pidfd = fds[0]

    def threads(self) -> int:
        """By way of the pidfd's id here, which is not the id that the run sees."""
        try:
            pid = _field(Path(f"/proc/self/fdinfo/{self._pidfd}").read_text("ascii"), "Pid:")
            return _field(Path(f"/proc/{pid}/status").read_text("utf-8", "replace"), "Threads:")
        except (OSError, ValueError):
            return 0

    def kill(self) -> None:
        """By the pidfd, so that it can never be another process that took the number."""
        if self._pidfd < 0:
            with contextlib.suppress(NoSandbox):
                self.started()
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def ending(self, wait_s: float) -> Ending | None:
        """As the worker tells it after it reaped the child."""
        if self._ending is None:
            self._fate.settimeout(max(wait_s, 0.001))
            try:
                code, kibibytes = self._fate.recv(64).split()
                self._ending = Ending(int(code), int(kibibytes) << 10)
            except (OSError, ValueError):
                return None
        return self._ending

    def close(self) -> None:
        """Closes the pidfd and the socket."""
        self._fate.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)


class Cold:
    """A new interpreter for each run, where a fork of a warm one isn't to be had. Tested on Linux only."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._lock = threading.Lock()
        self._report: tuple[Protection, ...] | None = None
        self._pids: set[int] = set()

    def launch(self, fds: tuple[int, int, int], libraries: Sequence[str] = ()) -> "Spawned":  # noqa: ARG002 - each has its own
        """Starts an interpreter."""
        return Spawned(self._start(self._setup, fds))

    def _start(self, setup: Setup, fds: tuple[int, int, int]) -> int:
        arguments = ["--once", setup.root, json.dumps(setup_fields(setup))]
        return _spawn(arguments, {3: fds[0], 4: fds[1], 5: fds[2]})

    def report(self) -> tuple[Protection, ...]:
        """What an interpreter says that is started for this alone."""
        with self._lock:
            if self._report is None:
                ours, theirs = socket.socketpair()
                with ours, theirs:
                    end = theirs.fileno()
                    pid = self._start(replace(self._setup, serves=False), (end, end, end))
                    theirs.close()
                    self._report = _protections(_receive(ours))
                _reap(pid, _END_S)
            return self._report

    def close(self) -> None:
        """Nothing stays: each run ended its own process."""


class Spawned:
    """A child of this process."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ending: Ending | None = None

    def started(self) -> None:
        """It is there since it was spawned."""

    def threads(self) -> int:
        """Not counted: the system's own limit has to do."""
        return 0

    def kill(self) -> None:
        """By its id, which stays its own until it is reaped here."""
        if self._ending is None:
            os.kill(self._pid, signal.SIGKILL)

    def ending(self, wait_s: float) -> Ending | None:
        """Reaps it if it is over."""
        if self._ending is None:
            self._ending = _reap(self._pid, wait_s)
        return self._ending

    def close(self) -> None:
        """Reaps it, so that no zombie stays."""
        self.kill()
        self.ending(_END_S)


def _spawn(arguments: list[str], fds: dict[int, int]) -> int:
    """Starts the worker's script with these descriptors, a clean environment, and a session of its own."""
    command = [sys.executable, "-I", "-S", _WORKER, *arguments]
    # Copied above all targets first, since a target may be the number of another source.
    high = {target: _duplicate(fd) for target, fd in fds.items()}
    actions: list[Any] = [(os.POSIX_SPAWN_DUP2, fd, target) for target, fd in high.items()]
    try:
        # Elsewhere not every libc can give it a session here; the child then takes one itself.
        apart = sys.platform == "linux"
        return os.posix_spawn(sys.executable, command, _ENVIRONMENT, file_actions=actions, setsid=apart)
    except OSError as error:
        raise NoSandbox(f"the worker can't be started ({error.strerror})", "run `quizkit doctor`") from None
    finally:
        for fd in high.values():
            os.close(fd)


def _duplicate(fd: int) -> int:
    import fcntl  # noqa: PLC0415 - Unix only, as is all that calls this

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)


def _receive(channel: socket.socket) -> bytes:
    channel.settimeout(_START_S)
    try:
        told = channel.recv(1 << 16)
    except OSError as error:
        raise _gone(error.strerror or str(error)) from None
    finally:
        channel.settimeout(None)
    if not told:
        raise _gone("it ended")
    return told


def _protections(told: bytes) -> tuple[Protection, ...]:
    return tuple(Protection(name, held, reason) for name, held, reason in json.loads(told))


def _gone(why: str) -> NoSandbox:
    return NoSandbox(
        f"the worker process is gone ({why})", "run the command again; `quizkit doctor` says what this machine gives"
    )


def _field(text: str, name: str) -> int:
    for line in text.splitlines():
        if line.startswith(name):
            return int(line[len(name) :])
    raise ValueError(name)


def _reap(pid: int, wait_s: float) -> Ending | None:
    until = time.monotonic() + wait_s
    while True:
        try:
            ended, status, usage = os.wait4(pid, os.WNOHANG)
        except ChildProcessError:
            return Ending(-signal.SIGKILL, 0)
        if ended:
            scale = 1 if sys.platform == "darwin" else 1 << 10
            return Ending(os.waitstatus_to_exitcode(status), usage.ru_maxrss * scale)
        if time.monotonic() >= until:
            return None
        time.sleep(_STEP_S)
