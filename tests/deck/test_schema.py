import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from quizkit.deck.loader import builtin
from quizkit.deck.models import KINDS
from quizkit.deck.schema import deck_schema
from quizkit.deck.syntax import parse
from tests.samples import BARE


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(deck_schema()))


def test_the_schema_is_one_and_always_the_same() -> None:
    schema = json.loads(deck_schema())
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(schema) == sorted(schema)
    assert deck_schema() == deck_schema()


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_each_kind_is_accepted_with_its_requests_in_full(validator: Any, kind: str) -> None:
    assert _errors(validator, _deck(kind, **_long(BARE[kind]))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_each_kind_is_accepted_as_it_is_typed(validator: Any, kind: str) -> None:
    assert _errors(validator, _deck(kind, **BARE[kind])) == []


GET = {"path": "/"}
OK = {"status": 200}


@pytest.mark.parametrize(
    "check",
    [
        {"request": {**GET, "method": "PUT", "params": {"a": [1]}, "json": None}, "response": {"status": [200, 201]}},
        {"request": {**GET, "headers": {"a": 1, "b": True}, "content": "x"}, "response": {"status": "{{s}}"}},
        {"request": {**GET, "files": {"a": {"filename": "a"}, "b": [{"filename": "b"}]}}, "response": OK},
        {"request": GET, "response": {**OK, "json": {"a": [{"$any": True}]}, "text": {"$matches": "a"}}, "weight": 2},
        {"request": GET, "response": OK, "given": {"a": "word", "b": {"int": [1, 2]}}, "each": [{"c": 1}]},
        {"request": GET, "response": OK, "fresh": True, "env": {"A": "1"}, "files": {".env": "A=1"}, "repeat": 2},
        {"steps": [{"request": GET, "response": OK, "save": {"a": "$.id"}}], "name": "n", "hint": "h", "message": "m"},
        {"openapi": {"at": "$.info", "json_contains": {"title": "x"}}, "url": "/o.json"},
        {"source": {"require": ["Depends", {"async def": "a"}], "forbid": [{"def": "b"}]}},
    ],
)
def test_a_check_is_accepted(validator: Any, check: Any) -> None:
    fields = {**_long(BARE["code"]), "checks": [check]}
    assert _errors(validator, _deck("code", **fields)) == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("recall", {"promt": "x"}),
        ("recall", {"level": "expert"}),
        ("recall", {"minutes": "soon"}),
        ("recall", {"minutes": 0}),
        ("recall", {"tags": "routing"}),
        ("recall", {"prompt": ["a"]}),
        ("recall", {"kind": "poem"}),
        ("choice", {"options": [{"right": "a"}]}),
        ("choice", {"options": [{"right": "a"}, {"wrnog": "b"}]}),
        ("code", {"checks": []}),
        ("code", {"checks": [{}]}),
        ("code", {"checks": [{"request": GET}]}),
        ("code", {"checks": [{"request": GET, "response": {"status": 99}}]}),
        ("code", {"checks": [{"request": {**GET, "jsno": 1}, "response": OK}]}),
        ("code", {"checks": [{"request": GET, "response": OK, "given": {"a": "integer"}}]}),
        ("code", {"checks": [{"source": {"require": [{"class": "A"}]}}]}),
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(validator: Any, kind: str, fields: Any) -> None:
    assert _errors(validator, _deck(kind, **{**_long(BARE[kind]), **fields})) != []


def test_a_deck_needs_a_topic_and_questions(validator: Any) -> None:
    assert _errors(validator, {"topic": "T"}) != []
    assert _errors(validator, {"topic": "T", "questions": []}) != []
    assert _errors(validator, {**_deck("recall", **BARE["recall"]), "title": "x"}) != []


def test_the_example_deck_is_accepted_with_its_requests_in_full(validator: Any, shared: Path) -> None:
    deck = parse((shared / "deck-example.yaml").read_text(encoding="utf-8"))
    assert _errors(validator, _long(deck)) == []


def test_the_decks_that_come_with_quizkit_are_accepted(validator: Any) -> None:
    for path in sorted(builtin().glob("*.yaml")):
        assert (path.name, _errors(validator, parse(path.read_text(encoding="utf-8")))) == (path.name, [])


def _deck(kind: str, /, **fields: Any) -> Any:
    return {"topic": "T", "section": 3, "questions": [{"id": "a", "kind": kind, "level": "mid", **fields}]}


def _long(value: Any) -> Any:
    """The same with each request written as method and path."""
    if isinstance(value, list):
        return [_long(element) for element in value]
    if not isinstance(value, dict):
        return value
    request = value.get("request")
    if isinstance(request, str):
        method, path = request.split(" ", 1)
        value = {**value, "request": {"method": method, "path": path}}
    return {key: _long(element) for key, element in value.items()}


def _errors(validator: Any, deck: Any) -> list[str]:
    return [error.message[:200] for error in validator.iter_errors(deck)]
