"""Rules about `recall` questions, and about what a finished deck's questions have."""

from collections.abc import Iterator
from typing import Final

from quizkit.deck.models import Coding, Question, Recall
from quizkit.deck.rules.words import Finding


def ideas_stand_once(question: Question) -> Iterator[Finding]:
    """No idea twice among the key points."""
    if isinstance(question, Recall) and question.key_points is not None:
        ideas = [listed.point.idea for listed in question.key_points.listed]
        for idea in {idea for idea in ideas if ideas.count(idea) > 1}:
            yield ("key_points",), f"the idea {idea!r} stands there twice"


def recall_is_complete(question: Question) -> Iterator[Finding]:
    """3 to 8 key points, of them a misconception, and a follow-up."""
    if not isinstance(question, Recall):
        return
    points = question.key_points
    count = len(points.listed) if points is not None else 0
    if not 3 <= count <= 8:
        yield ("key_points",), f"a recall has 3 to 8 key points, this one {count}"
    if points is not None and not points.misconceptions:
        yield ("key_points",), "a recall names a misconception at least: what do people wrongly say?"
    if not question.follow_ups:
        yield ("id",), "a recall has a follow-up: what would an interviewer ask next?"


def is_explained(question: Question) -> Iterator[Finding]:
    """An explanation."""
    if not question.explanation.strip():
        yield ("id",), "there is no explanation: say why the answer is right"


def has_two_solutions(question: Question) -> Iterator[Finding]:
    """More than one right answer to a task, so that its checks judge behaviour."""
    if isinstance(question, Coding) and len(question.solutions) < 2:
        yield ("solutions",), "there is one solution; add another in a different style, which shows that checks judge behaviour"


RULES: Final = (ideas_stand_once,)
FULL_RULES: Final = (recall_is_complete, is_explained, has_two_solutions)
