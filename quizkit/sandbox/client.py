"""Carries out one call after the other on the person's app, through TestClient, and tells what came of it."""

import errno
import linecache
import logging
import os
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

from quizkit.sandbox.protocol import (
    Answered,
    Burst,
    Call,
    Frame,
    LogRecord,
    Look,
    Raised,
    Request,
    Response,
    Responses,
    Sight,
    Socket,
    SocketEvent,
    Stream,
)

LINE_SHOWN: Final = 200
_FRAMES_SHOWN: Final = 12
_CAUSES_FOLLOWED: Final = 10
_RECORDS_KEPT: Final = 1000
_FILE_READ: Final = 1 << 20
_STREAM_READ: Final = 1 << 20
_NO_CLOSE: Final = 1006  # what a client sees where the other side went without a close frame

_records: list[LogRecord] = []


def keep_log_records() -> None:
    """Notes every log record that is made. A handler would do as well, but then basicConfig would do nothing."""
    make = logging.getLogRecordFactory()

    def noting(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if len(_records) < _RECORDS_KEPT:
            with suppress(Exception):  # arguments that don't fit the message are the snippet's affair
                _records.append(LogRecord(record.levelname, record.name, record.getMessage()))
        return record

    logging.setLogRecordFactory(noting)


class Client:
    """TestClient around the app, which notes how long a request takes and what ended it."""

    def __init__(self, app: Any) -> None:
        from fastapi.testclient import TestClient  # noqa: PLC0415 - warm already

        self._app = app
        self._raised: BaseException | None = None
        self._sockets: dict[str, Any] = {}
        self.client = TestClient(self._watched, raise_server_exceptions=False, follow_redirects=False)

    async def _watched(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._app(scope, receive, send)
        except BaseException as error:
            self._raised = error
            raise
        if scope["type"] == "websocket":
            with suppress(Exception):  # where the app has closed it, there is nothing left to close
                await send({"type": "websocket.close", "code": _NO_CLOSE, "reason": ""})

    def carry_out(self, call: Call) -> Answered:
        """What comes of one call."""
        match call:
            case Request():
                return self._answer(call)
            case Burst():
                return self._burst(call)
            case Stream():
                return self._stream(call)
            case Socket():
                return self._socket(call)
            case Look():
                return _look(call)

    def _answer(self, request: Request) -> Response:
        """The app's response to one request; an exception that reaches the server is a 500."""
        self._begin(request)
        began = time.perf_counter()
        try:
            if request.raw:
                with self.client.stream(**_arguments(request)) as response:
                    return self._response(response, b"".join(response.iter_raw()), began)
            response = self.client.request(**_arguments(request))
        except BaseException as error:  # what the app raised where no middleware stood
            return self._failed(error, began)
        return self._response(response, response.content, began)

    def _begin(self, call: Request | Socket) -> None:
        if call.new_client:
            self._hang_up()
            self.client.cookies.clear()
        self._raised = None

    def _hang_up(self) -> None:
        """Closes the sockets that a check left open, so that the app doesn't count them in the next."""
        for session in self._sockets.values():
            with suppress(BaseException):
                session.__exit__(None, None, None)
        self._sockets.clear()

    def _failed(self, error: BaseException, began: float) -> Response:
        return Response(500, (), b"", time.perf_counter() - began, told(self._raised or error))

    def _response(self, response: Any, body: bytes, began: float) -> Response:
        elapsed = time.perf_counter() - began
        raised = told(self._raised) if self._raised is not None else None
        return Response(response.status_code, tuple(response.headers.multi_items()), body, elapsed, raised)

    def _burst(self, call: Burst) -> Responses:
        self._begin(call.request)
        began = time.perf_counter()
        with ThreadPoolExecutor(call.times) as pool:
            found = list(pool.map(self._one_of_many, [call.request] * call.times))
        return Responses(tuple(found), time.perf_counter() - began)

    def _one_of_many(self, request: Request) -> Response:
        began = time.perf_counter()
        try:
            response = self.client.request(**_arguments(request))
        except BaseException as error:  # as for a single one
            return self._failed(error, began)
        return self._response(response, response.content, began)

    def _stream(self, call: Stream) -> Response:
        """Reads the body piece by piece, and hangs up once as many events have come as were asked for."""
        self._begin(call.request)
        began = time.perf_counter()
        body, hung_up = b"", False
        try:
            with self.client.stream(**_arguments(call.request)) as response:
                for piece in response.iter_raw():
                    body += piece
                    hung_up = _events(body) >= call.events or len(body) > _STREAM_READ
                    if hung_up:
                        break
        except BaseException as error:  # as for a plain request
            return self._failed(error, began)
        if hung_up:
            self._raised = None  # that it was cancelled is our doing
        return self._response(response, body, began)

    def _socket(self, call: Socket) -> SocketEvent:
        from starlette.testclient import WebSocketDenialResponse  # noqa: PLC0415 - warm already
        from starlette.websockets import WebSocketDisconnect  # noqa: PLC0415

        if call.action == "open" and call.new_client:
            self._begin(call)
        try:
            return self._on_socket(call)
        except WebSocketDenialResponse as denial:
            return SocketEvent("refused", denial.text, code=denial.status_code)
        except WebSocketDisconnect as end:
            kind = "refused" if call.action == "open" else "closed"
            return SocketEvent(kind, code=403 if kind == "refused" else end.code, reason=end.reason or "")
        except BaseException as error:  # the app's own, out of the socket's task
            return SocketEvent("error", raised=told(self._raised or error))

    def _on_socket(self, call: Socket) -> SocketEvent:
        if call.action == "hang_up":
            self._hang_up()
            return SocketEvent("closed")
        if call.action == "open":
            session = self.client.websocket_connect(call.target, list(call.subprotocols) or None, headers=dict(call.headers))
            self._sockets[call.client] = session.__enter__()
            return SocketEvent("open", text=session.accepted_subprotocol)
        session = self._sockets[call.client]
        if call.action == "send":
            message = {"text": call.text} if call.text is not None else {"bytes": call.data}
            session.send({"type": "websocket.receive", **message})
            return SocketEvent("sent")
        if call.action == "close":
            session.close(call.code)
            return SocketEvent("closed", code=call.code)
        message = session.receive()
        if message["type"] == "websocket.close":
            return SocketEvent("closed", code=message.get("code", 1000), reason=message.get("reason") or "")
        return SocketEvent("message", message.get("text"), message.get("bytes") or b"")


def _arguments(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": request.target,
        "headers": list(request.headers),
        "content": request.body or None,
    }


def _events(body: bytes) -> int:
    """How many server-sent events a body holds in full: each ends with a blank line and has data."""
    text = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return sum(any(line.startswith(b"data") for line in block.split(b"\n")) for block in text.split(b"\n\n")[:-1])


def _look(call: Look) -> Sight:
    logs = tuple(_records)
    _records.clear()
    return Sight(logs, {name: _file(name) for name in call.files})


def _file(name: str) -> str | None:
    try:
        with open(name, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib is not loaded here otherwise
            return file.read(_FILE_READ)
    except OSError:
        return None


def told(error: BaseException) -> Raised:
    """The exception with the frames that lie in the person's own files."""
    home = os.environ.get("HOME", os.getcwd())  # noqa: PTH109
    own = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if path.startswith(home + os.sep):
            source = linecache.getline(path, line).strip()
            own.append(Frame(path[len(home) + 1 :], line, frame.f_code.co_name, source[:LINE_SHOWN]))
    return Raised(type(error).__name__, _message(error), tuple(own[-_FRAMES_SHOWN:]), _cause(error))


def _cause(error: BaseException | None) -> str:
    """Whether the memory limit or something that isn't allowed here lies behind an exception, wrapped or not."""
    for _ in range(_CAUSES_FOLLOWED):
        if error is None:
            break
        if isinstance(error, MemoryError):
            return "memory"
        if isinstance(error, OSError) and error.errno in (errno.EPERM, errno.EACCES, errno.EROFS):
            return "blocked"
        error = error.__cause__ or error.__context__
    return ""


def _message(error: BaseException) -> str:
    try:
        return str(error).replace(os.environ.get("HOME", "") + os.sep, "")[:2000]
    except Exception:  # the snippet wrote this exception's __str__
        return ""
