"""A drill on a real pseudo-terminal, answered by keyboard, at three widths."""

import time

import pytest

from quizkit.terminal.keys import Letters
from tests.terminal.conftest import Place, Terminal
from tests.terminal.decks import DOUBLE

RATING = "1 again"


def _two_of_live_coding(terminal: Terminal, kinds: Place) -> None:
    """One is mended and handed in, the other handed in as it began."""
    terminal.asks("checked at each save", "6 of 7")
    (kinds.folder / "quizkit-work" / "mend-it.py").write_text(DOUBLE)
    terminal.see("2 of 2 checks")
    terminal.asks("checked at each save")
    terminal.enter()
    terminal.asks(RATING)
    terminal.enter()

    terminal.asks("checked at each save", "7 of 7")
    terminal.see("8 min", "quizkit-work/write-it.py")
    terminal.enter()
    terminal.asks(RATING)
    terminal.see("✗ GET /double/")
    terminal.enter()

    terminal.see("7 questions in")


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_question_of_each_kind_is_answered_by_keyboard(kinds: Place, columns: int) -> None:
    terminal = kinds.drill("--limit", "7", columns=columns)

    terminal.asks("Enter hands in", "1 of 7")
    terminal.see("recall", "[bold]text[/bold] :tada: 日本語", "Annotated[int]")
    terminal.enter("the order counts, and the first match wins")
    terminal.asks(RATING)
    terminal.see(
        "m: the mark is wrong",
        "2 of 2 points",
        "1 the order counts",
        "2 the first match wins",
        "wrong idea: the longest match wins",
        "[3]",
    )
    terminal.type("m")
    terminal.asks("numbers of what you said")
    terminal.enter("1")
    terminal.asks(RATING)
    terminal.see("0.50", "1 of 2 points", "[2]")
    terminal.type("4")

    terminal.asks("1-3 choose", "2 of 7")
    number = next(line.split()[0] for line in terminal.text.splitlines() if line.strip().endswith("201 [Created]"))
    terminal.type(number)
    terminal.asks(RATING)
    terminal.see(f"✓ {number}  201 [Created]")
    terminal.enter()

    terminal.asks("1-3 choose", "3 of 7")
    for name in ("GET", "HEAD"):
        terminal.type(next(line.split()[0] for line in terminal.text.splitlines() if line.strip().endswith(f"  {name}")))
    terminal.see("chosen")
    terminal.enter()
    terminal.asks(RATING)
    terminal.enter()

    terminal.asks(":hint", "4 of 7")
    terminal.see("app.[1]____", "gap 1 ▸")
    terminal.enter("get")
    terminal.see("gap 2 ▸")
    terminal.enter("payload")
    terminal.asks(RATING)
    terminal.enter()

    terminal.asks(":hint", "5 of 7")
    terminal.see("GET /double/4", 'return {"double": 2 * n}', "status ▸")
    terminal.enter("200")
    terminal.see("json ▸")
    terminal.enter('{"double": 9}')
    terminal.asks(RATING)
    terminal.see('{"double": 8}', 'you said {"double": 9}')
    terminal.type("2")

    _two_of_live_coding(terminal, kinds)
    assert terminal.ends() == 0
    assert [(review.question, int(review.rating), round(review.score, 2)) for review in kinds.reviews()] == [
        ("say-why", 4, 0.5),
        ("pick-one", 3, 1),
        ("pick-some", 3, 1),
        ("fill-in", 3, 1),
        ("what-comes", 2, 0.5),
        ("mend-it", 3, 1),
        ("write-it", 1, 0),
    ]
    assert kinds.reviews()[0].answer == ("the order counts, and the first match wins",)
    assert kinds.reviews()[5].answer == (DOUBLE,)


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_hint_skip_undo_and_quit(recalls: Place, columns: int) -> None:
    terminal = recalls.drill(columns=columns)
    terminal.asks(":hint", "1 of 3")
    terminal.enter(":hint")
    terminal.see("hint 1 of 1 a hint for one")
    terminal.asks(":hint", "1 of 3")
    terminal.enter(":hint")
    terminal.see("There are no more hints.")
    terminal.asks(":hint", "1 of 3")
    terminal.enter("first")
    terminal.asks(RATING)
    terminal.see("The answer to one.")
    terminal.type("4")

    terminal.asks(":hint", "2 of 3")
    terminal.enter(":undo")
    terminal.see("The rating of one is taken back.")
    terminal.asks(":hint", "1 of 3")
    terminal.enter("better")
    terminal.asks(RATING)
    terminal.type("u")
    terminal.see("It counts 3 hints now, as its answer has been seen.", "▸ better")
    terminal.asks(":hint", "1 of 3")
    terminal.enter("best")
    terminal.asks(RATING)
    terminal.type("1")

    terminal.asks(":hint", "2 of 3")
    terminal.enter(":skip")
    terminal.asks(":hint", "3 of 3")
    terminal.enter(":quit")
    terminal.see("1 question in")
    assert terminal.ends() == 0
    assert [(review.question, review.answer, int(review.rating)) for review in recalls.reviews()] == [("one", ("best",), 1)]


def test_the_single_keys_where_no_text_is_typed(kinds: Place) -> None:
    terminal = kinds.drill("--kind", "fix", "--kind", "code", "--kind", "choice")
    terminal.asks("1-3 choose", "1 of 4")
    terminal.enter()
    terminal.see("Nothing is chosen yet.")
    terminal.asks("1-3 choose", "1 of 4")
    terminal.type("h")
    terminal.see("This question has no hints.")
    terminal.asks("1-3 choose", "1 of 4")
    terminal.type("s")
    terminal.asks("1-3 choose", "2 of 4")
    terminal.type("7")
    terminal.see("Type the number of an option, 1 to 3.")
    terminal.asks("1-3 choose", "2 of 4")
    terminal.type("s")
    terminal.asks("checked at each save", "3 of 4")
    terminal.type("h")
    terminal.see("hint 1 of 1 look at the factor")
    terminal.asks("checked at each save", "3 of 4")
    terminal.enter(":help")
    terminal.see("e opens your editor on the work file")
    terminal.asks("checked at each save", "3 of 4")
    terminal.type("u")
    terminal.see("There is nothing to take back.")
    terminal.asks("checked at each save", "3 of 4")
    terminal.type("q")
    assert terminal.ends() == 0
    assert kinds.reviews() == []


def test_a_command_typed_after_a_refused_line_is_a_command(kinds: Place) -> None:
    terminal = kinds.drill("--kind", "predict")
    terminal.asks(":hint", "1 of 1")
    terminal.enter("200")
    terminal.see("json ▸")
    terminal.enter("{double: 8}")
    terminal.see("This is not JSON yet", "typing replaces it")
    terminal.enter(":hint")
    terminal.see("This question has no hints.", "typing replaces it")
    assert terminal.text.count("{double: 8}") == 2  # what was echoed, and what still stands in the field
    terminal.enter("'double': 8")
    terminal.see("an object stands in braces", "typing replaces it")
    terminal.type("\x1b[H{\x1b[F}\r")  # an arrow, Home or End lets go of it, and it is mended
    terminal.asks(RATING)
    terminal.see('✓ GET /double/4 · json {"double": 8}')
    terminal.enter()
    assert terminal.ends() == 0


def test_what_back_brings_back_gives_way_to_what_is_typed_and_to_no_command(kinds: Place) -> None:
    terminal = kinds.drill("--kind", "cloze")
    terminal.asks(":hint", "1 of 1")
    terminal.enter("put")
    terminal.see("gap 2 ▸")
    terminal.enter(":back")
    terminal.see("gap 1 ▸ put", "typing replaces it")
    terminal.enter(":hint")
    terminal.see("hint 1 of 1", "gap 1 ▸ put")
    terminal.enter("get")
    terminal.see("gap 2 ▸")
    terminal.enter("body")
    terminal.asks(RATING)
    terminal.enter()
    assert terminal.ends() == 0
    assert [review.answer for review in kinds.reviews()] == [("get", "body")]


@pytest.mark.parametrize("word", ["clear", "dunno", "unsure", "right", "quit"])
def test_a_word_typed_at_the_rating_presses_no_key(recalls: Place, word: str) -> None:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.enter("mine")
    terminal.asks(RATING)
    terminal.type(word)
    time.sleep(0.6)
    terminal.type("3")
    terminal.asks(":hint", "2 of 3")
    terminal.enter(":quit")
    assert terminal.ends() == 0
    assert [(review.answer, int(review.rating)) for review in recalls.reviews()] == [(("mine",), 3)]
    assert not (recalls.data / "reports.jsonl").exists()


@pytest.mark.parametrize(
    ("typed", "acted"),
    [
        ([("u", 0.0)], ["u"]),
        ([("u", 0.0), ("u", 0.6)], ["u", "u"]),
        ([("r", 0.0), ("q", 0.3)], ["r", "q"]),
        ([("u", 0.0), ("n", 0.1), ("s", 0.2), ("u", 0.3)], []),
        ([("d", 0.0), ("u", 0.4), ("n", 0.8), ("n", 1.2), ("o", 1.6)], []),  # typed slowly
        ([("c", 0.0), ("l", 0.2), ("e", 0.9), ("a", 1.5), ("r", 2.1), ("u", 4.0)], ["u"]),
        ([("x", 0.0), ("u", 1.1)], ["u"]),
    ],
)
def test_a_letter_acts_where_it_stands_alone(typed: list[tuple[str, float]], acted: list[str]) -> None:
    letters, found = Letters(), []
    for letter, at in typed:
        found.append(letters.alone(at))
        letters.take(letter, at, acts=letter in "ursqf")
        found.append(letters.alone(at))
    found.append(letters.alone())
    assert [letter for letter in found if letter] == acted


@pytest.mark.parametrize("columns", [60, 80])
def test_help_stays_in_the_row_of_keys(recalls: Place, columns: int) -> None:
    terminal = recalls.drill(columns=columns)
    terminal.asks(":help", "1 of 3")
    terminal.enter("mine")
    terminal.asks("? help")
    terminal.see("1 again 1 d")
    terminal.type("f")
    terminal.see("This question has no follow-up.")
    terminal.enter(":quit")
    assert terminal.ends() == 0


def test_a_follow_up_is_asked_next(kinds: Place) -> None:
    terminal = kinds.drill("--limit", "2")
    terminal.asks("Enter hands in", "1 of 2")
    terminal.enter("x")
    terminal.asks("f follow-up", "1 of 2")
    terminal.type("f")
    terminal.see("The follow-up comes next.")
    terminal.asks(RATING)
    terminal.type("1")
    terminal.asks("Enter hands in", "2 of 3 · follow-up")
    terminal.see("And when does it not?")
    terminal.enter(":quit")
    assert terminal.ends() == 0


def test_the_same_question_comes_back_when_it_is_due_and_not_before(recalls: Place) -> None:
    first = recalls.drill("--limit", "1")
    first.asks(":hint", "1 of 1")
    first.enter("x")
    first.asks(RATING)
    first.type("4")
    assert first.ends() == 0
    second = recalls.drill()
    second.asks(":hint", "1 of 2")
    second.see("Say two, please.")
    second.enter(":quit")
    assert second.ends() == 0


def test_a_drill_with_nothing_to_ask_says_so(recalls: Place) -> None:
    terminal = recalls.drill("--new", "--tag", "none-has-it")
    terminal.see("No question has --tag none-has-it.")
    assert terminal.ends() == 2
