"""Starts the worker's interpreter. A cold check waits for all that is imported here, so it is next to nothing."""

import fcntl
import os
import socket
import sys

from quizkit.sandbox.scratch import Home

_WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")  # noqa: PTH100, PTH118, PTH120 - no pathlib
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))  # noqa: PTH120
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    # Two arenas and one thread: the memory limit counts address space, of which both libraries reserve a lot for each core.
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    # To look for plugins pydantic reads every installed package's metadata, and would load them where nothing confines them.
    "PYDANTIC_DISABLE_PLUGINS": "1",
}


RUN, LAST = "run", "last"
"""What a worker is asked for: a run, or the last one, which it may become itself as nothing follows."""

FORKED, ITSELF = b"f", b"i"
"""What it answers: the run is a fork of the worker, or the worker itself."""

END = b"end "
"""How a message to the host begins that tells of the worker's own end, and so of the run that it had become."""


class Newborn:
    """A worker whose interpreter is starting: its process, the socket on which it waits for its setup, its folder."""

    def __init__(self, pid: int, control: socket.socket, home: Home) -> None:
        self.pid = pid
        self.control = control
        self.home = home


def can_fork() -> bool:
    """Whether this system has what a worker needs that forks for each run."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def spawn_warm() -> Newborn:
    """A worker that will fork for each run, named after its folder, so that one sees whose it is. Raises OSError."""
    home = Home()
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            return Newborn(spawn(["3", ROOT, home.path], {3: theirs.fileno()}), control, home)
        except OSError:
            control.close()
            home.discard()
            raise


def spawn(arguments: list[str], fds: dict[int, int]) -> int:
    """Starts the worker's script with these descriptors, a clean environment, and a session of its own. Raises OSError."""
    command = [sys.executable, "-I", "-S", _WORKER, *arguments]
    # Copied above all targets first, since a target may be the number of another source.
    high = {target: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for target, fd in fds.items()}
    actions = [(os.POSIX_SPAWN_DUP2, fd, target) for target, fd in high.items()]
    try:
        # Elsewhere not every libc can give it a session here; the child then takes one itself.
        apart = sys.platform == "linux"
        return os.posix_spawn(sys.executable, command, _ENVIRONMENT, file_actions=actions, setsid=apart)
    finally:
        for fd in high.values():
            os.close(fd)
