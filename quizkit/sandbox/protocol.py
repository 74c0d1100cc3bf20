"""What host and worker say to each other: frames of a JSON head and a raw body, read as hostile input.

The words are named tuples: as dataclasses, all of them would take 8 ms more of each side of a cold check to define.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

MAX_HEAD: Final = 4 << 20
MAX_BODY: Final = 16 << 20
_LENGTHS: Final = struct.Struct(">II")
PREFIX: Final = _LENGTHS.size
EXIT_MEMORY: Final = 86
"""The exit code of a run that had no memory left to say so."""

_MAX_HEADERS: Final = 1000
_MAX_FRAMES: Final = 50
_MAX_TEXT: Final = 4000
_MOST_SECONDS: Final = 1e6


class Malformed(Exception):
    """A frame that isn't what the protocol allows."""


class TooBig(Malformed):
    """A frame that is larger than any that is read."""


class Load(NamedTuple):
    """The first frame: the files of the snippet, of which `main` is imported. `env` is the whole environment.

    With `tests` there is no app among them but pytest tests, which ask for the app's responses.
    """

    files: Mapping[str, str]
    env: Mapping[str, str] = {}
    tests: bool = False
    main: str = "main.py"


class Request(NamedTuple):
    """One HTTP request, encoded in full. `new_client` empties the cookie jar first; `raw` leaves the body as it was sent."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    new_client: bool = False
    raw: bool = False


class Burst(NamedTuple):
    """The same request `times` times at once."""

    request: Request
    times: int


class Stream(NamedTuple):
    """A request whose response is read as it comes, until it ends or `events` blank lines have come."""

    request: Request
    events: int


class Socket(NamedTuple):
    """One thing done on a WebSocket: `action` is open, send, receive or close. `client` tells several sockets apart.

    With hang_up the client goes from all of them.
    """

    action: str
    client: str = ""
    target: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()
    text: str | None = None
    data: bytes = b""
    code: int = 1000
    new_client: bool = False


class Look(NamedTuple):
    """What the snippet left: the log records since the last look, and these files of its scratch folder."""

    files: tuple[str, ...] = ()


Call = Request | Burst | Stream | Socket | Look


class Frame(NamedTuple):
    """One place of a traceback, in the person's own files."""

    file: str
    line: int
    function: str
    source: str


class Raised(NamedTuple):
    """An exception as the worker tells it: the class's name, the text, and the frames in the person's own files.

    `cause` is `memory` or `blocked` where the limits or a refused system call are behind it, else empty.
    """

    exception: str
    message: str
    frames: tuple[Frame, ...] = ()
    cause: str = ""


class Loaded(NamedTuple):
    """The snippet was imported, holds an app, and its lifespan has begun."""

    app: str


class Broken(NamedTuple):
    """There is no app to ask: `reason` is syntax, import, missing_package, no_app, several_apps, exit or lifespan."""

    reason: str
    raised: Raised


class Response(NamedTuple):
    """What the app answered, raw. `raised` is what ended the request inside the app, where something did."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    elapsed_s: float
    raised: Raised | None = None


class Responses(NamedTuple):
    """The answers to a burst, in the order of sending, and how long all of them took."""

    responses: tuple[Response, ...]
    elapsed_s: float


class SocketEvent(NamedTuple):
    """What came of a WebSocket call: `kind` is open, sent, message, closed, refused (with `code` as the status) or error."""

    kind: str
    text: str | None = None
    data: bytes = b""
    code: int = 0
    reason: str = ""
    raised: Raised | None = None


class LogRecord(NamedTuple):
    """One log record as it was made."""

    level: str
    logger: str
    message: str


class Asked(NamedTuple):
    """A run of tests wants the app's response to this."""

    request: Request


class EndOfTest(NamedTuple):
    """How one test of the person's file ended."""

    name: str
    passed: bool
    message: str = ""


class Tested(NamedTuple):
    """A run of tests is over; `skipped` were left out, or failed as they were expected to."""

    outcomes: tuple[EndOfTest, ...]
    skipped: int = 0


class Sight(NamedTuple):
    """What a look found; a file that isn't there is None. `output` is added by the host, which reads it itself."""

    logs: tuple[LogRecord, ...]
    files: Mapping[str, str | None]
    output: str = ""


class Stopped(NamedTuple):
    """The run ended without an answer: `reason` is timeout, memory, killed, blocked, exited, too_big or garbled."""

    reason: str
    detail: str = ""


Answered = Response | Responses | SocketEvent | Sight
Reply = Answered | Stopped


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """One frame."""
    encoded = json.dumps(head).encode()
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Head and body lengths of the frame that begins so. Raises Malformed over the caps."""
    head, body = _LENGTHS.unpack(prefix)
    if head > MAX_HEAD or body > MAX_BODY:
        size, most = (head, MAX_HEAD) if head > MAX_HEAD else (body, MAX_BODY)
        raise TooBig(f"{-(-size >> 20)} MiB; at most {most >> 20} are read")
    return head, body


def pack_load(load: Load, nonce: str = "") -> bytes:
    """The first frame of a run."""
    return pack({"files": dict(load.files), "env": dict(load.env), "tests": load.tests, "main": load.main, "nonce": nonce})


def _told(words: Any, without: str = "") -> dict[str, Any]:
    """One of the words above as JSON can carry it, with all that it is made of."""
    return {name: _plain(value) for name, value in words._asdict().items() if name != without}


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return _told(value)
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def pack_call(call: Call, nonce: str = "") -> bytes:
    """A call, for the worker. The reply must bear the same nonce: what was written earlier can't."""
    head: dict[str, Any] = {"call": type(call).__name__, "nonce": nonce}
    match call:
        case Request():
            return pack({**head, **_request_head(call)}, call.body)
        case Burst() | Stream():
            amount = call.times if isinstance(call, Burst) else call.events
            return pack({**head, "amount": amount, **_request_head(call.request)}, call.request.body)
        case Socket():
            fields = _told(call, without="data")
            return pack({**head, **fields}, call.data)
        case Look():
            return pack({**head, "files": call.files})


def pack_response(response: Response, nonce: str = "") -> bytes:
    """The app's response, for a run of tests that asked for it."""
    return pack({**_response_head(response), "raised": None, "nonce": nonce}, response.body)


def unpack_given_response(head: bytes, body: bytes) -> tuple[Response, str]:
    """The worker's side, with the nonce; what the host sends is trusted."""
    fields = json.loads(head)
    nonce = fields.pop("nonce")
    headers = tuple((name, text) for name, text in fields["headers"])
    return Response(fields["status"], headers, body, fields["elapsed_s"]), nonce


def _request_head(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "new_client": request.new_client,
        "raw": request.raw,
    }


def unpack_load(head: bytes) -> tuple[Load, str]:
    """The worker's side, with the nonce; what the host sends is trusted."""
    fields = json.loads(head)
    nonce = fields.pop("nonce")
    return Load(**fields), nonce


def unpack_call(head: bytes, body: bytes) -> tuple[Call, str]:
    """The worker's side, with the nonce; what the host sends is trusted."""
    fields = json.loads(head)
    call, nonce = fields.pop("call"), fields.pop("nonce")
    for name in ("headers", "subprotocols", "files"):
        if name in fields:
            fields[name] = tuple(tuple(one) if isinstance(one, list) else one for one in fields[name])
    match call:
        case "Look":
            return Look(**fields), nonce
        case "Socket":
            return Socket(data=body, **fields), nonce
        case "Burst":
            amount = fields.pop("amount")
            return Burst(Request(body=body, **fields), amount), nonce
        case "Stream":
            amount = fields.pop("amount")
            return Stream(Request(body=body, **fields), amount), nonce
    return Request(body=body, **fields), nonce


def pack_reply(reply: Loaded | Broken | Answered | Asked | Tested, nonce: str = "") -> bytes:
    """A reply, for the host."""
    match reply:
        case Asked(request):
            return pack({**_request_head(request), "nonce": nonce}, request.body)
        case Response():
            return pack({**_response_head(reply), "nonce": nonce}, reply.body)
        case Responses():
            heads = [{**_response_head(one), "length": len(one.body)} for one in reply.responses]
            body = b"".join(one.body for one in reply.responses)
            return pack({"responses": heads, "elapsed_s": reply.elapsed_s, "nonce": nonce}, body)
        case SocketEvent():
            fields = _told(reply, without="data")
            return pack({**fields, "nonce": nonce}, reply.data)
        case _:
            return pack({**_told(reply), "nonce": nonce})


def _response_head(response: Response) -> dict[str, Any]:
    return {
        "status": response.status,
        "headers": response.headers,
        "elapsed_s": response.elapsed_s,
        "raised": _told(response.raised) if response.raised else None,
    }


def unpack_loaded(head: bytes, nonce: str = "") -> Loaded | Broken:
    """The first reply of a run. Raises Malformed for whatever isn't one."""
    fields = _object(head, nonce)
    if "app" in fields:
        return Loaded(_string(fields, "app"))
    raised = _raised(fields.get("raised"))
    if raised is None:
        raise Malformed("no reason is given")
    return Broken(_string(fields, "reason"), raised)


def unpack_tests(head: bytes, body: bytes, nonce: str = "") -> Asked | Tested:
    """What a run of tests says: it asks, or it is over. Raises Malformed for whatever is neither."""
    fields = _object(head, nonce)
    if "method" in fields:
        request = Request(
            _string(fields, "method"), _string(fields, "target"), _headers(fields.get("headers")), body, new_client=True, raw=True
        )
        return Asked(request)
    outcomes, skipped = fields.get("outcomes"), fields.get("skipped", 0)
    if type(outcomes) is not list or type(skipped) is not int:
        raise Malformed("tests without outcomes")
    return Tested(tuple(map(_test_outcome, outcomes)), skipped)


def _test_outcome(value: Any) -> EndOfTest:
    if type(value) is not dict or type(value.get("passed")) is not bool:
        raise Malformed("a test's outcome is not one")
    return EndOfTest(_string(value, "name"), value["passed"], _string(value, "message"))


def unpack_answer(call: Call, head: bytes, body: bytes, nonce: str = "") -> Answered:
    """The reply to a call, read as what that call asks for. Raises Malformed for whatever isn't that."""
    fields = _object(head, nonce)
    match call:
        case Request() | Stream():
            return _response(fields, body)
        case Burst():
            return _responses(fields, body, call.times)
        case Socket():
            return _socket_event(fields, body)
        case Look():
            return _sight(fields, call.files)


def _responses(fields: Mapping[str, Any], body: bytes, count: int) -> Responses:
    heads = fields.get("responses")
    if type(heads) is not list or len(heads) != count:
        raise Malformed("not as many responses as requests")
    found, start = [], 0
    for head in heads:
        length = head.get("length") if type(head) is dict else None
        if type(length) is not int or length < 0:
            raise Malformed("a response without its length")
        found.append(_response(head, body[start : start + length]))
        start += length
    return Responses(tuple(found), _elapsed(fields))


def _socket_event(fields: Mapping[str, Any], body: bytes) -> SocketEvent:
    code, text = fields.get("code"), fields.get("text")
    if type(code) is not int or not 0 <= code < 10_000:
        raise Malformed("a socket's event without its code")
    if text is not None and type(text) is not str:
        raise Malformed("a socket's text is none")
    sound = None if text is None else _sound(text)
    raised = _raised(fields.get("raised"))
    return SocketEvent(_string(fields, "kind"), sound, body, code, _string(fields, "reason"), raised)


def _sight(fields: Mapping[str, Any], asked: tuple[str, ...]) -> Sight:
    logs, files = fields.get("logs"), fields.get("files")
    if type(logs) is not list or type(files) is not dict or files.keys() != set(asked):
        raise Malformed("what a look found is not told as that")
    for text in files.values():
        if text is not None and type(text) is not str:
            raise Malformed("a file's text is none")
    return Sight(tuple(map(_log_record, logs)), {name: None if text is None else _sound(text) for name, text in files.items()})


def _log_record(value: Any) -> LogRecord:
    if type(value) is not dict:
        raise Malformed("a log record is not one")
    return LogRecord(_string(value, "level"), _string(value, "logger"), _string(value, "message"))


def _response(fields: Mapping[str, Any], body: bytes) -> Response:
    status = fields.get("status")
    if type(status) is not int or not 100 <= status <= 599:
        raise Malformed("a response without a status")
    return Response(status, _headers(fields.get("headers")), body, _elapsed(fields), _raised(fields.get("raised")))


def _object(head: bytes, nonce: str) -> dict[str, Any]:
    try:
        value = json.loads(head, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from None
    if type(value) is not dict:
        raise Malformed("not an object")
    if value.get("nonce") != nonce:
        raise Malformed("a reply to something that wasn't asked")
    return value


def _elapsed(fields: Mapping[str, Any]) -> float:
    elapsed = fields.get("elapsed_s")
    if not (type(elapsed) is int or type(elapsed) is float) or not 0 <= elapsed < _MOST_SECONDS:
        raise Malformed("a response without its time")
    return float(elapsed)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _string(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if type(value) is not str:
        raise Malformed(f"{key} is not a text")
    return _sound(value[:_MAX_TEXT])


def _sound(text: str) -> str:
    """`text` without lone surrogates, which JSON can spell but no terminal or file can hold."""
    return text.encode("utf-8", "replace").decode()


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    if type(value) is not list or len(value) > _MAX_HEADERS:
        raise Malformed("headers are not a list, or too many")
    for pair in value:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not str or type(pair[1]) is not str:
            raise Malformed("a header is not a pair of texts")
    return tuple((_sound(name), _sound(text)) for name, text in value)


def _raised(value: Any) -> Raised | None:
    if value is None:
        return None
    if type(value) is not dict or type(value.get("frames")) is not list:
        raise Malformed("an exception is not told as one")
    frames = tuple(map(_frame, value["frames"][-_MAX_FRAMES:]))
    return Raised(_string(value, "exception"), _string(value, "message"), frames, _string(value, "cause"))


def _frame(value: Any) -> Frame:
    if type(value) is not dict or type(value.get("line")) is not int:
        raise Malformed("a traceback's frame is not one")
    return Frame(_string(value, "file"), value["line"], _string(value, "function"), _string(value, "source"))
