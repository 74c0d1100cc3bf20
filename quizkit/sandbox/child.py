"""One run, inside the fork: loads the person's app and answers one request at a time through TestClient."""

import fcntl
import gc
import importlib
import importlib.abc
import importlib.machinery
import io
import os
import sys
import time
import traceback
import types
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol

from quizkit.sandbox import protocol
from quizkit.sandbox.client import LINE_SHOWN, Client, keep_log_records, told
from quizkit.sandbox.protocol import Broken, Frame, Loaded, Raised
from quizkit.sandbox.testing import run_tests

if TYPE_CHECKING:
    from quizkit.sandbox.policy import Protection

_REQUESTS: Final = 3
_REPLIES: Final = 4
_FDS: Final = 1 << 16  # far more than a worker ever opens; its limit may be endless
_SERVER: Final = "uvicorn"
_HIGH: Final = 64  # above every number that is given a meaning here


class Backend(Protocol):
    """What a system offers to confine a run: Linux much, others little."""

    def rehearse(self) -> "tuple[Protection, ...]":
        """Tries what this machine gives, so that `confine` knows; each protection with what came of it."""

    def spared(self) -> tuple[int, ...]:
        """The descriptors that `confine` still needs."""

    def confine(self, scratch: str) -> None:
        """Gives up everything but `scratch`, which becomes the current folder. Raises OSError where it fails now."""


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
        keep_log_records()
        if load.tests:
            _run_tests(nonce)
        else:
            _run(load.main, nonce)
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


def _reply(reply: Loaded | Broken | protocol.Answered | protocol.Asked | protocol.Tested, nonce: str) -> None:
    data = memoryview(protocol.pack_reply(reply, nonce))
    while data:
        data = data[os.write(_REPLIES, data) :]


def _run(main: str, nonce: str) -> None:
    """Loads the snippet and says so under the first frame's nonce; then each reply bears the nonce of its request."""
    module = _import_main(main)
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
            call, nonce = protocol.unpack_call(*_read_frame())
            _reply(client.carry_out(call), nonce)


def _run_tests(nonce: str) -> None:
    """The person's tests: each request that they make is a reply under the last nonce, whose answer brings the next."""

    def ask(asked: protocol.Asked) -> protocol.Response:
        nonlocal nonce
        _reply(asked, nonce)
        response, nonce = protocol.unpack_given_response(*_read_frame())
        return response

    _reply(run_tests(ask), nonce)


def _import_main(path: str) -> types.ModuleType | Broken:
    """Imports `main.py` from the scratch folder, or from a package in it, as a person's server would."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    package, _, name = path.removesuffix(".py").replace("/", ".").rpartition(".")
    module = types.ModuleType(f"{package}.{name}" if package else name)
    module.__file__ = os.path.abspath(path)  # noqa: PTH100
    module.__package__ = package
    module.__spec__ = importlib.machinery.ModuleSpec(module.__name__, None, origin=module.__file__)
    module.__spec__._initializing = True  # type: ignore[attr-defined]  # so that Python tells a circular import as one
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        source = file.read()
    sys.meta_path.append(_NoServerFinder())
    try:
        code = compile(source, module.__file__, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Broken("syntax", _syntax_error(error, path))
    try:
        parent = importlib.import_module(package) if package else None
        sys.modules[module.__name__] = module
        exec(code, module.__dict__)
        module.__spec__._initializing = False  # type: ignore[attr-defined]
        if parent is not None:
            setattr(parent, name, module)
    except SyntaxError as error:  # in a file that this one imports
        return Broken("syntax", _syntax_error(error, path))
    except SystemExit as error:
        return Broken("exit", told(error))
    except ModuleNotFoundError as error:
        return Broken("missing_package", told(error))
    except BaseException as error:  # a snippet may raise anything
        return Broken("import", told(error))
    return module


class _NoServer(types.ModuleType):
    """Stands in for uvicorn where it isn't installed: most files import it for `if __name__ == "__main__"`, which no run is.

    Only the import is let pass; whoever uses it hears that it isn't there.
    """

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModuleNotFoundError(f"No module named '{_SERVER}'", name=_SERVER)


class _NoServerFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Comes after all other finders, so that it is only asked for what isn't there."""

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        """Where uvicorn comes from."""
        return importlib.machinery.ModuleSpec(name, self) if name == _SERVER else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The stand-in."""
        return _NoServer(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing in it."""


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


def _enter(app: Any, stack: ExitStack) -> Client | Broken:
    """The client with the app's lifespan begun."""
    client = Client(app)
    try:
        stack.enter_context(client.client)
    except BaseException as error:  # a lifespan may raise anything
        return Broken("lifespan", told(error))
    return client


def _syntax_error(error: Exception, path: str) -> Raised:
    if isinstance(error, SyntaxError):
        named = (error.filename or path).removeprefix(os.getcwd() + os.sep)  # noqa: PTH109
        frame = Frame(named, error.lineno or 1, "", (error.text or "").strip()[:LINE_SHOWN])
        return Raised(type(error).__name__, error.msg, (frame,))
    words = "it is nested too deep" if isinstance(error, RecursionError | MemoryError) else str(error)
    return Raised("SyntaxError", words, (Frame(path, 1, "", ""),))
