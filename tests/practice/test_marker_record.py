"""How the marker did, counted from what people changed."""

from datetime import datetime

from quizkit.practice.marker_record import Changes, marker_record
from quizkit.practice.schedule import Rating
from quizkit.practice.state import MarkedPoint, Marking

AT = datetime(2026, 11, 25)


def _marking(confidence: float, score: float, said: float, rating: Rating, *points: MarkedPoint) -> Marking:
    return Marking("r", confidence, score, said, Rating.hard, rating, points, AT)


def test_changes_are_counted_by_what_the_marker_had_said() -> None:
    agreed = _marking(0.9, 1, 1, Rating.hard, MarkedPoint("a", "must", "found", "found"))
    changed = _marking(
        0.4,
        0.25,
        0.75,
        Rating.good,
        MarkedPoint("a", "must", "found", "missed"),
        MarkedPoint("b", "bonus", "missed", "found"),
        MarkedPoint("c", "misconception", "found", "missed"),
        MarkedPoint("d", "must", "contradicted", "found"),
    )
    record = marker_record([("q", agreed), ("p", changed)])
    assert record.answers == Changes(1, 2)
    assert record.unsure == Changes(1, 1)
    assert record.found == Changes(1, 2)
    assert record.missed == Changes(1, 1)
    assert record.accused == Changes(2, 2)
    assert record.ratings == Changes(1, 2)
    assert record.distance == 0.25
    assert record.questions == (("p", 1),)


def test_no_marks_are_no_record() -> None:
    record = marker_record([])
    assert record.answers == Changes(0, 0)
    assert record.distance == 0
