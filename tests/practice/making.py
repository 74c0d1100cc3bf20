"""Items, entries and a scripted session: what the tests of this folder are built from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from quizkit.deck.models import Entry, Kind, Level, Question, minutes
from quizkit.practice.prompt import fields
from quizkit.practice.schedule import Rating
from quizkit.practice.session import start, step
from quizkit.practice.state import (
    Effect,
    Event,
    Feedback,
    Grade,
    Graded,
    Item,
    Mode,
    Note,
    Review,
    Save,
    Show,
)
from quizkit.verdict import CheckResult, Outcome, PointResult, Verdict
from tests.samples import question

BEGAN = datetime(2026, 11, 25, 9, 0)
DRILL = Mode()
PASSED = Verdict(Outcome.passed, 1.0)
FAILED = Verdict(Outcome.failed, 0.0, (CheckResult("it answers", Outcome.failed),))


def mock(length: float = 600) -> Mode:
    return Mode("mock", Feedback.end, length=length)


def points(*roles: str) -> Verdict:
    """What a recall answer is marked with before the person has ticked anything."""
    found = tuple(PointResult(f"idea {number}", role, "unmarked") for number, role in enumerate(roles, 1))
    return Verdict(Outcome.not_run, 0, points=found, confidence=0)


def entry(
    name: str = "a-recall",
    kind: Kind = "recall",
    *,
    topic: str = "Things",
    time: int = 2,
    level: Level = "mid",
    tags: Sequence[str] = (),
    aliases: Sequence[str] = (),
    follow_ups: Sequence[tuple[str, str]] = (),
) -> Entry:
    return Entry(
        id=name,
        deck="deck",
        topic=topic,
        section=3,
        slug=topic.lower(),
        kind=kind,
        level=level,
        tags=tuple(tags),
        source=(),
        aliases=tuple(aliases),
        minutes=time,
        follow_ups=tuple(follow_ups),
        path="deck/03-things.yaml",
        position=0,
    )


def item(kind: str = "recall", /, *, topic: str = "Things", **more: Any) -> Item:
    """A question of a kind as an item; what isn't a field of the item is one of the question."""
    places = {name: more.pop(name) for name in ("order", "memory", "budget", "is_follow_up", "follow_ups") if name in more}
    asked: Question = question(kind, **more)
    followers = places.get("follow_ups", ())
    row = entry(
        asked.id,
        asked.kind,
        topic=topic,
        time=minutes(asked),
        follow_ups=[(follower.question.id, when) for follower, when in followers],
    )
    places["follow_ups"] = tuple(follower for follower, _ in followers)
    return Item(entry=row, question=asked, fields=fields(asked), **places)


def review(name: str, score: float = 1.0, **more: Any) -> Review:
    """A review with whatever is left unsaid made up."""
    made: dict[str, Any] = {
        "id": f"s-{name}",
        "question": name,
        "rating": Rating.good,
        "score": score,
        "at": BEGAN,
        "took_s": 5.0,
        "hints": 0,
        "late": False,
        "session": "drill-1",
    }
    return Review(**{**made, **more})


class Session:
    """A session that is driven event by event, each at its own second."""

    def __init__(self, *items: Item, mode: Mode = DRILL) -> None:
        self.state, self.effects = start(items, mode, "s", BEGAN)

    def at(self, now: float, *events: Event) -> list[Effect]:
        """All that the events lead to when they happen at this second."""
        self.effects = []
        for event in events:
            self.state, effects = step(self.state, event, now)
            self.effects += effects
        return self.effects

    def graded(self, now: float, verdict: Verdict = PASSED) -> list[Effect]:
        """The grader's answer to what it was given last."""
        return self.at(now, Graded(self.state.number, verdict))

    @property
    def phase(self) -> Any:
        return self.state.phase

    def stands_at(self, phase: type) -> bool:
        return isinstance(self.state.phase, phase)


def notes(effects: Sequence[Effect]) -> list[str]:
    return [effect.what.text for effect in effects if isinstance(effect, Show) and isinstance(effect.what, Note)]


def shown(effects: Sequence[Effect]) -> list[str]:
    """The names of what is shown, in order."""
    return [type(effect.what).__name__ for effect in effects if isinstance(effect, Show)]


def saved(effects: Sequence[Effect]) -> list[Any]:
    return [effect.what for effect in effects if isinstance(effect, Save)]


def grades(effects: Sequence[Effect]) -> list[Grade]:
    return [effect for effect in effects if isinstance(effect, Grade)]
