"""Answers to the deck's `recall` questions as people wrote them, with a careful reader's ticks; half are kept from all tuning."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from quizkit.deck.loader import Deck, load
from quizkit.deck.models import KeyPoints, Recall
from quizkit.marking.key_points import Sighting, sight_points
from quizkit.marking.recall import vocabulary
from quizkit.marking.words import Vocabulary

FOLDER: Final = Path(__file__).with_name("answers")
RIGHT: Final = ("full", "partial")


@dataclass(frozen=True)
class Answer:
    """One person's answer; `says` holds the numbers of the points made, must first, then bonus, then misconceptions."""

    question: Recall
    kind: str
    text: str
    says: frozenset[int]

    @property
    def points(self) -> KeyPoints:
        """What it is held against."""
        assert self.question.key_points is not None
        return self.question.key_points

    @property
    def is_held_out(self) -> bool:
        """Whether its question is one of those that nothing was tuned on: by the question's id alone."""
        return bool(zlib.crc32(self.question.id.encode()) & 1)


@cache
def deck() -> Deck:
    """The deck that comes with quizkit."""
    return load()


@cache
def answers() -> tuple[Answer, ...]:
    """All of them, in the files' order."""
    return tuple(_read())


def _read() -> Iterator[Answer]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text("utf-8")):
            question = deck().question(row["question"])
            assert isinstance(question, Recall)
            for given in row["answers"]:
                yield Answer(question, given["kind"], given["text"], frozenset(given["says"]))


def terms(answer: Answer) -> Vocabulary:
    """The vocabulary of the answer's deck."""
    return vocabulary(deck().terms(answer.question.id))


def sighted(answer: Answer) -> tuple[Sighting, ...]:
    """What the marker makes of an answer."""
    question = answer.question
    return sight_points(answer.points, answer.text, question.prompt, question.answer, terms(answer))


@dataclass(frozen=True)
class Figures:
    """The shares by which the marker is judged.

    Of points said those found, of points not said those ticked, of misconceptions those caught, of right answers those accused.
    """

    found: float
    ticked: float
    caught: float
    accused: float
    answers: int

    def __str__(self) -> str:
        return (
            f"{self.answers} answers: {self.found:.1%} of what was said is found, {self.ticked:.1%} of what wasn't is ticked, "
            f"{self.caught:.1%} of misconceptions are caught, {self.accused:.1%} of right answers accused"
        )


def figures(given: list[Answer]) -> Figures:
    """How the marker does on some answers."""
    said: list[bool] = []
    unsaid: list[bool] = []
    wrong: list[bool] = []
    right: list[bool] = []
    for answer in given:
        accused = False
        for number, sighting in enumerate(sighted(answer), 1):
            result = sighting.result
            made = result.state == "found"
            if result.role == "misconception":
                if number in answer.says:
                    wrong.append(made)
                accused |= made and number not in answer.says
            else:
                accused |= result.state == "contradicted"
                (said if number in answer.says else unsaid).append(made)
        if answer.kind in RIGHT:
            right.append(accused)
    return Figures(_share(said), _share(unsaid), _share(wrong), _share(right), len(given))


def _share(part: list[bool]) -> float:
    return sum(part) / len(part)
