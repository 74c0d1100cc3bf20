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
EXIT_MEMORY: Final = 86
"""The exit code of a run that had no memory left to say so."""

_MAX_HEADERS: Final = 1000
_MAX_FRAMES: Final = 50
_MAX_TEXT: Final = 4000
_MOST_SECONDS: Final = 1e6


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
    """An exception as the worker tells it: the class's name, the text, and the frames in the person's own files.

    `cause` is `memory` or `blocked` where the limits or a refused system call are behind it, else empty.
    """

    exception: str
    message: str
    frames: tuple[Frame, ...] = ()
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The snippet was imported, holds an app, and its lifespan has begun."""

    app: str


@dataclass(frozen=True, slots=True)
class Broken:
    """There is no app to ask: `reason` is syntax, import, missing_package, no_app, several_apps, exit or lifespan."""

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


def pack_load(load: Load, nonce: str = "") -> bytes:
    """The first frame of a run."""
    return pack({"files": dict(load.files), "env": dict(load.env), "nonce": nonce})


def pack_request(request: Request, nonce: str = "") -> bytes:
    """A request, for the worker. The reply must bear the same nonce: what was written earlier can't."""
    head = {
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "new_client": request.new_client,
        "nonce": nonce,
    }
    return pack(head, request.body)


def unpack_load(head: bytes) -> tuple[Load, str]:
    """The worker's side, with the nonce; what the host sends is trusted."""
    fields = json.loads(head)
    nonce = fields.pop("nonce")
    return Load(**fields), nonce


def unpack_request(head: bytes, body: bytes) -> tuple[Request, str]:
    """The worker's side, with the nonce; what the host sends is trusted."""
    fields = json.loads(head)
    nonce = fields.pop("nonce")
    return Request(headers=tuple(tuple(pair) for pair in fields.pop("headers")), body=body, **fields), nonce


def pack_reply(reply: Loaded | Broken | Response, nonce: str = "") -> bytes:
    """A reply, for the host."""
    if isinstance(reply, Response):
        head = {
            "status": reply.status,
            "headers": reply.headers,
            "elapsed_s": reply.elapsed_s,
            "raised": asdict(reply.raised) if reply.raised else None,
            "nonce": nonce,
        }
        return pack(head, reply.body)
    return pack({**asdict(reply), "nonce": nonce})


def unpack_loaded(head: bytes, nonce: str = "") -> Loaded | Broken:
    """The first reply of a run. Raises Malformed for whatever isn't one."""
    fields = _object(head, nonce)
    if "app" in fields:
        return Loaded(_string(fields, "app"))
    raised = _raised(fields.get("raised"))
    if raised is None:
        raise Malformed("no reason is given")
    return Broken(_string(fields, "reason"), raised)


def unpack_response(head: bytes, body: bytes, nonce: str = "") -> Response:
    """A later reply. Raises Malformed for whatever isn't one."""
    fields = _object(head, nonce)
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
