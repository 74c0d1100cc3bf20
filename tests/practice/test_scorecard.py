"""What came of a session, and where a person stands."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from quizkit.practice.schedule import Memory, Rating
from quizkit.practice.scorecard import Standing, TopicScore, by_topic, scorecard, standing
from quizkit.practice.state import Item, Mode, Review, State
from tests.practice.making import BEGAN, DRILL, entry, item, mock, review

TODAY = BEGAN.date()


def _state(items: list[Item], reviews: list[Review], mode: Mode = DRILL) -> State:
    return State(mode, "s", tuple(items), BEGAN, reviews=tuple(reviews))


ITEMS = [item("cloze", id="a", topic="Routes"), item("recall", id="b", topic="Routes"), item("fix", id="c", topic="Errors")]


def test_a_drills_card() -> None:
    reviews = [
        review("a"),
        review("b", 0.5, reasons=("idea 2",), rating=Rating.again, hints=1),
        review("c", 1.0, late=True, rating=Rating.hard),
    ]
    card = scorecard(_state(ITEMS, reviews), 492)
    assert (card.mode, card.asked, card.answered, card.took) == ("drill", 3, 3, 492)
    assert card.score == 2.5
    assert card.share == pytest.approx(2.5 / 3)
    assert (card.at_once, card.with_hints, card.in_part, card.again, card.late, card.hints) == (1, 0, 1, 1, 1, 1)
    assert card.topics == (TopicScore("Routes", 2, 1.5), TopicScore("Errors", 1, 1.0))
    assert card.missed == (("b", ("idea 2",)),)
    assert card.due == ((TODAY + timedelta(days=1), 2), (TODAY + timedelta(days=2), 1))


@pytest.mark.parametrize("rating", Rating)
@pytest.mark.parametrize(
    ("score", "hints", "late"), [(1, 0, False), (0.5, 0, False), (0.8, 1, False), (0.4, 1, True), (1, 0, True)]
)
def test_every_answer_is_in_one_group(rating: Rating, score: float, hints: int, late: bool) -> None:
    card = scorecard(_state(ITEMS, [review("a", score, rating=rating, hints=hints, late=late)]), 1)
    assert sorted((card.at_once, card.with_hints, card.in_part, card.again)) == [0, 0, 0, 1]
    assert card.again == (rating is Rating.again)


def test_a_drills_card_counts_what_was_answered() -> None:
    card = scorecard(_state(ITEMS, [review("a")]), 60)
    assert (card.share, card.topics) == (1, (TopicScore("Routes", 1, 1.0),))


def test_in_an_interview_what_was_not_answered_counts_as_nothing() -> None:
    card = scorecard(_state(ITEMS, [review("a")], mock()), 60)
    assert card.share == pytest.approx(1 / 3)
    assert card.topics == (TopicScore("Errors", 1, 0.0), TopicScore("Routes", 2, 1.0))


def test_nothing_answered() -> None:
    for mode in (DRILL, mock()):
        card = scorecard(_state([], [], mode), 0)
        assert (card.share, card.topics, card.due) == (0, (), ())


def test_due_days_follow_the_interview_and_are_not_said_where_nothing_counts() -> None:
    easy = [review("a", rating=Rating.easy)]
    horizon = TODAY + timedelta(days=3)
    assert scorecard(_state(ITEMS, easy, replace(DRILL, horizon=horizon)), 1).due == ((horizon, 1),)
    assert scorecard(_state(ITEMS, easy, replace(DRILL, counts=False)), 1).due == ()


def test_topics_are_listed_weakest_first() -> None:
    found = by_topic([("A", 1.0), ("B", 0.0), ("A", 0.0), ("C", 0.25)])
    assert [(topic.topic, topic.share) for topic in found] == [("B", 0), ("C", 0.25), ("A", 0.5)]


# ---- where a person stands ----

DECK = (
    entry("a", topic="Routes"),
    entry("b", topic="Routes", aliases=["old-b"]),
    entry("c", topic="Errors"),
    entry("d", topic="Errors"),
    entry("e", topic="CORS"),
)


def _memory(due_in: int) -> Memory:
    return Memory(3.0, 5.0, TODAY + timedelta(days=due_in), TODAY)


def _standing(reviews: list[Review], memories: dict[str, Memory], interview: date | None = None) -> Standing:
    return standing(DECK, memories, reviews, TODAY, interview)


def test_where_a_person_begins() -> None:
    found = _standing([], {})
    assert (found.topics, found.questions, found.seen, found.unseen, found.due, found.answers) == (3, 5, 0, 5, 0, 0)
    assert (found.weakest, found.last_mock, found.days_left, found.interview) == ((), None, None, None)
    assert [count for _, count in found.forecast] == [0] * 7


def test_what_is_due_today_and_in_the_week() -> None:
    found = _standing([], {"a": _memory(-5), "b": _memory(0), "c": _memory(1), "d": _memory(6), "e": _memory(7)})
    assert (found.seen, found.unseen, found.due) == (5, 0, 2)
    assert [count for _, count in found.forecast] == [2, 1, 0, 0, 0, 0, 1]
    assert [day for day, _ in found.forecast] == [TODAY + timedelta(days=n) for n in range(7)]


def test_the_weakest_topics_go_by_each_questions_latest_answer() -> None:
    reviews = [review("a", 0.0), review("c", 0.5), review("e", 1.0), review("a", 0.8), review("gone", 0.0)]
    found = _standing(reviews, {})
    assert [(topic.topic, topic.share) for topic in found.weakest] == [("Errors", 0.5), ("Routes", 0.8)]


def test_an_answer_under_an_old_id_gives_way_to_a_newer_one() -> None:
    found = _standing([review("old-b", 0.0), review("b", 0.9)], {})
    assert found.weakest == (TopicScore("Routes", 1, 0.9),)


@pytest.mark.parametrize(("days", "left", "pace"), [(9, 9, 1), (2, 2, 3), (1, 1, 5), (0, 0, 20), (-1, None, 20)])
def test_the_days_left_set_the_pace(days: int, left: int | None, pace: int) -> None:
    day = TODAY + timedelta(days=days)
    found = _standing([], {}, day)
    assert (found.interview, found.days_left, found.new_a_day) == (day, left, pace)


def test_the_last_interview() -> None:
    later = datetime(2026, 11, 25, 18, 0)
    reviews = [
        review("a", 0.0, session="mock-1"),
        review("a", 0.5, session="mock-2", at=later),
        review("b", 1.0, session="mock-2", at=later),
        review("c", 0.0, session="drill-9", at=later),
    ]
    assert _standing(reviews, {}).last_mock == (later.date(), 0.75)
