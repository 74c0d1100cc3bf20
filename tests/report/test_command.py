"""The request of a failed check as a line for the shell."""

import io
import shlex
import time

import pytest
from rich.console import Console

from quizkit.report.command import Command
from quizkit.report.layout import Cut, code
from quizkit.report.text import plain

POST = (
    """curl http://localhost:8000/items -H 'x-token: a b' -H 'content-type: application/json' -d '{"name": "it'"'"'s", "n": 1}'"""
)


def _printed(command: str, width: int, *, terminal: bool = True) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, color_system=None, highlight=False)
    console.print(Command(command, 8), crop=False)
    return file.getvalue()


def test_a_command_that_fits_is_one_line() -> None:
    assert _printed("curl http://localhost:8000/a", 80) == "        curl http://localhost:8000/a\n"


def test_a_pipe_has_it_on_one_line() -> None:
    assert _printed(POST, 60, terminal=False) == f"        {POST}\n"


@pytest.mark.parametrize("width", [60, 80, 100])
def test_what_is_folded_can_still_be_typed(width: int) -> None:
    printed = _printed(POST, width)
    assert printed.count("\n") > 1
    assert max(map(len, printed.splitlines())) <= width
    assert shlex.split(printed.replace("\\\n", " ")) == shlex.split(POST)


def test_of_an_absurdly_long_part_both_ends_are_shown() -> None:
    printed = _printed(f"curl http://localhost:8000/{'x' * 20_000}y -H 'a: b'", 80, terminal=False)
    assert printed.startswith(f"        curl http://localhost:8000/{'x' * 100}")
    assert printed.endswith("xy -H 'a: b'\n")
    assert " characters)" in printed and len(printed) < 400


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(
    "what",
    [
        Command("curl " + "x" * 3_000_000, 8),
        Command("curl " + "'" * 100_001 + '"' * 100_001, 8),
        Cut(plain("x" * 300_000), 8, fold=True),
        Cut(plain("日" * 100_000), 8, fold=True),
        code("x" * 20_000),
    ],
)
def test_what_is_long_does_not_take_long(what: Command | Cut, terminal: bool) -> None:
    """Folding once measured ever shorter slices of the rest, again and again."""
    console = Console(file=io.StringIO(), width=80, force_terminal=terminal)
    began = time.monotonic()
    console.print(what, crop=False)
    assert time.monotonic() - began < 5
