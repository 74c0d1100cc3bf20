"""Wrong versions of a right answer that isn't Python: a Dockerfile without one of its instructions, YAML without one entry."""

import re
from collections.abc import Iterator, Sequence

from quizkit.proof.variants import Variant, variant


def omissions(source: str, prompt: str) -> Iterator[Variant]:
    """The text without one part at a time: a line with what is indented below it, or continued on the lines after it.

    A part that the task doesn't speak of may be there or not, so only what the prompt names is left out.
    """
    named = set(_words(prompt))
    lines = source.splitlines(keepends=True)
    for first, line in enumerate(lines):
        begins = line.strip() and not line.lstrip().startswith("#") and not _continued(lines, first)
        if begins and next(iter(_words(line)), "") in named:
            last = _end(lines, first)
            yield variant("left out", source, "".join([*lines[:first], *lines[last:]]))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z_]{2,}", text.lower())


def _continued(lines: Sequence[str], number: int) -> bool:
    """Whether a line belongs to the instruction before it."""
    return number > 0 and lines[number - 1].rstrip().endswith("\\")


def _end(lines: Sequence[str], first: int) -> int:
    """The line after the part that begins at `first`."""
    depth = _depth(lines[first])
    last = first + 1
    while last < len(lines) and (_continued(lines, last) or not lines[last].strip() or _depth(lines[last]) > depth):
        last += 1
    return last


def _depth(line: str) -> int:
    """How far a line is indented; an element of a list lies deeper than the key that it hangs under, wherever it is written."""
    text = line.lstrip(" ")
    return 2 * (len(line) - len(text)) + text.startswith("- ")
