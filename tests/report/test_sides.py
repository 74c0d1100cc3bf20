"""Two sides on screens of every width: nothing breaks out of the column, and each caret stands under what differs."""

import io

import pytest
from rich.console import Console

from quizkit.report.difference import difference
from quizkit.report.sides import Sides


def _printed(expected: object, actual: object, width: int, *, terminal: bool = True) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, color_system=None, highlight=False)
    console.print(Sides(*difference(expected, actual)), crop=False)
    return file.getvalue().splitlines()


def test_below_each_other_one_line_of_carets_serves_both() -> None:
    assert _printed("Hello, World!", "Hello, Wurld!", 80) == [
        '        expected   "Hello, World!"',
        '        got        "Hello, Wurld!"',
        "                            ^",
    ]


def test_what_lacks_has_a_caret_where_it_should_be() -> None:
    assert _printed("Hello, World!", "Hello!", 80) == [
        '        expected   "Hello, World!"',
        "                         ^^^^^^^",
        '        got        "Hello!"',
        "                         ^",
    ]


def test_beside_each_other_where_there_is_room() -> None:
    assert _printed("Hello, World!", "Hello!", 100) == [
        "        expected          got",
        '        "Hello, World!"   "Hello!"',
        "              ^^^^^^^           ^",
    ]


def test_a_pipe_folds_nothing() -> None:
    text = "some words of a text that is longer than a screen is wide but " * 3
    assert _printed(text + "a", text + "b", 60, terminal=False) == [
        f'        expected   "{text}a"',
        f'        got        "{text}b"',
        " " * (20 + len(text)) + "^",
    ]


def test_what_has_nothing_in_common_bears_no_carets() -> None:
    assert _printed(1, True, 80) == ["        expected   1", "        got        true"]


@pytest.mark.parametrize("width", [40, 60, 80, 99, 100, 140])
@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("abcdefghij" * 15 + "x", "abcdefghij" * 15 + "y"),
        ("日本語の文字列" * 12 + "字", "日本語の文字列" * 12 + "宇"),
        ("👩‍👩‍👧 é " * 20 + "end", "👩‍👩‍👧 é " * 20 + "and"),
        ({"a": [{"b": "c" * 90}], "d": 1}, {"a": [{"b": "c" * 90}]}),
    ],
)
def test_folded_lines_fit_and_have_their_carets_below(expected: object, actual: object, width: int) -> None:
    lines = _printed(expected, actual, width)
    assert all(Console().render_str(line).cell_len <= width for line in lines)
    assert "^" in "".join(lines)
    assert all(line == line.rstrip() for line in lines)


def test_nothing_of_a_value_is_lost_in_folding() -> None:
    text = "".join(chr(0x3041 + number % 80) + chr(97 + number % 26) for number in range(90))
    lines = [line[19:] for line in _printed(text, text + "!", 60) if "^" not in line]
    assert "".join(lines) == f'"{text}""{text}!"'
