"""What the comments of a document's own snippets proved, block by block."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType

from quizkit.report.command import Command
from quizkit.report.failure import differences, trace
from quizkit.report.layout import Hanging, Row
from quizkit.report.text import one_line, plain, plural, sign
from quizkit.verdict import FileVerdict, Outcome

if TYPE_CHECKING:
    from quizkit.documents.blocks import Block
    from quizkit.documents.fragment import Addition


def document_verdict(path: str, found: "Sequence[tuple[Block, FileVerdict]]") -> RenderableType:
    """The figures, what isn't right, and what was taken for granted."""
    outcomes = [result.verdict.outcome for _, result in found]
    silent = outcomes.count(Outcome.no_expectation)
    passed, failed = outcomes.count(Outcome.passed), outcomes.count(Outcome.failed)
    figures = [
        f"{passed} passed",
        f"{failed} failed",
        f"{silent} say nothing",
        f"{len(found) - passed - failed - silent} can't run",
    ]
    told = ", ".join(figure for figure in figures if not figure.startswith("0 "))
    head = plain(f"{one_line(path)} · {plural(len(found), 'block')}   {told}", "bold")
    parts: list[RenderableType] = [head, *(line for block, result in found for line in _block(path, block, result))]
    lines = [
        str(block.line)
        for block, result in found
        if result.verdict.outcome is Outcome.no_expectation and not result.verdict.checks
    ]
    if lines:
        parts.append(
            Hanging(f"{sign('none')} ", f"nothing is stated to compare with on line {', '.join(lines)}", "dim", indent=2)
        )
    return Group(*parts, *_added([block for block, _ in found if block.stated]))


def _added(blocks: "Sequence[Block]") -> Iterator[RenderableType]:
    """What the blocks got that they don't hold themselves: what is assumed, and what other blocks define."""
    for label, chosen in (("assumed: ", lambda addition: addition.is_usual), ("added: ", lambda addition: not addition.is_usual)):
        found = [[addition for addition in block.added if chosen(addition)] for block in blocks]
        every = [addition for part in found for addition in part]
        if every:
            count = plural(sum(map(bool, found)), "block")
            yield Hanging(label, f"{_usual(every) if every[0].is_usual else _lent(every)} ({count})", indent=2)


def _usual(added: "Sequence[Addition]") -> str:
    texts = [addition.text for addition in added]
    return ", ".join(f"`{text}`" for text in sorted(dict.fromkeys(texts), key=lambda text: -texts.count(text))[:4])


def _lent(added: "Sequence[Addition]") -> str:
    return f"what earlier blocks define on line {', '.join(map(str, sorted({addition.line for addition in added})))}"


def _block(path: str, block: "Block", result: FileVerdict) -> Iterator[RenderableType]:
    verdict = result.verdict
    if verdict.message and verdict.outcome is not Outcome.no_expectation:
        line = block.stated[0].line if block.stated else block.line
        yield Row(sign("wrong"), "yellow", f"{path}:{line}", verdict.message)
    for check in verdict.checks:
        words = f"{check.name}   {check.message}"
        if check.outcome is Outcome.no_expectation or (check.outcome is Outcome.passed and check.message):
            yield Row(sign("partly"), "yellow", f"{path}:{check.line}", words)
        elif check.outcome is not Outcome.passed and not verdict.message:
            yield Row(sign("no"), "red", f"{path}:{check.line}", words)
            if check.request:
                yield Command(check.request, 8)
            yield from differences(check)
            yield from trace(check.traceback, path)
