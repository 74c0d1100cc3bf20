"""Why a check failed: what differs, and the exception behind it."""

import json
from collections.abc import Iterator
from typing import Any, Final

from rich.console import RenderableType
from rich.text import Text

from quizkit.check.match import ABSENT
from quizkit.check.result import place_text
from quizkit.report.layout import Cut
from quizkit.report.text import plain, safe, sign
from quizkit.verdict import CheckResult, Mismatch

_MISMATCHES_SHOWN: Final = 4
_LINES_SHOWN: Final = 40
_VALUE_SHOWN: Final = 500


def differences(check: CheckResult) -> Iterator[RenderableType]:
    """Each place that differs; where the status is wrong or much differs, the whole body beside the expected one, once."""
    shown = [m for m in check.mismatches if m.path != ("status",)]
    body = [m for m in shown if m.path[0] == "json"]
    if body and isinstance(check.expected, dict) and (len(body) > _MISMATCHES_SHOWN or len(shown) < len(check.mismatches)):
        shown = [m for m in shown if m.path[0] != "json"] + [_whole_body(check)]
    for mismatch in shown[:_MISMATCHES_SHOWN]:
        yield from _difference(mismatch)
    if len(shown) > _MISMATCHES_SHOWN:
        yield plain(f"        and {len(shown) - _MISMATCHES_SHOWN} more differences", "dim")


def _whole_body(check: CheckResult) -> Mismatch:
    expected = check.expected.get("json", check.expected.get("json_contains"))
    partly = "" if "json" in check.expected else "at least what is expected must be there"
    actual = check.actual.get("json", check.actual.get("text"))
    return Mismatch(("json",), expected, actual, partly)


def _difference(mismatch: Mismatch) -> Iterator[RenderableType]:
    place = "" if len(mismatch.path) == 1 else f"at {place_text(mismatch.path)}"
    words = " ".join(filter(None, (place, mismatch.message)))
    if words:
        yield Cut(plain(words), 8)
    yield Cut(Text.assemble("expected   ", (_shortened(mismatch.expected), "green")), 8, fold=True)
    yield Cut(Text.assemble("got        ", (_shortened(mismatch.actual), "red")), 8, fold=True)


def _shortened(value: Any) -> str:
    """A value on a few lines at the most; `check --format json` has the whole."""
    text = safe(_one_line(value))
    return text if len(text) <= _VALUE_SHOWN else text[:_VALUE_SHOWN] + sign("cut")


def _one_line(value: Any) -> str:
    if value is ABSENT:
        return "nothing"
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (ValueError, RecursionError):
        return repr(type(value))


def trace(told: str, file: str) -> Iterator[RenderableType]:
    """The exception and the person's own lines; `file` is their own name for what ran as main.py."""
    for line in told.splitlines()[:_LINES_SHOWN]:
        yield Cut(plain(line.replace("  main.py:", f"  {file}:", 1)), 8)
