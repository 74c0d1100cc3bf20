"""What a person types or pastes arrives whole, as the answer to the question on the screen and to no other."""

import pytest

from tests.terminal.conftest import QUIZKIT, Place, Terminal
from tests.terminal.decks import DOUBLE, ODD

RATING = "1 again"
FIFTY = "\n".join(f"line {number}: [x] :ok: é 日本" for number in range(50))


def _rate_and_leave(terminal: Terminal) -> None:
    terminal.asks(RATING)
    terminal.enter()
    terminal.asks(":hint", "2 of 3")
    terminal.enter(":quit")
    assert terminal.ends() == 0


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_paste_of_fifty_lines_is_one_answer(recalls: Place, columns: int) -> None:
    terminal = recalls.drill(columns=columns)
    terminal.asks(":hint", "1 of 3")
    terminal.paste(FIFTY)
    terminal.see("line 49")
    terminal.enter()
    _rate_and_leave(terminal)
    assert [review.answer for review in recalls.reviews()] == [(FIFTY,)]


@pytest.mark.parametrize("columns", [60, 80, 140])
@pytest.mark.parametrize("pasted", [False, True])
def test_odd_text_arrives_letter_for_letter(recalls: Place, columns: int, pasted: bool) -> None:
    terminal = recalls.drill(columns=columns)
    terminal.asks(":hint", "1 of 3")
    terminal.paste(ODD) if pasted else terminal.type(ODD)
    terminal.see("\\[a]")
    terminal.enter()
    terminal.asks(RATING)
    terminal.see("[red]not red[/red] :smile: [/x] 日本語", "{{n}} \\[a]")
    _rate_and_leave(terminal)
    assert [review.answer for review in recalls.reviews()] == [(ODD,)]


def test_alt_enter_is_a_new_line(recalls: Place) -> None:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.type("first\x1b\rsecond")
    terminal.see("second")
    terminal.enter()
    _rate_and_leave(terminal)
    assert [review.answer for review in recalls.reviews()] == [("first\nsecond",)]


def test_line_ends_of_other_systems_become_our_own(recalls: Place) -> None:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.paste("one\r\ntwo\rthree")
    terminal.see("three")
    terminal.enter()
    _rate_and_leave(terminal)
    assert [review.answer for review in recalls.reviews()] == [("one\ntwo\nthree",)]


def test_two_colons_are_one(recalls: Place) -> None:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.enter("::quit is what I'd type")
    _rate_and_leave(terminal)
    assert [review.answer for review in recalls.reviews()] == [(":quit is what I'd type",)]


def test_escapes_that_are_typed_or_pasted_do_nothing_to_the_screen(recalls: Place) -> None:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.paste("\x1b]2;mine\x07\x1b[2J\x1b[31mred")
    terminal.see("red")
    terminal.enter()
    terminal.asks(RATING)
    assert b"\x1b]2;mine" not in terminal.raw
    assert b"\x1b[31mred" not in terminal.raw
    terminal.see("Say one, please.")
    _rate_and_leave(terminal)


PASTED = "\r".join(["an answer", *["4", "echo run-$((6 * 7))", "touch here-i-am"] * 8, ""])
"""Lines of which some would rate a question, and others do something in a shell."""


def _drill_under_bash(recalls: Place, *options: str, limit: int = 2) -> Terminal:
    shell = recalls.shell()
    shell.enter(" ".join([*QUIZKIT, *options, "drill", "--limit", str(limit), "--deck", "deck"]))
    shell.see("Say one, please.")
    return shell


def _is_back(terminal: Terminal) -> bool:
    return terminal.text.endswith("READY$") and terminal.text.count("READY$") > 1


def _nothing_ran(shell: Terminal, recalls: Place) -> None:
    shell.wait(_is_back, "the shell's prompt")
    shell.enter("echo done-$((1 + 1))")
    shell.see("done-2")
    assert "run-42" not in shell.text
    assert not (recalls.folder / "here-i-am").exists()


def test_a_paste_without_brackets_answers_no_later_question_and_runs_nothing_in_the_shell(recalls: Place) -> None:
    shell = _drill_under_bash(recalls)
    shell.asks(":hint", "1 of 2")
    shell.type(PASTED)
    shell.wait(lambda terminal: RATING in terminal.text.rpartition("\n")[2] or _is_back(terminal), "the rating")
    assert recalls.reviews() == []
    shell.enter()
    shell.asks(":hint", "2 of 2")
    shell.enter(":quit")
    _nothing_ran(shell, recalls)
    assert [review.answer for review in recalls.reviews()] == [("an answer",)]


def test_in_plain_mode_a_paste_answers_no_later_question_either(recalls: Place) -> None:
    shell = _drill_under_bash(recalls, "--plain")
    shell.asks(">")
    shell.type(PASTED)
    shell.wait(lambda terminal: "] >" in terminal.text or _is_back(terminal), "the rating")
    assert recalls.reviews() == []
    shell.enter(":quit")
    _nothing_ran(shell, recalls)
    assert [review.answer for review in recalls.reviews()] == [("an answer",)]


def test_what_is_left_of_a_paste_when_a_plain_drill_ends_runs_nothing_in_the_shell(recalls: Place) -> None:
    shell = _drill_under_bash(recalls, "--plain", limit=1)
    shell.asks(">")
    shell.type(PASTED)
    shell.wait(lambda terminal: "] >" in terminal.text or _is_back(terminal), "the rating")
    shell.enter(":quit")
    _nothing_ran(shell, recalls)


def test_what_is_typed_at_the_end_of_a_paste_is_not_the_rating(recalls: Place) -> None:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.type("an answer\r4\r4\r4\r")
    terminal.asks(RATING, "1 of 3")
    terminal.type("2")
    terminal.asks(":hint", "2 of 3")
    terminal.enter(":quit")
    assert terminal.ends() == 0
    assert [int(review.rating) for review in recalls.reviews()] == [2]


def test_a_paste_where_keys_act_presses_none(kinds: Place) -> None:
    terminal = kinds.drill("--kind", "choice")
    terminal.asks("1-3 choose", "1 of 2")
    terminal.paste("1\n2\nq")
    terminal.type("s")
    terminal.asks("1-3 choose", "2 of 2")
    terminal.type("q")
    assert terminal.ends() == 0
    assert kinds.reviews() == []


def test_code_may_be_pasted_as_the_answer(kinds: Place) -> None:
    terminal = kinds.drill("--kind", "code")
    terminal.asks("checked at each save", "1 of 1")
    terminal.paste(DOUBLE)
    terminal.asks(RATING)
    terminal.see("✓ GET /double/x")
    terminal.enter()
    assert terminal.ends() == 0
    assert [(review.answer, review.score) for review in kinds.reviews()] == [((DOUBLE,), 1)]
