"""The host's side of a run: starts the worker, sends it requests, reads its replies as hostile input, and ends it in time."""

import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final

from quizkit.errors import NoSandbox
from quizkit.sandbox import protocol
from quizkit.sandbox.protocol import Broken, Load, Loaded, Malformed, Reply, Request, Stopped

_OUTPUT_KEPT: Final = 64 << 10
_ROOT: Final = str(Path(__file__).resolve().parent.parent.parent)
_WORKER: Final = str(Path(__file__).with_name("worker.py"))


class Sandbox:
    """The warm worker and the runs that it forks. Safe to use from several threads at once."""

    def __init__(self, control: socket.socket, pid: int, time_limit_s: float) -> None:
        self._control = control
        self._pid = pid
        self._lock = threading.Lock()
        self.time_limit_s = time_limit_s

    @classmethod
    def start(cls, time_limit_s: float = 10) -> "Sandbox":
        """Spawns the worker and returns at once, while it still imports FastAPI.

        `time_limit_s` bounds a run. Raises NoSandbox where the machine can't start one.
        """
        if not hasattr(os, "pidfd_open"):
            raise NoSandbox("this system can't run snippets yet", "quizkit needs Linux; on Windows use WSL")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        site = [path for path in sys.path if path.endswith("-packages")]
        theirs.set_inheritable(True)
        command = [sys.executable, "-I", "-S", _WORKER, str(theirs.fileno()), _ROOT, *site]
        environment = {"PATH": os.defpath, "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1", "LANG": "C.UTF-8"}
        pid = os.posix_spawn(sys.executable, command, environment, setsid=True)
        theirs.close()
        return cls(ours, pid, time_limit_s)

    def open(self, files: Mapping[str, str], env: Mapping[str, str] | None = None) -> "Run":
        """A run of a snippet, whose `main.py` is loaded when its first request is sent. Use it as a context manager."""
        return Run(self, files, env or {})

    def fork(self, fds: list[int]) -> None:
        """Asks the worker for a child that owns `fds`. Raises NoSandbox where the worker is gone."""
        try:
            with self._lock:
                socket.send_fds(self._control, [b"r"], fds)
        except OSError as error:
            raise NoSandbox(f"the worker process ended ({error.strerror})", "run the command again") from None

    def close(self) -> None:
        """Ends the worker and everything that it still runs."""
        self._control.close()
        try:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        except (ProcessLookupError, ChildProcessError):
            return

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class Run:
    """One snippet in one process. `load` first, then `send`; whatever ends it early is a Stopped, for good."""

    def __init__(self, sandbox: Sandbox, files: Mapping[str, str], env: Mapping[str, str]) -> None:
        self._sandbox = sandbox
        self._scratch = tempfile.mkdtemp(prefix="quizkit-")
        self._files = files
        self._env = env
        self._deadline = time.monotonic() + sandbox.time_limit_s
        self._pidfd = -1
        self._stopped: Stopped | None = None
        self.output = bytearray()
        self._start()

    def _start(self) -> None:
        requests, self._requests = os.pipe()
        self._replies, replies = os.pipe()
        self._output, output = os.pipe()
        self._fate, fate = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for fd in (self._requests, self._replies, self._output):
            os.set_blocking(fd, False)
        try:
            self._sandbox.fork([requests, replies, output, fate.fileno()])
        finally:
            fate.close()
            for fd in (requests, replies, output):
                os.close(fd)

    def load(self) -> Loaded | Broken | Stopped:
        """Loads the snippet; the app's name, or why there is none."""
        home = {"HOME": self._scratch, "TMPDIR": self._scratch, "USER": "quizkit", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
        frame = protocol.pack_load(Load(dict(self._files), {**home, **self._env}))
        answer = self._exchange(frame)
        if isinstance(answer, Stopped):
            return answer
        try:
            return protocol.unpack_loaded(answer[0])
        except Malformed as error:
            return self._stop(Stopped("garbled", str(error)))

    def send(self, request: Request) -> Reply:
        """The app's response to one request."""
        answer = self._exchange(protocol.pack_request(request))
        if isinstance(answer, Stopped):
            return answer
        try:
            return protocol.unpack_response(*answer)
        except Malformed as error:
            return self._stop(Stopped("garbled", str(error)))

    def _exchange(self, frame: bytes) -> tuple[bytes, bytes] | Stopped:
        """Sends one frame and reads one back, with the snippet's output drained meanwhile."""
        if self._stopped is not None:
            return self._stopped
        try:
            return self._pump(frame)
        except Malformed as error:
            return self._stop(Stopped("garbled", str(error)))

    def _pump(self, frame: bytes) -> tuple[bytes, bytes] | Stopped:
        unsent, received = memoryview(frame), bytearray()
        poll = select.poll()
        poll.register(self._requests, select.POLLOUT)
        poll.register(self._replies, select.POLLIN)
        if self._output >= 0:
            poll.register(self._output, select.POLLIN)
        while True:
            left = self._deadline - time.monotonic()
            events = poll.poll(max(0, left * 1000)) if left > 0 else []
            if not events:
                return self._stop(Stopped("timeout", f"{self._sandbox.time_limit_s:g} s"))
            for fd, event in events:
                if fd == self._requests:
                    unsent = self._write_some(unsent, event)
                    if not unsent:
                        poll.unregister(fd)
                elif fd == self._output:
                    if not self._drain():
                        poll.unregister(fd)
                elif not self._read_some(received):
                    return self._stop(self._fate_of_child())
            if complete := _complete(received):
                return complete

    def _write_some(self, unsent: memoryview, event: int) -> memoryview:
        if event & select.POLLERR:
            return memoryview(b"")  # the reader is gone; the end of the replies will say so
        try:
            return unsent[os.write(self._requests, unsent) :]
        except BlockingIOError:
            return unsent
        except BrokenPipeError:
            return memoryview(b"")

    def _read_some(self, received: bytearray) -> bool:
        try:
            part = os.read(self._replies, 1 << 20)
        except BlockingIOError:
            return True
        received += part
        return bool(part)

    def _drain(self) -> bool:
        """Reads the snippet's output, of which only the beginning is kept. False at its end."""
        try:
            part = os.read(self._output, 1 << 16)
        except BlockingIOError:
            return True
        self.output += part[: max(0, _OUTPUT_KEPT - len(self.output))]
        return bool(part)

    def _fate_of_child(self) -> Stopped:
        """What became of a child that closed its replies: how it ended, or that it still runs and was ended."""
        self._kill()
        self._fate.settimeout(2)
        try:
            code = int(self._fate.recv(64).split()[0])
        except (OSError, ValueError, IndexError):
            return Stopped("killed")
        if code == -signal.SIGXCPU:
            return Stopped("timeout", "processor time")
        if code < 0 and code != -signal.SIGKILL:
            return Stopped("killed", signal.Signals(-code).name)
        return Stopped("exited", f"exit code {code}") if code >= 0 else Stopped("killed")

    def _kill(self) -> None:
        if self._pidfd >= 0:
            return
        self._fate.settimeout(2)
        try:
            _, fds, _, _ = socket.recv_fds(self._fate, 16, 1)
        except OSError:
            return
        if fds:
            self._pidfd = fds[0]
            try:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            except ProcessLookupError:
                return

    def _stop(self, stopped: Stopped) -> Stopped:
        if self._stopped is None:
            self._stopped = stopped
            self._kill()
        return self._stopped

    def close(self) -> None:
        """Ends the run and removes its scratch folder."""
        self._stop(Stopped("killed"))
        for fd in (self._requests, self._replies, self._output, self._pidfd):
            if fd >= 0:
                os.close(fd)
        self._fate.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _complete(received: bytearray) -> tuple[bytes, bytes] | None:
    """Head and body of the frame that `received` holds in full, else None. Raises Malformed over the caps or for more."""
    if len(received) < protocol.PREFIX:
        return None
    head, body = protocol.lengths(bytes(received[: protocol.PREFIX]))
    end = protocol.PREFIX + head + body
    if len(received) < end:
        return None
    if len(received) > end:
        raise Malformed("more than one reply came to one request")
    whole = bytes(received)
    return whole[protocol.PREFIX : protocol.PREFIX + head], whole[protocol.PREFIX + head : end]
