"""When a question comes back: FSRS over whole local days, and the rating that an answer suggests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import cache
from typing import Final

import fsrs

from quizkit.verdict import Outcome, Verdict

HINT_COST: Final = 0.2
MOST_HINT_COST: Final = 0.6
_RECALL_GOOD: Final = 0.7
_RECALL_HARD: Final = 0.4
_NEARLY: Final = 0.75


class Rating(IntEnum):
    """How well an answer was known, in FSRS's four steps."""

    again = 1
    hard = 2
    good = 3
    easy = 4


@dataclass(frozen=True, slots=True)
class Memory:
    """What FSRS knows of a question: stability in days, difficulty from 1 to 10, and two local days."""

    stability: float
    difficulty: float
    due: date
    last_review: date


@cache
def _scheduler() -> fsrs.Scheduler:
    """No learning steps and no fuzz: a command that runs once a day has no use for minutes, and a history gives one memory."""
    return fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def remember(memory: Memory | None, rating: Rating, at: datetime, horizon: date | None = None) -> Memory:
    """The memory after an answer at the local time `at`.

    With a `horizon`, the day of the interview, no interval ends after that day while it lies ahead.
    """
    today = at.date()
    card = _card(memory)
    reviewed, _ = _scheduler().review_card(card, fsrs.Rating(rating), _noon(today))
    assert reviewed.stability is not None and reviewed.difficulty is not None
    due = max(reviewed.due.date(), today + timedelta(days=1))
    if horizon is not None and horizon > today:
        due = min(due, horizon)
    return Memory(reviewed.stability, reviewed.difficulty, due, today)


def _card(memory: Memory | None) -> fsrs.Card:
    """FSRS's own record. Its id is given, since the library would sleep to make one up."""
    if memory is None:
        return fsrs.Card(card_id=1)
    return fsrs.Card(
        card_id=1,
        state=fsrs.State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=_noon(memory.due),
        last_review=_noon(memory.last_review),
    )


def _noon(day: date) -> datetime:
    """A local day as FSRS counts time: noon to noon is whole days, whatever the time zone and its summer."""
    return datetime.combine(day, time(12), UTC)


def replay(reviews: Iterable[tuple[Rating, datetime]], horizon: date | None = None) -> Memory | None:
    """The memory that a history of answers, oldest first, leads to."""
    memory = None
    for rating, at in reviews:
        memory = remember(memory, rating, at, horizon)
    return memory


def intervals(memory: Memory | None, at: datetime, horizon: date | None = None) -> dict[Rating, int]:
    """For each rating, in how many days the question would come back."""
    return {rating: (remember(memory, rating, at, horizon).due - at.date()).days for rating in Rating}


def lowered(score: float, hints: int) -> float:
    """A score after hints: each takes a fifth of it, at most three fifths."""
    return score * (1 - min(MOST_HINT_COST, HINT_COST * hints))


def suggest(verdict: Verdict, hints: int = 0, late: bool = False, sentences: bool = False) -> Rating:
    """The rating that an answer suggests; hints and overtime lower it.

    `sentences` are marked by degree, all else by right and wrong.
    """
    if verdict.outcome is Outcome.passed:
        return Rating.hard if hints or late else Rating.good
    if sentences:
        reached = lowered(verdict.score, hints)
        if reached >= _RECALL_GOOD and not late and not any(point.is_wrong for point in verdict.points):
            return Rating.good
        return Rating.hard if reached >= _RECALL_HARD else Rating.again
    return Rating.hard if verdict.score >= _NEARLY and not hints and not late else Rating.again
