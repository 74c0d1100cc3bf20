from typing import Any

import pytest
from pydantic import ValidationError

from quizkit.check.spec import (
    OpenapiCheck,
    RequestCheck,
    RequestSpec,
    ResponseSpec,
    SourceCheck,
    StepsCheck,
    as_json,
)
from tests.samples import check

OK: Any = {"status": 200}


def _says(fields: Any) -> list[tuple[str, str]]:
    """What is wrong with a check: the place without the model's own names, and the words."""
    with pytest.raises(ValidationError) as caught:
        check(**fields)
    tags = {"request check", "scenario check", "openapi check", "source check", "number", "name", "list", "one"}
    return [
        (".".join(str(step) for step in error["loc"] if step not in tags), error["msg"].removeprefix("Value error, "))
        for error in caught.value.errors()
    ]


@pytest.mark.parametrize(
    ("fields", "model", "title"),
    [
        ({"request": "GET /a", "response": OK}, RequestCheck, "GET /a"),
        ({"request": "GET /a", "response": OK, "name": "it"}, RequestCheck, "it"),
        (
            {"steps": [{"request": "POST /a", "response": OK}, {"request": "GET /b", "response": OK}]},
            StepsCheck,
            "GET /b",
        ),
        ({"openapi": {"at": "$.info", "json_contains": {}}}, OpenapiCheck, "OpenAPI $.info"),
        ({"openapi": {"json": {}}}, OpenapiCheck, "OpenAPI $"),
        ({"source": {"require": ["Depends"]}}, SourceCheck, "the source"),
    ],
)
def test_a_key_says_which_kind_of_check_it_is(fields: Any, model: type, title: str) -> None:
    found = check(**fields)
    assert (type(found), found.title, found.weight, found.own_process) == (model, title, 1, False)


@pytest.mark.parametrize(
    "keys", [(), ("request", "steps"), ("request", "source"), ("openapi", "source"), ("request", "steps", "openapi")]
)
def test_a_check_is_of_exactly_one_kind(keys: tuple[str, ...]) -> None:
    assert _says({key: {} for key in keys}) == [
        ("", "a check has exactly one of the keys request, websocket, stream, openapi, document, source, steps")
    ]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"])
def test_the_short_form_is_a_method_and_a_path(method: str) -> None:
    spec = RequestSpec.model_validate(f"{method} /a b?c={{{{d}}}}")
    assert spec == RequestSpec.model_validate({"method": method, "path": "/a b?c={{d}}"})


@pytest.mark.parametrize("text", ["GTE /", "get /", "GET", "GET items", "/items", "GET  /", ""])
def test_another_short_form_is_refused(text: str) -> None:
    words = f'"{text}" is no request; write METHOD /path, such as GET /items/7'
    assert _says({"request": text, "response": OK}) == [("request", words)]


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"response": {}}, "response.status", "Field required"),
        ({"response": {"status": 99}}, "response.status", "Input should be greater than or equal to 100"),
        ({"response": {"status": 600}}, "response.status", "Input should be less than or equal to 599"),
        ({"response": {"status": True}}, "response.status", "Input should be a valid integer"),
        ({"response": {"status": []}}, "response.status", "is an empty list"),
        ({"response": {"status": "200"}}, "response.status", "String should match pattern"),
        ({"response": {"status": [200, 20]}}, "response.status.1", "Input should be greater than or equal to 100"),
        ({"response": {**OK, "json": {"$x": 1}}}, "response.json", '$x: unknown operator "$x"'),
        ({"response": {**OK, "json_contains": [{"$in": 1}]}}, "response.json_contains", "0.$in: $in takes a list"),
        ({"response": {**OK, "headers": {"a": {"$matches": "("}}}}, "response.headers.a", "$matches: not a regular"),
        ({"response": {**OK, "json": {1, 2}}}, "response.json", "input was not a valid JSON value"),
        ({"response": {**OK, "bytes": "8"}}, "response.bytes.equal", '"8" is no bytes in hexadecimal'),
        ({"response": {**OK, "bytes": {}}}, "response.bytes", "bytes says nothing"),
        ({"request": {}}, "request.path", "Field required"),
        ({"request": {"path": "/", "method": "FETCH"}}, "request.method", '"FETCH" is no method; the methods are GET'),
        ({"request": {"path": "/", "jsno": 1}}, "request.jsno", "Extra inputs are not permitted"),
        ({"request": {"path": "/", "json": 1, "content": "a"}}, "request", "has more than one body: json, content"),
        ({"request": {"path": "/", "json": None, "data": {}}}, "request", "has more than one body: json, data"),
        (
            {"request": {"path": "/", "content": "a", "data": {}, "files": {}}},
            "request",
            "has more than one body: content, data, files",
        ),
        ({"request": {"path": "/", "files": {"a": "text"}}}, "request.files.a", "Input should be a valid dictionary"),
        ({"request": {"path": "/", "files": {"a": {}}}}, "request.files.a.filename", "Field required"),
        ({"request": {"path": ["a"]}}, "request.path", "Input should be a valid string"),
        ({"repeat": 0}, "repeat", "Input should be greater than or equal to 1"),
        ({"repeat": 1001}, "repeat", "Input should be less than or equal to 1000"),
        ({"repeat": 3, "response": {"status": [200, 429]}}, "", "repeat is 3, but 2 statuses are listed"),
        ({"weight": 0}, "weight", "Input should be greater than 0"),
        ({"weight": True}, "weight", "Input should be a valid number"),
        ({"weight": "2"}, "weight", "Input should be a valid number"),
        ({"fresh": 1}, "fresh", "Input should be a valid boolean"),
        ({"hints": "x"}, "hints", "Extra inputs are not permitted"),
        ({"given": {"a": "integer"}}, "given.a.kind", "Input should be 'int', 'float', 'word'"),
        ({"given": {"a": {}}}, "given.a.range", "a range is {int: [1, 100]} or {float: [1, 100]}"),
        ({"given": {"a": {"int": [1, 2], "float": [1, 2]}}}, "given.a.range", "a range is {int"),
        ({"given": {"a": {"int": [5, 5]}}}, "given.a.range", "the range [5.0, 5.0] holds fewer than two values"),
        ({"given": {"a": {"float": [2, 1]}}}, "given.a.range", "the range [2.0, 1.0] holds fewer than two values"),
        ({"each": [{"a": 1}, {"b": 1}]}, "each", "the rows of each have different names: a and b"),
        ({"given": {"a": "int"}, "each": [{"a": 1}]}, "", '"a" stands in given and in each'),
        ({"files": {"/etc/passwd": "x"}}, "files", '"/etc/passwd" leads out of the working folder'),
        ({"files": {"a/../../b": "x"}}, "files", '"a/../../b" leads out of the working folder'),
    ],
)  # fmt: skip
def test_a_fault_of_a_request_check_is_told(fields: Any, place: str, words: str) -> None:
    [(found_place, found_words)] = _says({"request": "GET /", "response": OK, **fields})
    assert (found_place, found_words[: len(words)]) == (place, words.replace("is an empty list", "is an empty list"))


@pytest.mark.parametrize(
    "fields",
    [
        {"request": "GET /{{x}}"},
        {"request": {"path": "/", "method": "{{x}}"}},
        {"request": {"path": "/", "params": {"a": ["{{x}}"]}}},
        {"request": {"path": "/", "headers": {"a": "b {{x}}"}}},
        {"request": {"path": "/", "cookies": {"a": "{{x}}"}}},
        {"request": {"path": "/", "json": {"{{x}}": 1}}},
        {"request": {"path": "/", "data": {"a": "{{x}}"}}},
        {"request": {"path": "/", "content": "{{x}}"}},
        {"request": {"path": "/", "files": {"f": {"filename": "{{x}}"}}}},
        {"request": {"path": "/", "files": {"f": [{"filename": "a", "content": "{{x}}"}]}}},
        {"response": {"status": "{{x}}"}},
        {"response": {**OK, "json": [{"$not": "{{x}}"}]}},
        {"response": {**OK, "json_contains": {"$expr": "x + 1"}}},
        {"response": {**OK, "headers": {"a": "{{x}}"}}},
        {"response": {**OK, "cookies": {"a": "{{x}}"}}},
        {"response": {**OK, "text": "{{x}}"}},
        {"response": {**OK, "media_type": "{{x}}"}},
        {"env": {"A": "{{x}}"}},
        {"files": {"a": "{{x}}"}},
    ],
)
def test_a_name_needs_a_value_wherever_it_stands(fields: Any) -> None:
    whole = {"request": "GET /", "response": OK, **fields}
    words = "{{x}} has no value here; give it with given, each, or save in an earlier step"
    assert _says(whole) == [("", words)]
    assert check(**whole, given={"x": "int"})


def test_a_name_from_a_row_can_stand_in_the_request_but_not_in_the_environment() -> None:
    assert check(request="GET /{{x}}", response=OK, each=[{"x": 1}, {"x": 2}])
    assert _says({"request": "GET /", "response": OK, "each": [{"x": 1}], "env": {"A": "{{x}}"}})[0][0] == ""


def test_a_saved_name_is_known_to_later_steps_only() -> None:
    first = {"request": "POST /a", "response": OK, "save": {"x": "$.id"}}
    second = {"request": "GET /a/{{x}}", "response": {**OK, "json": {"id": "{{x}}"}}}
    assert check(steps=[first, second])
    assert _says({"steps": [second, first]})[0][1].startswith("{{x}} has no value here")
    assert _says({"steps": [{**first, "request": "GET /{{x}}"}]})[0][1].startswith("{{x}} has no value here")


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"steps": []}, "steps", "Tuple should have at least 1 item"),
        ({"steps": [{"response": OK}]}, "steps.0.request", "Field required"),
        ({"steps": [{"request": "GET /"}]}, "steps.0.response", "Field required"),
        (
            {"steps": [{"request": "GET /", "response": OK, "save": {"a": "id"}}]},
            "steps.0.save.a",
            "'id' must begin with $, the whole body",
        ),
        (
            {"steps": [{"request": "GET /", "response": OK, "save": {"a": "$.x[*]"}}]},
            "steps.0.save.a",
            "'$.x[*]' is not a path of names and indexes, at '[*]'",
        ),
        ({"steps": [{"request": "GET /", "response": OK}], "repeat": 2}, "repeat", "Extra inputs are not permitted"),
        ({"openapi": {}}, "openapi", "needs either json or json_contains"),
        ({"openapi": {"json": 1, "json_contains": 1}}, "openapi", "needs either json or json_contains"),
        ({"openapi": {"json": 1, "at": "info"}}, "openapi.at", "'info' must begin with $, the whole body"),
        ({"openapi": {"json": 1}, "given": {"a": "int"}}, "given", "Extra inputs are not permitted"),
        ({"source": {"require": ["a b"]}}, "source.require.0", "String should match pattern"),
        ({"source": {"forbid": ["time.sleep()"]}}, "source.forbid.0", "String should match pattern"),
        (
            {"source": {"require": [{"async def": "a", "def": "b"}]}},
            "source.require.0.function",
            "a rule about a function is {async def: name} or {def: name}",
        ),
        ({"source": {"require": [{"class": "A"}]}}, "source.require.0.function.class", "Extra inputs"),
    ],
)
def test_a_fault_of_another_check_is_told(fields: Any, place: str, words: str) -> None:
    found_place, found_words = _says(fields)[0]
    assert (found_place, found_words[: len(words)]) == (place, words)


def test_a_check_with_its_own_surroundings_has_its_own_process() -> None:
    bare = {"request": "GET /", "response": OK}
    assert [check(**bare, **own).own_process for own in ({"fresh": True}, {"env": {"A": "1"}}, {"files": {"a": "b"}})] == [
        True,
        True,
        True,
    ]  # fmt: skip


def test_a_null_body_is_a_body_and_a_missing_one_is_none() -> None:
    assert RequestSpec.model_validate({"path": "/", "json": None}).has("json")
    assert not RequestSpec.model_validate("GET /").has("json")
    assert ResponseSpec.model_validate({"status": 200, "json": None}).has("json")
    assert not ResponseSpec.model_validate({"status": 200}).has("json")


def test_texts_take_numbers_and_truths_as_they_are_written() -> None:
    spec = RequestSpec.model_validate({"path": "/", "headers": {"a": 1, "b": True, "c": 1.5}, "content": 12})
    assert spec.headers == {"a": "1", "b": "true", "c": "1.5"}
    assert spec.content == "12"


def test_a_request_check_is_a_scenario_of_one_step() -> None:
    found = check(request="GET /a", response=OK)
    [step] = found.steps
    assert (step.request, step.response, step.save) == (found.request, found.response, {})


def test_what_is_given_reaches_the_draw_with_its_bounds() -> None:
    given = {"a": "word", "b": {"int": [1, 9]}, "c": {"float": [0.5, 2]}}
    assert check(request="GET /", response=OK, given=given).kinds() == {
        "a": ("word", None, None),
        "b": ("int", 1, 9),
        "c": ("float", 0.5, 2),
    }


def test_a_check_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        check(request="GET /", response=OK).name = "other"


def test_json_is_shown_on_one_line_with_its_letters() -> None:
    assert as_json({"a": ["é", None, True]}) == '{"a": ["é", null, true]}'


@pytest.mark.parametrize(
    "fields",
    [
        {"openapi": {"json": 1}, "env": {"A": "{{x}}"}},
        {"openapi": {"json": "{{x}}"}},
        {"openapi": {"json": {"$expr": "x + 1"}}},
        {"source": {"require": ["Depends"]}, "files": {"a": "{{x}}"}},
    ],
)
def test_a_name_needs_a_value_in_a_check_that_has_none(fields: Any) -> None:
    assert "{{x}} has no value here" in str(_says(fields))


def test_what_stands_below_equal_is_data_even_where_it_looks_like_a_sum() -> None:
    assert check(request="GET /", response={**OK, "json": {"$equal": {"$expr": "not a sum"}}})


def test_the_ends_of_an_int_range_are_whole() -> None:
    _says({"request": "GET /", "response": OK, "given": {"a": {"int": [1.5, 3.5]}}})
