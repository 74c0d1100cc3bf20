"""What host and worker say to each other: frames of a JSON head and a raw body, read as hostile input."""

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

MAX_HEAD: Final = 4 << 20
MAX_BODY: Final = 16 << 20
_LENGTHS: Final = struct.Struct(">II")
PREFIX: Final = _LENGTHS.size


class Malformed(Exception):
    """A frame that isn't what the protocol allows."""


@dataclass(frozen=True, slots=True)
class Load:
    """The first frame: the files of the snippet, of which `main.py` is imported. `env` is the whole environment."""

    files: Mapping[str, str]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, encoded in full. `new_client` empties the cookie jar first."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    new_client: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """One place of a traceback, in the person's own files."""

    file: str
    line: int
    function: str
    source: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception as the worker tells it: the class's name, the text, and the frames in the person's own files."""

    exception: str
    message: str
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The snippet was imported, holds an app, and its lifespan has begun."""

    app: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The snippet gives no app to ask: `reason` is syntax, import, missing_package, no_app, several_apps or lifespan."""

    reason: str
    raised: Raised


@dataclass(frozen=True, slots=True)
class Response:
    """What the app answered, raw. `raised` is what ended the request inside the app, where something did."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    elapsed_s: float
    raised: Raised | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run ended without an answer: `reason` is timeout, memory, killed, blocked, exited or garbled."""

    reason: str
    detail: str = ""


Reply = Response | Stopped


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """One frame."""
    encoded = json.dumps(head).encode()
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Head and body lengths of the frame that begins so. Raises Malformed over the caps."""
    head, body = _LENGTHS.unpack(prefix)
    if head > MAX_HEAD or body > MAX_BODY:
        raise Malformed(f"a frame of {head} and {body} bytes; at most {MAX_HEAD} and {MAX_BODY} are read")
    return head, body


def pack_load(load: Load) -> bytes:
    """The first frame of a run."""
    return pack({"files": dict(load.files), "env": dict(load.env)})


def pack_request(request: Request) -> bytes:
    """A request, for the worker."""
    head = {
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "new_client": request.new_client,
    }
    return pack(head, request.body)


def unpack_load(head: bytes) -> Load:
    """The worker's side; what the host sends is trusted."""
    return Load(**json.loads(head))


def unpack_request(head: bytes, body: bytes) -> Request:
    """The worker's side; what the host sends is trusted."""
    fields = json.loads(head)
    return Request(headers=tuple(tuple(pair) for pair in fields.pop("headers")), body=body, **fields)


def pack_reply(reply: Loaded | Broken | Response) -> bytes:
    """A reply, for the host."""
    if isinstance(reply, Response):
        head = {
            "status": reply.status,
            "headers": reply.headers,
            "elapsed_s": reply.elapsed_s,
            "raised": asdict(reply.raised) if reply.raised else None,
        }
        return pack(head, reply.body)
    return pack(asdict(reply))


def unpack_loaded(head: bytes) -> Loaded | Broken:
    """The first reply of a run. Raises Malformed for whatever isn't one."""
    fields = _object(head)
    if "app" in fields:
        return Loaded(_string(fields, "app"))
    raised = _raised(fields.get("raised"))
    if raised is None:
        raise Malformed("no reason is given")
    return Broken(_string(fields, "reason"), raised)


def unpack_response(head: bytes, body: bytes) -> Response:
    """A later reply. Raises Malformed for whatever isn't one."""
    fields = _object(head)
    status = fields.get("status")
    elapsed = fields.get("elapsed_s")
    if type(status) is not int or not 100 <= status <= 599:
        raise Malformed("a response without a status")
    if not isinstance(elapsed, int | float):
        raise Malformed("a response without its time")
    return Response(status, _headers(fields.get("headers")), body, float(elapsed), _raised(fields.get("raised")))


def _object(head: bytes) -> dict[str, Any]:
    try:
        value = json.loads(head, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from None
    if type(value) is not dict:
        raise Malformed("not an object")
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _string(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if type(value) is not str:
        raise Malformed(f"{key} is not a text")
    return _sound(value)


def _sound(text: str) -> str:
    """`text` without lone surrogates, which JSON can spell but no terminal or file can hold."""
    return text.encode("utf-8", "replace").decode()


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    if type(value) is not list:
        raise Malformed("headers are not a list")
    for pair in value:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not str or type(pair[1]) is not str:
            raise Malformed("a header is not a pair of texts")
    return tuple((_sound(name), _sound(text)) for name, text in value)


def _raised(value: Any) -> Raised | None:
    if value is None:
        return None
    if type(value) is not dict or type(value.get("frames")) is not list:
        raise Malformed("an exception is not told as one")
    return Raised(_string(value, "exception"), _string(value, "message"), tuple(map(_frame, value["frames"])))


def _frame(value: Any) -> Frame:
    if type(value) is not dict or type(value.get("line")) is not int:
        raise Malformed("a traceback's frame is not one")
    return Frame(_string(value, "file"), value["line"], _string(value, "function"), _string(value, "source"))
