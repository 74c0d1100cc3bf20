"""Where an answer says the reverse of a statement: by a denial, by an opposite in a word's place, by two sides swapped.

Only near copies of a statement are accused, since of anything looser a right answer is accused as often as a wrong one.
"""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Final, NamedTuple

from quizkit.marking.english import CONDITIONS, MEANS, SMALL_WORDS, SYMMETRICAL
from quizkit.marking.words import NO_VOCABULARY, Vocabulary, Word, alike, clauses, sentences

COVERED: Final = 0.8
"""Share of a statement's words that a passage must hold before it can contradict it,"""
PRECISE: Final = 0.6
"""and share of the passage's words that must come from the statement."""
CLOSER: Final = 0.15
"""A passage that agrees and covers nearly as much acquits."""
COPY: Final = 0.85
"""Share of words in common (Jaccard) by which two sentences are copies of each other."""

LONGEST_COPY: Final = 80
"""Words of a sentence that is held against another; nobody says one so long."""
LONGEST_RELATION: Final = 5
"""Words between two sides; what has more between them is a list whose items stand in another order."""


_Passage = tuple[tuple[Word, ...], tuple[Word, ...]]
"""The words of a clause or a sentence, and those of them that mean something."""


class Conflict(NamedTuple):
    """The words of the statement and those of the answer that say the reverse."""

    statement: tuple[Word, ...]
    passage: tuple[Word, ...]


class _Pairing(NamedTuple):
    """A statement's words beside those of a passage: (word, its match), and what is left on either side."""

    matched: tuple[tuple[Word, Word], ...]
    missing: tuple[Word, ...]
    extra: tuple[Word, ...]
    opposite: tuple[tuple[Word, Word], ...]

    @property
    def _held(self) -> int:
        return len(self.matched) + len(self.opposite)

    @property
    def covered(self) -> float:
        return self._held / (self._held + len(self.missing)) if self._held else 0.0

    @property
    def precise(self) -> float:
        return self._held / (self._held + len(self.extra)) if self._held else 0.0

    @property
    def copied(self) -> float:
        return self._held / (self._held + len(self.missing) + len(self.extra)) if self._held else 0.0

    def is_turned(self, odd: bool) -> bool:
        """Whether most of what both say is denied by one of them alone, or a word is replaced by its opposite.

        Half is enough where their negators differ by an odd number: what stands before a negator isn't reached by it.
        """
        denied = sum(word.denied != other.denied for word, other in self.matched)
        turned = sum(word.denied == other.denied for word, other in self.opposite)
        if self.opposite:
            return turned % 2 == 1 and len(self.matched) > 1 and denied <= len(self.matched) / 2
        return denied > len(self.matched) / 2 or (odd and denied == len(self.matched) / 2)


def conflict(statement: Sequence[Word], answer: Sequence[Word], vocabulary: Vocabulary = NO_VOCABULARY) -> Conflict | None:
    """The first passage of `answer` that says the reverse of a clause or a sentence of `statement`."""
    wholes = sentences(answer)
    asserting = [part for part in clauses(answer) if part[0].text not in CONDITIONS]  # a condition itself says nothing
    passages = [(part, _content(part)) for part in (*asserting, *wholes) if len(part) > 1]
    conditional = _conditional(answer)
    # What holds under a condition isn't denied by what holds under another; copies of whole sentences are compared all the same.
    free = [passage for passage in passages if passage[0][0].sentence not in conditional]
    bound = _conditional(statement)
    for part in clauses(statement):
        if len(part) > 1 and (found := _turned(part, free if part[0].sentence in bound else passages, vocabulary)):
            return Conflict(part, found)
    for whole in sentences(statement):
        for sentence in wholes:
            if _reverses(whole, sentence, vocabulary):
                return Conflict(whole, sentence)
    return None


def _conditional(words: Sequence[Word]) -> set[int]:
    """The numbers of the sentences that hold in some cases only."""
    return {word.sentence for word in words if word.text in CONDITIONS}


def _turned(part: tuple[Word, ...], passages: Sequence[_Passage], vocabulary: Vocabulary) -> tuple[Word, ...] | None:
    agreeing, against = 0.0, 0.0
    found: tuple[Word, ...] | None = None
    words = _content(part)
    for passage, content in passages:
        pairing = _pair(words, content, vocabulary)
        if pairing.covered < COVERED - CLOSER:
            continue
        # Two turns cancel: what runs before is what the other runs after.
        cancelled = bool(pairing.opposite) and _swapped(pairing, part, passage)
        if cancelled or not pairing.is_turned(_odd(part, passage)):
            agreeing = max(agreeing, pairing.covered)
        elif pairing.covered >= COVERED and pairing.precise >= PRECISE and pairing.covered > against:
            against, found = pairing.covered, passage
    return found if against > agreeing + (CLOSER if agreeing else 0) else None


def _reverses(whole: tuple[Word, ...], sentence: tuple[Word, ...], vocabulary: Vocabulary) -> bool:
    if max(len(whole), len(sentence)) > LONGEST_COPY or not _alike_at_a_glance(whole, sentence):
        return False
    pairing = _pair(_content(whole), _content(sentence), vocabulary)
    if pairing.copied < COPY:
        return False
    turns = _odd(whole, sentence), len(pairing.opposite) % 2 == 1, _swapped(pairing, whole, sentence)
    return sum(turns) % 2 == 1


def _alike_at_a_glance(whole: Sequence[Word], sentence: Sequence[Word]) -> bool:
    """Whether two sentences share half of their words: far less than a copy, and quick to see."""
    mine, yours = ({word.stem for word in words} for words in (whole, sentence))
    return 2 * len(mine & yours) >= len(mine | yours)


def _pair(words: Sequence[Word], others: Sequence[Word], vocabulary: Vocabulary) -> _Pairing:
    left = list(others)
    matched, missing, opposite = [], [], []
    for word in words:
        # The first that is fully alike, in the order in which it stands there, so that repeated words keep their sides.
        best = max(left, key=lambda other: alike(word, other), default=None)
        if best is not None and alike(word, best):
            matched.append((word, best))
            left.remove(best)
        else:
            missing.append(word)
    for word in tuple(missing):
        turned = vocabulary.opposites.get(word.stem, frozenset())
        if other := next((other for other in left if other.stem in turned), None):
            opposite.append((word, other))
            missing.remove(word)
            left.remove(other)
    return _Pairing(tuple(matched), tuple(missing), tuple(left), tuple(opposite))


def _swapped(pairing: _Pairing, whole: Sequence[Word], sentence: Sequence[Word]) -> bool:
    """Whether two sides of a relation have changed places: X m Y has become Y m X, with the same m.

    "X is called by Y" for "Y calls X" is no swap: the number of words such as "by" differs.
    """
    if sum(word.text in MEANS for word in whole) != sum(word.text in MEANS for word in sentence):
        return False
    mine = sorted(pairing.matched, key=lambda pair: pair[0].start)
    yours = sorted(pairing.matched, key=lambda pair: pair[1].start)
    # Equal words have equal labels, so that a word that stands on both sides is at home on either.
    sides = _sides([word.stem for word, _ in mine], [word.stem for word, _ in yours])
    if sides is None:
        return False
    start, left, right, end = sides
    relation = _between(whole, mine[start + left - 1][0], mine[end - right][0])
    kept = relation & _between(sentence, yours[start + right - 1][1], yours[end - left][1])
    return len(relation) <= LONGEST_RELATION and bool(kept - SYMMETRICAL)


def _sides(before: Sequence[str], after: Sequence[str]) -> tuple[int, int, int, int] | None:
    """Where X m Y in `before` is Y m X in `after`, all else being equal: X's start, the lengths of X and Y, and Y's end."""
    if before == after:
        return None
    size = len(before)
    first, last = _agreement(before, after), _agreement(before[::-1], after[::-1])
    for start in range(first, -1, -1):
        for end in range(size - last, size + 1):
            mine, yours = before[start:end], after[start:end]
            for right in (at for at in range(1, len(mine)) if mine[len(mine) - at :] == yours[:at]):
                for left in (at for at in range(1, len(mine) - right + 1) if mine[:at] == yours[len(mine) - at :]):
                    if mine[left : len(mine) - right] == yours[right : len(mine) - left]:
                        return start, left, right, end
    return None


def _agreement(before: Sequence[str], after: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=True)))


def _between(words: Sequence[Word], first: Word, last: Word) -> set[str]:
    return {word.stem for word in words if first.end <= word.start < last.start}


def _content(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words that mean something; an identifier of several words is one of them."""
    heavy = [word for word in words if word.text not in SMALL_WORDS and not word.is_negator]
    return (*heavy[:1], *(word for before, word in pairwise(heavy) if not word.follows(before)))


def _odd(words: Sequence[Word], others: Sequence[Word]) -> bool:
    """Whether the negators of the two differ by an odd number."""
    return sum(word.is_negator for word in (*words, *others)) % 2 == 1
