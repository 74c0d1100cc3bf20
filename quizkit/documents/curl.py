"""Reads the `curl` commands of a document as requests."""

import re
import shlex
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from quizkit.check.spec import METHOD_NAMES

COMMAND: Final = re.compile(r"(?:[$>]\s+)?curl\s+(?P<words>.*)", re.DOTALL)
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "testserver", ""})
_DATA: Final = frozenset({"-d", "--data", "--data-raw", "--data-ascii", "--data-binary"})
_LONGEST: Final = 20_000
_TAKES_NOTHING: Final = re.compile(
    r"-[isvkLSfNgl]+|--(?:include|silent|verbose|insecure|location|show-error|fail|no-buffer|globoff)"
)
_TAKES_WORD: Final = frozenset({"-o", "--output", "-w", "--write-out", "-m", "--max-time", "--connect-timeout"})
_JOINED: Final = re.compile(r"(?P<option>-X|--[a-z-]+(?==))=?(?P<value>.+)", re.DOTALL)


@dataclass(slots=True)
class Asked:
    """A request that a document states: what `RequestSpec` calls its parts."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    unclear: str = ""


class NoRequest(ValueError):
    """A command that isn't understood."""


def read_curl(words: str) -> Asked | None:
    """The request that curl would send to the app; None for another server. Raises NoRequest with the reason."""
    if len(words) > _LONGEST:
        raise NoRequest("the command is too long")
    try:
        left = shlex.split(words.replace("\\\n", " "))[::-1]
    except ValueError:
        raise NoRequest("a quote is never closed") from None
    asked, address = Asked("", ""), ""
    while left:
        word = left.pop()
        if joined := _JOINED.fullmatch(word):
            word = joined["option"]
            left.append(joined["value"])
        if not word.startswith("-"):
            address = word
        elif _TAKES_NOTHING.fullmatch(word) is None:
            _take(word, left.pop() if left else "", asked)
    return _addressed(asked, address)


def _take(option: str, value: str, asked: Asked) -> None:
    """What an option with a value says of the request."""
    if option in ("-X", "--request"):
        asked.method = value
    elif option in ("-H", "--header"):
        name, _, text = value.partition(":")
        asked.headers[name.strip().lower()] = text.strip()
    elif option in _DATA:
        asked.body = {"content": f"{asked.body['content']}&{value}" if asked.body else value}
        asked.headers.setdefault("content-type", "application/x-www-form-urlencoded")
    elif option == "--json":
        asked.body = {"content": value}
        asked.headers.setdefault("content-type", "application/json")
    elif option in ("-u", "--user"):
        asked.headers["authorization"] = "Basic " + b64encode(value.encode()).decode()
    elif option in ("-b", "--cookie"):
        asked.headers["cookie"] = value
    elif option not in _TAKES_WORD:
        raise NoRequest(f"curl's `{option}` isn't known here")


def _addressed(asked: Asked, address: str) -> Asked | None:
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host = parts.netloc.rpartition("@")[2].partition(":")[0] if not parts.netloc.startswith("[") else "[::1]"
    except ValueError:
        raise NoRequest("the address can't be read") from None
    if not address or host not in _LOCAL:
        return None
    asked.path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked.method = asked.method or ("POST" if asked.body else "GET")
    if asked.method not in METHOD_NAMES:
        raise NoRequest(f"`{asked.method}` is no method")
    return asked
