"""Marks free text against a reference: a score, how sure it is, and which of the reference's statements were made.

The score runs from 0, an answer that shares nothing with the reference, to 1, one that says all of it. The link gives what the
development data's graders would; they gave 0.54 of full marks even to the former, so the score is what lies above that.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from quizkit.marking.contradiction import Conflict, conflict
from quizkit.marking.english import NEGATORS
from quizkit.marking.likeness import Link, measures, stems, weigh, words_found
from quizkit.marking.words import NO_VOCABULARY, Vocabulary, Word, alike, passage, read, sentences
from quizkit.verdict import Outcome

CONTRADICTED: Final = 0.4
"""The most that an answer scores which says the reverse of the reference,"""
UNORDERED: Final = 0.5
"""one that only repeats the question, or holds the reference's words in no order,"""
COPY: Final = 0.8
"""where it has this share of words in common with it (Jaccard) and less than this share of its pairs of neighbours."""
ORDERED: Final = 0.35
SHUFFLED_FROM: Final = 8
"""Words of a reference from which their order is looked at."""
HEAP, HEAP_OFFSET = 1.5, 15
"""So many words beside the point, for each of the reference's and fifteen more, make a heap,"""
HEAP_IF_STRANGE, STRANGE = 1.2, 0.85
"""or so many where hardly any others are left."""
SAID: Final = 0.6
"""Share of a sentence's words by which it counts as said."""
SURE: Final = 0.85
"""The least probability at which an answer is called right."""


class Similarity(Protocol):
    """What tells how near two texts are: words alone, or words and vectors."""

    @property
    def link(self) -> Link:
        """From the measures to the share of full marks."""

    @property
    def sureness(self) -> Link:
        """From the score to the probability that the answer is right."""

    def measures(self, reference: str, answer: str, question: str, vocabulary: Vocabulary) -> tuple[float, ...]:
        """What the link makes a mark of, each 0 to 1."""


class Lexical:
    """Words alone. The constants come from `python -m tests.bench.marking --fit`."""

    link: Final = Link((2.83, 0.98, 0.11, 5.0), 0.15)
    sureness: Final = Link((4.16,), -1.0)

    def measures(self, reference: str, answer: str, question: str, vocabulary: Vocabulary = NO_VOCABULARY) -> tuple[float, ...]:
        """The four measures of likeness."""
        return measures(read(reference, vocabulary), read(answer, vocabulary), stems(read(question, vocabulary)))


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that an answer should say, and the words of the answer that decided whether it does."""

    idea: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class TextMark:
    """What an answer is worth beside a reference. `score` and `confidence` run from 0 to 1."""

    score: float
    confidence: float
    outcome: Outcome
    found: tuple[Statement, ...] = ()
    missed: tuple[Statement, ...] = ()
    wrong: tuple[Statement, ...] = ()


def mark_text(
    references: Sequence[str], answer: str, similarity: Similarity, question: str = "", vocabulary: Vocabulary = NO_VOCABULARY
) -> TextMark:
    """The best mark that `answer` gets beside any of `references`; what contradicts one of them counts against it beside all."""
    marks = [_beside(reference, answer, similarity, question, vocabulary) for reference in references]
    best = max(marks, key=lambda mark: mark.score)
    wrong = tuple(statement for mark in marks for statement in mark.wrong)
    if wrong and not best.wrong:
        best = _settled(min(best.score, CONTRADICTED), similarity, best.found, best.missed, wrong)
    return best


def _beside(reference: str, answer: str, similarity: Similarity, question: str, vocabulary: Vocabulary) -> TextMark:
    wanted, given = read(reference, vocabulary), read(answer, vocabulary)
    asked = stems(read(question, vocabulary))
    found, missed = _statements(reference, wanted, given, asked, answer)
    if not given or not wanted:
        return TextMark(0, 1, Outcome.failed, (), (*found, *missed))
    score = scaled(similarity.link(similarity.measures(reference, answer, question, vocabulary)), similarity.link)
    guard = cap(wanted, given, asked, vocabulary)
    wrong = (_quoted(reference, answer, guard.conflict),) if guard.conflict else ()
    return _settled(min(score, guard.most), similarity, found, missed, wrong)


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that an answer may score, and the contradiction that holds it down, where there is one."""

    most: float
    conflict: Conflict | None = None


def cap(wanted: Sequence[Word], given: Sequence[Word], asked: frozenset[str], vocabulary: Vocabulary) -> Cap:
    """What holds an answer down, however alike its words: a contradiction, no order, nothing of its own, a heap of everything."""
    if against := conflict(wanted, given, vocabulary):
        return Cap(CONTRADICTED, against)
    empty = only_asked(wanted, given, asked) or is_shuffled(wanted, given) or is_heap(wanted, given, asked)
    return Cap(UNORDERED if empty else 1.0)


def scaled(share: float, link: Link) -> float:
    """The score for a share of full marks: 0 where nothing is shared, 1 where everything is."""
    least, most = link([0.0] * len(link.weights)), link([1.0] * len(link.weights))
    return min(1.0, max(0.0, (share - least) / (most - least)))


def _settled(
    score: float,
    similarity: Similarity,
    found: tuple[Statement, ...],
    missed: tuple[Statement, ...],
    wrong: tuple[Statement, ...],
) -> TextMark:
    """Right where that is likely enough, wrong only where something is contradicted, else not sure."""
    right = similarity.sureness([score])
    if wrong:
        return TextMark(score, 1 - score, Outcome.failed, found, missed, wrong)
    outcome = Outcome.passed if right >= SURE else Outcome.unsure
    return TextMark(score, abs(2 * right - 1), outcome, found, missed)


def only_asked(wanted: Sequence[Word], given: Sequence[Word], asked: frozenset[str]) -> bool:
    """Whether an answer has nothing that the question doesn't say, while the reference has."""
    own = [word for word in given if word.weight == 1 and word.stem not in asked]
    beyond = [word for word in wanted if word.weight == 1 and word.stem not in asked]
    return bool(beyond) and len(own) <= len(given) / 20


def is_shuffled(wanted: Sequence[Word], given: Sequence[Word]) -> bool:
    """Whether an answer holds the words of the reference, hardly any other, and hardly one next to its neighbour."""
    mine, yours = (Counter(word.stem for word in words) for words in (wanted, given))
    if len(wanted) < SHUFFLED_FROM or (mine & yours).total() < COPY * (mine | yours).total():
        return False
    neighbours = Counter((word.stem, after.stem) for word, after in pairwise(wanted))
    kept = neighbours & Counter((word.stem, after.stem) for word, after in pairwise(given))
    return kept.total() < ORDERED * neighbours.total()


def is_heap(wanted: Sequence[Word], given: Sequence[Word], asked: frozenset[str]) -> bool:
    """Whether an answer holds far more beside the point than the reference is long: everything that one knows, in a heap."""
    mine, yours = ([word for word in weigh(words, frozenset()) if word.weight == 1] for words in (wanted, given))
    beside = sum(1 for word in yours if word.stem not in asked and not any(alike(word, other) for other in mine))
    beyond = beside / (len(mine) + HEAP_OFFSET)
    return beyond > HEAP or (beyond > HEAP_IF_STRANGE and beside > STRANGE * len(yours))


def _statements(
    reference: str, wanted: Sequence[Word], given: Sequence[Word], asked: frozenset[str], answer: str
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """The reference's sentences, as those that were said and those that weren't."""
    found, missed = [], []
    for sentence in sentences(wanted):
        weights = weigh((word for word in sentence if word.text not in NEGATORS), asked)
        idea = passage(reference, sentence)
        if weights and given and words_found(weights, given) >= SAID:
            hits = [other for other in given if any(word.weight == 1 and alike(word, other) for word in sentence)]
            found.append(Statement(idea, passage(answer, hits)))
        else:
            missed.append(Statement(idea))
    return tuple(found), tuple(missed)


def _quoted(reference: str, answer: str, against: Conflict) -> Statement:
    return Statement(passage(reference, against.statement), passage(answer, against.passage))
