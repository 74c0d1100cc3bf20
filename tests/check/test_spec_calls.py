"""Checks of WebSockets, streams, requests at once, and of what an app leaves: what can be written, and what is said of faults."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from quizkit.check.spec import (
    CHECK_TAGS,
    EventSpec,
    RecordSpec,
    RequestCheck,
    SocketCheck,
    SocketMessage,
    SocketStep,
    StreamCheck,
)
from quizkit.deck.schema import deck_schema
from tests.samples import BARE, check

OK: Any = {"status": 200}
TAGS = {*CHECK_TAGS.values(), "number", "name", "list", "one"}
ASKED = {"request": "GET /", "response": OK}
STREAMED = {"stream": "GET /", "response": OK}
OPENED = {"websocket": "/ws", "steps": [{"open": True}]}


def _says(fields: Any) -> list[tuple[str, str]]:
    """What is wrong with a check: the place without the model's own names, and the words."""
    with pytest.raises(ValidationError) as caught:
        check(**fields)
    return [
        (".".join(str(step) for step in error["loc"] if step not in TAGS), error["msg"].removeprefix("Value error, "))
        for error in caught.value.errors()
    ]


# ---- what can be written ----


@pytest.mark.parametrize(
    ("fields", "model", "title"),
    [
        (OPENED, SocketCheck, "WebSocket /ws"),
        ({"websocket": {"path": "/ws"}, "refused": 403}, SocketCheck, "WebSocket /ws"),
        ({**OPENED, "name": "it"}, SocketCheck, "it"),
        (STREAMED, StreamCheck, "stream GET /"),
        ({**STREAMED, "stream": {"method": "POST", "path": "/s"}}, StreamCheck, "stream POST /s"),
        ({**STREAMED, "name": "it"}, StreamCheck, "it"),
        ({"request": "GET /", "parallel": 2, "at_most": 1}, RequestCheck, "GET /"),
    ],
)
def test_a_key_says_which_kind_of_check_it_is(fields: Any, model: type, title: str) -> None:
    found = check(**fields)
    assert (type(found), found.title, found.looks, found.own_process) == (model, title, False, False)


@pytest.mark.parametrize(
    "keys", [("websocket", "request"), ("websocket", "stream"), ("stream", "steps"), ("websocket", "steps", "openapi")]
)
def test_a_check_is_of_exactly_one_kind(keys: tuple[str, ...]) -> None:
    assert _says({key: {} for key in keys}) == [
        ("", "a check has exactly one of the keys request, websocket, stream, openapi, document, source, steps")
    ]


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ("hi", ("text", "hi")),
        (5, ("text", "5")),
        (0.5, ("text", "0.5")),
        (True, ("text", "true")),
        ("", ("text", "")),
        ({"text": "hi"}, ("text", "hi")),
        ({"json": None}, ("json", None)),
        ({"json": [1]}, ("json", [1])),
        ({"json_contains": {"a": 1}}, ("json_contains", {"a": 1})),
    ],
)
def test_a_message_has_one_content_however_it_is_written(written: Any, content: tuple[str, Any]) -> None:
    assert SocketMessage.model_validate(written).content == content


@pytest.mark.parametrize("name", ["logs", "leaves", "output"])
@pytest.mark.parametrize("base", [ASKED, STREAMED, OPENED, {"steps": [ASKED]}])
def test_every_kind_may_look(base: Any, name: str) -> None:
    value: Any = {"logs": [{"level": "INFO"}], "leaves": {"a.txt": "x"}, "output": "x"}[name]
    assert check(**base, **{name: value}).looks
    assert check(**base).looks is False


def test_an_output_of_null_looks_too() -> None:
    assert check(**ASKED, output=None).looks


def test_patterns_are_what_was_written_and_no_more() -> None:
    assert RecordSpec.model_validate({"level": "INFO"}).pattern() == {"level": "INFO"}
    assert EventSpec.model_validate({"data": None, "id": "1"}).pattern() == {"data": None, "id": "1"}
    assert EventSpec.model_validate({}).pattern() == {}


# ---- faults ----


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"websocket": "/ws"}, "", "needs either steps or refused"),
        ({"websocket": "/ws", "steps": []}, "", "needs either steps or refused"),
        ({**OPENED, "refused": 403}, "", "needs either steps or refused"),
        ({"websocket": "/ws", "refused": 42}, "refused", "Input should be greater than or equal to 100"),
        ({"websocket": {}, "refused": 403}, "websocket.path", "Field required"),
        ({"websocket": {"path": "/ws", "body": 1}, "refused": 403}, "websocket.body", "Extra inputs are not permitted"),
        ({"websocket": "/ws", "steps": [{}]}, "steps.0", "a step has one of open, send, receive, close and closed"),
        (
            {"websocket": "/ws", "steps": [{"send": "a", "receive": "b"}]},
            "steps.0",
            "a step has one of open, send, receive, close and closed",
        ),
        (
            {"websocket": "/ws", "steps": [{"client": "ada"}]},
            "steps.0",
            "a step has one of open, send, receive, close and closed",
        ),
        ({"websocket": "/ws", "steps": [{"open": False}]}, "steps.0.open", "Input should be True"),
        ({"websocket": "/ws", "steps": [{"close": 999}]}, "steps.0.close", "Input should be greater than or equal to 1000"),
        ({"websocket": "/ws", "steps": [{"closed": 5000}]}, "steps.0.closed", "Input should be less than or equal to 4999"),
        ({"websocket": "/ws", "steps": [{"send": "a", "save": {"x": "$"}}]}, "steps.0", "save goes with receive"),
        (
            {"websocket": "/ws", "steps": [{"receive": "a", "save": {"x": "y"}}]},
            "steps.0.save.x",
            "'y' must begin with $, the whole body",
        ),
        ({"websocket": "/ws", "steps": [{"send": {}}]}, "steps.0.send", "a message has one of text, json and json_contains"),
        (
            {"websocket": "/ws", "steps": [{"receive": {"text": "a", "json": 1}}]},
            "steps.0.receive",
            "a message has one of text, json and json_contains",
        ),
        ({"websocket": "/ws", "steps": [{"receive": {"json": {"$typo": 1}}}]}, "steps.0.receive.json", "$typo: "),
        ({"websocket": "/ws", "steps": [{"receive": ["a"]}]}, "steps.0.receive", "Input should be a valid dictionary"),
        ({"stream": "GET /"}, "response", "Field required"),
        ({"stream": "/", "response": OK}, "stream", '"/" is no request; write METHOD /path, such as GET /items/7'),
        ({"stream": "GET /", "response": {}}, "response.status", "Field required"),
        ({"stream": "GET /", "response": {**OK, "events": [{"nonsense": "x"}]}}, "response.events.0.nonsense", "Extra inputs"),
        ({"stream": "GET /", "response": {**OK, "events": [{"data": {"$typo": 1}}]}}, "response.events.0.data", "$typo: "),
        ({**STREAMED, "repeat": 2}, "repeat", "Extra inputs are not permitted"),
        ({**ASKED, "parallel": 2}, "", "parallel and at_most go together"),
        ({**ASKED, "at_most": 2}, "", "parallel and at_most go together"),
        ({"request": "GET /", "at_most": 2}, "", "parallel and at_most go together"),
        ({"request": "GET /"}, "", 'missing key "response": what must come back'),
        ({**ASKED, "parallel": 1, "at_most": 2}, "parallel", "Input should be greater than or equal to 2"),
        ({**ASKED, "parallel": 41, "at_most": 2}, "parallel", "Input should be less than or equal to 40"),
        ({**ASKED, "parallel": 2, "at_most": 0}, "at_most", "Input should be greater than 0"),
        ({**ASKED, "parallel": 2, "at_most": True}, "at_most", "Input should be a valid number"),
        ({"request": "GET /{{x}}", "parallel": 2, "at_most": 2}, "", "{{x}} has no value here"),
        ({**ASKED, "logs": [{"lvl": "INFO"}]}, "logs.0.lvl", "Extra inputs are not permitted"),
        ({**ASKED, "logs": [{"message": {"$typo": 1}}]}, "logs.0.message", "$typo: "),
        ({**ASKED, "logs": {"level": "INFO"}}, "logs", "Input should be a valid tuple"),
        ({**ASKED, "leaves": ["a.txt"]}, "leaves", "Input should be a valid dictionary"),
        ({**ASKED, "leaves": {"a.txt": {"$typo": 1}}}, "leaves.a.txt", "$typo: "),
        ({**ASKED, "output": {"$matches": "("}}, "output", "$matches: "),
        ({"openapi": {"json": {}}, "logs": []}, "logs", "Extra inputs are not permitted"),
        ({"source": {"require": ["a"]}, "output": "x"}, "output", "Extra inputs are not permitted"),
    ],
)
def test_a_fault_is_told_at_its_place(fields: Any, place: str, words: str) -> None:
    found_place, found_words = _says(fields)[0]
    assert (found_place, found_words[: len(words)]) == (place, words)


@pytest.mark.parametrize(
    "fields",
    [
        {**OPENED, "websocket": "/{{x}}"},
        {**OPENED, "websocket": {"path": "/", "headers": {"a": "{{x}}"}}},
        {**OPENED, "websocket": {"path": "/", "cookies": {"a": "{{x}}"}}},
        {**OPENED, "websocket": {"path": "/", "params": {"a": ["{{x}}"]}}},
        {"websocket": "/ws", "steps": [{"send": "{{x}}"}]},
        {"websocket": "/ws", "steps": [{"receive": {"json": {"a": {"$expr": "x + 1"}}}}]},
        {**STREAMED, "stream": "GET /{{x}}"},
        {"stream": "GET /", "response": {**OK, "text": "{{x}}"}},
        {"stream": "GET /", "response": {**OK, "events": [{"data": {"a": "{{x}}"}}]}},
        {**ASKED, "logs": [{"message": "{{x}}"}]},
        {**ASKED, "leaves": {"a.txt": "{{x}}"}},
        {**ASKED, "output": {"$contains": "{{x}}"}},
        {**STREAMED, "output": "{{x}}"},
        {**OPENED, "leaves": {"a.txt": "{{x}}"}},
        {"steps": [ASKED], "logs": [{"logger": "{{x}}"}]},
    ],
)
def test_a_name_needs_a_value_wherever_it_stands(fields: Any) -> None:
    assert _says(fields) == [("", "{{x}} has no value here; give it with given, each, or save in an earlier step")]
    assert check(**fields, given={"x": "int"})


def test_a_name_that_a_socket_saves_is_known_afterwards_and_not_before() -> None:
    saves = {"receive": {"json": {"$any": True}}, "save": {"x": "$.id"}}
    uses = {"send": "{{x}}"}
    assert check(websocket="/ws", steps=[saves, uses], leaves={"a.txt": "{{x}}"})
    assert _says({"websocket": "/ws", "steps": [uses, saves]})[0][1].startswith("{{x}} has no value here")
    assert _says({"websocket": "/{{x}}", "steps": [saves]})[0][1].startswith("{{x}} has no value here")


def test_a_name_that_a_scenario_saves_can_be_looked_for() -> None:
    assert check(steps=[{**ASKED, "save": {"x": "$.id"}}], output="{{x}}")


@pytest.mark.parametrize("action", ["open", "send", "receive", "close", "closed"])
def test_an_action_that_was_left_empty_is_a_fault(action: str) -> None:
    with pytest.raises(ValidationError):
        SocketStep.model_validate({action: None})


def test_a_key_that_does_nothing_is_a_fault() -> None:
    with pytest.raises(ValidationError):
        check(**ASKED, parallel=2, at_most=2, repeat=3)


@pytest.mark.parametrize("sent", [{"json_contains": {"a": 1}}, {"text": {"$matches": "a"}}])
def test_what_is_sent_is_no_pattern(sent: Any) -> None:
    with pytest.raises(ValidationError):
        check(websocket="/ws", steps=[{"send": sent}])


def test_a_text_in_full_may_look_like_a_number_as_the_short_form_does() -> None:
    assert SocketMessage.model_validate({"text": "5"}).content == ("text", "5")


def test_a_number_for_a_text_is_a_text() -> None:
    assert SocketMessage.model_validate({"text": 5}).content == ("text", "5")


# ---- the editor's schema ----


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(deck_schema()))


def _errors(validator: Draft202012Validator, fields: Any) -> list[Any]:
    question = {"id": "a-code", "kind": "code", "level": "mid", **BARE["code"], "checks": [fields]}
    return list(validator.iter_errors({"topic": "t", "questions": [question]}))


@pytest.mark.parametrize(
    "fields",
    [
        OPENED,
        {"websocket": {"path": "/ws", "subprotocols": ["a"]}, "refused": 403},
        {"websocket": "/ws", "steps": [{"client": "ada", "send": "hi"}, {"receive": {"json": {"a": 1}}, "save": {"x": "$.a"}}]},
        {"websocket": "/ws", "steps": [{"receive": {"json_contains": {}}}, {"close": 1000}, {"closed": 1008}]},
        STREAMED,
        {"stream": {"path": "/"}, "response": {**OK, "events": [{"data": "x"}, {"event": {"$matches": "x"}}]}},
        {"request": "GET /", "parallel": 8, "at_most": 1.5},
        {**ASKED, "parallel": 8, "at_most": 2},
        {**ASKED, "logs": [{"level": "INFO"}], "leaves": {"a.txt": "x"}, "output": {"$contains": "x"}},
    ],
)
def test_the_schema_takes_what_the_checker_takes(validator: Draft202012Validator, fields: Any) -> None:
    assert check(**fields)
    assert _errors(validator, fields) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"request": "GET /"},
        {"stream": "GET /"},
        {"stream": "/", "response": OK},
        {**OPENED, "nonsense": 1},
        {"websocket": "/ws", "steps": [{"close": "now"}]},
        {"websocket": "/ws", "steps": [{"receive": ["a"]}]},
        {**ASKED, "parallel": 1, "at_most": 2},
        {**ASKED, "logs": [{"lvl": "INFO"}]},
        {**ASKED, "leaves": ["a.txt"]},
    ],
)
def test_the_schema_refuses_what_the_checker_refuses(validator: Draft202012Validator, fields: Any) -> None:
    assert _says(fields)
    assert _errors(validator, fields) != []


@pytest.mark.parametrize("message", [5, 0.5, True])
def test_the_schema_takes_a_message_that_is_a_number(validator: Draft202012Validator, message: Any) -> None:
    assert check(websocket="/ws", steps=[{"receive": message}])
    assert _errors(validator, {"websocket": "/ws", "steps": [{"receive": message}]}) == []


def test_the_schema_takes_no_number_for_a_path(validator: Draft202012Validator) -> None:
    assert _says({"websocket": 5, "refused": 403})
    assert _errors(validator, {"websocket": 5, "refused": 403}) != []
