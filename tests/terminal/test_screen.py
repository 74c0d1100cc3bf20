"""What the screen does: a new width, colours or none, plain lines that are never redrawn."""

import re

import pytest

from tests.terminal.conftest import Place, Terminal, colours
from tests.terminal.decks import ODD

RATING = "1 again"


def _printed_again(terminal: Terminal, columns: int) -> None:
    """Waits for a rule as wide as the screen has become; the old one is cut, or too short."""

    def seen(terminal: Terminal) -> bool:
        rules = [line for line in terminal.text.split("\n") if line.startswith("── 1 of 3")]
        return [len(line) for line in rules if line.endswith("mid ──")] == [min(columns, 80)]

    terminal.wait(seen, f"the question at {columns} columns")


@pytest.mark.parametrize(("before", "after"), [(80, 60), (60, 140), (140, 60)])
def test_on_a_new_width_the_question_is_printed_again_and_the_draft_is_kept(recalls: Place, before: int, after: int) -> None:
    terminal = recalls.drill(columns=before)
    terminal.asks(":hint", "1 of 3")
    terminal.type("half an " + ODD)
    terminal.see("half an [red]")
    terminal.resize(after)
    width = min(after, 80)
    terminal.wait(
        lambda seen: any(len(line) == width and line.startswith("── 1 of 3") for line in seen.text.split("\n")), "the rule"
    )
    terminal.asks(":hint", "1 of 3")
    terminal.see("Say one, please.", "half an [red]")
    assert terminal.text.count("Say one, please.") == 1
    terminal.enter(" whole")
    terminal.asks(RATING)
    terminal.enter()
    terminal.asks(":hint", "2 of 3")
    terminal.enter(":quit")
    assert terminal.ends() == 0
    assert [review.answer for review in recalls.reviews()] == [(f"half an {ODD} whole",)]


def test_on_a_new_width_a_verdict_that_is_to_be_rated_is_still_there(recalls: Place) -> None:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.enter("mine")
    terminal.asks(RATING)
    terminal.see("The answer to one.")
    terminal.resize(60)
    terminal.wait(
        lambda seen: any(len(line) == 60 and line.startswith("── 1 of 3") for line in seen.text.split("\n")), "the rule"
    )
    terminal.asks(RATING)
    assert terminal.shows("The answer to one.")


def _played(kinds: Place, *args: str, **env: str) -> bytes:
    """The output of a session in which a hint, a wrong answer, a verdict and a summary are shown."""
    terminal = kinds.quizkit(*args, "drill", "--deck", str(kinds.deck), "--kind", "cloze", "--kind", "predict", env=env)
    terminal.asks(":hint", "1 of 2")
    terminal.enter(":hint")
    terminal.see("hint 1 of 1")
    terminal.asks(":hint")
    terminal.enter("get")
    terminal.see("gap 2 ▸")
    terminal.enter("nothing")
    terminal.asks(RATING)
    terminal.enter()
    terminal.asks(":hint", "2 of 2")
    terminal.enter(":quit")
    assert terminal.ends() == 0
    return terminal.raw


def test_there_are_colours() -> None:
    assert colours(b"a\x1b[1;31mb\x1b[0m \x1b[38;5;9mc") == {"1;31", "38;5;9"}
    assert colours(b"a\x1b[1mb\x1b[0;2m") == set()


def test_on_a_terminal_there_are_colours(kinds: Place) -> None:
    assert colours(_played(kinds))


def test_no_color_in_the_environment_gives_none(kinds: Place) -> None:
    assert colours(_played(kinds, NO_COLOR="1")) == set()


def test_the_option_gives_none(kinds: Place) -> None:
    assert colours(_played(kinds, "--no-color")) == set()


@pytest.mark.parametrize(("args", "env"), [(["--plain"], {}), ([], {"ACCESSIBLE": "1"}), ([], {"TERM": "dumb"})])
def test_plain_mode_redraws_nothing(kinds: Place, args: list[str], env: dict[str, str]) -> None:
    terminal = kinds.quizkit(*args, "drill", "--deck", str(kinds.deck), "--kind", "cloze", "--kind", "code", env=env)
    terminal.see("gap 1 >")
    terminal.type(":hint\n")
    terminal.see("hint 1 of 1 the first is a verb")
    terminal.type("get\n")
    terminal.see("gap 2 >")
    terminal.type("body\n")
    terminal.see("[2] >")
    terminal.type("\n")
    terminal.see("2 of 2", "checked at each save")
    terminal.type("\n")
    terminal.see("[1] >")
    terminal.type("\n")
    terminal.see("2 questions in")
    assert terminal.ends() == 0
    assert re.findall(rb"\x1b(?!\[[0-9;]*m).{0,12}", terminal.raw) == []  # bold and dim move nothing
    assert colours(terminal.raw) == set()
    assert b"\r\n" in terminal.raw and b"\r" not in terminal.raw.replace(b"\r\n", b"")
    assert [int(review.rating) for review in kinds.reviews()] == [2, 1]


def test_where_the_locale_has_no_signs_they_are_ascii(kinds: Place) -> None:
    terminal = kinds.quizkit("--plain", "drill", "--deck", str(kinds.deck), "--kind", "cloze", env={"PYTHONIOENCODING": "ascii"})
    terminal.see("gap 1 >")
    terminal.type("get\nbody\n")
    terminal.see("[3] >")
    terminal.type("\n")
    assert terminal.ends() == 0
    assert terminal.raw.isascii()
