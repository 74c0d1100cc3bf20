"""Expected and got on the screen: beside each other where there is room, else below, with carets under what differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import Final

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from quizkit.report.difference import Side

BESIDE_FROM: Final = 100
"""How many columns a terminal needs for two sides beside each other."""
_INDENT: Final = 8
_LABELS: Final = ("expected", "got")
_STYLES: Final = ("green", "red")
_GAP: Final = 3


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece of a side that fits the screen, and the carets that stand under it."""

    text: Text
    carets: str


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sides as a person holds them against each other. In a pipe nothing is folded, as no screen's width is known."""

    expected: Side
    actual: Side

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width - _INDENT
        beside = console.is_terminal and options.max_width >= BESIDE_FROM
        for line in self._beside((width - _GAP) // 2) if beside else self._below(width if console.is_terminal else 0):
            line.rstrip()
            yield from (Text(" " * _INDENT) + line).render(console, end="\n")

    def _beside(self, width: int) -> Iterator[Text]:
        left, right = self._lines(width)
        column = max(cell_len(part) for part in (_LABELS[0], *(line.text.plain for line in left))) + _GAP
        yield _row(Text(_LABELS[0], "dim"), Text(_LABELS[1], "dim"), column)
        for one, other in zip_longest(left, right, fillvalue=_Line(Text(), "")):
            yield _row(one.text, other.text, column)
            if one.carets or other.carets:
                yield _row(Text(one.carets), Text(other.carets), column)

    def _below(self, width: int) -> Iterator[Text]:
        label_width = len(_LABELS[0]) + _GAP
        both = self._lines(max(10, width - label_width) if width else 0)
        once = len(both[0]) == len(both[1]) == 1 and both[0][0].carets == both[1][0].carets
        for label, lines in zip(_LABELS, both, strict=True):
            for number, line in enumerate(lines):
                yield _row(Text(label if number == 0 else ""), line.text, label_width)
                if line.carets and not (once and label == _LABELS[0]):
                    yield _row(Text(), Text(line.carets), label_width)

    def _lines(self, width: int) -> tuple[list[_Line], list[_Line]]:
        return _lines(self.expected, _STYLES[0], width), _lines(self.actual, _STYLES[1], width)


def _row(left: Text, right: Text, column: int) -> Text:
    return Text.assemble(left, " " * (column - left.cell_len), right)


def _lines(side: Side, style: str, width: int) -> list[_Line]:
    """A side in lines of less than `width` cells, or in one: the last column is left to a caret behind the end."""
    text = Text(side.text, "" if side.marks else style)
    for begin, end in side.marks:
        text.stylize(f"bold {style}", begin, end)
    parts = (chop_cells(side.text, width - 1) if width else None) or [side.text]
    begins = [0, *accumulate(map(len, parts))]
    pieces = text.divide(begins[1:-1])
    marks = [(begin, end) for begin, end in side.marks]
    return [
        _Line(piece, _carets(part, [(begin - start, end - start) for begin, end in marks], last=number == len(parts) - 1))
        for number, (piece, part, start) in enumerate(zip(pieces, parts, begins, strict=False))
    ]


def _carets(part: str, marks: list[tuple[int, int]], *, last: bool) -> str:
    """The line under a piece; what lacks at a place is shown by one caret where it should be."""
    line = ""
    for begin, end in marks:
        if end == begin and 0 <= begin < len(part) + last:
            begin_cell, end_cell = cell_len(part[:begin]), cell_len(part[:begin]) + 1
        elif begin < len(part) and end > 0:
            begin_cell, end_cell = cell_len(part[: max(0, begin)]), cell_len(part[:end])
        else:
            continue
        line = line.ljust(begin_cell) + "^" * (end_cell - max(begin_cell, len(line)))
    return line
