"""Splits a Markdown document into its code: fences, also those in lists, quotations, tabs and folded parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from quizkit.check.names import parsed

Kind = Literal["python", "shell", "http", "json"]
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("python", "py", "python3", "py3"), "python"),
    **dict.fromkeys(("bash", "sh", "shell", "console", "zsh", "terminal", "curl"), "shell"),
    **dict.fromkeys(("http", "https"), "http"),
    **dict.fromkeys(("json", "jsonc", "json5"), "json"),
}
# `python`, `Python hl_lines="1"`, `{.python}`, `{code-block} python`, `python:main.py`.
_LANGUAGE: Final = re.compile(r"\{?\.?(?:code-block\}|code-cell\}|sourcecode\})?\s*(?P<name>[\w-]+)")
_FENCE: Final = re.compile(r"^\s*(?:`{3}|~{3})", re.MULTILINE)
_DEEPEST: Final = 4
"""Tabs inside tabs are read so deep."""
_WORDS_KEPT: Final = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A fenced text: its first line, counted from 0, what it is written in, and the last words before it."""

    line: int
    kind: Kind
    text: str
    words: tuple[str, ...] = ()


def pieces(text: str) -> list[Piece]:
    """The fences of a document that hold Python, or what is sent to an app and comes back."""
    found: list[Piece] = []
    words: list[str] = []
    for line, item in _parts(text, 0, 0):
        if isinstance(item, str):
            words.append(item)
        else:
            kind = _kind(item)
            if kind:
                found.append(Piece(line, kind, item.content, tuple(words[-_WORDS_KEPT:])))
            words.clear()
    return found


def _parts(text: str, line: int, depth: int) -> Iterator[tuple[int, Token | str]]:
    """Each fence with its first line, and each paragraph and heading, in the order of the document.

    What hangs under a tab is indented, which is code to Markdown, and what is folded away in HTML is HTML to it.
    """
    for token in MarkdownIt("commonmark").parse(text):
        at = line + (token.map[0] if token.map else 0)
        if token.type == "fence" and token.map:
            yield at + 1, token
        elif token.type in ("code_block", "html_block") and depth < _DEEPEST and _FENCE.search(token.content):
            yield from _parts(_after_tag(token.content), at, depth + 1)
        elif token.type in ("inline", "html_block"):
            yield at, token.content


def _after_tag(html: str) -> str:
    """HTML whose first lines are blank as far as they are tags, so that a fence after them is one."""
    return re.sub(r"^\s*<[^\n]*$", "", html, flags=re.MULTILINE)


def _kind(fence: Token) -> Kind | None:
    if fence.info.strip():
        named = _LANGUAGE.match(fence.info.strip())
        return _KINDS.get(named["name"].lower()) if named else None
    if _looks_like_python(fence.content):
        return "python"
    if fence.content.lstrip().startswith(("{", "[")):
        return "json"
    return "shell" if re.match(r"\s*(?:\$ )?curl\s", fence.content) else None


def _looks_like_python(code: str) -> bool:
    """Whether a block that names no language is code and not a tree of folders or an address."""
    if not re.search(r"^\s*(?:@|def |async def |import |from |class )", code, re.MULTILINE):
        return False
    try:
        parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
