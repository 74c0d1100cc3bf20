"""One run, inside the fork: loads the person's app and answers one request at a time through TestClient."""

import io
import linecache
import mimetypes
import os
import sys
import time
import traceback
import types
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import Any, Final, NoReturn

from quizkit.sandbox import protocol
from quizkit.sandbox.linux import Limits, confine
from quizkit.sandbox.protocol import Broken, Frame, Loaded, Raised, Request, Response

_REQUESTS: Final = 3
_REPLIES: Final = 4
_FRAMES_SHOWN: Final = 12
_LINE_SHOWN: Final = 200


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


def serve(requests: int, replies: int, output: int) -> NoReturn:
    """Takes over this process: answers what comes on `requests` until it is closed. Never returns."""
    try:
        _take_descriptors(requests, replies, output)
        load = protocol.unpack_load(_read_frame()[0])
        scratch = load.env["HOME"]
        os.chdir(scratch)
        os.environ.clear()
        os.environ.update(load.env)
        _write_files(load.files)
        confine(Limits())
        _run()
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(1)


def _take_descriptors(requests: int, replies: int, output: int) -> None:
    """0 is empty, 1 and 2 the captured output, 3 requests, 4 replies; all else is closed."""
    os.setsid()
    spare = [os.dup(fd) for fd in (requests, replies, output)]
    high = [os.dup2(fd, 100 + i) for i, fd in enumerate(spare)]
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(high[2], 1)
    os.dup2(high[2], 2)
    os.dup2(high[0], _REQUESTS, inheritable=False)
    os.dup2(high[1], _REPLIES, inheritable=False)
    os.closerange(5, 4096)
    sys.stdin = io.TextIOWrapper(io.FileIO(0), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), encoding="utf-8", errors="replace", write_through=True)
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w"), encoding="utf-8", errors="replace", write_through=True)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


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


def _reply(reply: Loaded | Broken | Response) -> None:
    data = memoryview(protocol.pack_reply(reply))
    while data:
        data = data[os.write(_REPLIES, data) :]


def _run() -> None:
    module = _import_main()
    if isinstance(module, Broken):
        _reply(module)
        return
    found = _find_app(module)
    if isinstance(found, Broken):
        _reply(found)
        return
    name, app = found
    with ExitStack() as stack:
        client = _enter(app, stack)
        if isinstance(client, Broken):
            _reply(client)
            return
        _reply(Loaded(name))
        while True:
            head, body = _read_frame()
            _reply(client.answer(protocol.unpack_request(head, body)))


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
    except (SyntaxError, ValueError) as error:
        return Broken("syntax", _syntax_error(error))
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        return Broken("exit", _raised(error))
    except ModuleNotFoundError as error:
        return Broken("missing_package", _raised(error))
    except BaseException as error:
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
        except BaseException as error:
            return Response(500, (), b"", time.perf_counter() - began, _raised(self._raised or error))
        elapsed = time.perf_counter() - began
        raised = _raised(self._raised) if self._raised is not None else None
        return Response(response.status_code, tuple(response.headers.multi_items()), response.content, elapsed, raised)


def _enter(app: Any, stack: ExitStack) -> _Client | Broken:
    """The client with the app's lifespan begun."""
    client = _Client(app)
    try:
        stack.enter_context(client.client)
    except BaseException as error:
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
    return Raised(type(error).__name__, _message(error), tuple(own[-_FRAMES_SHOWN:]))


def _message(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:
        return ""


def _syntax_error(error: SyntaxError | ValueError) -> Raised:
    if isinstance(error, SyntaxError):
        frame = Frame("main.py", error.lineno or 1, "", (error.text or "").strip()[:_LINE_SHOWN])
        return Raised(type(error).__name__, error.msg, (frame,))
    return Raised(type(error).__name__, str(error), (Frame("main.py", 1, "", ""),))
