import json
from random import Random
from typing import Any

import pytest

from quizkit.check.match import ABSENT
from quizkit.check.result import place_text, stopped_outcome, stopped_words, summary, traceback_text
from quizkit.check.scenario import Play, play
from quizkit.sandbox.protocol import Frame, Raised, Reply, Request, Response, Stopped
from quizkit.verdict import CheckResult, Mismatch, Outcome
from tests.samples import check

OK: Any = {"status": 200}


def _run(playing: Play, *replies: Reply) -> tuple[list[Any], CheckResult]:
    """What is sent, one request a reply, and the result; an answer too few or too many fails."""
    sent = [next(playing)]
    for number, reply in enumerate(replies, 1):
        try:
            sent.append(playing.send(reply))
        except StopIteration as finished:
            assert number == len(replies)
            return sent, finished.value
    raise AssertionError(f"still asks: {sent[-1]}")


def _json(value: Any, status: int = 200, raised: Raised | None = None) -> Response:
    return Response(status, (("content-type", "application/json"),), json.dumps(value).encode(), 0, raised)


def test_a_request_passes() -> None:
    playing = play(check(request="GET /a", response={**OK, "json": {"a": 1}}, weight=2, hint="h"), Random(0))
    assert _run(playing, _json({"a": 1.0})) == (
        [Request("GET", "/a", new_client=True)],
        CheckResult(
            "GET /a",
            Outcome.passed,
            2,
            request="curl http://localhost:8000/a",
            expected={"status": 200, "json": {"a": 1}},
            actual={"status": 200, "json": {"a": 1.0}},
        ),
    )


def test_a_request_fails_with_its_hint_and_what_differs() -> None:
    playing = play(check(name="it", request="GET /a", response={**OK, "json": {"a": 1}}, hint="h"), Random(0))
    _, result = _run(playing, _json({"a": 2}, 201))
    assert result == CheckResult(
        "it",
        Outcome.failed,
        1,
        "expected 200, got 201",
        "h",
        request="curl http://localhost:8000/a",
        expected={"status": 200, "json": {"a": 1}},
        actual={"status": 201, "json": {"a": 2}},
        mismatches=(Mismatch(("status",), 200, 201), Mismatch(("json", "a"), 1, 2)),
    )


def test_the_author_s_message_stands_before_the_difference() -> None:
    playing = play(check(request="GET /a", response=OK, message="Say 200."), Random(0))
    assert _run(playing, _json({}, 404))[1].message == "Say 200."


def test_each_row_is_a_new_client_and_all_rows_are_one_check() -> None:
    rows = [{"q": 0}, {"q": 101}]
    sample = check(each=rows, request={"method": "POST", "path": "/", "json": {"q": "{{q}}"}}, response={"status": 422})
    sent, result = _run(play(sample, Random(0)), _json({}, 422), _json({}, 422))
    assert [(request.body, request.new_client) for request in sent] == [(b'{"q":0}', True), (b'{"q":101}', True)]
    assert result.outcome is Outcome.passed


def test_the_first_row_that_fails_ends_the_check() -> None:
    sample = check(each=[{"q": 0}, {"q": 1}], request="GET /{{q}}", response=OK)
    _, result = _run(play(sample, Random(0)), _json({}, 500))
    assert (result.outcome, result.request) == (Outcome.failed, "curl http://localhost:8000/0")


def test_every_row_draws_its_own_values() -> None:
    sample = check(given={"n": "int"}, each=[{"q": 0}, {"q": 1}], request="GET /{{q}}/{{n}}", response=OK)
    sent, _ = _run(play(sample, Random(0)), _json({}), _json({}))
    first, second = (request.target.rpartition("/")[2] for request in sent)
    assert first != second


def test_values_that_are_drawn_already_are_used() -> None:
    sample = check(given={"n": "int"}, request="GET /{{n}}", response={**OK, "json": "{{n}}"})
    sent, result = _run(play(sample, Random(0), {"n": 5}), _json(5))
    assert (sent[0].target, result.outcome) == ("/5", Outcome.passed)


ORDER = [
    {"request": "POST /orders", "response": {"status": 201}, "save": {"id": "$.id", "at": "header:location"}},
    {"request": "GET /orders/{{id}}", "response": {**OK, "json": {"id": "{{id}}", "at": "{{at}}"}}},
]


def test_a_later_step_uses_what_an_earlier_one_saved() -> None:
    created = Response(201, (("Location", "/orders/9"),), b'{"id": 9}', 0)
    sent, result = _run(play(check(steps=ORDER), Random(0)), created, _json({"id": 9, "at": "/orders/9"}))
    assert [(r.method, r.target, r.new_client) for r in sent] == [
        ("POST", "/orders", True),
        ("GET", "/orders/9", False),
    ]
    assert (result.outcome, result.request) == (Outcome.passed, "curl http://localhost:8000/orders/9")


@pytest.mark.parametrize(
    ("response", "place"),
    [
        (Response(201, (), b'{"id": 9}', 0), "header:location"),
        (Response(201, (("location", "x"),), b'{"ID": 9}', 0), "$.id"),
        (Response(201, (("location", "x"),), b"created", 0), "$.id"),
    ],
)
def test_what_can_not_be_saved_fails_the_check(response: Response, place: str) -> None:
    _, result = _run(play(check(steps=ORDER), Random(0)), response)
    assert (result.outcome, result.message) == (
        Outcome.failed,
        f"{place} is missing, and the next request needs it",
    )


def test_a_cookie_s_value_can_be_saved() -> None:
    steps = [
        {"request": "POST /login", "response": OK, "save": {"token": "cookie:session"}},
        {"request": {"path": "/", "headers": {"x": "{{token}}"}}, "response": OK},
    ]
    login = Response(200, (("set-cookie", "session=abc; HttpOnly"),), b"", 0)
    sent, _ = _run(play(check(steps=steps), Random(0)), login, _json({}))
    assert sent[1].headers == (("x", "abc"),)


def test_a_step_that_fails_ends_the_scenario() -> None:
    _, result = _run(play(check(name="s", steps=ORDER), Random(0)), _json({}, 500))
    assert (result.name, result.outcome, result.request) == (
        "s",
        Outcome.failed,
        "curl -X POST http://localhost:8000/orders",
    )


def test_a_request_is_repeated_with_one_client_and_a_status_for_each_turn() -> None:
    sample = check(request="GET /", repeat=3, response={"status": [200, 200, 429]})
    sent, result = _run(play(sample, Random(0)), _json(1), _json(1), _json(1, 429))
    assert [request.new_client for request in sent] == [True, False, False]
    assert result.outcome is Outcome.passed
    _, result = _run(play(sample, Random(0)), _json(1), _json(1, 429))
    assert result.message == "expected 200, got 429"


def test_a_repeated_request_with_one_status_wants_it_each_time() -> None:
    sample = check(request="GET /", repeat=2, response=OK)
    assert _run(play(sample, Random(0)), _json(1), _json(1))[1].outcome is Outcome.passed
    assert _run(play(sample, Random(0)), _json(1), _json(1, 500))[1].outcome is Outcome.failed


def test_a_single_request_may_have_any_of_several_statuses() -> None:
    sample = check(request="GET /", response={"status": [200, 201]})
    assert _run(play(sample, Random(0)), _json(1, 201))[1].outcome is Outcome.passed


DOCUMENT: Any = {"paths": {"/a": {"get": {"responses": {"200": {}, "422": {}}}}}}


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"at": "$.paths['/a'].get.responses", "json_contains": {"200": {"$any": True}}}, ""),
        ({"at": "$.paths['/a'].get.responses", "json": {"200": {}, "422": {}}}, ""),
        ({"at": "$.paths['/b']", "json": {"$absent": True}}, ""),
        (
            {"at": "$.paths['/a'].get.responses", "json_contains": {"201": {"$any": True}}},
            "OpenAPI.paths['/a'].get.responses['201'] is missing",
        ),
        ({"at": "$.paths['/b']", "json_contains": {}}, "OpenAPI.paths['/b'] is missing"),
    ],
)
def test_the_app_s_own_description_is_looked_at(expected: Any, message: str) -> None:
    sent, result = _run(play(check(openapi=expected), Random(0)), _json(DOCUMENT))
    assert sent == [Request("GET", "/openapi.json", new_client=True)]
    assert (result.outcome, result.message) == (Outcome.failed if message else Outcome.passed, message)


@pytest.mark.parametrize(("key", "at", "actual"), [("json", "$.a", [1]), ("json_contains", "$.a", [1]), ("json", "$.b", None)])
def test_an_openapi_check_shows_what_stands_at_its_place(key: str, at: str, actual: Any) -> None:
    _, result = _run(play(check(openapi={"at": at, key: [2]}), Random(0)), _json({"a": [1]}))
    assert (result.expected, result.actual) == ({"status": 200, key: [2]}, {"status": 200, "json": actual})


def test_a_description_elsewhere_or_none_at_all() -> None:
    sample = check(openapi={"json": {}}, url="/api/openapi.json", hint="h")
    sent, result = _run(play(sample, Random(0)), _json({}, 404))
    assert sent[0].target == "/api/openapi.json"
    assert (result.outcome, result.message, result.hint) == (Outcome.failed, "expected 200, got 404", "h")
    _, result = _run(play(sample, Random(0)), Response(200, (), b"<html>", 0))
    assert (result.outcome, result.message) == (Outcome.failed, "the body is not JSON")


@pytest.mark.parametrize(
    ("stopped", "outcome", "words"),
    [
        (Stopped("timeout", "10 s"), Outcome.timeout, "no answer before the time was up (10 s)"),
        (Stopped("memory"), Outcome.memory, "the memory limit was reached"),
        (Stopped("killed", "SIGSEGV"), Outcome.killed, "the process was killed (SIGSEGV)"),
        (Stopped("blocked", "network"), Outcome.blocked, "blocked (network)"),
        (
            Stopped("exited", "exit code 0"),
            Outcome.error,
            "the program ended itself before it answered (exit code 0)",
        ),
        (Stopped("garbled"), Outcome.error, "the process answered with something that is no response"),
        (Stopped("passed"), Outcome.error, "passed"),
        (Stopped("failed"), Outcome.error, "failed"),
        (Stopped("no_expectation"), Outcome.error, "no_expectation"),
    ],
)
@pytest.mark.parametrize("sample", [{"request": "GET /openapi.json", "response": OK}, {"openapi": {"json": {}}}])
def test_a_run_that_stops_never_passes(sample: Any, stopped: Stopped, outcome: Outcome, words: str) -> None:
    assert (stopped_outcome(stopped), stopped_words(stopped)) == (outcome, words)
    _, result = _run(play(check(**sample, hint="h"), Random(0)), stopped)
    assert (result.outcome, result.message, result.hint, result.actual) == (outcome, words, "h", None)
    assert result.request == "curl http://localhost:8000/openapi.json"


RAISED = Raised("ValueError", "no such", (Frame("main.py", 3, "a", "b()"), Frame("main.py", 9, "b", "raise")))


def test_what_the_app_raised_is_shown_with_the_person_s_own_line() -> None:
    _, result = _run(play(check(request="GET /", response=OK), Random(0)), Response(500, (), b"", 0, RAISED))
    assert (result.line, result.traceback) == (9, "ValueError: no such\n  main.py:3   b()\n  main.py:9   raise")


def test_what_the_app_raised_is_nothing_where_500_was_expected() -> None:
    sample = check(request="GET /", response={"status": 500})
    _, result = _run(play(sample, Random(0)), Response(500, (), b"", 0, RAISED))
    assert (result.outcome, result.line, result.traceback) == (Outcome.passed, None, "")


def test_an_app_out_of_memory_is_told_as_such() -> None:
    _, result = _run(play(check(request="GET /", response=OK), Random(0)), Response(500, (), b"", 0, Raised("MemoryError", "")))
    assert (result.outcome, result.traceback) == (Outcome.memory, "MemoryError")


def test_an_exception_without_a_text_is_its_name() -> None:
    assert traceback_text(Raised("KeyError", "", (Frame("a.py", 1, "f", "x"),))) == "KeyError\n  a.py:1   x"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("status",), "status"),
        (("json",), "JSON"),
        (("json", "items", 0, "name"), "JSON.items[0].name"),
        (("json", "a b", "0", "it's"), "JSON['a b']['0'][\"it's\"]"),
        (("openapi", "paths", "/a"), "OpenAPI.paths['/a']"),
        (("text",), "text"),
        (("media_type",), "media type"),
        (("headers", "x-total"), "header x-total"),
        (("cookies", "s", "secure"), "cookie s.secure"),
    ],
)
def test_a_place_as_a_person_reads_it(path: tuple[str | int, ...], text: str) -> None:
    assert place_text(path) == text


@pytest.mark.parametrize(
    ("mismatches", "words"),
    [
        ((), ""),
        ((Mismatch(("status",), [200, 201], 404, "expected one of [200, 201]"),), "expected 200 or 201, got 404"),
        ((Mismatch(("status",), [*range(200, 300)], 404, "x"),), "expected a success (2xx), got 404"),
        ((Mismatch(("json", "a"), 1, 2), Mismatch(("json", "b"), 1, 2)), "JSON.a differs"),
        ((Mismatch(("json", "a"), 1, ABSENT, "is missing"),), "JSON.a is missing"),
    ],
)
def test_the_first_difference_is_the_summary(mismatches: tuple[Mismatch, ...], words: str) -> None:
    assert summary(mismatches) == words


@pytest.mark.parametrize(("expression", "value"), [("id + 1", "nine"), ("1 / id", 0)])
def test_a_sum_over_what_the_app_answered_fails_the_check(expression: str, value: Any) -> None:
    steps = [
        {"request": "POST /", "response": OK, "save": {"id": "$.id"}},
        {"request": "GET /", "response": {**OK, "json": {"$expr": expression}}},
    ]
    playing = play(check(steps=steps), Random(0))
    next(playing)
    try:
        playing.send(_json({"id": value}))
        playing.send(_json(1))
    except StopIteration as finished:
        assert finished.value.outcome is Outcome.failed


def test_a_sum_in_an_openapi_check_is_worked_out() -> None:
    _, result = _run(play(check(openapi={"at": "$.a", "json": {"$expr": "1 + 1"}}), Random(0)), _json({"a": 2}))
    assert result.outcome is Outcome.passed
