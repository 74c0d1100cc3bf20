"""A text that was made from a right answer, and the lines in which the two differ."""

import textwrap
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variant:
    """A whole new `source`, the `rule` that made it, and what stood before and after at `line`."""

    rule: str
    line: int
    before: str
    after: str
    source: str


def variant(rule: str, original: str, changed: str) -> Variant:
    """What `rule` made of `original`."""
    old, new = original.splitlines(), changed.splitlines()
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    before, after = old[first : len(old) - last], new[first : len(new) - last]
    return Variant(rule, first + 1, _shown(before), _shown(after), changed)


def _common(left: list[str], right: list[str]) -> int:
    """With how many equal lines two texts begin."""
    pairs = zip(left, right, strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))


def _shown(lines: list[str]) -> str:
    return textwrap.dedent("\n".join(lines)).strip()


def changed_lines(before: str, after: str) -> str:
    """Both sides of a change, as a diff shows them."""
    return "\n".join([*(f"- {line}" for line in before.splitlines()), *(f"+ {line}" for line in after.splitlines())])
