"""A request as one could type it: on a screen it goes on below after a backslash, and what nobody would type is left out."""

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from quizkit.report.layout import Cut
from quizkit.report.text import safe, sign

_LONGEST: Final = 600
_HEAD: Final = 200
_TAIL: Final = 60
_WORDS: Final = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)++""")


class Command:
    """A line for the shell, folded between its words. `--format json` has it whole."""

    def __init__(self, command: str, indent: int) -> None:
        self._parts = list(_with_arguments([_shortened(word) for word in _WORDS.findall(safe(command))]))
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width - self._indent
        lines = _folded(self._parts, width) if console.is_terminal else [" ".join(self._parts)]
        yield Cut(Text("\n".join(lines), "dim"), self._indent, fold=True)


def _shortened(word: str) -> str:
    if len(word) <= _LONGEST:
        return word
    cut = sign("cut")
    return f"{word[:_HEAD]}{cut}({len(word) - _HEAD - _TAIL:,} characters){cut}{word[-_TAIL:]}"


def _with_arguments(words: list[str]) -> Iterator[str]:
    """The words, an option's argument on the same line as the option."""
    rest = iter(words)
    for word in rest:
        takes_one = re.fullmatch("-[A-Z]|-d|--data-raw", word) and word != "-I"
        yield f"{word} {next(rest, '')}".rstrip() if takes_one else word


def _folded(parts: list[str], width: int) -> list[str]:
    lines = [" ".join(parts[:2])]  # a program's name alone on a line helps nobody
    for part in parts[2:]:
        longer = f"{lines[-1]} {part}"
        if cell_len(longer) > width - 2:
            lines[-1] += " \\"
            lines.append(f"  {part}")
        else:
            lines[-1] = longer
    return lines
