"""A text as the marker reads it: words with their stems and places, cut into clauses, each word under a negation or not."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Final, NamedTuple

import jellyfish
import Stemmer

from quizkit.marking.english import (
    AFTER_A_COMMA,
    AFTER_AND,
    CLAIMS,
    CLAUSE_STARTERS,
    NEGATING_PAIRS,
    NEGATORS,
    NOT_NEGATING,
    OPPOSITES,
    REFUSALS,
    REFUSING,
    SENTENCE_WORDS,
    SMALL_WORDS,
)
from quizkit.verdict import GAP

SMALL_WEIGHT: Final = 0.1
"""What a small word counts. Removing them outright costs .004 of r on the development data (`tests/bench/marking.py`)."""
NEARLY: Final = 0.9
SHORT_REFUSAL: Final = 3
"""Words before a refusal in a sentence that says nothing else, such as "That is a myth"."""
LONGEST_QUOTATION: Final = 240
"""Characters of an answer that are quoted for one point."""
SHORT_GAP: Final = 3
"""Words that a quotation doesn't leave out."""
LONGEST: Final = 20_000
"""Characters of a text that are read; nobody types more, and what pastes more isn't answering."""

_stem = Stemmer.Stemmer("english", 0).stemWord

# I/O, capitals in the plural (`URLs`), a run of capitals before a word, a word with its contraction, a number, or letters outside
# ASCII: so that `HTTPException`, `response_model` and "http exception" are read alike.
_WORD: Final = re.compile(
    r"\bI/O\b|[A-Z]{2,}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+(?:['’][a-z]{1,2})?|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+"
)
_SENTENCE_ENDS: Final = re.compile(r"[.!?](?=\s|[\"')*`])|[;\n]|:\s|->|=>|→|⇒")
_PAUSE: Final = re.compile(r"[,()–—]|\s-\s")


class Word(NamedTuple):
    """One word: its folded text, its stem, and where it stands in what was written.

    `whole` is the identifier of which it is a part, in one word; `denied` says that a negation reaches it, `turned` that its
    clause is negated as a whole, what stands before the negator included; `terms` are the numbers of the vocabulary's terms that
    it is, or belongs to.
    """

    text: str
    stem: str
    whole: str
    start: int
    end: int
    sentence: int
    clause: int
    denied: bool = False
    turned: bool = False
    terms: frozenset[int] = frozenset()

    @property
    def names(self) -> tuple[str | int, ...]:
        """By what a word is counted: its stem and the numbers of its terms, so that a synonym is no rarer."""
        return self.stem, *self.terms

    @property
    def is_negator(self) -> bool:
        """Whether it turns what is said; "not found" is a status."""
        return self.text in NEGATORS and not self.terms

    def follows(self, before: "Word") -> bool:
        """Whether this word is the next part of the identifier that `before` is a part of."""
        return self.whole == before.whole and self.start - before.end <= 1

    @property
    def weight(self) -> float:
        """1, or what a small word counts."""
        return SMALL_WEIGHT if self.text in SMALL_WORDS else 1.0


@dataclass(frozen=True)
class Vocabulary:
    """A subject's own terms: spellings and synonyms that mean the same, and pairs that mean the opposite."""

    same: tuple[tuple[str, ...], ...] = ()
    opposite: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def opposites(self) -> dict[str, frozenset[str]]:
        """By a word's stem, the stems of its opposites, in English and in the subject."""
        found: dict[str, set[str]] = {}
        for one, other in (*OPPOSITES, *self.opposite):
            for word, turned in ((one, other), (other, one)):
                found.setdefault(stem(fold(word)), set()).add(stem(fold(turned)))
        return {word: frozenset(turned) for word, turned in found.items()}

    @cached_property
    def phrases(self) -> dict[str, list[tuple[tuple[str, ...], int]]]:
        """By the stem of their first word: the stems of each spelling, longest first, and its term's number."""
        found: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for number, spellings in enumerate(self.same):
            for spelling in spellings:
                stems = tuple(stem(folded) for folded, _, _ in _pieces(spelling))
                found.setdefault(stems[0], []).append((stems, number))
        return {first: sorted(phrases, key=lambda phrase: -len(phrase[0])) for first, phrases in found.items()}


NO_VOCABULARY: Final = Vocabulary()


def fold(text: str) -> str:
    """One form for all spellings of a word: small letters, straight quotes, no width of its own; I/O is IO."""
    if text.isascii():
        return text.lower().replace("/", "")
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


@lru_cache(maxsize=2**14)
def stem(text: str) -> str:
    """The stem of a folded word, by Porter's second algorithm for English."""
    return str(_stem(text))


def _pieces(text: str) -> list[tuple[str, int, int]]:
    """The words of a text, folded, each with where it begins and ends."""
    return [(fold(match.group()), *match.span()) for match in _WORD.finditer(text)]


@lru_cache(maxsize=2**12)
def read(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> tuple[Word, ...]:
    """The words of `text`, at most of its first 20,000 characters."""
    text = text[:LONGEST]
    words: list[Word] = []
    sentence = clause = last_end = 0
    last = ""
    pieces = _pieces(text)
    for (folded, start, end), whole in zip(pieces, _wholes(text, pieces), strict=True):
        gap = text[last_end:start]
        if words and gap != " " and _SENTENCE_ENDS.search(text, last_end, start + 1):
            sentence, clause = sentence + 1, clause + 1
        elif words and _begins_clause(folded, last, gap):
            clause += 1
        words.append(Word(folded, stem(folded), whole, start, end, sentence, clause))
        last, last_end = folded, end
    return tuple(_with_denials(_with_terms(words, vocabulary)))


def _wholes(text: str, pieces: Sequence[tuple[str, int, int]]) -> list[str]:
    """For each piece the identifier to which it belongs, without its underscores."""
    wholes: list[str] = []
    group: list[str] = []
    last_end = -1
    for folded, start, end in pieces:
        if start != last_end and text[last_end:start] != "_":
            wholes += ["".join(group)] * len(group)
            group = []
        group.append(folded)
        last_end = end
    return wholes + ["".join(group)] * len(group)


def _begins_clause(word: str, last: str, gap: str) -> bool:
    if word in CLAUSE_STARTERS:
        return True
    if gap != " " and _PAUSE.search(gap):
        return word in AFTER_A_COMMA or word in NEGATORS or last in AFTER_A_COMMA or last in SENTENCE_WORDS
    return last in ("and", "or", "so") and (word in AFTER_AND or word in NEGATORS)


def _with_denials(words: Sequence[Word]) -> list[Word]:
    """Each word with whether a negator of its clause stands before it or anywhere, or the sentence is refused ("… is a myth")."""
    denied, refused = [False] * len(words), [False] * len(words)
    negated: set[int] = set()
    clause, on, since = -1, False, -9
    for at, word in enumerate(words):
        if word.clause != clause:
            clause, on, since = word.clause, False, -9
        denied[at] = on
        if _negates(words, at):
            on = not (on and at - since <= 3)
            since = at
            negated ^= {word.clause}
        if _refuses(words, at, denied=denied[at]):
            for place in _refused(words, at):
                refused[place] = not refused[place]
    return [
        word._replace(denied=flag != no, turned=(word.clause in negated) != no) if flag or no or word.clause in negated else word
        for word, flag, no in zip(words, denied, refused, strict=True)
    ]


def _refuses(words: Sequence[Word], at: int, *, denied: bool) -> bool:
    """Whether a word refuses a whole statement: "that's wrong", "a mistake is to think that …", "I don't think that …"."""
    word = words[at].text
    if word in REFUSALS:
        following = words[at + 1].text if at + 1 < len(words) else ""
        return following not in ("of", "by") and bool({before.text for before in words[max(0, at - 2) : at]} & REFUSING)
    return word in CLAIMS and denied and at + 1 < len(words) and words[at + 1].text == "that"


def _refused(words: Sequence[Word], at: int) -> Iterator[int]:
    """What a refusal denies: what follows a "that" soon after it, else what stands before; if that is little, a sentence more."""
    sentence = words[at].sentence
    following = range(at + 1, min(len(words), at + 6))
    that = next((place for place in following if words[place].text == "that" and words[place].sentence == sentence), None)
    if that is not None:
        yield from (place for place in range(that + 1, len(words)) if words[place].sentence == sentence)
        return
    before = [place for place in range(at) if words[place].sentence == sentence]
    if len(before) <= SHORT_REFUSAL:
        before = [place for place in range(at) if words[place].sentence == sentence - 1]
    yield from before


def _negates(words: Sequence[Word], at: int) -> bool:
    following = words[at + 1].text if at + 1 < len(words) else ""
    before = words[at - 1].text if at else ""
    if words[at].is_negator:
        return (words[at].text, following) not in NOT_NEGATING and (before, words[at].text) not in NOT_NEGATING
    return (before, words[at].text) in NEGATING_PAIRS


def _with_terms(words: list[Word], vocabulary: Vocabulary) -> list[Word]:
    phrases = vocabulary.phrases
    for at, word in enumerate(words):
        for stems, number in phrases.get(word.stem, ()):
            if tuple(following.stem for following in words[at : at + len(stems)]) == stems:
                for place in range(at, at + len(stems)):
                    words[place] = words[place]._replace(terms=words[place].terms | {number})
    return words


@lru_cache(maxsize=2**16)
def _alike_letters(one: str, other: str) -> float:
    """0.9 where two spellings share most of a beginning, or one is the other with a slip of the finger; else 0."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter >= 4 and one[:4] == other[:4] and one[: math.ceil(0.7 * longer)] == other[: math.ceil(0.7 * longer)]:
        return NEARLY
    if shorter < 5 or one[0] != other[0] or longer - shorter > 2 or one.isdigit() or other.isdigit():
        return 0.0
    slips = jellyfish.damerau_levenshtein_distance(one, other)
    return NEARLY if slips <= (2 if shorter >= 9 else 1) else 0.0


def alike(word: Word, other: Word) -> float:
    """How far two words say the same: 1, 0.9 for a near spelling, or 0."""
    if word.stem == other.stem or word.whole == other.whole or (word.terms and word.terms & other.terms):
        return 1.0
    return _alike_letters(word.text, other.text)


def sentences(words: Iterable[Word]) -> list[tuple[Word, ...]]:
    """The words of each sentence."""
    return [tuple(group) for _, group in groupby(words, key=lambda word: word.sentence)]


def clauses(words: Iterable[Word]) -> list[tuple[Word, ...]]:
    """The words of each clause."""
    return [tuple(group) for _, group in groupby(words, key=lambda word: word.clause)]


def quotation(text: str, words: Collection[Word]) -> str:
    """A passage that is short enough to be read beside what it proves."""
    whole = passage(text, words)
    return whole if len(whole) <= LONGEST_QUOTATION else whole[:LONGEST_QUOTATION].rsplit(" ", 1)[0] + GAP.rstrip()


def passage(text: str, words: Collection[Word]) -> str:
    """What stands in `text` from the first to the last of some of its words, in one line, long gaps left out."""
    ordered = sorted(words, key=lambda word: word.start)
    pieces: list[tuple[int, int]] = []
    for word in ordered:
        if pieces and len(text[pieces[-1][1] : word.start].split()) <= SHORT_GAP:
            pieces[-1] = pieces[-1][0], max(pieces[-1][1], word.end)
        else:
            pieces.append((word.start, word.end))
    return GAP.join(" ".join(text[start:end].split()) for start, end in pieces)
