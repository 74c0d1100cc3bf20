"""How lines fit a screen: cut, hanging, in rows, under a rule; prose and code."""

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text
from rich.theme import Theme

from quizkit.report.text import inline, one_line, safe, sign

TEXT_WIDTH: Final = 76
INDENT: Final = 2
_PIPE_WIDTH: Final = 10_000
"""Where a line that may be cut is cut in a pipe or a file."""

THEME: Final = Theme({"markdown.code": "bold cyan", "markdown.code_block": "none"})
"""Colours of our own: code in a sentence without a background, which would look like a button."""


class Cut:
    """Lines that never wrap by word: at the screen's edge they are cut, with a sign, or with `fold` left to the terminal.

    A terminal breaks a line at its edge and gives it back whole to who copies it; no sign of ours would be left out then.
    """

    def __init__(self, text: Text, indent: int, *, fold: bool = False) -> None:
        self._text = text
        self._indent = indent
        self._fold = fold

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(10, options.max_width - self._indent) if console.is_terminal else _PIPE_WIDTH
        for line in self._text.split("\n", allow_blank=True):
            if not self._fold and line.cell_len > width:
                line.truncate(width - 1)
                line.append(sign("cut"))
            yield from (Text(" " * self._indent) + line if line.plain else line).render(console, end="\n")


def code(source: str, language: str = "python", indent: int = 2) -> Cut:
    """Highlighted code; a line that is too long for the screen goes on below, at its edge and never by word."""
    from rich.syntax import Syntax  # noqa: PLC0415 - a verdict shows no code

    source = safe(source)
    highlighted = Syntax("", language or "text", theme="ansi_dark", background_color="default").highlight(source)
    highlighted.rstrip()
    return Cut(highlighted, indent, fold=True)


class Hanging:
    """A marked line whose further lines line up with its text."""

    def __init__(self, mark: str, text: str | Text, style: str = "", indent: int = 4) -> None:
        self._mark = mark
        self._text = text
        self._style = style
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        start = self._indent + cell_len(self._mark)
        width = max(20, min(options.max_width, TEXT_WIDTH + INDENT) - start)
        text = self._text if isinstance(self._text, Text) else inline(self._text.strip(), self._style)
        lines = text.wrap(console, width) or [Text()]
        for number, line in enumerate(lines):
            line.rstrip()
            lead = " " * self._indent + self._mark if number == 0 else " " * start
            yield Text.assemble((lead, self._style if number == 0 else ""), line)


class Row:
    """A marked name and what is said beside it; where the screen is too narrow for both, below it."""

    def __init__(self, mark: str, style: str, name: str, right: str, width: int = 0) -> None:
        self._mark = (mark, style)
        self._name = one_line(name)
        self._right = one_line(right)
        self._width = width

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        padded = set_cell_size(self._name, self._width) if cell_len(self._name) < self._width else self._name
        whole = (
            Text.assemble(self._mark, " ", padded, "   ", self._right)
            if self._right
            else Text.assemble(self._mark, " ", self._name)
        )
        if whole.cell_len + INDENT <= options.max_width or not self._right or not console.is_terminal:
            yield Cut(whole, INDENT)
        else:
            yield Cut(Text.assemble(self._mark, " ", self._name), INDENT, fold=True)
            yield Cut(Text(self._right), 8, fold=True)


def prose(text: str) -> RenderableType:
    """A prompt's or an explanation's Markdown, indented and no wider than a column that reads well."""
    return _Prose(safe(text).strip())


_CODE_SPAN: Final = re.compile(r"(?<!`)(`[^`\n]+`)(?!`)")


class _Prose:
    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from quizkit.report.markdown import Prompt  # noqa: PLC0415 - only when some is drawn

        width = min(options.max_width, TEXT_WIDTH + INDENT)
        # Where no colour sets code apart, its backticks stay: two more around them make them part of the code.
        text = self._text if console.is_terminal and not console.no_color else _CODE_SPAN.sub(r"`` \1 ``", self._text)
        prompt = Prompt(text, code_theme="ansi_dark", hyperlinks=False)
        for line in whole_lines(prompt, console, options.update(width=width - INDENT)):
            yield from _without_trailing_space([Segment(" " * INDENT), *line])
            yield Segment.line()


def whole_lines(what: RenderableType, console: Console, options: ConsoleOptions) -> Iterator[list[Segment]]:
    """The lines of something that is drawn inside something else, none of them cropped, as Rich's own would be."""
    yield from Segment.split_lines(console.render(what, options))


def _without_trailing_space(line: list[Segment]) -> list[Segment]:
    while line and not line[-1].text.strip():
        line.pop()
    if line:
        line[-1] = Segment(line[-1].text.rstrip(), line[-1].style, line[-1].control)
    return line


def rule(left: str, right: str = "", *, width: int) -> Text:
    """The one line that says where a person is."""
    dash = sign("rule")
    left, right = f"{dash * 2} {safe(left)} ", f" {safe(right)} {dash * 2}" if right else ""
    room = width - cell_len(left) - cell_len(right)
    if room < 2 and right:
        right = set_cell_size(right, max(0, width - cell_len(left) - 4)).rstrip() + f" {dash * 2}"
        room = max(1, width - cell_len(left) - cell_len(right))
    return Text(left, style="bold").append(dash * max(1, room), style="dim").append(right, style="dim")
