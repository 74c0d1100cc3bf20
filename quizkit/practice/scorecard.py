"""What came of a session, and where a person stands: by topic, by day, by question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quizkit.deck.models import Entry
from quizkit.practice.plan import new_a_day
from quizkit.practice.schedule import Memory, Rating, remember
from quizkit.practice.state import Item, Review, Seconds, State


@dataclass(frozen=True, slots=True)
class TopicScore:
    """A topic's answers: how many, and their scores added up."""

    topic: str
    answers: int
    score: float

    @property
    def share(self) -> float:
        """The mean score, 0 to 1."""
        return self.score / self.answers if self.answers else 0


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What came of a session. `due` counts, by day, when its questions come back.

    Every answer is in one of four groups: `at_once`, `with_hints`, `in_part`, `again`.
    """

    mode: str
    asked: int
    answered: int
    took: Seconds
    score: float
    at_once: int
    with_hints: int
    in_part: int
    again: int
    hints: int
    late: int
    topics: tuple[TopicScore, ...]
    missed: tuple[tuple[str, tuple[str, ...]], ...]
    due: tuple[tuple[date, int], ...]

    @property
    def share(self) -> float:
        """The mean score over all questions that were planned in a mock, answered in a drill; 0 to 1."""
        planned = self.asked if self.mode == "mock" else self.answered
        return self.score / planned if planned else 0


def scorecard(state: State, now: Seconds) -> Scorecard:
    """What came of the session so far."""
    reviews = state.reviews
    groups = [_group(review) for review in reviews]
    items = {item.question.id: item for item in state.items}
    pairs = [(items[review.question].entry.topic, review.score) for review in reviews]
    if state.mode.name == "mock":
        answered = {review.question for review in reviews}
        pairs += [(item.entry.topic, 0.0) for item in state.items if item.question.id not in answered]
    return Scorecard(
        mode=state.mode.name,
        asked=len(state.items),
        answered=len(reviews),
        took=now,
        score=sum(review.score for review in reviews),
        at_once=groups.count("at once"),
        with_hints=groups.count("with hints"),
        in_part=groups.count("in part"),
        again=groups.count("again"),
        hints=sum(review.hints for review in reviews),
        late=sum(review.late for review in reviews),
        topics=by_topic(pairs),
        missed=tuple((review.question, review.reasons) for review in reviews if review.score < 1),
        due=_due_days(reviews, items, state.mode.horizon) if state.mode.counts else (),
    )


def _group(review: Review) -> str:
    """The one group that an answer is counted in. Who says that it has to come again knows best."""
    if review.rating is Rating.again:
        return "again"
    if review.hints:
        return "with hints"
    return "at once" if review.score == 1 and not review.late else "in part"


def by_topic(pairs: Iterable[tuple[str, float]]) -> tuple[TopicScore, ...]:
    """Scores added up by topic, the weakest first."""
    sums: dict[str, TopicScore] = {}
    for topic, score in pairs:
        before = sums.get(topic, TopicScore(topic, 0, 0.0))
        sums[topic] = TopicScore(topic, before.answers + 1, before.score + score)
    return tuple(sorted(sums.values(), key=lambda topic: topic.share))


def _due_days(reviews: Sequence[Review], items: Mapping[str, Item], horizon: date | None) -> tuple[tuple[date, int], ...]:
    days: dict[date, int] = {}
    for review in reviews:
        due = remember(items[review.question].memory, review.rating, review.at, horizon).due
        days[due] = days.get(due, 0) + 1
    return tuple(sorted(days.items()))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands in a deck on a day."""

    topics: int
    questions: int
    seen: int
    due: int
    days_left: int | None
    interview: date | None
    new_a_day: int
    weakest: tuple[TopicScore, ...]
    forecast: tuple[tuple[date, int], ...]
    answers: int
    last_mock: tuple[date, float] | None

    @property
    def unseen(self) -> int:
        """How many questions have never been answered."""
        return self.questions - self.seen


def standing(
    entries: Sequence[Entry],
    memories: Mapping[str, Memory],
    reviews: Sequence[Review],
    today: date,
    interview: date | None,
) -> Standing:
    """Where a person stands. The weakest topics are judged by each question's latest answer."""
    topics = {entry.id: entry.topic for entry in entries}
    names = {name: entry.id for entry in entries for name in (entry.id, *entry.aliases)}
    latest = {names[review.question]: review.score for review in reviews if review.question in names}
    seen = [entry for entry in entries if entry.id in memories]
    days_left = (interview - today).days if interview is not None and interview >= today else None
    weakest = [topic for topic in by_topic((topics[name], score) for name, score in latest.items()) if topic.share < 1]
    return Standing(
        topics=len(set(topics.values())),
        questions=len(entries),
        seen=len(seen),
        due=sum(memories[entry.id].due <= today for entry in seen),
        days_left=days_left,
        interview=interview,
        new_a_day=new_a_day(len(entries) - len(seen), days_left),
        weakest=tuple(weakest[:3]),
        forecast=_forecast([memories[entry.id] for entry in seen], today),
        answers=len(reviews),
        last_mock=_last_mock(reviews),
    )


def _forecast(memories: Sequence[Memory], today: date) -> tuple[tuple[date, int], ...]:
    days = [today + timedelta(days=n) for n in range(7)]
    return tuple((day, sum(memory.due == day or (day == today and memory.due < today) for memory in memories)) for day in days)


def _last_mock(reviews: Sequence[Review]) -> tuple[date, float] | None:
    mocks = [review for review in reviews if review.session.startswith("mock-")]
    if not mocks:
        return None
    last = [review for review in mocks if review.session == mocks[-1].session]
    return last[-1].at.date(), sum(review.score for review in last) / len(last)
