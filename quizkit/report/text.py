"""Data as text that is shown: nothing in it steers a terminal, and every sign can be printed."""

import re
import sys
from typing import Final

from rich.text import Text

_NAMES: Final = ("ok", "no", "missed", "partly", "wrong", "none", "turn", "rule", "cut", "bar")
_SIGNS: Final = dict(zip(_NAMES, "✓✗○~!·▸─…▇", strict=True))
_ASCII_SIGNS: Final = dict(zip(_NAMES, "+xo~!.>-~#", strict=True))


def sign(name: str) -> str:
    """One of the signs, as the terminal's encoding can print it."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return (_SIGNS if encoding.startswith("utf") else _ASCII_SIGNS)[name]


# Escape sequences' own controls, C1, and the marks that reorder what is read: none of them may come from data.
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def safe(text: str) -> str:
    """`text` from a deck, a document or a snippet, with nothing in it that could steer a terminal."""
    return _UNSAFE.sub(lambda found: "�" if found[0] not in "\r" else "", text.replace("\t", "    "))


def visible(text: str) -> str:
    """`text` of a value with an escape for each character that `safe` replaces: two that look the same may well differ."""
    return _UNSAFE.sub(lambda found: _escape(ord(found[0])), text)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plain(text: str, style: str = "") -> Text:
    """Text that is data: no markup, no emoji codes, no escapes."""
    return Text(safe(text), style=style)


def inline(text: str, style: str = "") -> Text:
    """Data in which code stands between backticks, as in an option or a key point."""
    parts = re.split(r"(`[^`]+`)", safe(text))
    return Text.assemble(*((part, "bold cyan" if part.startswith("`") and len(part) > 1 else "") for part in parts), style=style)


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
