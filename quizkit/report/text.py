"""Data as text that is shown: nothing in it steers a terminal, and every sign can be printed."""

import re
import sys
from typing import Final

from rich.text import Text

_NAMES: Final = ("ok", "no", "missed", "partly", "wrong", "none", "turn", "rule", "cut", "bar")
_SIGNS: Final = dict(zip(_NAMES, "✓✗○~!·▸─…▇", strict=True))
_ASCII_SIGNS: Final = dict(zip(_NAMES, "+xo~!.>-~#", strict=True))


ROLE_WORDS: Final = {"must": "", "bonus": "bonus: ", "misconception": "wrong idea: ", "reference": "the reference says: "}
"""What is said before a key point, by its role."""


def sign(name: str) -> str:
    """One of the signs, as the terminal's encoding can print it."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return (_SIGNS if encoding.startswith("utf") else _ASCII_SIGNS)[name]


# What data must not do to a reader: steer the terminal, begin a line, reorder what is read, or be there without being seen.
# Scripts and emoji need a few invisible characters, which stay where these have them: joiners between letters of scripts
# that join (Persian, Hindi, families of emoji), variation selectors one at a time, and the tags of the three flags that
# are made of them. Between Latin letters a joiner only makes two words look like one and the same.
_STEERS: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
_BREAKS: Final = r"\u2028\u2029"
_REORDERS: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN: Final = (
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_JOINED: Final = r"[\u0590-\u200a\u2010-\U0010ffff]"
_SELECTOR: Final = r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_ACCENT: Final = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_FLAG: Final = r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
_UNSAFE: Final = re.compile(
    rf"({_FLAG})|[{_STEERS}{_BREAKS}{_REORDERS}{_UNSEEN}]|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})"
    rf"|(?<={_SELECTOR}){_SELECTOR}+|(?<={_ACCENT}{{8}}){_ACCENT}+"
)


def safe(text: str) -> str:
    """`text` from a deck, a document or a snippet, with nothing in it that could steer a terminal or deceive a reader."""
    return _UNSAFE.sub(lambda found: found[1] or ("�" if found[0] != "\r" else ""), text.replace("\t", "    "))


def one_line(text: str) -> str:
    """A name or a message that must not begin a line of its own, nor one that a forge would take for a command."""
    folded = " ".join(safe(text).split("\n"))
    return f"./{folded}" if folded.lstrip().startswith(("::", "##[")) else folded


def visible(text: str) -> str:
    """`text` of a value with an escape for each character that `safe` replaces: two that look the same may well differ."""
    return _UNSAFE.sub(lambda found: found[1] or "".join(map(_escape, found[0])), text)


def _escape(character: str) -> str:
    code = ord(character)
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
