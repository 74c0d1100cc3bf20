"""A check's request as HTTP, the response as values, and the two held against each other."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, urlencode

from quizkit.check.match import ABSENT, MOST, match
from quizkit.check.spec import FilePart, RequestSpec, ResponseSpec
from quizkit.check.template import as_text, fill
from quizkit.sandbox.protocol import Request, Response
from quizkit.verdict import Mismatch

SHOWN_BODY: Final = 4000
MUCH: Final = 1 << 18
"""The bytes of a body up to which all of it is kept for a report: 16 MiB of JSON come to a gigabyte of values."""
_COOKIE_LONGEST: Final = 4096
"""No browser keeps a longer one, and `http.cookies` reads them in quadratic time."""
_PATH_SAFE: Final = "/%:@!$&'()*+,;=~?-._"


class NotJson(ValueError):
    """A body that can't be read as JSON."""


def encode(spec: RequestSpec, values: Mapping[str, Any], *, new_client: bool) -> Request:
    """The request that goes out, with `values` written in."""
    body, content_type = _body(spec, values)
    headers = {name.lower(): str(as_text(fill(text, values))) for name, text in spec.headers.items()}
    if content_type and "content-type" not in headers:
        headers["content-type"] = content_type
    if spec.cookies:
        headers["cookie"] = "; ".join(f"{name}={as_text(fill(text, values))}" for name, text in spec.cookies.items())
    return Request(
        str(fill(spec.method, values)), target_of(spec.path, spec.params, values), tuple(headers.items()), body, new_client
    )


def target_of(path: str, params: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Path and query as they are sent; a parameter that is a list is repeated."""
    target = quote(str(as_text(fill(path, values))), safe=_PATH_SAFE)
    pairs = [(name, as_text(one)) for name, value in fill(dict(params), values).items() for one in _each(value)]
    if not pairs:
        return target
    return f"{target}{'&' if '?' in target else '?'}{urlencode(pairs)}"


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _body(spec: RequestSpec, values: Mapping[str, Any]) -> tuple[bytes, str]:
    if spec.has("json"):
        return json.dumps(fill(spec.json_body, values), separators=(",", ":")).encode(), "application/json"
    if spec.content is not None:
        return as_text(fill(spec.content, values)).encode(), ""
    if spec.files is not None:
        return _multipart(spec, values)
    if spec.data is not None:
        pairs = [(name, as_text(one)) for name, value in fill(dict(spec.data), values).items() for one in _each(value)]
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    return b"", ""


def _multipart(spec: RequestSpec, values: Mapping[str, Any]) -> tuple[bytes, str]:
    import httpx2  # noqa: PLC0415 - 50 ms that only an upload needs

    files = [
        (name, (fill(part.filename, values), as_text(fill(part.content, values)).encode(), part.content_type))
        for name, field in (spec.files or {}).items()
        for part in ((field,) if isinstance(field, FilePart) else field)
    ]
    data = {name: [as_text(one) for one in _each(value)] for name, value in fill(dict(spec.data or {}), values).items()}
    request = httpx2.Request("POST", "http://testserver", files=files, data=data)
    return request.read(), request.headers["content-type"]


HANDSHAKE: Final = (("upgrade", "websocket"),)
"""How the headers of a WebSocket's opening begin."""
PROTOCOLS: Final = "sec-websocket-protocol"


def typed(request: Request) -> str:
    """The request as one would type it against a server on port 8000; curl can't open a WebSocket, websocat can."""
    return _websocat(request) if request.headers[:1] == HANDSHAKE else _curl(request)


def _websocat(request: Request) -> str:
    words = ["websocat", shlex.quote(f"ws://localhost:8000{request.target}")]
    for name, value in request.headers[1:]:
        option, said = ("--protocol", value) if name == PROTOCOLS else ("-H", f"{name}: {value}")
        words.append(f"{option}={shlex.quote(said)}")  # after a space, -H would take the words that follow too
    return " ".join(words)


def _curl(request: Request) -> str:
    words = ["curl"]
    if request.method == "HEAD":
        words.append("-I")
    elif request.method != ("POST" if request.body else "GET"):
        words += ["-X", request.method]
    words.append(shlex.quote(f"http://localhost:8000{request.target}"))
    headers = dict(request.headers)
    multipart = headers.get("content-type", "").startswith("multipart/")
    for name, value in headers.items():
        if not (multipart and name == "content-type"):
            words += ["-H", shlex.quote(f"{name}: {value}")]
    if multipart:
        words.append("# with a multipart form")
    elif request.body:
        text = request.body.decode("utf-8", "replace")
        words += ["--data-raw" if text.startswith("@") else "-d", shlex.quote(text)]  # -d @x would send a file
    return " ".join(words)


def expectation(spec: ResponseSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is expected, filled in, by the names that the deck uses; `status` first."""
    expected: dict[str, Any] = {"status": fill(_status(spec), values)}
    for name in ("json", "json_contains"):
        if spec.has(name):
            expected[name] = fill(getattr(spec, "json_exact" if name == "json" else name), values)
    for name in ("text", "media_type"):
        if spec.has(name):
            expected[name] = text_pattern(fill(getattr(spec, name), values))
    if spec.bytes is not None:
        expected["bytes"] = spec.bytes.pattern()
    if spec.headers:
        expected["headers"] = {name: text_pattern(fill(pattern, values)) for name, pattern in spec.headers.items()}
    if spec.cookies:
        expected["cookies"] = fill(dict(spec.cookies), values)
    return expected


def text_pattern(pattern: Any) -> Any:
    """A pattern for what can only be a text: a number that stands for itself is the text that spells it."""
    if isinstance(pattern, int | float):
        return as_text(pattern)
    if isinstance(pattern, dict):
        return {name: _text_operand(name, operand) for name, operand in pattern.items()}
    return pattern


def _text_operand(name: str, operand: Any) -> Any:
    if name == "$in" and isinstance(operand, list):
        return [text_pattern(choice) for choice in operand]
    return text_pattern(operand) if name in ("$not", "$equal", "$contains") else operand


def _status(spec: ResponseSpec) -> Any:
    return list(spec.status) if isinstance(spec.status, tuple) else spec.status


def observation(response: Response) -> dict[str, Any]:
    """What came back, as a report shows it: the status, and the body, as JSON where it is JSON and isn't far too long."""
    seen: dict[str, Any] = {"status": response.status}
    if len(response.body) > MUCH:
        seen["text"] = response.body[: 4 * SHOWN_BODY].decode("utf-8", "replace")[:SHOWN_BODY]
        return seen
    try:
        seen["json"] = body_json(response)
    except NotJson:
        seen["text"] = body_text(response)
    return seen


def compare(expected: Mapping[str, Any], response: Response, *, nth: int | None = None) -> tuple[Mismatch, ...]:
    """The places where the response differs from `expected`, as `expectation` made it.

    `nth` counts a repeated request from 0: a list of statuses is then one for each, else one of them.
    """
    found = islice(_differences(expected, response, nth), MOST)
    return tuple(replace(mismatch, actual=kept(mismatch.actual, response)) for mismatch in found)


def kept(value: Any, response: Response) -> Any:
    """A part of a response as a result keeps it: where the body is far too long, what it is instead of all that is in it."""
    if len(response.body) <= MUCH:
        return value
    if isinstance(value, dict | list):
        return f"{'a list' if isinstance(value, list) else 'an object'} with {len(value):,} elements"
    return value[:SHOWN_BODY] if isinstance(value, str) else value


def _differences(expected: Mapping[str, Any], response: Response, nth: int | None) -> Iterator[Mismatch]:
    status = expected["status"]
    if isinstance(status, list):
        status = status[nth] if nth is not None and len(status) > 1 else {"$in": status}
    yield from match(status, response.status, path=("status",))
    for name, pattern in expected.get("headers", {}).items():
        yield from match(pattern, header(response, name), path=("headers", name))
    if "cookies" in expected:
        yield from match(expected["cookies"], cookies(response), partial=True, path=("cookies",))
    if "media_type" in expected:
        yield from match(expected["media_type"], media_type(response), path=("media_type",))
    if "text" in expected:
        yield from match(expected["text"], body_text(response), path=("text",))
    if "bytes" in expected:
        yield from _byte_differences(expected["bytes"], response.body)
    for name in ("json", "json_contains"):
        if name in expected:
            try:
                yield from match(expected[name], body_json(response), partial=name == "json_contains", path=("json",))
            except NotJson as error:
                yield Mismatch(("json",), expected[name], body_text(response), str(error))


def _byte_differences(expected: Mapping[str, Any], body: bytes) -> Iterator[Mismatch]:
    """Where a body isn't what was stated of it; of its beginning and its end as much is compared as was stated."""
    if "length" in expected:
        yield from match(expected["length"], len(body), path=("bytes", "length"))
    for name in ("equal", "begins", "ends"):
        if name in expected:
            wanted = bytes.fromhex(expected[name])
            count = len(wanted)
            part = {"equal": body, "begins": body[:count], "ends": body[-count:] if count else b""}[name]
            yield from match(expected[name], part.hex(), path=("bytes", name))


def header(response: Response, name: str) -> Any:
    """A header's text, the values of a repeated one joined as HTTP joins them; ABSENT where there is none."""
    found = [text for key, text in response.headers if key.lower() == name.lower()]
    return ", ".join(found) if found else ABSENT


def media_type(response: Response) -> str:
    """The content type without its parameters."""
    text = header(response, "content-type")
    return text.partition(";")[0].strip().lower() if isinstance(text, str) else ""


def cookies(response: Response) -> dict[str, dict[str, Any]]:
    """The cookies that the response sets, each with its value and attributes under the names that FastAPI gives them."""
    found: dict[str, dict[str, Any]] = {}
    for name, text in response.headers:
        if name.lower() == "set-cookie" and len(text) <= _COOKIE_LONGEST:
            try:
                jar = SimpleCookie(text)
            except CookieError:
                continue
            for key, morsel in jar.items():
                found[key] = {"value": morsel.value, **_attributes(morsel)}
    return found


def _attributes(morsel: Mapping[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = {"httponly": bool(morsel["httponly"]), "secure": bool(morsel["secure"])}
    for name in ("path", "domain", "expires"):
        if morsel[name]:
            attributes[name] = morsel[name]
    if morsel["samesite"]:
        attributes["samesite"] = morsel["samesite"].lower()
    if morsel["max-age"]:
        age = morsel["max-age"]
        attributes["max_age"] = int(age) if re.fullmatch(r"-?[0-9]{1,15}", age) else age
    return attributes


def body_text(response: Response) -> str:
    """The body as UTF-8 text."""
    return response.body.decode("utf-8", "replace")


def body_json(response: Response) -> Any:
    """The body as a JSON value. Raises NotJson, also for NaN, too deep or too long numbers."""
    if not response.body:
        raise NotJson("the body is empty")
    try:
        return json.loads(_without_surrogates(response.body), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson("the body is not JSON" + (f" ({error})" if "is not JSON" in str(error) else "")) from None


def _without_surrogates(body: bytes) -> bytes:
    r"""The body with `\ud800` and its like as U+FFFD: JSON can spell half a character, and nothing else can hold it."""
    return _SURROGATE_ESCAPE.sub(lambda found: found[0] if found[1] else rb"\ufffd", body) if rb"\u" in body else body


# A pair spells one character and stays (group 1); so does an escaped backslash before a u.
_SURROGATE_ESCAPE: Final = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
