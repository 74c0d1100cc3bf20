"""Marks the sentences with which a person answers a `recall` question: by its key points, or by its reference alone."""

from collections.abc import Callable, Sequence

from quizkit.deck.models import KeyPoints, Recall
from quizkit.marking.key_points import Sighting, sight_points
from quizkit.marking.likeness import stems
from quizkit.marking.mark import SelfMarker
from quizkit.marking.text import CONTRADICTED, Similarity, TextMark, cap, mark_text
from quizkit.marking.words import NO_VOCABULARY, Vocabulary, passage, read
from quizkit.verdict import Outcome, PointResult, Verdict


class SentenceMarker:
    """Marks a typed answer; one that was only said aloud is left to the person.

    `vocabulary` gives the terms of the deck to which a question belongs, `similarity` what tells how near two texts are. Both
    are asked at the first typed answer, and not before.
    """

    def __init__(self, vocabulary: Callable[[str], Vocabulary], similarity: Callable[[], Similarity]) -> None:
        self._vocabulary = vocabulary
        self._similarity = similarity

    def mark(self, question: Recall, answer: str) -> Verdict:
        """The verdict, with each key point's state and the words that decided it."""
        if not answer.strip():
            return SelfMarker().mark(question, answer)
        terms = self._vocabulary(question.id)
        if question.key_points is None:
            return by_text(mark_text([question.answer], answer, self._similarity(), question.prompt, terms))
        return by_points(question.key_points, answer, question.prompt, [question.answer], terms)


def by_points(
    points: KeyPoints, answer: str, question: str = "", references: Sequence[str] = (), vocabulary: Vocabulary = NO_VOCABULARY
) -> Verdict:
    """The verdict by the key points, and by what the reference forbids: its reverse, its words in no order, a heap of words."""
    sightings = sight_points(points, answer, question, references[0] if references else "", vocabulary)
    results = [sighting.result for sighting in sightings]
    most = 1.0
    asked, given = stems(read(question, vocabulary)), read(answer, vocabulary)
    for reference in references if given else ():
        held = cap(read(reference, vocabulary), given, asked, vocabulary)
        most = min(most, held.most)
        if held.conflict and not any(result.state == "contradicted" for result in results):
            idea, words = passage(reference, held.conflict.statement), passage(answer, held.conflict.passage)
            results.append(PointResult(idea, "reference", "contradicted", words))
    if any(result.state == "contradicted" for result in results):
        most = min(most, CONTRADICTED)
    must = [sighting for sighting in sightings if sighting.result.role == "must"]
    made = sum(sighting.likely for sighting in must if not sighting.result.is_wrong)
    wrong = sum(result.is_wrong for result in results)
    complete = most == 1 and all(sighting.result.state == "found" for sighting in must)
    outcome = Outcome.failed if wrong else Outcome.passed if complete else Outcome.unsure
    score = min(most, max(0.0, made - wrong) / len(must))
    return Verdict(outcome, score, points=tuple(results), confidence=_confidence(sightings))


def by_text(mark: TextMark) -> Verdict:
    """The verdict by a reference alone, whose own sentences are the points."""
    return Verdict(
        mark.outcome,
        mark.score,
        points=(
            *(PointResult(one.idea, "must", "found", one.words) for one in mark.found),
            *(PointResult(one.idea, "must", "missed") for one in mark.missed),
            *(PointResult(one.idea, "reference", "contradicted", one.words) for one in mark.wrong),
        ),
        confidence=mark.confidence,
    )


def _confidence(sightings: Sequence[Sighting]) -> float:
    """How far the likelihoods are from a toss of a coin, 0 to 1."""
    return sum(abs(2 * sighting.likely - 1) for sighting in sightings) / len(sightings)
