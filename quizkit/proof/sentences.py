"""Proves what a `recall` question is marked by: the reference makes every must point, each misconception is noticed."""

from quizkit.deck.models import Recall, Terms
from quizkit.marking.recall import by_points, vocabulary
from quizkit.proof.result import Proof
from quizkit.verdict import PointResult


def verify_recall(question: Recall, terms: Terms, proof: Proof) -> None:
    """Marks the reference answer, each misconception as if somebody said it, and the prompt repeated."""
    points = question.key_points
    if points is None:
        return
    words = vocabulary(terms)

    def marked(answer: str) -> tuple[PointResult, ...]:
        return by_points(points, answer, question.prompt, [question.answer], words).points

    result = marked(question.answer)
    for number, point in enumerate(result[: len(points.must)]):
        held = point.state == "found"
        proof.count("solutions", held, f"the reference answer {_lacks(point)}", ("key_points", "must", number))
    for point in result[len(points.must) :]:
        if point.is_wrong:
            proof.count("solutions", False, f'the reference answer is accused of "{point.idea}", by "{point.words}"', ("answer",))
    for number, wrong in enumerate(points.misconceptions):
        caught = any(point.is_wrong and point.idea == wrong.idea for point in marked(wrong.idea))
        place = ("key_points", "misconceptions", number)
        proof.count("wrong", caught, f'who says "{wrong.idea}" is not caught', place)
    verdict = by_points(points, question.prompt, question.prompt, [question.answer], words)
    proof.count("wrong", not verdict.passed, "the prompt repeated passes", ("prompt",))


def _lacks(point: PointResult) -> str:
    if point.state == "contradicted":
        return f'seems to say the reverse of "{point.idea}", by "{point.words}"'
    return f'doesn\'t say "{point.idea}", in none of its wordings'
