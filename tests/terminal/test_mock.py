"""A timed interview in a real pseudo-terminal, with a clock that the test moves."""

import sys

import pytest

from tests.terminal.conftest import Place, Terminal
from tests.terminal.decks import DOUBLE, write_code, write_recalls

TWO = """\
topic: {topic}
section: {section}
questions:
  - {{id: {name}, kind: recall, level: mid, minutes: 1, prompt: 'Say {name}, please.', answer: So., hints: [a hint]}}
"""


@pytest.fixture
def two(place: Place) -> Place:
    """A place with a deck of two topics with a question each."""
    folder = place.folder / "deck"
    folder.mkdir()
    for section, topic, name in ((1, "Routes", "one"), (2, "Errors", "two")):
        (folder / f"0{section}-{topic.lower()}.yaml").write_text(TWO.format(topic=topic, section=section, name=name))
    return place


def _mock(place: Place, *args: str, columns: int = 80) -> Terminal:
    """An interview of two minutes, a minute a question."""
    terminal = place.timed(*args, "mock", "--minutes", "2", "--seed", "1", "--deck", "deck", columns=columns)
    terminal.see("Mock interview · 2 min · 2 questions · seed 1", "1 of 2")
    return terminal


def _first_and_second(terminal: Terminal) -> tuple[str, str]:
    """The order in which the seed asks the two."""
    return ("one", "two") if terminal.shows("Say one, please.") else ("two", "one")


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_the_time_left_is_shown_while_typing_and_warns_and_the_text_is_handed_in_when_it_is_up(two: Place, columns: int) -> None:
    terminal = _mock(two, columns=columns)
    terminal.asks("1:00 left · 2:00 in all", "1 of 2")
    first, second = _first_and_second(terminal)
    terminal.type("half an ans")
    two.at(45)
    terminal.asks("0:15 left · 1:15 in all")
    two.at(46)
    terminal.asks("0:14 left ! · 1:14 in all")
    terminal.type("w")
    two.at(51)
    terminal.asks("0:09 left !! · 1:09 in all")
    terminal.type("er")
    terminal.see("half an answer")
    two.at(60)
    terminal.see("Time. Handed in as it stands: half an answer")
    terminal.asks("1:00 left · 1:00 in all", "2 of 2")
    terminal.see(f"Say {second}, please.")
    terminal.enter("whole")
    terminal.see("Mock interview 1 · 2 min")
    assert terminal.ends() == 0
    assert [(review.question, review.answer, review.late, review.took_s) for review in two.reviews()] == [
        (first, ("half an answer",), True, 60),
        (second, ("whole",), False, 0),
    ]
    assert {review.session[:5] for review in two.reviews()} == {"mock-"}


def test_the_score_by_topic_comes_at_the_end_and_no_verdict_before(kinds: Place) -> None:
    terminal = kinds.timed("mock", "--minutes", "2", "--seed", "3", "--deck", "deck", "--topic", "kinds", "--level", "junior")
    terminal.see("Mock interview · 2 min", "seed 3")
    terminal.asks("1-3 choose", "1 of")
    kinds.at(10)
    right = next(line.split()[0] for line in terminal.text.splitlines() if line.strip().endswith("201 [Created]"))
    terminal.type(right)
    terminal.see("Mock interview 1 · 2 min · 100 %")
    assert terminal.ends() == 0
    assert not terminal.shows("✓ 201 [Created]")
    row = next(line for line in terminal.text.splitlines() if line.strip().startswith("Kinds"))
    assert row.split() == ["Kinds", "▇" * 10, "100", "%", "1"]
    terminal.see("answered 1 of 1 in 0:10 late 0 hints 0")


def test_the_last_interview_is_said_where_one_stands(two: Place) -> None:
    terminal = _mock(two)
    terminal.asks("left")
    two.at(120)
    terminal.see("Mock interview 1 · 2 min · 0 %", "answered 1 of 2 in 2:00 late 1")
    assert terminal.ends() == 0
    second = _mock(two)
    second.asks("left")
    second.enter("x")
    second.asks("left", "2 of 2")
    second.enter("y")
    second.see("Mock interview 2")
    assert second.ends() == 0


def test_a_pause_stops_the_clock(two: Place) -> None:
    terminal = _mock(two)
    terminal.asks("1:00 left", "1 of 2")
    two.at(20)
    terminal.asks("0:40 left")
    terminal.type("half\x10")  # Ctrl-P
    terminal.asks("goes on")
    two.at(2000)
    terminal.type("c")
    terminal.asks("0:40 left · 1:40 in all", "1 of 2")
    terminal.see("half")
    terminal.enter(" whole")
    terminal.asks("1:00 left · 1:40 in all", "2 of 2")
    terminal.type("\x03")
    terminal.see("Stop the interview?")
    terminal.asks("")
    terminal.type("y")
    terminal.see("answered 1 of 2")
    assert terminal.ends() == 130
    assert [(review.answer, review.took_s) for review in two.reviews()] == [(("half whole",), 20)]


def test_ctrl_c_asks_and_anything_but_y_goes_on_with_the_text(two: Place) -> None:
    terminal = _mock(two)
    terminal.asks("1:00 left", "1 of 2")
    terminal.type("half")
    terminal.see("half")
    terminal.type("\x03")
    terminal.see("Stop the interview? Everything is kept.")
    two.at(5)
    terminal.asks("1:55 in all")
    terminal.type("n")
    terminal.asks("0:55 left · 1:55 in all")
    terminal.see("half")
    terminal.type("\x15:quit\r")
    terminal.see("Stop the interview?")
    terminal.asks("")
    terminal.type("y")
    terminal.see("Mock interview 1")
    terminal.ends()
    assert two.reviews() == []


@pytest.fixture
def code(place: Place) -> Place:
    """A place with one question to write code for, and an editor that saves the answer where it is told to and waits."""
    write_code(place.folder)
    script = place.folder / "editor.py"
    script.write_text(
        "import os, sys\nfrom pathlib import Path\n\n"
        f"if 'SAVES' in os.environ:\n    Path(sys.argv[1]).write_text({DOUBLE!r})\n"
        "print('up', flush=True)\ninput()\n"
    )
    place.env["EDITOR"] = f"{sys.executable} {script}"
    return place


def _time_up_in_the_editor(code: Place, terminal: Terminal) -> None:
    terminal.type("e")
    terminal.see("up")
    code.at(480)
    terminal.wait(lambda seen: b"\a\x1b]2;quizkit: time is up\x07" in seen.raw, "the bell and the window's title")
    terminal.enter()
    terminal.see("Time. Handed in as it stands", "Mock interview 1")
    assert terminal.ends() == 0


def test_the_last_save_is_handed_in_while_the_editor_is_still_open(code: Place) -> None:
    terminal = code.timed("mock", "--minutes", "8", "--deck", "deck")
    terminal.asks("8:00 left", "1 of 1")
    (code.folder / "quizkit-work" / "write-it.py").write_text(DOUBLE)
    for now in (1, 2, 3):  # each new time on the screen is another look at the file
        code.at(now)
        terminal.asks(f"7:5{10 - now} left")
    _time_up_in_the_editor(code, terminal)
    (kept,) = code.reviews()
    assert (kept.answer, kept.late, kept.score) == ((DOUBLE,), True, 1)


def test_a_save_right_before_the_deadline_is_the_one_that_is_handed_in(code: Place) -> None:
    code.env["SAVES"] = "1"
    terminal = code.timed("mock", "--minutes", "8", "--deck", "deck")
    terminal.asks("8:00 left", "1 of 1")
    _time_up_in_the_editor(code, terminal)
    assert [review.answer for review in code.reviews()] == [(DOUBLE,)]


def test_the_same_seed_asks_the_same(place: Place) -> None:
    write_recalls(place.folder, tuple(f"q-{letter}" for letter in "abcdefgh"))
    orders = []
    for seed in ("5", "5", "6"):
        terminal = place.timed("mock", "--minutes", "4", "--seed", seed, "--deck", "deck")
        asked = []
        for number in range(1, 5):
            terminal.asks("left", f"{number} of 4")
            text = terminal.text
            asked.append(text[text.rindex("Say ") :].split(",")[0])
            terminal.enter("x")
        terminal.see("Mock interview")
        assert terminal.ends() == 0
        orders.append(asked)
    assert orders[0] == orders[1] != orders[2]


# ---- in plain mode ----


def test_in_plain_mode_lines_say_what_is_left(two: Place) -> None:
    terminal = _mock(two, "--plain")
    terminal.see("You have 1:00. Type :time to hear what is left.")
    for now, words in ((30, "0:30 left."), (45, "0:15 left."), (50, "0:10 left.")):
        two.at(now)
        terminal.see(words)
    terminal.type(":time\n")
    terminal.see("0:10 for this question · 1:10 in all")
    two.at(60)
    terminal.see("Time. Handed in as it stands: nothing", "2 of 2")
    terminal.wait(lambda seen: seen.text.count("You have 1:00.") == 2, "the second question")
    terminal.asks(">")
    terminal.type("an answer\n")
    terminal.see("Mock interview 1")
    assert terminal.ends() == 0
    assert b"\x1b[2K" not in terminal.raw
    assert [review.late for review in two.reviews()] == [True, False]


def test_in_plain_mode_what_was_half_typed_at_the_deadline_is_not_the_next_answer(two: Place) -> None:
    terminal = _mock(two, "--plain")
    terminal.see("You have 1:00.")
    terminal.type("meant for the first")
    terminal.see("meant for the first")
    two.at(60)
    terminal.see("Time. Handed in as it stands", "2 of 2")
    terminal.wait(lambda seen: seen.text.count("You have 1:00.") == 2, "the second question")
    terminal.asks(">")
    terminal.type("second\n")
    terminal.see("Mock interview 1")
    terminal.ends()
    assert two.reviews()[1].answer == ("second",)


def test_in_plain_mode_ctrl_c_asks_too(two: Place) -> None:
    terminal = _mock(two, "--plain")
    terminal.see("You have 1:00.")
    terminal.asks(">")
    terminal.type("\x03")
    terminal.see("Stop the interview?")
    terminal.type("n\n")
    terminal.wait(lambda seen: seen.text.count("Alt-Enter new line") == 2, "the question again")
    terminal.asks(">")
    terminal.type("an answer\n")
    terminal.see("2 of 2")
    terminal.wait(lambda seen: seen.text.count("You have 1:00.") == 2, "the second question")
    terminal.asks(">")
    terminal.type(":quit\n")
    terminal.see("y stops, anything else goes on >")
    terminal.wait(lambda seen: seen.text.count("Stop the interview?") == 2, "the question whether to stop")
    terminal.type("y\n")
    terminal.see("Mock interview 1")
    terminal.ends()
    assert [review.answer for review in two.reviews()] == [("an answer",)]


def test_a_block_that_is_open_when_the_time_is_up_is_handed_in_as_it_stands(two: Place) -> None:
    terminal = _mock(two, "--plain")
    terminal.see("You have 1:00.")
    terminal.asks(">")
    terminal.type(":<<END\nfirst line\nsecond line\n")
    terminal.see("second line")
    two.at(30)
    terminal.see("0:30 left.")  # the lines that came before this tick are read by now
    two.at(60)
    terminal.see("Time. Handed in as it stands", "2 of 2")
    terminal.wait(lambda seen: seen.text.count("You have 1:00.") == 2, "the second question")
    terminal.asks(">")
    terminal.type("x\n")
    terminal.see("Mock interview 1")
    terminal.ends()
    assert two.reviews()[0].answer[0].startswith("first line\nsecond line")


def test_nothing_that_fits_is_said(two: Place) -> None:
    terminal = two.timed("mock", "--minutes", "2", "--deck", "deck", "--level", "senior")
    terminal.see("No question has --level senior.")
    assert terminal.ends() == 2
