"""Which key points an answer makes: each is looked for, in any of its wordings, in passages of the answer's own clauses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from quizkit.deck.models import KeyPoint, KeyPoints
from quizkit.marking.english import NEGATORS
from quizkit.marking.likeness import stems, weigh
from quizkit.marking.words import NO_VOCABULARY, Vocabulary, Word, alike, clauses, passage, read
from quizkit.verdict import PointResult

FOUND: Final = 0.75
"""Share of a wording's weighted words that a passage must hold for a must or bonus point,"""
VOICED: Final = 0.8
"""and for a misconception, since a right answer speaks of the same things."""
CLAUSES: Final = 3
"""Neighbouring clauses that make a passage at most."""
_WIDER: Final = 0.04
"""What each further clause of a passage takes away: the same words further apart say less."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    """How much of a wording a passage holds, which words those are, and whether it denies what the wording affirms."""

    share: float
    words: tuple[Word, ...] = ()
    denied: bool = False


def mark_points(
    points: KeyPoints, answer: str, question: str = "", vocabulary: Vocabulary = NO_VOCABULARY
) -> tuple[PointResult, ...]:
    """What became of each key point: must, bonus misconceptions, in this order, with the words that decided it."""
    passages = tuple(_passages(read(answer, vocabulary)))
    asked = stems(read(question, vocabulary))

    def result(point: KeyPoint, role: str, least: float, why: str = "") -> PointResult:
        seen = max(
            (_best(read(text, vocabulary), passages, asked) for text in (point.idea, *point.accept)), key=lambda one: one.share
        )
        state = "missed" if seen.share < least else "contradicted" if seen.denied else "found"
        return PointResult(point.idea, role, state, passage(answer, seen.words) if state != "missed" else "", why)

    return (
        *(result(point, "must", FOUND) for point in points.must),
        *(result(point, "bonus", FOUND) for point in points.bonus),
        *(result(point, "misconception", VOICED, point.why) for point in points.misconceptions),
    )


def _passages(words: Sequence[Word]) -> Iterator[tuple[int, tuple[Word, ...]]]:
    """Runs of one to three clauses, each with how many clauses it has beyond the first."""
    parts = clauses(words)
    for first in range(len(parts)):
        joined: tuple[Word, ...] = ()
        for more, clause in enumerate(parts[first : first + CLAUSES]):
            joined += clause
            yield more, joined


def _best(wording: Sequence[Word], passages: Sequence[tuple[int, tuple[Word, ...]]], asked: frozenset[str]) -> _Sighting:
    """The passage that holds most of a wording; of two that hold as much, the one that agrees with it."""
    weights = weigh((word for word in wording if word.text not in NEGATORS), asked)
    whole = sum(weights.values())
    best = _Sighting(0)
    for more, words in passages:
        pairs = [(word, hit) for word in weights if (hit := _hit(word, words))]
        share = sum(weights[word] * alike(word, hit) for word, hit in pairs) / whole - more * _WIDER if whole else 0
        against = sum(weights[word] for word, hit in pairs if word.denied != hit.denied)
        denied = against > sum(weights[word] for word, _ in pairs) / 2
        if share > best.share or (share == best.share and best.denied and not denied):
            best = _Sighting(share, tuple(hit for _, hit in pairs), denied)
    return best


def _hit(word: Word, words: Sequence[Word]) -> Word | None:
    found = max(words, key=lambda other: alike(word, other))
    return found if alike(word, found) else None
