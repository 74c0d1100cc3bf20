"""Marks the sentences with which a person answers a `recall` question: by its key points, or by its reference alone."""

from collections.abc import Callable, Sequence
from functools import cache

from quizkit.deck.models import KeyPoints, Recall, Terms
from quizkit.marking.key_points import Sighting, sight_points
from quizkit.marking.likeness import stems
from quizkit.marking.text import CONTRADICTED, Similarity, cap, mark_text, quoted
from quizkit.marking.words import NO_VOCABULARY, Vocabulary, read
from quizkit.verdict import Outcome, Verdict


class SentenceMarker:
    """Marks what a person typed.

    `terms` gives those of the deck to which a question belongs, by the question's id.
    """

    def __init__(self, terms: Callable[[str], Terms], similarity: Similarity) -> None:
        self._terms = terms
        self._similarity = similarity

    def mark(self, question: Recall, answer: str) -> Verdict:
        """The verdict, with each key point's state and the words that decided it."""
        terms = vocabulary(self._terms(question.id))
        if question.key_points is None:
            return mark_text([question.answer], answer, self._similarity, question.prompt, terms)
        return by_points(question.key_points, answer, question.prompt, [question.answer], terms)


@cache
def vocabulary(terms: Terms) -> Vocabulary:
    """A deck's terms as the marker reads them."""
    return Vocabulary(terms.same, terms.opposite)


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
            results.append(quoted(reference, answer, held.conflict))
    if any(result.state == "contradicted" for result in results):
        most = min(most, CONTRADICTED)
    must = [sighting for sighting in sightings if sighting.result.role == "must"]
    made = sum(sighting.likely for sighting in must if not sighting.result.is_wrong)
    wrong = sum(result.is_wrong for result in results)
    complete = most == 1 and all(sighting.result.state == "found" for sighting in must)
    outcome = Outcome.failed if wrong else Outcome.passed if complete else Outcome.unsure
    score = min(most, max(0.0, made - wrong) / len(must))
    return Verdict(outcome, score, points=tuple(results), confidence=_confidence(sightings))


def _confidence(sightings: Sequence[Sighting]) -> float:
    """How far the likelihoods are from a toss of a coin, 0 to 1."""
    return sum(abs(2 * sighting.likely - 1) for sighting in sightings) / len(sightings)
