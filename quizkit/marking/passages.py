"""An answer cut into passages, and how much of a wording each of them holds."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from quizkit.marking.words import Word, alike, clauses

CLAUSES: Final = 3
"""Neighbouring clauses that make a passage at most."""
Wording = Sequence[tuple[Word, float]]
"""The words of a wording, each with what it counts."""

MOST: Final = 400
"""Passages that are looked at: some 130 clauses, more than anybody says in an interview."""


class Passages:
    """The runs of one to three clauses of an answer, and its longer sentences, by number; a set of them is an int."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.given = tuple(words)
        parts = clauses(words)
        self.words: list[tuple[Word, ...]] = []
        self.joined: list[int] = []
        """For each passage, how many clauses it has beyond the first, at most two."""
        holding = [0] * len(parts)
        for first, after in islice(_runs(parts), MOST):
            for clause in range(first, after):
                holding[clause] |= 1 << len(self.words)
            self.words.append(tuple(word for part in parts[first:after] for word in part))
            self.joined.append(min(after - first, CLAUSES) - 1)
        self._places: dict[str, tuple[Word, int, int]] = {}
        self._by_key: dict[object, list[str]] = {}
        self._by_letter: dict[str, list[str]] = {}
        for part, held in zip(parts, holding, strict=True):
            for word in part:
                self._add(word, held)
        self._hits_of: dict[tuple[str, str, frozenset[int], bool | None], list[tuple[float, tuple[int, ...]]]] = {}

    def _add(self, word: Word, held: int) -> None:
        """Notes where a word stands, affirmed and denied, and by what it can be found."""
        _, affirmed, denied = self._places.get(word.text, (word, 0, 0))
        if word.text not in self._places:
            for key in _keys(word):
                self._by_key.setdefault(key, []).append(word.text)
            self._by_letter.setdefault(word.text[0], []).append(word.text)
        self._places[word.text] = word, affirmed | (0 if word.turned else held), denied | (held if word.turned else 0)

    def shares(self, wording: Wording, least: float, *, agreeing: bool) -> list[float]:
        """For each passage the share of a wording's weight that it holds, `least` being added to the whole.

        What is `agreeing` counts a word only from a clause that is denied where the wording's own is, and isn't where it isn't.
        """
        found = [0.0] * len(self.words)
        whole = least
        for word, weight in wording:
            whole += weight
            for value, places in self._hits(word, word.turned if agreeing else None):
                counted = weight * value
                for place in places:
                    found[place] += counted
        return [share / whole for share in found]

    def like(self, wording: Wording, place: int) -> list[Word]:
        """The words of a passage that are like those of a wording, small ones left out."""
        wanted = [word for word, _ in wording if word.weight == 1]
        return [word for word in self.words[place] if word.weight == 1 and any(alike(other, word) for other in wanted)]

    def denied_share(self, wording: Wording, place: int) -> float:
        """The share, of what a passage holds of a wording, that it denies where the wording doesn't, or the other way round."""
        held = against = 0.0
        for word, weight in wording:
            found = [o for o in self.words[place] if alike(word, o)] if word.weight == 1 else []
            held += weight * bool(found)
            against += weight * (bool(found) and all(o.denied != word.denied and o.turned != word.turned for o in found))
        return against / held if held else 0.0

    def _hits(self, word: Word, turned: bool | None) -> list[tuple[float, tuple[int, ...]]]:
        """How like a word the answer's are, and in which passages; `turned` says from what clauses, None from any."""
        key = word.text, word.whole, word.terms, turned
        if key not in self._hits_of:
            self._hits_of[key] = self._find(word, turned)
        return self._hits_of[key]

    def _find(self, word: Word, turned: bool | None) -> list[tuple[float, tuple[int, ...]]]:
        # Near spellings are only looked for where the word itself stands nowhere.
        texts = {text for key in _keys(word) for text in self._by_key.get(key, ())} or set(self._by_letter.get(word.text[0], ()))
        places: dict[float, int] = {}
        for text in texts:
            other, affirmed, denied = self._places[text]
            if value := alike(word, other):
                places[value] = places.get(value, 0) | (affirmed | denied if turned is None else denied if turned else affirmed)
        return [(value, _members(held)) for value, held in places.items()]


def _runs(parts: Sequence[tuple[Word, ...]]) -> Iterator[tuple[int, int]]:
    """The first clause of each passage, and the one after its last."""
    for first, part in enumerate(parts):
        yield from ((first, after) for after in range(first + 1, min(first + CLAUSES, len(parts)) + 1))
        if first == 0 or parts[first - 1][0].sentence != part[0].sentence:
            after = next((at for at in range(first, len(parts)) if parts[at][0].sentence != part[0].sentence), len(parts))
            if after - first > CLAUSES:
                yield first, after


def _keys(word: Word) -> set[object]:
    """By what a word is found that is fully alike."""
    return {word.stem, word.whole, *word.terms}


def _members(held: int) -> tuple[int, ...]:
    """The numbers of the bits that are set."""
    return tuple(at for at in range(held.bit_length()) if held >> at & 1)
