"""Where a person ticks the key points that they made: when it is asked for, how the line is read, what is kept of it."""

import re

from quizkit.deck.models import Recall
from quizkit.marking.mark import SURE
from quizkit.practice.state import Feedback, Judged, MarkedPoint, Marking, Review, State
from quizkit.verdict import Verdict


def asks_for_ticks(state: State, verdict: Verdict) -> bool:
    """Whether the points are put to the person: where nobody marked them, where no key asks for it, or the mark is unsure.

    The sentences of a reference alone are no list that one would tick.
    """
    if is_unmarked(verdict) or not verdict.points:
        return bool(verdict.points)
    question = state.item.question
    if not isinstance(question, Recall) or question.key_points is None:
        return False
    return state.mode.feedback is Feedback.each and (state.mode.ticks or verdict.confidence < SURE)


def is_unmarked(verdict: Verdict) -> bool:
    """Whether nobody has marked the points yet: the answer was said aloud."""
    return any(point.state == "unmarked" for point in verdict.points)


def read_ticks(text: str, most: int) -> set[int] | str:
    """The numbers in a line such as "1 3", "2, 3 and 5" or "2-4"; what to say of a line that isn't one."""
    ticks: set[int] = set()
    for word in re.sub(r"\s*[-–]\s*", "-", text.replace(",", " ").replace(" and ", " ")).split():
        found = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", word)
        if found is None or int(found[2] or found[1]) < int(found[1]):
            return "Type the numbers of what you said, such as 1 3 or 2-4; 0 for none of it."
        ticks.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    beyond = sorted(number for number in ticks if number > most)
    return f"There is no {beyond[0]}; the points are 1 to {most}." if beyond else ticks - {0}


def marking(phase: Judged, mark: Verdict, review: Review) -> Marking:
    """What the marker made of an answer beside what the person did of it."""
    said = {(point.role, point.idea): point.state for point in phase.verdict.points}
    return Marking(
        review=review.id,
        confidence=mark.confidence,
        score=mark.score,
        said_score=phase.verdict.score,
        suggested=phase.suggested,
        rating=review.rating,
        points=tuple(
            MarkedPoint(point.idea, point.role, point.state, said.get((point.role, point.idea), "missed"))
            for point in mark.points
        ),
        at=review.at,
    )
