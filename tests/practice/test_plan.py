"""What is asked and in which order: a drill's queue, the new ones a day, an interview's mix."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from quizkit.deck.models import Entry, Kind
from quizkit.practice.plan import NEW_A_DAY, Filter, Order, interview, new_a_day, queue
from quizkit.practice.schedule import Memory
from tests.practice.making import entry

TODAY = date(2026, 11, 25)


def _memory(due_in: int, stability: float = 3.0) -> Memory:
    return Memory(stability, 5.0, TODAY + timedelta(days=due_in), TODAY - timedelta(days=3))


DECK = tuple(entry(name) for name in ("new-1", "tomorrow", "due-today", "new-2", "overdue", "in-a-week", "new-3"))
MEMORIES = {
    "tomorrow": _memory(1, 2.0),
    "due-today": _memory(0, 9.0),
    "overdue": _memory(-4, 5.0),
    "in-a-week": _memory(7, 1.0),
}


def _ids(order: Order, deck: tuple[Entry, ...] = DECK) -> list[str]:
    return [found.id for found in queue(deck, MEMORIES, order, TODAY)]


def test_the_due_come_first_then_the_new_in_the_decks_order() -> None:
    assert _ids(Order()) == ["overdue", "due-today", "new-1", "new-2", "new-3"]


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (3, 3), (5, 5), (99, 5), (None, 5)])
def test_a_limit_counts_all_of_them(limit: int | None, count: int) -> None:
    assert _ids(Order(limit=limit)) == ["overdue", "due-today", "new-1", "new-2", "new-3"][:count]


@pytest.mark.parametrize(("allowed", "new"), [(0, []), (1, ["new-1"]), (2, ["new-1", "new-2"]), (-3, [])])
def test_new_ones_are_bounded_by_the_day_and_due_ones_never(allowed: int, new: list[str]) -> None:
    assert _ids(Order(new_today=allowed)) == ["overdue", "due-today", *new]


def test_spread_new_ones_take_the_topics_in_turn_the_easiest_level_first() -> None:
    deck = tuple(
        entry(f"{topic}{number}", topic=topic, level=level)  # type: ignore[arg-type]  # a literal that lost its type
        for topic, levels in (("a", ("senior", "junior", "junior", "mid")), ("b", ("mid", "junior")), ("c", ("junior",) * 3))
        for number, level in enumerate(levels)
    )
    assert " ".join(_ids(Order(spread=True), deck)) == "a1 b1 c0 a2 c1 c2 a3 b0 a0"
    assert " ".join(_ids(Order(), deck)) == "a0 a1 a2 a3 b0 b1 c0 c1 c2"


def test_only_new_ones() -> None:
    assert _ids(Order(only_new=True, new_today=1)) == ["new-1", "new-2", "new-3"]


def test_all_adds_what_is_not_due_yet() -> None:
    assert _ids(Order(everything=True)) == ["overdue", "due-today", "new-1", "new-2", "new-3", "tomorrow", "in-a-week"]


def test_cram_begins_with_what_is_known_least() -> None:
    assert _ids(Order(cram=True)) == ["new-1", "new-2", "new-3", "in-a-week", "tomorrow", "overdue", "due-today"]


@pytest.mark.parametrize(
    ("unseen", "days_left", "count"),
    [
        (180, 9, 20),
        (181, 9, 21),
        (5, 9, 1),
        (0, 9, 0),
        (240, 1, 240),
        (50, None, NEW_A_DAY),
        (50, 0, NEW_A_DAY),
        (50, -2, NEW_A_DAY),
    ],
)
def test_as_many_new_ones_a_day_as_see_all_before_the_interview(unseen: int, days_left: int | None, count: int) -> None:
    assert new_a_day(unseen, days_left) == count


@pytest.mark.parametrize(
    ("kinds", "levels", "tags", "accepted"),
    [
        ([], [], [], True),
        (["recall"], [], [], True),
        (["choice"], [], [], False),
        (["choice", "recall"], ["mid"], [], True),
        ([], ["senior"], [], False),
        ([], [], ["routing"], True),
        ([], [], ["cors", "routing"], True),
        ([], [], ["cors"], False),
        (["recall"], ["mid"], ["cors"], False),
    ],
)
def test_a_filter_wants_every_side_to_fit(kinds: list[str], levels: list[str], tags: list[str], accepted: bool) -> None:
    assert Filter.of(kinds, levels, tags).accepts(entry("x", tags=["routing"])) is accepted


# ---- the interview ----

KINDS: tuple[tuple[Kind, int], ...] = (("choice", 1), ("recall", 2), ("predict", 2), ("code", 8), ("fix", 4), ("cloze", 1))
LARGE = tuple(entry(f"{kind}-{number}", kind, topic=f"Topic {number}", time=time) for kind, time in KINDS for number in range(12))


def test_the_same_seed_gives_the_same_interview() -> None:
    first = interview(LARGE, 2700, Random(7))
    assert first == interview(LARGE, 2700, Random(7))
    assert [slot.entry.id for slot in first] != [slot.entry.id for slot in interview(LARGE, 2700, Random(8))]


@pytest.mark.parametrize("minutes", [1, 5, 30, 45, 90])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_budgets_add_up_to_the_length(minutes: int, seed: int) -> None:
    slots = interview(LARGE, minutes * 60, Random(seed))
    assert sum(slot.budget for slot in slots) == pytest.approx(minutes * 60)
    assert all(slot.budget > 0 for slot in slots)


def test_budgets_are_in_proportion_to_the_minutes_of_the_questions() -> None:
    slots = interview(LARGE, 2700, Random(7))
    assert len({round(slot.budget / slot.entry.minutes, 6) for slot in slots}) == 1


def test_no_question_comes_twice_and_all_main_kinds_come() -> None:
    slots = interview(LARGE, 2700, Random(7))
    assert max(Counter(slot.entry.id for slot in slots).values()) == 1
    assert {"choice", "recall", "predict", "code"} <= {slot.entry.kind for slot in slots}


def test_topics_are_spread() -> None:
    slots = interview(LARGE, 1800, Random(7))
    topics = [slot.entry.topic for slot in slots]
    assert len(set(topics)) == min(len(topics), 12)


def test_an_interview_of_what_there_is() -> None:
    only = (entry("a", "code", time=8), entry("b", "code", time=90))
    assert [(slot.entry.id, slot.budget) for slot in interview(only, 1800, Random(1))] == [("a", 1800)]
    assert interview((), 1800, Random(1)) == ()


def test_a_question_that_takes_longer_than_all_there_is_left_is_not_asked() -> None:
    assert interview((entry("a", "code", time=8),), 300, Random(1)) == ()
