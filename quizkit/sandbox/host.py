"""The host's side of a run: sends requests to the worker, reads its replies as hostile input, and ends it in time."""

import copy
import os
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from quizkit.errors import NoSandbox
from quizkit.sandbox import protocol, scratch
from quizkit.sandbox.launch import Begun, Child, Ending, begin
from quizkit.sandbox.policy import Limits, Protection, libraries
from quizkit.sandbox.protocol import (
    Asked,
    Broken,
    Call,
    Load,
    Loaded,
    Malformed,
    Reply,
    Response,
    Responses,
    Sight,
    SocketEvent,
    Stopped,
    Tested,
    TooBig,
)
from quizkit.sandbox.spawn import Newborn

_OUTPUT_KEPT: Final = 64 << 10
_READ_AT_ONCE: Final = 64 << 10
_PIPE_HOLDS: Final = 64 << 10
_LOOK_S: Final = 0.05
_LAST_WORDS_S: Final = 0.2
_END_S: Final = 2
_MUCH: Final = 0.6  # of the memory limit: address space is counted, of which not all is ever used
# How much later than it says a reply may come; what takes longer on the way here wasn't answered as fast as is claimed.
_ON_THE_WAY_S: Final = 0.05


class Sandbox:
    """The worker and the runs that it forks. Safe to use from several threads at once."""

    def __init__(self, begun: Begun, time_limit_s: float) -> None:
        self._launcher = begun.launcher
        self._home = begun.home
        self.limits = begun.limits
        self.time_limit_s = time_limit_s

    @classmethod
    def start(
        cls,
        time_limit_s: float = 10,
        limits: Limits | None = None,
        *,
        warm: bool | None = None,
        confined: bool = True,
        newborn: Newborn | None = None,
    ) -> "Sandbox":
        """Spawns the worker, unless `newborn` is one, and returns at once, while it still imports FastAPI.

        `time_limit_s` bounds a run, `limits` what else it may use. `warm=False` starts an interpreter for each run
        instead, as is done anyway where there is no Linux, or with `confined=False`, which leaves limits alone. Raises
        NoSandbox where the machine can't start one.
        """
        return cls(begin(limits or Limits(), warm=warm, confined=confined, newborn=newborn), time_limit_s)

    def within(self, time_limit_s: float) -> "Sandbox":
        """The same sandbox, whose runs end sooner or later than this one's."""
        other = copy.copy(self)
        other.time_limit_s = time_limit_s
        return other

    def open(
        self,
        files: Mapping[str, str],
        env: Mapping[str, str] | None = None,
        main: str = "main.py",
        *,
        last: bool = False,
        likewise: Sequence[str] = (),
    ) -> "Run":
        """A run of a snippet, whose file `main` is loaded by `load`. Use it as a context manager.

        With `last` the worker may become the run, which spares the memory of a fork: no other can be opened after it.
        What the worker imports beforehand is chosen by `likewise`, where given, so that it is the same for several runs.
        Raises NoSandbox where the worker is gone.
        """
        return Run(self, files, env or {}, main, last=last, likewise=likewise)

    def protections(self) -> tuple[str, ...]:
        """The names of what holds a run in, on this machine.

        Waits until the worker has tried. Raises NoSandbox where it died of that.
        """
        return tuple(found.name for found in self.report() if found.held)

    def report(self) -> tuple[Protection, ...]:
        """Every protection, held or missing, with the reason. Waits as `protections` does."""
        return self._launcher.report()

    def launch(self, fds: tuple[int, int, int], libraries: Sequence[str], *, last: bool) -> Child:
        """A process that owns these ends of a run's pipes and will import these. Raises NoSandbox where the worker is gone."""
        return self._launcher.launch(fds, libraries, last=last)

    def scratch(self) -> str:
        """A fresh folder for one run. No other can guess its name, which matters where namespaces don't hide it:

        Landlock keeps a run from listing and reading what lies beside its own, but not from asking for a size.
        """
        path = Path(self._home.path, os.urandom(8).hex())
        try:
            path.mkdir(mode=0o700)
        except FileNotFoundError:
            raise NoSandbox("the worker process is closed", "run the command again") from None
        return str(path)

    def close(self) -> None:
        """Ends the worker and everything that it still runs, and removes what it left."""
        self._launcher.close()
        self._home.discard()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def probe() -> tuple[Protection, ...]:
    """What this machine gives to hold a snippet in, found by trying it in a process that is then thrown away."""
    begun = begin(Limits(), serves=False)
    try:
        return begun.launcher.report()
    finally:
        begun.launcher.close()
        begun.home.discard()


class Run:
    """One snippet in one process. `load` first, then `send`; whatever ends it early is a Stopped, for good."""

    def __init__(
        self,
        sandbox: Sandbox,
        files: Mapping[str, str],
        env: Mapping[str, str],
        main: str,
        *,
        last: bool,
        likewise: Sequence[str] = (),
    ) -> None:
        self._sandbox = sandbox
        self._files = files
        self._env = env
        self._main = main
        self._deadline = self._look_at = 0.0
        self._begun = False
        self._counts_scratch = False
        self._stopped: Stopped | None = None
        self.output = bytearray()
        self._output_seen = 0
        self._scratch = sandbox.scratch()
        try:
            self._child = self._start(libraries("\n".join(likewise or files.values())), last=last)
        except NoSandbox:
            scratch.remove(self._scratch)
            raise

    def _start(self, named: Sequence[str], *, last: bool) -> Child:
        requests, self._requests = os.pipe()
        self._replies, replies = os.pipe()
        self._output, output = os.pipe()
        for fd in (self._requests, self._replies, self._output):
            os.set_blocking(fd, False)
        try:
            return self._sandbox.launch((requests, replies, output), named, last=last)
        except NoSandbox:
            self._close_pipes()
            raise
        finally:
            for fd in (requests, replies, output):
                os.close(fd)

    def load(self) -> Loaded | Broken | Stopped:
        """Loads the snippet; the app's name, or why there is none. Raises NoSandbox where the worker died meanwhile."""
        nonce = _nonce()
        answer = self._exchange(self._first_frame(nonce))
        if isinstance(answer, Stopped):
            return answer
        try:
            return protocol.unpack_loaded(answer[0], nonce)
        except Malformed as error:
            return self._stop(Stopped("garbled", str(error)))

    def send(self, call: Call) -> Reply:
        """What comes of one call; the app's response to a request."""
        nonce = _nonce()
        began = time.monotonic()
        answer = self._exchange(protocol.pack_call(call, nonce))
        if isinstance(answer, Stopped):
            return answer
        try:
            found = protocol.unpack_answer(call, *answer, nonce)
        except Malformed as error:
            return self._stop(Stopped("garbled", str(error)))
        if isinstance(found, Sight):
            return found._replace(output=self._new_output())
        if isinstance(found, SocketEvent):
            return found
        return _timed(found, time.monotonic() - began)

    def run_tests(self, answer: Response | None = None) -> Asked | Tested | Stopped:
        """Begins the tests that lie in this run's files, or goes on with the response that they asked for."""
        nonce = _nonce()
        frame = self._first_frame(nonce, tests=True) if answer is None else protocol.pack_response(answer, nonce)
        said = self._exchange(frame)
        if isinstance(said, Stopped):
            return said
        try:
            return protocol.unpack_tests(*said, nonce)
        except Malformed as error:
            return self._stop(Stopped("garbled", str(error)))

    def _first_frame(self, nonce: str, *, tests: bool = False) -> bytes:
        home = {"HOME": self._scratch, "TMPDIR": self._scratch, "USER": "quizkit", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
        env = {**home, **self._env, "HOME": self._scratch}
        return protocol.pack_load(Load(dict(self._files), env, tests, self._main), nonce)

    def printed(self) -> str:
        """What the snippet has printed so far, as far as it is kept."""
        self._new_output()
        return self.output.decode("utf-8", "replace")

    def _new_output(self) -> str:
        """What the snippet printed since the last look. What it wrote before its reply is in the pipe by now.

        A thread that never stops printing must not keep the host here: no more is read than a pipe holds.
        """
        for _ in range(_PIPE_HOLDS // _READ_AT_ONCE + 1):
            self._drain()
        text = bytes(self.output[self._output_seen :]).decode("utf-8", "replace")
        self._output_seen = len(self.output)
        return text

    def _exchange(self, frame: bytes) -> tuple[bytes, bytes] | Stopped:
        """Sends one frame and reads one back, with the snippet's output drained meanwhile."""
        if self._stopped is not None:
            return self._stopped
        if not self._begun:
            self._begin()
        try:
            return self._pump(frame)
        except TooBig as error:
            return self._stop(Stopped("too_big", str(error)))
        except Malformed as error:
            return self._stop(Stopped("garbled", str(error)))

    def _begin(self) -> None:
        """The time limit counts from when the process is there: the worker's own start isn't the snippet's."""
        self._child.started()
        self._counts_scratch = "scratch in memory" not in self._sandbox.protections()
        self._begun = True
        now = time.monotonic()
        self._deadline = now + self._sandbox.time_limit_s
        self._look_at = now + _LOOK_S

    def _pump(self, frame: bytes) -> tuple[bytes, bytes] | Stopped:
        unsent, received = memoryview(frame), bytearray()
        poll = select.poll()
        poll.register(self._requests, select.POLLOUT)
        for fd in (self._replies, self._output):
            poll.register(fd, select.POLLIN)
        while (complete := _complete(received)) is None:
            if ended := self._overdue():
                return self._stop(ended)
            for fd, event in poll.poll(self._patience_ms()):
                if fd == self._replies:
                    if not self._read_some(received):
                        return self._stop(self._fate_of_child())
                elif fd == self._output:
                    if not self._drain():
                        poll.unregister(fd)
                elif not (unsent := self._write_some(unsent, event)):
                    poll.unregister(fd)
        return complete

    def _patience_ms(self) -> float:
        """How long nothing may come before the clock and the run's size are looked at again."""
        return max(0.0, min(self._deadline, self._look_at) - time.monotonic()) * 1000

    def _overdue(self) -> Stopped | None:
        """Why the run must end now, if it must: out of time, or grown past what the kernel couldn't bound itself."""
        now = time.monotonic()
        if now >= self._deadline:
            return Stopped("timeout", f"{self._sandbox.time_limit_s:g} s")
        if now < self._look_at:
            return None
        excess = self._excess()
        self._look_at = time.monotonic() + _LOOK_S
        return Stopped("killed", excess) if excess else None

    def _excess(self) -> str:
        limits = self._sandbox.limits
        if self._child.threads() > limits.processes:
            return f"more than {limits.processes} threads"
        if not self._counts_scratch:
            return ""
        return scratch.excess(self._scratch, limits.scratch_entries, limits.scratch_size)

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
            part = os.read(self._output, _READ_AT_ONCE)
        except BlockingIOError:
            return True
        self.output += part[: max(0, _OUTPUT_KEPT - len(self.output))]
        return bool(part)

    def _fate_of_child(self) -> Stopped:
        """What became of a child that closed its replies: how it ended, or that it still runs and must be ended."""
        ending = self._child.ending(_LAST_WORDS_S)
        if ending is None:
            return Stopped("killed", "it closed its own pipe")
        return _stopped(ending, self._sandbox.limits)

    def _stop(self, stopped: Stopped) -> Stopped:
        if self._stopped is None:
            self._stopped = stopped
            self._child.kill()
        return self._stopped

    def close(self) -> None:
        """Ends the run and removes its scratch folder."""
        self._stop(Stopped("killed", "the run was closed"))
        self._close_pipes()
        if self._counts_scratch:
            self._child.ending(_END_S)  # a scratch in memory goes with its run; one on disk must wait for it
        self._child.close()
        scratch.remove(self._scratch)

    def _close_pipes(self) -> None:
        for fd in (self._requests, self._replies, self._output):
            if fd >= 0:
                os.close(fd)
        self._requests = self._replies = self._output = -1

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _nonce() -> str:
    """What only the reply to one call can know. `secrets` would cost a cold start 5 ms."""
    return os.urandom(8).hex()


def _timed(answer: Response | Responses, measured_s: float) -> Response | Responses:
    """The answer with a time that can be believed: no longer than it took here, nor much shorter."""
    return answer._replace(elapsed_s=min(max(answer.elapsed_s, measured_s - _ON_THE_WAY_S), measured_s))


def _stopped(ending: Ending, limits: Limits) -> Stopped:
    """What a process's end stands for. What it says of itself by its exit code can only name a failure."""
    code = ending.code
    if code == protocol.EXIT_MEMORY:
        return Stopped("memory", _mebibytes(limits.memory))
    if code >= 0:
        return Stopped("exited", f"exit code {code}")
    if code == -signal.SIGSYS:
        return Stopped("blocked", "a system call that no snippet needs")
    if code == -signal.SIGXCPU:
        return Stopped("timeout", f"{limits.cpu_s} s of processor time")
    if ending.memory > limits.memory * _MUCH:
        return Stopped("memory", _mebibytes(limits.memory))
    return Stopped("killed", signal.Signals(-code).name)


def _mebibytes(size: int) -> str:
    return f"{size >> 20} MiB"


def _complete(received: bytearray) -> tuple[bytes, bytes] | None:
    """Head and body of the frame that `received` holds in full, else None.

    Raises Malformed where it is over the caps or more than one.
    """
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
