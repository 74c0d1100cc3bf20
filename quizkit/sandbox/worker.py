"""The warm worker: imports FastAPI once and forks a child for each run. Started as a script, not imported."""

import array
import contextlib
import gc
import json
import os
import select
import socket
import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from quizkit.sandbox.child import Backend
    from quizkit.sandbox.policy import Setup
    from quizkit.sandbox.warmth import Warmth

_FDS_OF_A_RUN: Final = 4
_QUIET_S: Final = 2
_IDLE_MS: Final = 25  # longer than a host takes from its last run to its own end
_MESSAGE: Final = 256


def main(arguments: list[str]) -> None:
    """Serves runs until the host closes the control socket; with `--once`, one, whose descriptors are 3, 4 and 5."""
    gc.disable()  # it would walk what is imported again and again, all of which stays
    mode, root, told = arguments
    sys.path.insert(0, root)
    from quizkit.sandbox.policy import setup_of  # noqa: PLC0415 - findable only now

    sys.argv[1:] = []
    setup = setup_of(json.loads(told))
    sys.path += setup.sites
    if mode == "--once":
        _serve_once(setup)
    else:
        _serve_many(setup, socket.socket(fileno=int(mode)))


def _backend(setup: "Setup") -> "Backend":
    if sys.platform == "linux" and setup.confined:
        from quizkit.sandbox.linux import Linux  # noqa: PLC0415 - what it needs is there on Linux alone

        return Linux(setup)
    from quizkit.sandbox.portable import Portable  # noqa: PLC0415

    return Portable(setup)


def _told(backend: "Backend") -> bytes:
    return json.dumps([(item.name, item.held, item.reason) for item in backend.rehearse()]).encode()


def _serve_once(setup: "Setup") -> None:
    """A cold start: where a fork of a warm process isn't safe, each run is a process from the beginning."""
    from quizkit.sandbox import child  # noqa: PLC0415

    backend = _backend(setup)
    told = _told(backend)
    if not setup.serves:
        os.write(4, told)
        return
    sys.path.remove(setup.root)
    child.serve((3, 4, 5), backend)


def _serve_many(setup: "Setup", control: socket.socket) -> None:
    from quizkit.sandbox import child, linux, scratch, warmth  # noqa: F401, PLC0415 - `child` is there for the forks

    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    backend = linux.Linux(setup)
    backend.isolate()
    linux.fork_inside(control, lambda: scratch.remove(setup.folder))
    linux.own_proc()
    backend.begin()
    if setup.serves:
        warmth.import_fastapi()
    sys.path.remove(setup.root)
    told = _told(backend)
    linux.reap_trials()
    with contextlib.suppress(ConnectionError):  # the host went while this was starting; nobody is there to be told
        control.send(told)
        Nursery(control, backend, warmth.Warmth()).run()


def _alone() -> None:
    """Waits until this is the one thread: a fork beside a second could inherit a lock that nobody opens."""
    from quizkit.sandbox import linux  # noqa: PLC0415 - loaded by now

    until = time.monotonic() + _QUIET_S
    while linux.threads_left() > 1 and time.monotonic() < until:
        time.sleep(0.001)


class Nursery:
    """The children that are alive, each with its pidfd and the socket on which the host waits for its end."""

    def __init__(self, control: socket.socket, backend: "Backend", warmth: "Warmth") -> None:
        self._control = control
        self._backend = backend
        self._warmth = warmth
        self._has_forked = False
        self._alive: dict[int, tuple[int, socket.socket]] = {}
        self._poll = select.poll()

    def run(self) -> None:
        """Serves until the host is gone.

        Each message on the socket names libraries, and brings the descriptors of a run: requests, replies, output, and a
        socket for its end. What later runs should find done is done while nobody waits, and before the second run at the
        latest: the first goes ahead of it.
        """
        self._poll.register(self._control, select.POLLIN)
        while True:
            ready = self._poll.poll(None if self._warmth or self._alive else _IDLE_MS)
            if not ready:
                self._warmth.catch_up()
            for fd, _ in ready:
                if fd != self._control.fileno():
                    self._reap(fd)
                elif not self._start():
                    return

    def _start(self) -> bool:
        """Forks a child for the next message. False where the host is gone."""
        try:
            message, ancillary, _, _ = self._control.recvmsg(_MESSAGE, socket.CMSG_SPACE(_FDS_OF_A_RUN * 4))
        except ConnectionResetError:  # the host went without reading all that we told it
            return False
        if not message:
            return False
        fds = array.array("i")
        for _, _, data in ancillary:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
        self._warmth.ask(message.decode().split())
        if self._has_forked:
            self._warmth.catch_up()
        self._has_forked = True
        if len(fds) == _FDS_OF_A_RUN:
            _alone()
            self._fork(list(fds))
        return True

    def _fork(self, fds: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            self._become_child(fds)
        pidfd = os.pidfd_open(pid)
        for fd in fds[:3]:
            os.close(fd)
        end = socket.socket(fileno=fds[3])
        with contextlib.suppress(OSError):  # a host that lost interest closes its side; the child then ends by itself
            socket.send_fds(end, [b"s"], [pidfd])
        self._alive[pidfd] = (pid, end)
        self._poll.register(pidfd, select.POLLIN)

    def _become_child(self, fds: list[int]) -> None:
        """In the fork. No object here may later close a number that by then means something else."""
        from quizkit.sandbox import child  # noqa: PLC0415 - loaded by now

        self._control.detach()
        for _, end in self._alive.values():
            end.detach()
        child.serve((fds[0], fds[1], fds[2]), self._backend)

    def _reap(self, pidfd: int) -> None:
        self._poll.unregister(pidfd)
        pid, end = self._alive.pop(pidfd)
        _, status, usage = os.wait4(pid, 0)
        os.close(pidfd)
        with contextlib.suppress(OSError):
            end.send(f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}".encode())
        end.close()


if __name__ == "__main__":
    main(sys.argv[1:])
