"""Which questions come next: a filter over the index, a drill's queue, an interview's mix."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Final

from quizkit.deck.models import LEVELS, Entry, Kind
from quizkit.practice.schedule import Memory
from quizkit.practice.state import Seconds

if TYPE_CHECKING:
    from random import Random

NEW_A_DAY: Final = 20
_MIX: Final[tuple[Kind, ...]] = (
    "choice",
    "recall",
    "predict",
    "recall",
    "code",
    "recall",
    "predict",
    "fix",
    "cloze",
    "recall",
    "code",
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; an empty set lets everything through."""

    kinds: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kinds: Collection[str], levels: Collection[str], tags: Collection[str]) -> "Filter":
        """The filter for these names."""
        return cls(frozenset(kinds), frozenset(levels), frozenset(tags))

    def accepts(self, entry: Entry) -> bool:
        """Whether a question is one of those."""
        kind = not self.kinds or entry.kind in self.kinds
        level = not self.levels or entry.level in self.levels
        return kind and level and (not self.tags or not self.tags.isdisjoint(entry.tags))


@dataclass(frozen=True, slots=True)
class Order:
    """What a drill was asked for: how many, and which beside those that are due."""

    limit: int | None = None
    new_today: int = NEW_A_DAY
    only_new: bool = False
    everything: bool = False
    cram: bool = False
    spread: bool = False


def queue(entries: Sequence[Entry], memories: Mapping[str, Memory], order: Order, today: date) -> tuple[Entry, ...]:
    """A drill's questions: the due ones, the longest overdue first, then new ones in the deck's order or spread over its topics.

    With `everything` those that aren't due follow; with `cram` all come, the least known first.
    """
    known = [entry for entry in entries if entry.id in memories]
    new = [entry for entry in entries if entry.id not in memories]
    if order.spread:
        new = _spread(new)
    due = sorted((e for e in known if memories[e.id].due <= today), key=lambda e: memories[e.id].due)
    later = sorted((e for e in known if memories[e.id].due > today), key=lambda e: memories[e.id].due)
    if order.cram:
        chosen = [*new, *sorted(known, key=lambda e: memories[e.id].stability)]
    elif order.only_new:
        chosen = new
    elif order.everything:
        chosen = [*due, *new, *later]
    else:
        chosen = [*due, *new[: max(0, order.new_today)]]
    return tuple(chosen if order.limit is None else chosen[: order.limit])


def _spread(entries: Sequence[Entry]) -> list[Entry]:
    """A question of each topic in turn, the easiest level first: where not all can be seen, something of everything is."""
    turns: Counter[str] = Counter()
    places: list[tuple[int, int, Entry]] = []
    for level, entry in sorted(((LEVELS.index(entry.level), entry) for entry in entries), key=lambda pair: pair[0]):
        places.append((level, turns[f"{level} {entry.topic}"], entry))
        turns[f"{level} {entry.topic}"] += 1
    return [entry for *_, entry in sorted(places, key=lambda place: place[:2])]


def new_a_day(unseen: int, days_left: int | None) -> int:
    """How many new questions a day see all of them before the interview; a steady number where no day is set."""
    if days_left is None or days_left <= 0:
        return NEW_A_DAY
    return ceil(unseen / days_left)


@dataclass(frozen=True, slots=True)
class Slot:
    """A question of an interview and the time that it is given."""

    entry: Entry
    budget: Seconds


def interview(entries: Sequence[Entry], length: Seconds, rng: "Random") -> tuple[Slot, ...]:
    """A mix of kinds and topics that fills `length`, the same for the same seed.

    Questions are taken kind by kind in a fixed rhythm, each from a topic that hasn't come up yet where there is one; their
    budgets are then stretched so that together they take exactly the interview's length.
    """
    pools: dict[str, list[Entry]] = {}
    for entry in rng.sample(list(entries), len(entries)):
        pools.setdefault(entry.kind, []).append(entry)
    chosen: list[Entry] = []
    turn = 0
    misses = 0
    while misses < len(_MIX):
        kind = _MIX[turn % len(_MIX)]
        turn += 1
        found = _next_of(pools.get(kind, []), chosen, length / 60 - sum(e.minutes for e in chosen))
        misses = misses + 1 if found is None else 0
        if found is not None:
            pools[kind].remove(found)
            chosen.append(found)
    total = sum(entry.minutes for entry in chosen)
    return tuple(Slot(entry, entry.minutes / total * length) for entry in chosen)


def _next_of(pool: Sequence[Entry], chosen: Sequence[Entry], minutes_left: float) -> Entry | None:
    topics = {entry.topic for entry in chosen}
    fitting = [entry for entry in pool if entry.minutes <= minutes_left]
    return next((entry for entry in fitting if entry.topic not in topics), fitting[0] if fitting else None)
