"""Why a check failed: the request, what differs, and the exception behind it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from rich.console import RenderableType

from quizkit.check.match import ABSENT, MOST, Path, is_operator
from quizkit.check.result import place_text
from quizkit.report.difference import brief, difference
from quizkit.report.layout import Cut
from quizkit.report.sides import Sides
from quizkit.report.text import plain, sign
from quizkit.verdict import CheckResult, Mismatch

_INDENT: Final = 8
_MISMATCHES_SHOWN: Final = 4
_LINES_SHOWN: Final = 40


def differences(check: CheckResult) -> Iterator[RenderableType]:
    """Each place that differs; where the status is wrong or much differs, the whole body beside the expected one, once."""
    shown = [m for m in check.mismatches if m.path != ("status",)]
    body = [m for m in shown if m.path[0] == "json"]
    much = len(body) > _MISMATCHES_SHOWN or len(shown) < len(check.mismatches)
    whole = bool(body) and much and isinstance(check.expected, dict)
    if whole:
        shown = [m for m in shown if m.path[0] != "json"]
    room = _MISMATCHES_SHOWN - whole
    for _, group in groupby(shown[:room], key=lambda mismatch: _stands_in(mismatch, check)):
        yield from _difference(list(group), check)
    if whole:
        yield from _whole_body(check)
    if len(shown) > room:
        least = "at least " if len(check.mismatches) >= MOST else ""
        yield plain(f"{'':{_INDENT}}and {least}{len(shown) - room} more differences", "dim")


def _whole_body(check: CheckResult) -> Iterator[RenderableType]:
    partial = "json" not in check.expected
    if partial:
        yield Cut(plain("at least what is expected must be there"), _INDENT)
    expected = check.expected["json_contains" if partial else "json"]
    actual = check.actual.get("json", check.actual.get("text"))
    yield Sides(*difference(expected, actual, pattern=True, partial=partial, cut=sign("cut")))


def _difference(found: Sequence[Mismatch], check: CheckResult) -> Iterator[RenderableType]:
    """One place, or what is missing from one object or list, or too much in it."""
    for mismatch in found:
        place = "" if len(mismatch.path) == 1 else f"at {place_text(mismatch.path)}"
        words = " ".join(filter(None, (place, mismatch.message)))
        if words:
            yield Cut(plain(words), _INDENT)
    cut, around = sign("cut"), _around(found[0], check)
    if around is not None:
        yield Sides(*difference(*around, pattern=True, partial="json" not in check.expected, cut=cut))
    elif found[0].message:  # a sentence says what differs
        yield Sides(brief(found[0].expected, cut), brief(found[0].actual, cut))
    else:
        yield Sides(*difference(found[0].expected, found[0].actual, cut=cut))


def _stands_in(mismatch: Mismatch, check: CheckResult) -> Path:
    """What is shown of a mismatch: the place itself, or what stands around it."""
    return mismatch.path if _around(mismatch, check) is None else mismatch.path[:-1]


def _around(mismatch: Mismatch, check: CheckResult) -> tuple[Any, Any] | None:
    """Both sides of the object or list from which something is missing, or in which something is too much."""
    if mismatch.path[0] != "json" or len(mismatch.path) == 1 or (mismatch.expected is ABSENT) == (mismatch.actual is ABSENT):
        return None
    expected = check.expected.get("json", check.expected.get("json_contains"))
    actual = check.actual.get("json")
    try:
        for step in mismatch.path[1:-1]:
            expected, actual = expected[step], actual[step]
    except (LookupError, TypeError):  # the way leads through an operator
        return None
    alike = any(isinstance(expected, kind) and isinstance(actual, kind) for kind in (dict, list))
    return (expected, actual) if alike and not is_operator(expected) else None


def trace(told: str, file: str) -> Iterator[RenderableType]:
    """The exception and the person's own lines; `file` is their own name for what ran as main.py."""
    for line in told.split("\n")[:_LINES_SHOWN] if told else ():
        yield Cut(plain(line.replace("  main.py:", f"  {file}:", 1)), _INDENT)
