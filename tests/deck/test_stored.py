"""A question that went through the index is the same in every part, also in what its author left out."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from quizkit.check.spec import Model
from quizkit.deck import loader, stored
from quizkit.deck.models import AnyQuestion, Question

QUESTIONS = [pytest.param(question, id=question.id) for _, question in loader.inspect([loader.builtin()])[0]]


def written(value: Any) -> Any:
    """All that is known of a value: types, what was written and what wasn't."""
    if isinstance(value, Model):
        return type(value), value.model_fields_set, {name: written(part) for name, part in value}
    if isinstance(value, dict):
        return {name: written(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [written(part) for part in value]
    return type(value), value


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_of_the_deck_comes_back_as_it_was(question: Question) -> None:
    judged = TypeAdapter[Question](AnyQuestion).validate_json(question.model_dump_json(by_alias=True, exclude_unset=True))
    assert written(stored.unpack(stored.pack(judged))) == written(judged)


@pytest.mark.parametrize("key", ["dict", "tuple", "Coding", "", "="])
def test_a_body_may_have_any_key(key: str) -> None:
    check = {"request": {"path": "/", "json": {key: [{key: 1}]}}, "response": {"status": 200, "json": {key: {key: None}}}}
    solution = {"code": "pass"}
    fields = {
        "id": "q",
        "kind": "code",
        "level": "mid",
        "prompt": "p",
        "starter": "s",
        "checks": [check],
        "solutions": [solution],
    }
    question = TypeAdapter[Question](AnyQuestion).validate_python(fields)
    assert written(stored.unpack(stored.pack(question))) == written(question)
