"""Marks free text against a reference: a score, how sure it is, and which of the reference's sentences were said.

The score runs from 0, an answer that shares nothing with the reference, to 1, one that says all of it. The link gives what the
development data's graders would; they gave 0.54 of full marks even to the former, so the score is what lies above that.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from quizkit.deck.models import KeyPoint, KeyPoints
from quizkit.marking.contradiction import Conflict, conflict
from quizkit.marking.key_points import sight_points
from quizkit.marking.likeness import Link, measures, stems, weigh
from quizkit.marking.words import NO_VOCABULARY, Vocabulary, Word, alike, passage, quotation, read, sentences
from quizkit.verdict import Outcome, PointResult, Verdict

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
REPEATED, REPEATED_FROM = 0.5, 10
"""So large a share of an answer's words, where it has so many, is one word over and over."""
MANY_POINTS, FEW = 3, 0.34
"""Of so many sentences of a reference less than this share is too few, however alike the words of the rest."""
MOST_POINTS: Final = 30
"""Sentences of a reference that are looked for one by one."""
SURE: Final = 0.85
"""The least probability at which an answer is called right."""


_FENCED: Final = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_UNWRAPPED: Final = re.compile(r"(?<=[^\s:])\n(?=[^\s\-*+#>|\d])")
"""The end of a line in the midst of a paragraph."""


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


def mark_text(
    references: Sequence[str], answer: str, similarity: Similarity, question: str = "", vocabulary: Vocabulary = NO_VOCABULARY
) -> Verdict:
    """The best mark that `answer` gets beside any of `references`; what contradicts one of them counts against it beside all.

    The points are the reference's own sentences. Right is what is likely enough to be, wrong only what contradicts something;
    all else is unsure.
    """
    verdicts = [_beside(reference, answer, similarity, question, vocabulary) for reference in references]
    best = max(verdicts, key=lambda verdict: verdict.score)
    wrong = tuple(point for verdict in verdicts for point in verdict.points if point.is_wrong)
    if wrong and best.outcome is not Outcome.failed:
        return _contradicting(best.score, (*best.points, *wrong))
    return best


def _beside(reference: str, answer: str, similarity: Similarity, question: str, vocabulary: Vocabulary) -> Verdict:
    wanted, given = read(reference, vocabulary), read(answer, vocabulary)
    points = tuple(one.result for one in sight_points(_own_points(reference), answer, question, "", vocabulary)) if wanted else ()
    if not given or not wanted:
        # Who says nothing is wrong for certain; of what can't be compared nothing is known but that it is the same.
        if answer.split() == reference.split():
            return Verdict(Outcome.passed, 1, points=points)
        said = bool(answer.strip())
        return Verdict(Outcome.unsure if said else Outcome.failed, 0, points=points, confidence=0 if said else 1)
    score = scaled(similarity.link(similarity.measures(reference, answer, question, vocabulary)), similarity.link)
    guard = cap(wanted, given, stems(read(question, vocabulary)), vocabulary)
    made = sum(point.state == "found" for point in points)
    few = len(points) >= MANY_POINTS and made < FEW * len(points)
    score = min(score, guard.most, UNORDERED if few else 1.0)
    if guard.conflict is not None:
        return _contradicting(score, (*points, quoted(reference, answer, guard.conflict)))
    right = similarity.sureness([score])
    return Verdict(Outcome.passed if right >= SURE else Outcome.unsure, score, points=points, confidence=abs(2 * right - 1))


def _contradicting(score: float, points: tuple[PointResult, ...]) -> Verdict:
    """The verdict on an answer that says the reverse of a reference; told once, where a point tells it too."""
    turned = any(point.state == "contradicted" and point.role != "reference" for point in points)
    told = tuple(point for point in points if not (turned and point.role == "reference"))
    score = min(score, CONTRADICTED)
    return Verdict(Outcome.failed, score, points=told, confidence=1 - score)


def _own_points(reference: str) -> KeyPoints:
    """A reference's sentences as key points; code in it is compared, and is no point of its own."""
    text = _UNWRAPPED.sub(" ", _FENCED.sub("\n", reference))
    heavy = [sentence for sentence in sentences(read(text)) if sum(word.weight == 1 for word in sentence) > 1]
    parts = [passage(text, sentence) for sentence in heavy] or [reference.strip()]
    return KeyPoints.model_construct(must=tuple(KeyPoint.model_construct(idea=part) for part in parts[:MOST_POINTS]))


def quoted(reference: str, answer: str, against: Conflict) -> PointResult:
    """A statement of the reference, and the words of the answer that say the reverse."""
    return PointResult(passage(reference, against.statement), "reference", "contradicted", quotation(answer, against.passage))


class Cap(NamedTuple):
    """The most that an answer may score, and the contradiction that holds it down, where there is one."""

    most: float
    conflict: Conflict | None = None


def cap(wanted: Sequence[Word], given: Sequence[Word], asked: frozenset[str], vocabulary: Vocabulary) -> Cap:
    """What holds an answer down, however alike its words: a contradiction, no order, nothing of its own, a heap of everything."""
    if against := conflict(wanted, given, vocabulary):
        return Cap(CONTRADICTED, against)
    empty = only_asked(wanted, given, asked) or is_shuffled(wanted, given) or is_heap(wanted, given, asked) or is_repeated(given)
    return Cap(UNORDERED if empty else 1.0)


def scaled(share: float, link: Link) -> float:
    """The score for a share of full marks: 0 where nothing is shared, 1 where everything is."""
    least, most = link([0.0] * len(link.weights)), link([1.0] * len(link.weights))
    return min(1.0, max(0.0, (share - least) / (most - least)))


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


def is_repeated(given: Sequence[Word]) -> bool:
    """Whether an answer says one word over and over."""
    counted = Counter(word.stem for word in given if word.weight == 1)
    return counted.total() >= REPEATED_FROM and max(counted.values()) > REPEATED * counted.total()


def is_heap(wanted: Sequence[Word], given: Sequence[Word], asked: frozenset[str]) -> bool:
    """Whether an answer holds far more beside the point than the reference is long: everything that one knows, in a heap."""
    mine, yours = ([word for word in weigh(words, frozenset()) if word.weight == 1] for words in (wanted, given))
    beside = sum(1 for word in yours if word.stem not in asked and not any(alike(word, other) for other in mine))
    beyond = beside / (len(mine) + HEAP_OFFSET)
    return beyond > HEAP or (beyond > HEAP_IF_STRANGE and beside > STRANGE * len(yours))
