"""How a run gets its process: forked from the warm worker on Linux, started cold elsewhere."""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from quizkit.errors import NoSandbox
from quizkit.sandbox.policy import Limits, Protection, Setup, setup_fields
from quizkit.sandbox.scratch import Home, sweep
from quizkit.sandbox.spawn import END, ITSELF, LAST, ROOT, RUN, Newborn, can_fork, spawn, spawn_warm

_START_S: Final = 60
_END_S: Final = 5
_STEP_S: Final = 0.001
_LAST_S: Final = 0.1


class Ending(NamedTuple):
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

    def launch(self, fds: tuple[int, int, int], libraries: Sequence[str] = (), *, last: bool = False) -> Child:
        """A process that owns copies of these ends: requests, replies, output. Raises NoSandbox where there is none.

        `libraries`, of those in the policy, are what it is going to import. After the `last` there is none.
        """

    def report(self) -> tuple[Protection, ...]:
        """What the worker found that this machine gives. Raises NoSandbox where it died before it could say."""

    def close(self) -> None:
        """Ends the worker and every run of it."""


class Begun(NamedTuple):
    """A worker that was spawned, the folder of its runs' scratch folders, and what a run may use."""

    launcher: Launcher
    home: Home
    limits: Limits


def begin(
    limits: Limits, *, warm: bool | None = None, confined: bool = True, serves: bool = True, newborn: Newborn | None = None
) -> Begun:
    """Spawns a worker, unless `newborn` is one, and returns at once. Raises NoSandbox where the machine can't start one."""
    if not hasattr(os, "posix_spawn"):
        raise NoSandbox("this system can't run snippets", "quizkit needs Linux or macOS; on Windows use WSL")
    try:
        if newborn is None and confined and (can_fork() if warm is None else warm):
            newborn = spawn_warm()
        home = newborn.home if newborn else Home()
    except OSError as error:
        raise _no_start(error) from None
    sites = tuple(path for path in sys.path if path.endswith("-packages"))
    setup = Setup(limits, home.path, ROOT, sites, serves, confined)
    launcher = Warm(setup, newborn) if newborn else Cold(setup)
    sweep(os.path.dirname(home.path))  # noqa: PTH120 - only now: the worker is at work meanwhile
    return Begun(launcher, home, limits)


class Warm:
    """A worker that has FastAPI imported and forks for each run. Linux only."""

    def __init__(self, setup: Setup, newborn: Newborn) -> None:
        self._lock = threading.Lock()
        self._hello = threading.Lock()
        self._report: tuple[Protection, ...] | None = None
        self._is_used_up = False
        self._pid, self._control = newborn.pid, newborn.control
        with contextlib.suppress(OSError):  # a worker that is gone already is missed at the first run
            self._control.send(json.dumps(setup_fields(setup)).encode())

    def launch(self, fds: tuple[int, int, int], libraries: Sequence[str] = (), *, last: bool = False) -> "Forked":
        """Asks the worker for a fork, or with `last` to become the run itself."""
        fate, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        message = " ".join((LAST if last else RUN, *libraries)).encode()
        try:
            with theirs, self._lock:
                if self._is_used_up:
                    raise OSError(0, "its last run has begun")
                self._is_used_up = last
                socket.send_fds(self._control, [message], [*fds, theirs.fileno()])
        except OSError as error:
            fate.close()
            raise _gone(error.strerror or "") from None
        return Forked(fate, self)

    def report(self) -> tuple[Protection, ...]:
        """What the worker said of itself; waits for it the first time."""
        with self._hello:
            if self._report is None:
                self._report = _protections(_receive(self._control))
            return self._report

    def end(self, wait_s: float) -> bytes:
        """What whoever waited for the worker said of its end; nothing if that isn't said in time. Raises OSError."""
        self.report()  # which was told first
        self._control.settimeout(max(wait_s, 0.001))
        return self._control.recv(64).removeprefix(END)

    def close(self) -> None:
        """Closes the control socket, upon which the worker's warden ends all, and waits for that."""
        # After its last run it ends by itself, and whoever reaps it counts what it used.
        ended = _reap(self._pid, _LAST_S) if self._is_used_up else None
        self._control.close()
        if ended is None and _reap(self._pid, _END_S) is None:
            os.kill(self._pid, signal.SIGKILL)
            _reap(self._pid, _END_S)


class Forked:
    """A child of the warm worker, or its last run the worker itself, held by a pidfd that the worker sent."""

    def __init__(self, fate: socket.socket, worker: Warm) -> None:
        self._fate = fate
        self._worker = worker
        self._is_worker = False
        self._pidfd = -1
        self._ending: Ending | None = None

    def started(self) -> None:
        """Waits until the worker has forked; a worker that still imports takes its time."""
        if self._pidfd >= 0:
            return
        self._fate.settimeout(_START_S)
        try:
            told, fds, _, _ = socket.recv_fds(self._fate, 16, 1)
        except OSError as error:
            raise _gone(error.strerror or str(error)) from None
        if not fds:
            raise _gone("it ended")
        self._pidfd, self._is_worker = fds[0], told == ITSELF

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
        """As whoever reaped the child tells it."""
        if self._ending is None:
            try:
                code, kibibytes = (self._worker.end(wait_s) if self._is_worker else self._told(wait_s)).split()
                self._ending = Ending(int(code), int(kibibytes) << 10)
            except (OSError, ValueError, NoSandbox):
                return None
        return self._ending

    def _told(self, wait_s: float) -> bytes:
        self._fate.settimeout(max(wait_s, 0.001))
        return self._fate.recv(64)

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

    def launch(self, fds: tuple[int, int, int], libraries: Sequence[str] = (), *, last: bool = False) -> "Spawned":  # noqa: ARG002
        """Starts an interpreter. Each run has its own, the last like any other."""
        return Spawned(self._start(self._setup, fds))

    def _start(self, setup: Setup, fds: tuple[int, int, int]) -> int:
        arguments = ["--once", setup.root, json.dumps(setup_fields(setup))]
        try:
            return spawn(arguments, {3: fds[0], 4: fds[1], 5: fds[2]})
        except OSError as error:
            raise _no_start(error) from None

    def report(self) -> tuple[Protection, ...]:
        """What an interpreter says that is started for this alone."""
        with self._lock:
            if self._report is None:
                ours, theirs = socket.socketpair()
                with ours, theirs:
                    end = theirs.fileno()
                    pid = self._start(self._setup._replace(serves=False), (end, end, end))
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


def _no_start(error: OSError) -> NoSandbox:
    return NoSandbox(f"the worker can't be started ({error.strerror})", "run `quizkit doctor`")


def _receive(channel: socket.socket) -> bytes:
    channel.settimeout(_START_S)
    try:
        told = channel.recv(1 << 16)
    except OSError as error:
        raise _gone(error.strerror or str(error)) from None
    finally:
        channel.settimeout(None)
    if not told or told.startswith(END):
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
