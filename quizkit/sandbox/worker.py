"""The warm worker: imports FastAPI once and forks a child for each run. Started as a script, with a control socket's number."""

import array
import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress


def main(control_fd: int, root: str, site: Sequence[str]) -> None:
    """Serves runs until the host closes the control socket, then ends what still runs.

    Each message on the socket brings four descriptors: requests, replies, output, and a socket for what becomes of the child.
    """
    sys.path[:0] = [root, *site]
    from quizkit.sandbox import child  # noqa: PLC0415 - findable only now

    gc.disable()
    child.warm_up()
    sys.path.remove(root)
    gc.collect()
    gc.freeze()
    _Nursery(socket.socket(fileno=control_fd), child.serve).run()


class _Nursery:
    """The children that are alive, each with its pidfd and the socket on which the host waits for its end."""

    def __init__(self, control: socket.socket, serve: "child.Serve") -> None:  # type: ignore[name-defined]  # noqa: F821 - imported late
        self._control = control
        self._serve = serve
        self._alive: dict[int, tuple[int, socket.socket]] = {}

    def run(self) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            for fd, _ in poll.poll():
                if fd == self._control.fileno():
                    started = self._start()
                    if started is None:
                        self._end_all()
                        return
                    poll.register(started, select.POLLIN)
                else:
                    poll.unregister(fd)
                    self._reap(fd)

    def _start(self) -> int | None:
        """Forks a child for the next message; its pidfd, or None where the host is gone."""
        message, ancillary, _, _ = self._control.recvmsg(16, socket.CMSG_SPACE(4 * 4))
        if not message:
            return None
        fds = array.array("i")
        for _, _, data in ancillary:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
        requests, replies, output, fate = fds
        pid = os.fork()
        if pid == 0:
            self._control.close()
            for pidfd, (_, other) in self._alive.items():
                os.close(pidfd)
                other.close()
            os.close(fate)
            self._serve(requests, replies, output)
        pidfd = os.pidfd_open(pid)
        for fd in (requests, replies, output):
            os.close(fd)
        end = socket.socket(fileno=fate)
        socket.send_fds(end, [b"s"], [pidfd])
        self._alive[pidfd] = (pid, end)
        return pidfd

    def _reap(self, pidfd: int) -> None:
        pid, end = self._alive.pop(pidfd)
        _, status, usage = os.wait4(pid, 0)
        os.close(pidfd)
        code = os.waitstatus_to_exitcode(status)
        with suppress(OSError):  # the host may have lost interest in this run
            end.send(f"{code} {usage.ru_maxrss}".encode())
        end.close()

    def _end_all(self) -> None:
        for pidfd in self._alive:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
