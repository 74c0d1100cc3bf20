"""The part of RFC 9535 that a check needs: the root, member names and indexes."""

import re
from typing import Any, Final

_SEGMENT: Final = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*)          # .name
      | \[\s*'(?P<single>(?:[^'\\]|\\.)*)'\s*\]   # ['name']
      | \[\s*"(?P<double>(?:[^"\\]|\\.)*)"\s*\]   # ["name"]
      | \[\s*(?P<index>-?\d+)\s*\]""",
    re.VERBOSE,
)


def parse(path: str) -> tuple[str | int, ...]:
    """The steps of a path such as `$.items[0]['a b']`. Raises ValueError where it says more than names and indexes."""
    if not path.startswith("$"):
        raise ValueError(f"{path!r} must begin with $, the whole body")
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        found = _SEGMENT.match(path, position)
        if found is None:
            raise ValueError(f"{path!r} is not a path of names and indexes, at {path[position:]!r}")
        quoted = found["single"] if found["single"] is not None else found["double"]
        if found["index"] is not None:
            steps.append(int(found["index"]))
        elif quoted is not None:
            steps.append(_unescaped(quoted))
        else:
            steps.append(found["name"])
        position = found.end()
    return tuple(steps)


_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CONTROLS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _unescaped(quoted: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _CONTROLS.get(found[2], found[2]), quoted)


def find(path: str, document: Any) -> Any:
    """The value at `path`. Raises LookupError where the document has none there."""
    value = document
    for step in parse(path):
        match step, value:
            case int(), list():
                value = value[step]
            case str(), dict():
                value = value[step]
            case _:
                raise LookupError(path)
    return value
