"""The warm worker: imports FastAPI once and forks a child for each run, or becomes the one run that there will be."""

import array
import contextlib
import json
import os
import select
import socket
import sys
import time
from typing import TYPE_CHECKING, Final, NoReturn

from quizkit.sandbox import child, warmth
from quizkit.sandbox.policy import Setup, setup_of
from quizkit.sandbox.spawn import FORKED, ITSELF, LAST

if TYPE_CHECKING:
    from quizkit.sandbox.child import Backend

_FDS_OF_A_RUN: Final = 4
_QUIET_S: Final = 2
_IDLE_MS: Final = 25  # longer than a host takes from its last run to its own end
_MESSAGE: Final = 256
_SETUP: Final = 1 << 16


def _setup(told: str | bytes) -> Setup:
    """What the host says to do, from which on its packages can be imported."""
    setup = setup_of(json.loads(told))
    sys.path += setup.sites
    return setup


def _backend(setup: Setup) -> "Backend":
    if sys.platform == "linux" and setup.confined:
        from quizkit.sandbox.linux import Linux  # noqa: PLC0415 - what it needs is there on Linux alone

        return Linux(setup, (0, "each run is a process from the beginning"))
    from quizkit.sandbox.portable import Portable  # noqa: PLC0415

    return Portable(setup)


def _told(backend: "Backend") -> bytes:
    return json.dumps([(item.name, item.held, item.reason) for item in backend.rehearse()]).encode()


def serve_once(told: str) -> None:
    """A cold start: where a fork of a warm process isn't safe, each run is a process from the beginning."""
    setup = _setup(told)
    backend = _backend(setup)
    found = _told(backend)
    if not setup.serves:
        os.write(4, found)
        return
    sys.path.remove(setup.root)
    child.serve((3, 4, 5), backend)


def serve_many(control: socket.socket, namespaces: tuple[int, str]) -> None:
    """Gets ready, says to the host what this machine gives, and serves its runs."""
    from quizkit.sandbox import linux  # noqa: PLC0415 - what it needs is there on Linux alone

    told = control.recv(_SETUP)  # only now: the host was at its own imports meanwhile
    if not told:
        return  # it went
    setup = _setup(told)
    backend = linux.Linux(setup, namespaces)
    backend.begin()
    if setup.serves:
        warmth.import_fastapi()
    sys.path.remove(setup.root)
    found = _told(backend)
    linux.reap_trials()
    with contextlib.suppress(ConnectionError):  # the host went while this was starting; nobody is there to be told
        control.send(found)
        Nursery(control, backend, warmth.Warmth()).run()


def _is_alone() -> bool:
    """Waits until this is the one thread: a fork beside a second could inherit a lock that nobody opens."""
    from quizkit.sandbox import linux  # noqa: PLC0415 - loaded by now

    until = time.monotonic() + _QUIET_S
    while linux.threads_left() > 1:
        if time.monotonic() >= until:
            return False
        time.sleep(0.001)
    return True


class Nursery:
    """The children that are alive, each with its pidfd and the socket on which the host waits for its end."""

    def __init__(self, control: socket.socket, backend: "Backend", warmth: warmth.Warmth) -> None:
        self._control = control
        self._backend = backend
        self._warmth = warmth
        self._has_forked = False
        self._alive: dict[int, tuple[int, socket.socket]] = {}
        self._poll = select.poll()

    def run(self) -> None:
        """Serves until the host is gone.

        Each message on the socket says whether a run follows, names libraries, and brings the descriptors of a run:
        requests, replies, output, and a socket for its end. What later runs should find done is done while nobody waits,
        and before the second run at the latest: the first goes ahead of it.
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
        """Begins the run of the next message. False where the host is gone."""
        try:
            message, ancillary, _, _ = self._control.recvmsg(_MESSAGE, socket.CMSG_SPACE(_FDS_OF_A_RUN * 4))
        except ConnectionResetError:  # the host went without reading all that we told it
            return False
        if not message:
            return False
        fds = array.array("i")
        for _, _, data in ancillary:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
        order, *libraries = message.decode().split()
        if order != LAST:
            self._warmth.ask(libraries)
        if self._has_forked:
            self._warmth.catch_up()
        self._has_forked = True
        if len(fds) == _FDS_OF_A_RUN:
            # A second thread would stay outside what confines a run, so with one this process can't become it.
            if _is_alone() and order == LAST and not self._alive:
                self._become_run(list(fds))
            self._fork(list(fds))
        return True

    def _fork(self, fds: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            self._serve(fds)
        pidfd = os.pidfd_open(pid)
        for fd in fds[:3]:
            os.close(fd)
        end = socket.socket(fileno=fds[3])
        with contextlib.suppress(OSError):  # a host that lost interest closes its side; the child then ends by itself
            socket.send_fds(end, [FORKED], [pidfd])
        self._alive[pidfd] = (pid, end)
        self._poll.register(pidfd, select.POLLIN)

    def _become_run(self, fds: list[int]) -> NoReturn:
        """The last run needs no fork, which would double what both write to. Whoever waits for this process tells its end."""
        pidfd = os.pidfd_open(os.getpid())
        with socket.socket(fileno=fds[3]) as end, contextlib.suppress(OSError):
            socket.send_fds(end, [ITSELF], [pidfd])
        os.close(pidfd)
        self._serve(fds)

    def _serve(self, fds: list[int]) -> NoReturn:
        """No object here may later close a number that by then means something else."""
        self._control.detach()
        for _, end in self._alive.values():
            end.detach()
        child.serve((fds[0], fds[1], fds[2]), self._backend)

    def _reap(self, pidfd: int) -> None:
        self._poll.unregister(pidfd)
        pid, end = self._alive.pop(pidfd)
        _, status, usage = os.wait4(pid, 0)
        os.close(pidfd)
        from quizkit.sandbox.warden import ending  # noqa: PLC0415 - loaded by now

        with contextlib.suppress(OSError):
            end.send(ending(status, usage.ru_maxrss))
        end.close()
