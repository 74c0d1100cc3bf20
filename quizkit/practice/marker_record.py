"""How the marker of sentences did, judged by the people whose answers it marked."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quizkit.marking.mark import SURE
from quizkit.practice.state import Marking
from quizkit.verdict import is_wrong


@dataclass(frozen=True, slots=True)
class Changes:
    """Of so many verdicts of the marker, how many the person changed."""

    changed: int
    of: int


@dataclass(frozen=True, slots=True)
class MarkerRecord:
    """How many answers were marked and how many marks changed, in which way, and for which questions most often.

    `distance` is the mean distance between the marker's score and the person's, 0 to 1; `accused` are the wrong statements that
    the marker saw, `ratings` those that were suggested.
    """

    answers: Changes
    unsure: Changes
    found: Changes
    missed: Changes
    accused: Changes
    ratings: Changes
    distance: float
    questions: tuple[tuple[str, int], ...]


def marker_record(markings: Sequence[tuple[str, Marking]]) -> MarkerRecord:
    """The record of some marked answers, each with its question's id."""
    points = [point for _, marking in markings for point in marking.points]
    seen = [("accused" if is_wrong(point.role, point.marked) else point.marked, point.marked != point.said) for point in points]
    changed = Counter(question for question, marking in markings if _is_changed(marking))
    unsure = [marking for _, marking in markings if marking.confidence < SURE]
    return MarkerRecord(
        answers=_count(_is_changed(marking) for _, marking in markings),
        unsure=_count(_is_changed(marking) for marking in unsure),
        found=_count(other for verdict, other in seen if verdict == "found"),
        missed=_count(other for verdict, other in seen if verdict == "missed"),
        accused=_count(other for verdict, other in seen if verdict == "accused"),
        ratings=_count(marking.rating is not marking.suggested for _, marking in markings),
        distance=sum(abs(marking.score - marking.said_score) for _, marking in markings) / max(1, len(markings)),
        questions=tuple(changed.most_common(5)),
    )


def _is_changed(marking: Marking) -> bool:
    return any(point.marked != point.said for point in marking.points)


def _count(changes: Iterable[bool]) -> Changes:
    found = list(changes)
    return Changes(sum(found), len(found))
