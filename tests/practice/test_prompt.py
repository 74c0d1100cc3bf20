"""What is asked at each moment, and the keys that act."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from quizkit.practice.prompt import fields, prompt, time_marks
from quizkit.practice.state import Commanded, HandedIn, Interrupted, Item, Mode, Pressed, Prompt, Typed
from tests.practice.making import BEGAN, DRILL, FAILED, PASSED, Session, item, mock, points
from tests.samples import question

TYPED = (":hint", ":skip", ":undo", ":quit", ":help")
ASK = {"request": "GET /double/4"}


@pytest.mark.parametrize(
    ("kind", "more", "labels"),
    [
        ("recall", {}, ("",)),
        ("choice", {}, ("choose",)),
        ("cloze", {"text": "{{a}} {{b || c}} {{d}}"}, ("gap 1", "gap 2", "gap 3")),
        ("predict", {"ask": [ASK]}, ("status", "json")),
        ("predict", {"ask": [{**ASK, "about": ["headers.X-Y"]}]}, ("headers.X-Y",)),
        (
            "predict",
            {"ask": [ASK, {"request": "POST /b", "about": ["text"]}]},
            ("GET /double/4  status", "GET /double/4  json", "POST /b  text"),
        ),
        ("predict", {"ask": [], "raises": "import"}, ("exception",)),
        ("fix", {}, ("",)),
        ("code", {}, ("",)),
        ("tests", {}, ("",)),
    ],
)
def test_the_fields_of_an_answer(kind: str, more: dict[str, Any], labels: tuple[str, ...]) -> None:
    assert fields(question(kind, **more)) == labels


def _asked(asked: Item, mode: Mode = DRILL) -> Prompt:
    found = prompt(Session(asked, mode=mode).state)
    assert found is not None
    return found


def test_sentences_take_many_lines() -> None:
    assert _asked(item("recall")) == Prompt("", multiline=True, actions=("Enter hands in", *TYPED, "Alt-Enter new line"))


@pytest.mark.parametrize(("kind", "label"), [("cloze", "gap 1"), ("predict", "status")])
def test_a_text_has_a_label_and_no_keys(kind: str, label: str) -> None:
    assert _asked(item(kind)) == Prompt(label, multiline=True, actions=TYPED)


def test_the_prompt_moves_on_with_the_field_and_keeps_each_text() -> None:
    session = Session(item("cloze", text="{{a}} {{b}}"))
    session.at(1, HandedIn("one"), Typed("tw"))
    found = prompt(session.state)
    assert found is not None
    assert (found.label, found.text) == ("gap 2", "tw")


@pytest.mark.parametrize("kind", ["fix", "code"])
def test_code_has_keys_and_takes_a_paste(kind: str) -> None:
    found = _asked(item(kind))
    assert set("ehsuq?") <= set(found.keys)
    assert found.paste
    assert found.actions[:3] == ("checked at each save", "Enter hands in", "e editor")
    assert "p pause" not in found.actions
    timed = _asked(item(kind), mock())
    assert "p pause" in timed.actions
    assert "checked at each save" not in timed.actions


def test_a_choice_has_a_digit_for_each_option() -> None:
    found = _asked(item("choice", order=(1, 0)))
    assert (found.label, found.paste, found.keys[:2]) == ("choose", False, "12")
    assert "3" not in found.keys
    assert found.actions == ("1-2 choose", "? help", "s skip", "u undo", "q quit")


def test_a_choice_with_several_right_ones_shows_what_is_chosen_as_it_is_numbered_on_the_screen() -> None:
    options = [{"right": "one"}, {"wrong": "two", "why": "no"}, {"right": "three"}]
    session = Session(item("choice", options=options, order=(2, 0, 1)))
    session.at(1, Pressed("1"), Pressed("3"))
    found = prompt(session.state)
    assert found is not None
    assert (found.label, found.actions[:2]) == ("chosen 1 3", ("1-3 choose", "Enter hands in"))


def test_nothing_is_asked_while_an_answer_is_marked_and_at_the_end() -> None:
    session = Session(item("cloze"))
    session.at(1, HandedIn("gap"))
    assert prompt(session.state) is None
    session.graded(1)
    session.at(2, Pressed("3"))
    assert prompt(session.state) is None


def test_ticks_are_a_line_of_numbers() -> None:
    session = Session(item("recall"))
    session.at(1, HandedIn("x"))
    session.graded(1, points("must"))
    found = prompt(session.state)
    assert found is not None
    assert (found.label, found.keys) == ("said", "")


def _judged(asked: Item, mode: Mode = DRILL, verdict: Any = PASSED) -> Prompt:
    session = Session(asked, mode=mode)
    session.at(1, HandedIn("gap"))
    session.graded(1, verdict)
    found = prompt(session.state)
    assert found is not None
    return found


def test_the_rating_shows_what_is_suggested_and_when_the_question_comes_back() -> None:
    assert _judged(item("cloze")).label == "[3]"
    found = _judged(item("cloze"), verdict=FAILED)
    assert found.label == "[1]"
    assert found.actions[:4] == ("1 again 1 d", "2 hard 1 d", "3 good 2 d", "4 easy 8 d")
    assert set("1234urq?") <= set(found.keys)


def test_the_days_stop_at_the_interview() -> None:
    soon = replace(DRILL, horizon=BEGAN.date() + timedelta(days=3))
    assert _judged(item("cloze"), soon).actions[3] == "4 easy 3 d"


def test_where_the_schedule_stays_as_it_is_no_days_are_said() -> None:
    assert _judged(item("cloze"), replace(DRILL, counts=False)).actions[:2] == ("1 again", "2 hard")


def test_a_follow_up_is_offered_once() -> None:
    follower = item("recall", id="deeper", is_follow_up=True)
    session = Session(item("cloze", follow_ups=[(follower, "any")]))
    session.at(1, HandedIn("gap"))
    session.graded(1)
    offered = prompt(session.state)
    session.at(2, Pressed("f"))
    taken = prompt(session.state)
    assert offered is not None and taken is not None
    assert ("f follow-up" in offered.actions, "f follow-up" in taken.actions) == (True, False)


def test_an_interviews_prompt_carries_both_deadlines_and_the_budget() -> None:
    found = _asked(item("recall", budget=120), mock(600))
    assert (found.until, found.ends, found.budget) == (120, 600, 120)


@pytest.mark.parametrize(("event", "keys"), [(Commanded("pause"), "pc"), (Interrupted(), "yn")])
def test_pause_and_stopping_are_keys(event: Any, keys: str) -> None:
    session = Session(item("recall", budget=120), mode=mock())
    session.at(1, event)
    found = prompt(session.state)
    assert found is not None
    assert (found.keys, found.until) == (keys, None)


@pytest.mark.parametrize(("budget", "marks"), [(160, (80, 40, 10)), (44, (22, 11, 10)), (8, (4, 2))])
def test_the_marks_at_which_plain_text_says_what_is_left(budget: float, marks: tuple[float, ...]) -> None:
    assert time_marks(budget) == marks


@pytest.mark.parametrize("budget", [40, 30, 20, 15])
def test_the_marks_of_a_short_question_come_once_each_and_in_order(budget: float) -> None:
    marks = time_marks(budget)
    assert list(marks) == sorted(set(marks), reverse=True)
