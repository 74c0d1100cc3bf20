"""How an answer that was run came out: a file, check by check, and what a save changed."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from quizkit.deck.models import Entry
from quizkit.report.command import Command
from quizkit.report.failure import differences, trace
from quizkit.report.layout import Cut, Hanging, Row
from quizkit.report.marks import advice
from quizkit.report.text import one_line, plain, plural, sign
from quizkit.verdict import CheckResult, FileVerdict, Outcome, Verdict

_NAME_WIDTH: Final = 40
_NAMES_SHOWN: Final = 8
_PRINTED_SHOWN: Final = 12
_MESSAGE_SHOWN: Final = 500


def checks(verdict: Verdict, file: str = "main.py", hints: bool = True) -> RenderableType:
    """How each check of a coding answer ended, the failed ones with their reasons. `file` is the person's own name for it."""
    parts: list[RenderableType] = []
    if verdict.message:
        parts.append(Hanging(f"{sign('no')} ", _begun(verdict.message), "red", indent=2))
        parts += trace(next((check.traceback for check in verdict.checks if check.traceback), ""), file)
    if verdict.message and all(check.outcome is Outcome.not_run for check in verdict.checks):
        return Group(*parts)
    width = _name_width(verdict)
    for check in verdict.checks:
        parts += _check(check, width, file, hints)
    if verdict.output.strip():
        parts.append(Text("  printed", style="dim"))
        parts += [Cut(plain(line), 8) for line in verdict.output.strip().splitlines()[-_PRINTED_SHOWN:]]
    return Group(*parts)


def _begun(message: str) -> str:
    """A message, which may quote a value or an exception of any length; what follows it tells more."""
    return message if len(message) <= _MESSAGE_SHOWN else message[:_MESSAGE_SHOWN] + sign("cut")


def _name_width(verdict: Verdict) -> int:
    """The column of names: as wide as the longest that leaves room for what is said beside it."""
    return max((cell_len(check.name) for check in verdict.checks if cell_len(check.name) <= _NAME_WIDTH), default=0)


def _check(check: CheckResult, width: int, file: str, hints: bool) -> Iterator[RenderableType]:
    if check.outcome is Outcome.passed:
        yield Row(sign("ok"), "green", check.name, _came_back(check), width)
        return
    if check.outcome is Outcome.not_run:
        yield Row(sign("none"), "dim", check.name, "not run", width)
        return
    yield Row(sign("no"), "red", check.name, _begun(check.message) or str(check.outcome), width)
    if check.request:
        yield Command(check.request, 8)
    yield from differences(check)
    yield from trace(check.traceback, file)
    if hints and check.hint:
        yield Hanging("hint  ", check.hint, "yellow", indent=8)


def _came_back(check: CheckResult) -> str:
    if not isinstance(check.actual, dict):
        return ""
    more = any(key != "status" for key in check.expected or {})
    return f"{check.actual.get('status', '')}{' as expected' if more else ''}"


def file_verdict(file: str, entry: Entry, verdict: Verdict) -> RenderableType:
    """What `quizkit check` says of one file: one line where all passed, else check by check."""
    passed = sum(check.outcome is Outcome.passed for check in verdict.checks)
    left = f"{one_line(file)} · {entry.id} · {entry.topic}"
    right = f"{passed} of {len(verdict.checks)}, {verdict.duration_s:.2f} s"
    head = Text.assemble(
        (f"{sign('ok' if verdict.passed else 'no')} ", "green" if verdict.passed else "red"), left, f"   {right}"
    )
    if verdict.passed:
        return Group(head, advice(verdict)) if verdict.advice else head
    return Group(head, checks(verdict, one_line(file.rpartition("/")[2])))


def folder_summary(results: Sequence[FileVerdict], passed_over: Sequence[str]) -> RenderableType:
    """How many of a folder's files pass, and which name no question."""
    passed = sum(result.verdict.passed for result in results)
    verb = "passes" if len(results) == 1 else "pass"
    parts: list[RenderableType] = [Text(f"{passed} of {plural(len(results), 'file')} {verb}")]
    if passed_over:
        more = f" and {len(passed_over) - _NAMES_SHOWN} more" if len(passed_over) > _NAMES_SHOWN else ""
        names = ", ".join(one_line(name) for name in passed_over[:_NAMES_SHOWN])
        parts.append(Hanging("", f"passed over, as they name no question: {names}{more}", "dim", indent=2))
    return Group(*parts)


def since(before: Verdict | None, after: Verdict) -> Iterator[RenderableType]:
    """What a save changed, by the names of the checks."""
    if before is None:
        return
    then, now = ([check.outcome is Outcome.passed for check in verdict.checks] for verdict in (before, after))
    for words, wanted, style in (("now passes", True, "green"), ("now fails", False, "red")):
        names = [c.name for c, old, new in zip(after.checks, then, now, strict=False) if old is not new and new is wanted]
        if names:
            yield Hanging(f"{words}  ", " · ".join(names), style, indent=2)
