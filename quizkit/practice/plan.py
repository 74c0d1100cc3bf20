"""Which questions come next: a filter over the index, a drill's queue, an interview's plan."""

from collections.abc import Collection
from dataclasses import dataclass

from quizkit.deck.models import Entry


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
