"""Values as people write them in comments: JSON, or Python's spelling of it, over several lines and with words after it."""

import ast
import json
import re
from dataclasses import dataclass, replace
from typing import Any, Final

from quizkit.check.names import parsed

_LONGEST_LITERAL: Final = 50_000
"""Python's parser needs some hundred times the memory of what it reads; JSON's doesn't."""
# What counts while a bracket is open. A quote that is never closed ends the search, so each character is looked at once.
_TOKEN: Final = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|(?P<open>[\[{(])|(?P<close>[\]})])|(?P<note>(?:#|//).*)|(?P<cut>\.\.\.|…)|(?P<lone>["\'])'
)
_SCALAR: Final = re.compile(
    r"(?:true|false|null|True|False|None)\b|-?\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+(?![\w.]*\w)"
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
)


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value, what stands behind it on its last line, and how many lines it goes on over."""

    json: Any
    rest: str
    lines: int = 0
    partial: bool = False
    """Whether an object was cut short with `...`, so that there may be more keys than those."""


def read_value(text: str) -> Value | None:
    """The value that a text begins with; None where it begins with none."""
    return _bracketed(text) if text[:1] in ("{", "[") else _scalar(text)


def _bracketed(text: str) -> Value | None:
    """What stands between brackets, without the notes beside keys and without `...` at the end of an object."""
    around: list[str] = []
    kept, after, partial = "", 0, False
    for token in _TOKEN.finditer(text):
        if token["lone"] or (token["cut"] and around[-1] != "{"):
            return None
        if token["note"] or token["cut"]:
            kept += text[after : token.start()]
            kept = kept.rstrip().removesuffix(",") if token["cut"] else kept
            partial, after = partial or bool(token["cut"]), token.end()
        elif token["open"]:
            around.append(token["open"])
        elif token["close"]:
            around.pop()
        if not around:
            found = _spelt(kept + text[after : token.end()], text, token.end())
            return replace(found, partial=partial) if found else None
    return None


def _scalar(text: str) -> Value | None:
    found = _SCALAR.match(text)
    return _spelt(found[0], text, found.end()) if found else None


def _spelt(literal: str, text: str, end: int) -> Value | None:
    """The value that `literal` spells, whose place in `text` ends at `end`."""
    for spelling in (_json, _python):
        try:
            value = spelling(literal)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            continue
        return Value(value, text[end:].partition("\n")[0].strip(), text.count("\n", 0, end))
    return None


def _json(literal: str) -> Any:
    value = json.loads(literal)
    json.dumps(value, allow_nan=False)  # an infinity is nothing that comes back
    return value


def _python(literal: str) -> Any:
    """A dict or list of Python as the JSON that FastAPI makes of it. Raises TypeError for a set and for `...`."""
    if len(literal) > _LONGEST_LITERAL:
        raise ValueError("too long")
    (statement,) = parsed(literal).body
    if not isinstance(statement, ast.Expr):
        raise TypeError("no value")
    return json.loads(json.dumps(ast.literal_eval(statement.value), allow_nan=False))
