"""One line of a file of answers: what it has to hold, and the verdict on it."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from quizkit.deck.models import KeyPoints
from quizkit.marking.recall import by_points
from quizkit.marking.text import Similarity, mark_text
from quizkit.marking.words import Vocabulary
from quizkit.verdict import Verdict

_KEYS: Final = frozenset({"reference", "references", "answer", "question", "key_points"})


class _Line(BaseModel):
    """An answer and what it is marked against. Keys of one's own are kept, and handed back beside the mark."""

    model_config = ConfigDict(extra="allow", frozen=True)

    answer: str
    reference: str = ""
    references: tuple[str, ...] = ()
    question: str | None = None
    key_points: KeyPoints | None = None

    @model_validator(mode="after")
    def _against_something(self) -> "_Line":
        if not self.texts and self.key_points is None:
            raise ValueError("needs a reference, references or key_points to mark the answer against")
        return self

    @property
    def texts(self) -> tuple[str, ...]:
        """The references that say something."""
        return tuple(text for text in (self.reference, *self.references) if text.strip())


class Marked(NamedTuple):
    """A verdict, and the line's own keys."""

    verdict: Verdict
    own: dict[str, Any]


class Faulty(NamedTuple):
    """Why a line can't be marked."""

    message: str
    own: Mapping[str, Any] = MappingProxyType({})


def marked(line: bytes, similarity: Similarity, vocabulary: Vocabulary) -> Marked | Faulty:
    """The verdict on a line: by its key points where it has some, else by its references."""
    try:
        value = json.loads(line)
    except UnicodeDecodeError as error:
        return Faulty(f"this is not UTF-8 (byte {error.start})")
    except (ValueError, RecursionError) as error:
        return Faulty(f"this is not JSON: {_json_words(error)}")
    if not isinstance(value, dict):
        return Faulty(f'this is not an object but {type(value).__name__}; write {{"reference": …, "answer": …}}')
    own = {key: kept for key, kept in value.items() if key not in _KEYS}
    try:
        task = _Line.model_validate(value)
    except ValidationError as error:
        return Faulty("; ".join(_words(error)), own)
    if task.key_points is not None:
        verdict = by_points(task.key_points, task.answer, task.question or "", task.texts, vocabulary)
    else:
        verdict = mark_text(task.texts, task.answer, similarity, task.question or "", vocabulary)
    return Marked(verdict, own)


def _json_words(error: Exception) -> str:
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


def _words(error: ValidationError) -> Iterable[str]:
    """Each fault with the key where it is."""
    for fault in error.errors():
        place = ".".join(str(step) for step in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing":
            yield f'missing key "{place}"'
        else:
            yield f"{place}: {message}" if place else message
