"""One run, inside the fork: loads the person's app and answers one request at a time through TestClient."""

import errno
import fcntl
import gc
import io
import linecache
import mimetypes
import os
import sys
import time
import traceback
import types
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol

from quizkit.sandbox import protocol
from quizkit.sandbox.protocol import Broken, Frame, Loaded, Raised, Request, Response

if TYPE_CHECKING:
    from quizkit.sandbox.policy import Protection

_REQUESTS: Final = 3
_REPLIES: Final = 4
_FRAMES_SHOWN: Final = 12
_LINE_SHOWN: Final = 200
_CAUSES_FOLLOWED: Final = 10
_FDS: Final = 1 << 16  # far more than a worker ever opens; its limit may be endless
_HIGH: Final = 64  # above every number that is given a meaning here


class Backend(Protocol):
    """What a system offers to confine a run: Linux much, others little."""

    def rehearse(self) -> "tuple[Protection, ...]":
        """Tries what this machine gives, so that `confine` knows; each protection with what came of it."""

    def spared(self) -> tuple[int, ...]:
        """The descriptors that `confine` still needs."""

    def confine(self, scratch: str) -> None:
        """Gives up everything but `scratch`, which becomes the current folder. Raises OSError where it fails now."""


def warm_up() -> None:
    """Imports what nearly every answer imports and drives a small app once, so that a fork finds all of it done."""
    import fastapi.middleware.cors  # noqa: PLC0415
    import fastapi.responses  # noqa: PLC0415
    import fastapi.security  # noqa: F401, PLC0415
    from fastapi import FastAPI  # noqa: PLC0415
    from fastapi.testclient import TestClient  # noqa: PLC0415
    from pydantic import create_model  # noqa: PLC0415

    mimetypes.init()
    app = FastAPI()
    model = create_model("Warm", name=(str, ...))

    @app.post("/{number}")
    def warm(number: int, body: model, q: str = "") -> dict[str, Any]:  # type: ignore[valid-type]
        return {"number": number, "q": q, "body": body}

    with TestClient(app, raise_server_exceptions=False) as client:
        client.post("/1?q=a", json={"name": "a"})
        client.get("/openapi.json")


def serve(pipes: tuple[int, int, int], backend: Backend) -> NoReturn:
    """Takes over this process: answers what comes on the first pipe until it is closed. Never returns."""
    code = 1
    try:
        _take_descriptors(pipes, backend.spared())
        head, _ = _read_frame()
        load, nonce = protocol.unpack_load(head)
        _take_environment(load.env)
        backend.confine(load.env["HOME"])
        _write_files(load.files)
        gc.enable()
        _run(nonce)
    except MemoryError:
        code = protocol.EXIT_MEMORY
    except BaseException:  # whatever it is, this process must not go on as a second worker
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def _take_descriptors(pipes: tuple[int, int, int], spared: tuple[int, ...]) -> None:
    """0 is empty, 1 and 2 the captured output, 3 requests, 4 replies; all else is closed."""
    if os.getsid(0) != os.getpid():
        os.setsid()
    requests, replies, output = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _HIGH) for fd in pipes)
    null = fcntl.fcntl(os.open(os.devnull, os.O_RDONLY), fcntl.F_DUPFD_CLOEXEC, _HIGH)
    for fd, number in ((null, 0), (output, 1), (output, 2), (requests, _REQUESTS), (replies, _REPLIES)):
        os.dup2(fd, number, inheritable=number < _REQUESTS)
    first = _REPLIES + 1
    for fd in sorted(spared):
        os.closerange(first, fd)
        first = fd + 1
    os.closerange(first, _FDS)
    sys.stdin = io.TextIOWrapper(io.FileIO(0), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), encoding="utf-8", errors="replace", write_through=True)
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w"), encoding="utf-8", errors="replace", write_through=True)


def _take_environment(env: Mapping[str, str]) -> None:
    """The environment is what the check gives, and nothing else; libc learns its time zone."""
    os.environ.clear()
    os.environ.update(env)
    time.tzset()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # the snippet may have put anything in their place
            continue


def _write_files(files: Mapping[str, str]) -> None:
    for name, text in files.items():
        folder = os.path.dirname(name)  # noqa: PTH120 - pathlib is not loaded here otherwise
        if folder:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        with open(name, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
            file.write(text)


def _read_frame() -> tuple[bytes, bytes]:
    head, body = protocol.lengths(_read_exactly(protocol.PREFIX))
    return _read_exactly(head), _read_exactly(body)


def _read_exactly(count: int) -> bytes:
    parts = []
    while count:
        part = os.read(_REQUESTS, min(count, 1 << 20))
        if not part:
            _flush()
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _reply(reply: Loaded | Broken | Response, nonce: str) -> None:
    data = memoryview(protocol.pack_reply(reply, nonce))
    while data:
        data = data[os.write(_REPLIES, data) :]


def _run(nonce: str) -> None:
    """Loads the snippet and says so under the first frame's nonce; then each reply bears the nonce of its request."""
    module = _import_main()
    found = module if isinstance(module, Broken) else _find_app(module)
    if isinstance(found, Broken):
        _reply(found, nonce)
        return
    name, app = found
    with ExitStack() as stack:
        client = _enter(app, stack)
        if isinstance(client, Broken):
            _reply(client, nonce)
            return
        _reply(Loaded(name), nonce)
        while True:
            request, nonce = protocol.unpack_request(*_read_frame())
            _reply(client.answer(request), nonce)


def _import_main() -> types.ModuleType | Broken:
    """Imports `main.py` from the scratch folder as a person's server would."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    module = types.ModuleType("main")
    module.__file__ = os.path.abspath("main.py")  # noqa: PTH100
    sys.modules["main"] = module
    with open("main.py", encoding="utf-8") as file:  # noqa: PTH123
        source = file.read()
    try:
        code = compile(source, module.__file__, "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return Broken("syntax", _syntax_error(error))
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        return Broken("exit", _raised(error))
    except ModuleNotFoundError as error:
        return Broken("missing_package", _raised(error))
    except BaseException as error:  # a snippet may raise anything
        return Broken("import", _raised(error))
    return module


def _find_app(module: types.ModuleType) -> tuple[str, Any] | Broken:
    from fastapi import FastAPI  # noqa: PLC0415 - warm already

    named = vars(module).get("app")
    if named is not None and callable(named) and not isinstance(named, type):
        return "app", named
    apps = {id(value): (name, value) for name, value in vars(module).items() if isinstance(value, FastAPI)}
    if len(apps) == 1:
        return next(iter(apps.values()))
    names = ", ".join(sorted(name for name, _ in apps.values()))
    return Broken("several_apps" if apps else "no_app", Raised("", names))


class _Client:
    """TestClient around the app, which notes how long a request takes and what ended it."""

    def __init__(self, app: Any) -> None:
        from fastapi.testclient import TestClient  # noqa: PLC0415 - warm already

        self._app = app
        self._raised: BaseException | None = None
        self.client = TestClient(self._watched, raise_server_exceptions=False, follow_redirects=False)

    async def _watched(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._app(scope, receive, send)
        except BaseException as error:
            self._raised = error
            raise

    def answer(self, request: Request) -> Response:
        """The app's response to one request; an exception that reaches the server is a 500."""
        if request.new_client:
            self.client.cookies.clear()
        self._raised = None
        began = time.perf_counter()
        try:
            response = self.client.request(
                request.method, request.target, headers=list(request.headers), content=request.body or None
            )
        except BaseException as error:  # what the app raised where no middleware stood
            return Response(500, (), b"", time.perf_counter() - began, _raised(self._raised or error))
        elapsed = time.perf_counter() - began
        raised = _raised(self._raised) if self._raised is not None else None
        return Response(response.status_code, tuple(response.headers.multi_items()), response.content, elapsed, raised)


def _enter(app: Any, stack: ExitStack) -> _Client | Broken:
    """The client with the app's lifespan begun."""
    client = _Client(app)
    try:
        stack.enter_context(client.client)
    except BaseException as error:  # a lifespan may raise anything
        return Broken("lifespan", _raised(error))
    return client


def _raised(error: BaseException) -> Raised:
    """The exception with the frames that lie in the person's own files."""
    home = os.environ.get("HOME", os.getcwd())  # noqa: PTH109
    own = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if path.startswith(home + os.sep):
            source = linecache.getline(path, line).strip()
            own.append(Frame(path[len(home) + 1 :], line, frame.f_code.co_name, source[:_LINE_SHOWN]))
    return Raised(type(error).__name__, _message(error), tuple(own[-_FRAMES_SHOWN:]), _cause(error))


def _cause(error: BaseException | None) -> str:
    """Whether the memory limit or something that isn't allowed here lies behind an exception, wrapped or not."""
    for _ in range(_CAUSES_FOLLOWED):
        if error is None:
            break
        if isinstance(error, MemoryError):
            return "memory"
        if isinstance(error, OSError) and error.errno in (errno.EPERM, errno.EACCES):
            return "blocked"
        error = error.__cause__ or error.__context__
    return ""


def _message(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:  # the snippet wrote this exception's __str__
        return ""


def _syntax_error(error: Exception) -> Raised:
    if isinstance(error, SyntaxError):
        frame = Frame("main.py", error.lineno or 1, "", (error.text or "").strip()[:_LINE_SHOWN])
        return Raised(type(error).__name__, error.msg, (frame,))
    message = str(error) or "it is nested too deeply"
    return Raised("SyntaxError", message, (Frame("main.py", 1, "", ""),))
