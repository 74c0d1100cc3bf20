"""How far an answer says what a reference says, by its words alone: four measures, and the mark that they make together."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from quizkit.marking.words import Word, alike

ASKED: Final = 0.2
"""What a word counts that stands in the question: not nothing, where an answer must name it, but anyone can repeat it."""
NEAR: Final = 4
"""Two words of a reference that stand at most this far apart are a pair."""
MOST_WORDS: Final = 300
"""Different words of an answer that are compared."""


class Link(NamedTuple):
    """A logistic function of some measures, each with its weight."""

    weights: tuple[float, ...]
    bias: float

    def __call__(self, measures: Sequence[float]) -> float:
        """The share of full marks that the development data's graders would give, 0 to 1."""
        return 1 / (1 + math.exp(-self.bias - sum(weight * value for weight, value in zip(self.weights, measures, strict=True))))


def weigh(words: Iterable[Word], asked: frozenset[str], counting: float = ASKED) -> dict[Word, float]:
    """Each different word, the first time it stands there, with what it counts; one of those `asked` counts `counting`."""
    weights: dict[str, tuple[Word, float]] = {}
    for word in words:
        if word.text not in weights:
            weights[word.text] = word, word.weight * (counting if word.stem in asked else 1)
    return dict(weights.values())


def measures(reference: Sequence[Word], answer: Sequence[Word], asked: frozenset[str]) -> tuple[float, float, float, float]:
    """The four measures of `answer` against `reference`, each 0 to 1; all 0 where either has no words.

    The share of the reference's words that the answer has; soft cardinality (Jimenez, Becerra and Gelbukh 2012), by which
    half-alike words count in part; the share of its runs of four letters; and the share of its pairs of words that stand close
    together.
    """
    wanted, given = weigh(reference, asked), weigh(answer, asked)
    given = dict(list(given.items())[:MOST_WORDS])
    if not wanted or not given:
        return 0, 0, 0, 0
    return (
        words_found(wanted, given),
        _soft_overlap(wanted, given),
        _share(_letters(wanted), _letters(given)),
        _share(_pairs(reference, asked), _pairs(answer, asked)),
    )


def words_found(wanted: dict[Word, float], given: Iterable[Word]) -> float:
    """The weighted share of the words of `wanted` that are among `given`."""
    given = tuple(given)
    found = sum(weight * max(alike(word, other) for other in given) for word, weight in wanted.items())
    return found / sum(wanted.values())


def _soft_overlap(wanted: dict[Word, float], given: dict[Word, float]) -> float:
    both = {word.text: weight for word, weight in (wanted | given).items()}
    mine, yours = ({word.text: weight for word, weight in side.items()} for side in (wanted, given))
    size = _soft_size(mine)
    return max(0.0, size + _soft_size(yours) - _soft_size(both)) / size


def _soft_size(words: dict[str, float]) -> float:
    return sum(weight / sum(_letters_alike(word, other) for other in words) for word, weight in words.items())


@lru_cache(maxsize=2**18)
def _letters_alike(one: str, other: str) -> float:
    """Dice's coefficient over runs of two and three letters, word ends included."""
    mine, yours = _runs(one, 2) | _runs(one, 3), _runs(other, 2) | _runs(other, 3)
    return 2 * len(mine & yours) / (len(mine) + len(yours))


@lru_cache(maxsize=2**14)
def _runs(word: str, length: int) -> frozenset[str]:
    padded = f"#{word}#"
    return frozenset(padded[at : at + length] for at in range(len(padded) - length + 1))


def _letters(words: dict[Word, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for word, weight in words.items():
        for run in _runs(word.text, 4) if len(word.text) > 2 else (word.text,):
            found[run] = max(found.get(run, 0), weight)
    return found


def _pairs(words: Sequence[Word], asked: frozenset[str]) -> dict[frozenset[str], float]:
    weights = [word.weight * (ASKED if word.stem in asked else 1) for word in words]
    return {
        frozenset((word.stem, words[other].stem)): weights[at] * weights[other]
        for at, word in enumerate(words)
        for other in range(at + 1, min(len(words), at + NEAR + 1))
    }


def _share(wanted: dict[Any, float], given: dict[Any, float]) -> float:
    whole = sum(wanted.values())
    return sum(weight for key, weight in wanted.items() if key in given) / whole if whole else 0.0


def stems(words: Iterable[Word]) -> frozenset[str]:
    """The stems of some words."""
    return frozenset(word.stem for word in words)
