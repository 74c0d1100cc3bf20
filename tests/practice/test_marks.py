"""What a session makes of sentences that the marker marked: shown, put to the person where it has to be, changed, and kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from quizkit.practice.prompt import prompt
from quizkit.practice.schedule import Rating
from quizkit.practice.state import (
    Commanded,
    Finished,
    HandedIn,
    Item,
    Judged,
    Marked,
    MarkedPoint,
    Marking,
    Pressed,
    Save,
    Show,
    Ticking,
)
from quizkit.verdict import Outcome, PointResult, Verdict
from tests.practice.making import BEGAN, DRILL, Session, item, mock, notes

ASKED = item(
    "recall", key_points={"must": [{"idea": "one"}, {"idea": "two"}], "misconceptions": [{"idea": "wrong", "why": "no"}]}
)
MARK = Verdict(
    Outcome.unsure,
    0.5,
    points=(
        PointResult("one", "must", "found", "this one"),
        PointResult("two", "must", "missed"),
        PointResult("wrong", "misconception", "missed", why="no"),
    ),
    confidence=0.9,
)
UNSURE = replace(MARK, confidence=0.4)


def _handed_in(mark: Verdict = MARK, asked: Item = ASKED, *, ticks: bool = False) -> Session:
    session = Session(asked, mode=replace(DRILL, ticks=ticks))
    session.at(1, HandedIn("this one"))
    session.graded(2, mark)
    return session


def _marking(session: Session) -> Marking:
    (found,) = [effect.what for effect in session.effects if isinstance(effect, Save) and isinstance(effect.what, Marking)]
    return found


def test_a_sure_mark_is_shown_with_the_lesson_and_the_rating_is_asked_for() -> None:
    session = _handed_in()
    assert session.effects == [Show(Marked(ASKED, MARK, ("this one",), False))]
    assert session.stands_at(Judged)
    assert session.phase.suggested is Rating.hard


def test_what_was_marked_is_kept_beside_what_the_person_made_of_it() -> None:
    session = _handed_in()
    session.at(5, Pressed("3"))
    points = (
        MarkedPoint("one", "must", "found", "found"),
        MarkedPoint("two", "must", "missed", "missed"),
        MarkedPoint("wrong", "misconception", "missed", "missed"),
    )
    at = BEGAN + timedelta(seconds=5)
    assert _marking(session) == Marking("s-0", 0.9, 0.5, 0.5, Rating.hard, Rating.good, points, at)
    assert session.phase == Finished()


def test_a_key_says_that_the_mark_is_wrong_and_the_ticks_then_count() -> None:
    session = _handed_in()
    found = prompt(session.state)
    assert found is not None and "m mark" in found.actions and "m" in found.keys
    assert session.at(3, Pressed("m")) == [Show(Marked(ASKED, MARK, ("this one",), False, taught=False, ticks=True))]
    assert session.stands_at(Ticking)
    session.at(4, HandedIn("1 2"))
    assert (session.phase.verdict.score, session.phase.suggested) == (1, Rating.good)
    session.at(5, Pressed(""))
    marking = _marking(session)
    assert (marking.score, marking.said_score, marking.suggested, marking.rating) == (0.5, 1, Rating.good, Rating.good)
    assert [(point.marked, point.said) for point in marking.points] == [
        ("found", "found"),
        ("missed", "found"),
        ("missed", "missed"),
    ]


@pytest.mark.parametrize(("mark", "ticks"), [(UNSURE, False), (MARK, True)])
def test_an_unsure_mark_and_any_where_no_key_can_change_it_is_put_to_the_person(mark: Verdict, ticks: bool) -> None:
    session = _handed_in(mark, ticks=ticks)
    assert session.effects == [Show(Marked(ASKED, mark, ("this one",), False, ticks=True))]
    assert session.stands_at(Ticking)
    found = prompt(session.state)
    assert found is not None and "Enter: as marked" in found.actions
    assert session.at(3, HandedIn("")) == []
    assert session.stands_at(Judged)
    assert session.phase.verdict == mark
    session.at(4, Pressed(""))
    assert _marking(session).said_score == 0.5


def test_none_of_it_can_be_said_of_a_mark_too() -> None:
    session = _handed_in(ticks=True)
    session.at(3, HandedIn("0"))
    assert (session.phase.verdict.score, session.phase.suggested) == (0, Rating.again)


def test_the_sentences_of_a_reference_are_no_list_to_be_ticked() -> None:
    session = _handed_in(UNSURE, item("recall"), ticks=True)
    assert session.stands_at(Judged)


def test_an_interview_puts_no_mark_to_anybody() -> None:
    session = Session(ASKED, mode=replace(mock(), ticks=True))
    session.at(1, HandedIn("this one"))
    session.graded(2, UNSURE)
    assert session.phase == Finished()
    assert _marking(session).rating is Rating.hard


def test_what_was_said_aloud_leaves_no_mark() -> None:
    session = Session(ASKED)
    session.at(1, HandedIn(""))
    session.graded(2, Verdict(Outcome.not_run, 0, points=(PointResult("one", "must", "unmarked"),), confidence=0))
    session.at(3, HandedIn("1"))
    session.at(4, Pressed(""))
    assert not [effect for effect in session.effects if isinstance(effect, Save) and isinstance(effect.what, Marking)]


def test_a_wrong_idea_is_never_suggested_as_good() -> None:
    voiced = replace(MARK.points[2], state="found")
    mark = Verdict(Outcome.failed, 0.75, points=(MARK.points[0], voiced), confidence=0.9)
    session = _handed_in(mark)
    assert session.phase.suggested is Rating.hard
    session.at(3, Pressed("3"))
    assert session.state.reviews[0].reasons == ("wrong",)


def test_leaving_at_the_rating_keeps_the_mark_as_well() -> None:
    session = _handed_in()
    session.at(3, Commanded("quit"))
    assert notes(session.effects) == ["Kept, rated 2 hard."]
    assert _marking(session).rating is Rating.hard


def test_no_answer_but_sentences_has_a_mark_to_change() -> None:
    session = Session(item("cloze"))
    session.at(1, HandedIn("gap"))
    session.graded(2)
    assert notes(session.at(3, Pressed("m"))) == ["Type 1, 2, 3 or 4, or Enter for the rating that is suggested."]
