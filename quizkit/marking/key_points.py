"""Which key points an answer makes: each is looked for, in all of its wordings, in passages of the answer's own clauses.

A point is claimed by the passage that holds most of it, and of the question's other points least: what is said decides between
two points, not what both speak of. The constants were set on half of the answers in `tests/marking/answers`; `python -m
tests.bench.key_points` prints what they give on the other half.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from quizkit.deck.models import KeyPoint, KeyPoints
from quizkit.marking.contradiction import conflict
from quizkit.marking.likeness import Link, stems, weigh
from quizkit.marking.passages import Passages, Wording
from quizkit.marking.words import NO_VOCABULARY, Vocabulary, Word, quotation, read, sentences
from quizkit.verdict import PointResult

BEST: Final = 3
"""Wordings of a point whose shares are averaged at most: one alone can be held by chance."""
OF: Final = 3
"""So many wordings it takes for each of them: of few wordings one is enough, since hardly any answer holds two."""
ASKED: Final = 0.8
"""What a word of the question counts: more than in free text, as a wording holds few that say nothing."""
ALONE: Final = 0.03
"""What is taken away where one wording decides."""
MASS: Final = 1.0
"""Added to a wording's weight, in words, so that one of two words is held less surely than one of eight."""
WIDER: Final = 0.06
"""What each further clause of a passage takes away: the same words further apart say less."""
RIVAL: Final = 0.5
"""How much of the share that the passage holds of the likeliest other point is taken away."""
COMMON: Final = 0.1
"""What a word counts that stands in every point of the question, beside one that stands in none other."""
FOUND: Final = Link((19.6,), -4.15)
"""From a claim to the probability that the point was made,"""
VOICED: Final = Link((21.3, -0.74), -3.0)
"""and, for a misconception, from a claim and the number of right points that were made: who knows much errs less."""
NEAR_COPY: Final = 0.5
"""Share of a wording that a passage must hold before it is asked whether it says the reverse."""
COPY: Final = 0.7
"""Share that it must hold, denied where the wording denies and not where it doesn't, to say the wording as it stands."""
NEAR: Final = 0.2
"""Share of a wording from which it counts as near."""
DENIED: Final = 0.2
"""How likely a point is at most whose words stand under a denial and don't in any near wording, or the other way round."""
LEAST: Final = 0.4
ACCUSED: Final = 0.55
"""The least probability at which a point counts as made, and at which a misconception counts as voiced."""


class Sighting(NamedTuple):
    """What became of a key point, and how likely it is, 0 to 1, that the answer makes it."""

    result: PointResult
    likely: float


class _Point(NamedTuple):
    """A key point with its wordings, as texts and with what each word counts."""

    point: KeyPoint
    role: str
    why: str
    texts: tuple[str, ...]
    wordings: tuple[Wording, ...]


class _Support(NamedTuple):
    """How much of a point each passage holds: of each wording, and of those that it holds most of."""

    shares: list[list[float]]
    held: list[float]


class _Claim(NamedTuple):
    """How much an answer claims a point, the number of the passage that does, and what that holds of each wording."""

    size: float
    place: int
    shares: list[float]


def sight_points(
    points: KeyPoints, answer: str, question: str = "", reference: str = "", vocabulary: Vocabulary = NO_VOCABULARY
) -> tuple[Sighting, ...]:
    """What became of each key point: must, bonus, misconceptions, in this order. A `reference` tells common words from rare."""
    rubric, claims, passages = _claimed(points, answer, question, reference, vocabulary)
    if not passages.words:
        return tuple(Sighting(PointResult(one.point.idea, one.role, "missed", why=one.why), 0.0) for one in rubric)
    right = [FOUND([claim.size]) for one, claim in zip(rubric, claims, strict=True) if one.role != "misconception"]
    made = sum(value >= LEAST for value in right)
    likely = (*right, *(VOICED([claim.size, made]) for claim in claims[len(right) :]))
    return tuple(_sighted(*found, answer, passages, vocabulary) for found in zip(rubric, claims, likely, strict=True))


def claims_of(
    points: KeyPoints, answer: str, question: str = "", reference: str = "", vocabulary: Vocabulary = NO_VOCABULARY
) -> tuple[tuple[str, float], ...]:
    """For each key point its role and how much the answer claims it: what the two links are fitted to."""
    rubric, claims, _ = _claimed(points, answer, question, reference, vocabulary)
    return tuple((one.role, claim.size) for one, claim in zip(rubric, claims, strict=True))


def _claimed(
    points: KeyPoints, answer: str, question: str, reference: str, vocabulary: Vocabulary
) -> tuple[list[_Point], list[_Claim], Passages]:
    rubric = _rubric(points, question, reference, vocabulary)
    passages = Passages(read(answer, vocabulary))
    if not passages.words:
        return rubric, [_Claim(0, 0, []) for _ in rubric], passages
    said = [_support(one, passages, agreeing=False) for one in rubric]
    right = sum(one.role != "misconception" for one in rubric)
    rivals = _rivals(said)
    claims = [_claim(support, rivals, number) for number, support in enumerate(said[:right])]
    # Only what's right is a rival of a misconception, and only words count that it denies or affirms as the misconception does.
    rivals = _rivals(said[:right])
    claims += [_claim(_support(one, passages, agreeing=True), rivals) for one in rubric[right:]]
    return rubric, claims, passages


def _rubric(points: KeyPoints, question: str, reference: str, vocabulary: Vocabulary) -> list[_Point]:
    """The points, must and bonus first, with what each word of theirs counts: the less, the more of the points share it."""
    texts = [(listed.point.idea, *listed.point.accept) for listed in points.listed]
    wordings = [[read(text, vocabulary) for text in own] for own in texts]
    asked = stems(read(question, vocabulary))
    others = [*sentences(read(reference, vocabulary)), *(read(one.why, vocabulary) for one in points.listed if one.why)]
    rarity = _rarity([_names(word for words in own for word in words) for own in wordings] + [_names(words) for words in others])
    return [
        _Point(*listed, own, tuple(_weighed(words, asked, rarity) for words in worded))
        for listed, own, worded in zip(points.listed, texts, wordings, strict=True)
    ]


def _names(words: Iterable[Word]) -> set[str | int]:
    """By what words are counted."""
    return {name for word in words for name in word.names}


def _rarity(texts: Sequence[set[str | int]]) -> dict[str | int, float]:
    """For each name 1 where it stands in one of the texts alone, down to COMMON where it stands in all."""
    whole = math.log(1 + len(texts))
    return {
        name: COMMON + (1 - COMMON) * math.log((1 + len(texts)) / count) / whole
        for name, count in Counter(name for text in texts for name in text).items()
    }


def _weighed(words: Iterable[Word], asked: frozenset[str], rarity: Mapping[str | int, float]) -> Wording:
    weights = weigh((word for word in words if not word.is_negator), asked, ASKED)
    parts = Counter(word.whole for word in weights)  # an identifier of several words is one
    return tuple(
        (word, weight * min(rarity[name] for name in word.names) / parts[word.whole]) for word, weight in weights.items()
    )


def _support(point: _Point, passages: Passages, *, agreeing: bool) -> _Support:
    shares = [passages.shares(wording, MASS, agreeing=agreeing) for wording in point.wordings]
    best = min(BEST, -(-len(shares) // OF))
    means = [sum(sorted(row)[-best:]) / best for row in zip(*shares, strict=True)]
    alone = ALONE if best == 1 else 0.0
    return _Support(shares, [mean - WIDER * joined - alone for mean, joined in zip(means, passages.joined, strict=True)])


def _rivals(supports: Sequence[_Support]) -> list[tuple[int, float, float]]:
    """For each passage, the number of the point of which it holds most, how much that is, and how much of the next."""
    ranked = (sorted(zip(row, range(len(row)), strict=True))[-2:] for row in zip(*(one.held for one in supports), strict=True))
    return [(row[-1][1], row[-1][0], row[0][0] if len(row) > 1 else 0.0) for row in ranked]


def _claim(mine: _Support, rivals: Sequence[tuple[int, float, float]], number: int | None = None) -> _Claim:
    """The passage that holds most of a point and least of its rivals; a point with a `number` among these is none to itself."""
    sizes = [
        held - RIVAL * (next_best if first == number else best)
        for held, (first, best, next_best) in zip(mine.held, rivals, strict=True)
    ]
    place = max(range(len(sizes)), key=sizes.__getitem__)
    return _Claim(sizes[place], place, [shares[place] for shares in mine.shares])


def _sighted(point: _Point, claim: _Claim, likely: float, answer: str, passages: Passages, vocabulary: Vocabulary) -> Sighting:
    """The point's state, with the words that decided it."""
    state, words = "missed", ""
    if likely >= (ACCUSED if point.role == "misconception" else LEAST):
        wording = point.wordings[claim.shares.index(max(claim.shares))]
        state, words = "found", quotation(answer, passages.like(wording, claim.place))
        if point.role != "misconception" and (against := _turned(point, claim, passages, vocabulary)):
            state, words = "contradicted", quotation(answer, against)
        elif point.role != "misconception" and _is_denied(point, claim, passages):
            state, words, likely = "missed", "", min(likely, DENIED)
    return Sighting(PointResult(point.point.idea, point.role, state, words, point.why), likely)


def _is_denied(point: _Point, claim: _Claim, passages: Passages) -> bool:
    """Whether the passage denies half of what it holds of each of the point's near wordings: no reverse, but not said either."""
    least = min(NEAR, sorted(claim.shares)[-BEST:][0])
    nearest = (wording for share, wording in zip(claim.shares, point.wordings, strict=True) if share >= least)
    return all(passages.denied_share(wording, claim.place) >= 0.5 for wording in nearest)


def _turned(point: _Point, claim: _Claim, passages: Passages, vocabulary: Vocabulary) -> tuple[Word, ...]:
    """The words that say the reverse of one of the point's wordings; none where another is said as it stands."""
    near = passages.words[claim.place]
    turned: tuple[Word, ...] = ()
    for text, wording, share in zip(point.texts, point.wordings, claim.shares, strict=True):
        if share < NEAR_COPY:
            continue
        statement = read(text, vocabulary)
        # The passage first, which costs little; then all of the answer, since another passage may acquit.
        if conflict(statement, near, vocabulary):
            against = conflict(statement, passages.given, vocabulary)
            turned = turned or (against.passage if against else ())
        elif passages.shares(wording, 0, agreeing=True)[claim.place] >= COPY:
            return ()
    return turned
