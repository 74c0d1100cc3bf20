"""The schedule: whole local days, no interval past the interview, and what an answer suggests."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import fsrs
import pytest

from quizkit.practice.schedule import Memory, Rating, intervals, lowered, remember, replay, suggest
from quizkit.verdict import Outcome, Verdict

NOW = datetime(2026, 11, 25, 9, 30)
TODAY = NOW.date()


def _known(days: int = 0) -> Memory:
    """A question that was answered well, and then again on the days when it was due."""
    memory = remember(None, Rating.good, NOW - timedelta(days=days))
    for _ in range(3):
        memory = remember(memory, Rating.good, datetime.combine(memory.due, NOW.time()))
    return memory


@pytest.mark.parametrize("rating", list(Rating))
def test_a_new_question_comes_back_as_fsrs_says_and_never_on_the_same_day(rating: Rating) -> None:
    memory = remember(None, rating, NOW)
    scheduler = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    stability = scheduler.parameters[rating - 1]
    assert memory.stability == pytest.approx(stability)
    assert memory.due == TODAY + timedelta(days=max(1, round(stability)))
    assert memory.last_review == TODAY


def test_a_better_rating_comes_back_later() -> None:
    for memory in (None, _known()):
        days = list(intervals(memory, NOW + timedelta(days=60)).values())
        assert days == sorted(days)
        assert days[0] < days[3]


def test_answers_on_the_day_they_are_due_come_back_after_ever_longer() -> None:
    memory = remember(None, Rating.good, NOW)
    gaps = [(memory.due - memory.last_review).days]
    for _ in range(4):
        memory = remember(memory, Rating.good, datetime.combine(memory.due, NOW.time()))
        gaps.append((memory.due - memory.last_review).days)
    assert all(before < after for before, after in pairwise(gaps))


def test_a_lapse_comes_back_soon() -> None:
    memory = _known()
    forgotten = remember(memory, Rating.again, datetime.combine(memory.due, NOW.time()))
    assert (forgotten.due - forgotten.last_review).days < (memory.due - memory.last_review).days
    assert forgotten.stability < memory.stability


@pytest.mark.parametrize("clock", [(0, 0), (0, 1), (12, 0), (23, 59)])
def test_only_the_local_day_counts(clock: tuple[int, int]) -> None:
    first = remember(None, Rating.good, NOW.replace(hour=clock[0], minute=clock[1]))
    assert first == remember(None, Rating.good, NOW)
    day = datetime.combine(first.due, NOW.time())
    assert remember(first, Rating.hard, day.replace(hour=clock[0], minute=clock[1])) == remember(first, Rating.hard, day)


def test_a_history_gives_the_same_memory_as_its_answers_one_by_one() -> None:
    answers = [(Rating.good, NOW), (Rating.again, NOW + timedelta(days=3)), (Rating.easy, NOW + timedelta(days=4))]
    memory = None
    for rating, at in answers:
        memory = remember(memory, rating, at)
    assert replay(answers) == memory
    assert replay([]) is None


@pytest.mark.parametrize("days", [1, 2, 5])
def test_no_interval_ends_after_the_interview(days: int) -> None:
    horizon = TODAY + timedelta(days=days)
    found = intervals(None, NOW, horizon)
    free = intervals(None, NOW)
    assert found == {rating: min(free[rating], days) for rating in Rating}
    assert found[Rating.easy] == days


@pytest.mark.parametrize("horizon", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=4000), None])
def test_a_day_that_is_today_or_over_or_far_off_caps_nothing(horizon: date | None) -> None:
    assert intervals(None, NOW, horizon) == intervals(None, NOW)


def test_the_cap_leaves_what_is_remembered_alone() -> None:
    capped = remember(None, Rating.easy, NOW, TODAY + timedelta(days=1))
    assert capped.stability == remember(None, Rating.easy, NOW).stability


def _verdict(outcome: Outcome, score: float) -> Verdict:
    return Verdict(outcome, score)


@pytest.mark.parametrize(
    ("outcome", "score", "hints", "late", "sentences", "rating"),
    [
        ("passed", 1, 0, False, False, "good"),
        ("passed", 1, 1, False, False, "hard"),
        ("passed", 1, 0, True, False, "hard"),
        ("failed", 0.75, 0, False, False, "hard"),
        ("failed", 0.74, 0, False, False, "again"),
        ("failed", 0.9, 1, False, False, "again"),
        ("failed", 0.9, 0, True, False, "again"),
        ("failed", 0, 0, False, False, "again"),
        ("timeout", 0.5, 0, False, False, "again"),
        ("passed", 1, 0, False, True, "good"),
        ("failed", 0.7, 0, False, True, "good"),
        ("failed", 0.7, 0, True, True, "hard"),
        ("failed", 0.69, 0, False, True, "hard"),
        ("failed", 0.4, 0, False, True, "hard"),
        ("failed", 0.39, 0, False, True, "again"),
        ("failed", 0.8, 1, False, True, "hard"),  # 0.64 after the hint
        ("failed", 0.8, 3, False, True, "again"),  # 0.32 after three
    ],
)
def test_what_an_answer_suggests(outcome: str, score: float, hints: int, late: bool, sentences: bool, rating: str) -> None:
    assert suggest(_verdict(Outcome(outcome), score), hints, late, sentences).name == rating


@pytest.mark.parametrize(
    ("score", "hints", "left"), [(1, 0, 1), (1, 1, 0.8), (1, 3, 0.4), (1, 4, 0.4), (1, 9, 0.4), (0.5, 2, 0.3), (0, 2, 0)]
)
def test_each_hint_takes_a_fifth_and_all_of_them_three(score: float, hints: int, left: float) -> None:
    assert lowered(score, hints) == pytest.approx(left)
