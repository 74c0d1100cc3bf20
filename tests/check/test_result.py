from typing import Any

import pytest

from quizkit.check.match import ABSENT
from quizkit.check.result import cause_outcome, ended, failed, judged, place_text, stopped_outcome, summary, traceback_text
from quizkit.sandbox.protocol import Frame, Raised, Reply, Request, Response, Sight, Stopped
from quizkit.verdict import CheckResult, Mismatch, Outcome
from tests.samples import check

CHECK = check(name="it", request="GET /a", response={"status": 200}, weight=2, hint="h")
REQUEST = Request("GET", "/a")
DIFFERENT = (Mismatch(("json", "a"), 1, 2),)


def _response(raised: Raised | None = None) -> Response:
    return Response(200, (), b'{"a": 2}', 0, raised)


def test_what_does_not_differ_has_passed_and_needs_no_hint() -> None:
    assert judged(CHECK, REQUEST, {"status": 200}, _response(), ()) == CheckResult(
        "it",
        Outcome.passed,
        2,
        request="curl http://localhost:8000/a",
        expected={"status": 200},
        actual={"status": 200, "json": {"a": 2}},
    )


def test_what_differs_has_failed_with_hint_and_place() -> None:
    result = judged(CHECK, REQUEST, {"json": {"a": 1}}, _response(), DIFFERENT)
    assert (result.outcome, result.message, result.hint, result.mismatches) == (
        Outcome.failed,
        "JSON.a differs",
        "h",
        DIFFERENT,
    )


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (Raised("KeyError", "x"), Outcome.failed),
        (Raised("MemoryError", ""), Outcome.memory),
        (Raised("RuntimeError", "", cause="memory"), Outcome.memory),
        (Raised("PermissionError", "", cause="blocked"), Outcome.blocked),
        (Raised("PermissionError", ""), Outcome.failed),
        (Raised("X", "", cause="passed"), Outcome.failed),
    ],
)
def test_a_limit_behind_an_exception_is_the_outcome_of_a_difference_only(raised: Raised, outcome: Outcome) -> None:
    assert judged(CHECK, REQUEST, {}, _response(raised), DIFFERENT).outcome is outcome
    assert judged(CHECK, REQUEST, {}, _response(raised), ()).outcome is Outcome.passed
    assert (cause_outcome(raised) or Outcome.failed) is outcome


def test_the_innermost_of_the_person_s_lines_is_to_blame() -> None:
    frames = (Frame("main.py", 3, "a", "b()"), Frame("main.py", 7, "b", "1 / 0"))
    result = judged(CHECK, REQUEST, {}, _response(Raised("ZeroDivisionError", "division by zero", frames)), DIFFERENT)
    assert result.line == 7
    assert result.traceback == "ZeroDivisionError: division by zero\n  main.py:3   b()\n  main.py:7   1 / 0"
    assert judged(CHECK, REQUEST, {}, _response(Raised("E", "")), DIFFERENT).line is None


def test_what_was_seen_can_be_told_apart_from_the_response() -> None:
    assert judged(CHECK, REQUEST, {}, _response(), (), seen={"status": 101}).actual == {"status": 101}
    assert judged(CHECK, REQUEST, {}, _response(), (), seen={}).actual == {}


def test_a_failure_without_a_request_shows_none() -> None:
    result = failed(CHECK, None, {}, None, (), Raised("E", "x"))
    assert (result.outcome, result.request, result.message, result.traceback) == (Outcome.failed, "", "", "E: x")


def test_what_was_expected_is_a_copy() -> None:
    expected: dict[str, Any] = {"status": 200}
    result = failed(CHECK, REQUEST, expected, None, ())
    expected["status"] = 201
    assert result.expected == {"status": 200}


@pytest.mark.parametrize(
    ("reply", "outcome", "words"),
    [
        (Stopped("timeout", "1 s"), Outcome.timeout, "no answer before the time was up (1 s)"),
        (Stopped("memory"), Outcome.memory, "the memory limit was reached"),
        (Stopped("exited", "exit code 0"), Outcome.error, "the program ended itself before it answered (exit code 0)"),
        (Stopped("passed"), Outcome.error, "passed"),
        (_response(), Outcome.error, "the process answered with something that is no response"),
        (Sight((), {}), Outcome.error, "the process answered with something that is no response"),
    ],
)
def test_a_run_that_ended_names_its_end_and_request(reply: Reply, outcome: Outcome, words: str) -> None:
    result = ended(CHECK, REQUEST, {"status": 200}, reply)
    assert (result.outcome, result.message, result.request) == (outcome, words, "curl http://localhost:8000/a")
    assert (result.hint, result.weight, result.expected, result.actual) == ("h", 2, {"status": 200}, None)


def test_an_end_hides_behind_no_message_of_the_author() -> None:
    sample = check(request="GET /a", response={"status": 200}, message="Say 200.")
    assert ended(sample, None, {}, Stopped("timeout")).message == "no answer before the time was up"
    assert failed(sample, REQUEST, {}, None, DIFFERENT).message == "Say 200."
    assert judged(sample, REQUEST, {}, _response(), ()).message == ""


@pytest.mark.parametrize("reason", ["passed", "failed", "no_expectation", "not_run", "deck_error", "error", "", "nonsense"])
def test_a_worker_can_name_no_verdict(reason: str) -> None:
    assert stopped_outcome(Stopped(reason)) is Outcome.error


@pytest.mark.parametrize(
    ("mismatches", "words"),
    [
        ((), ""),
        ((Mismatch(("status",), 200, 404),), "expected 200, got 404"),
        ((Mismatch(("status",), [200, 201], 404),), "expected 200 or 201, got 404"),
        ((Mismatch(("status",), {"$in": [1]}, 404),), "expected {'$in': [1]}, got 404"),
        ((Mismatch(("json", "a"), 1, 2, "is odd"), Mismatch(("json", "b"), 1, 2)), "JSON.a is odd"),
        ((Mismatch(("text",), "a", "b"),), "text differs"),
        ((Mismatch(("headers", "x-a"), "a", ABSENT, "is missing"),), "header x-a is missing"),
    ],
)
def test_the_first_difference_in_a_few_words(mismatches: tuple[Mismatch, ...], words: str) -> None:
    assert summary(mismatches) == words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("json",), "JSON"),
        (("json", "items", 0, "first name"), "JSON.items[0]['first name']"),
        (("media_type",), "media type"),
        (("openapi", "info"), "OpenAPI.info"),
        (("files", "out.txt"), "file out.txt"),
        (("cookies", "sid", "path"), "cookie sid.path"),
        (("cookies",), "cookies"),
        (("headers",), "headers"),
        (("logs", 2), "logs[2]"),
        (("events", 0, "data", "n"), "events[0].data.n"),
        (("handshake",), "handshake"),
        (("output",), "output"),
    ],
)
def test_a_place_as_a_person_reads_it(path: tuple[str | int, ...], words: str) -> None:
    assert place_text(path) == words


def test_an_exception_in_words() -> None:
    assert traceback_text(Raised("KeyError", "")) == "KeyError"
    assert traceback_text(Raised("E\n  main.py:1   looks\u2028true", "x\ny")) == "E main.py:1 looks true: x\ny"
    assert traceback_text(Raised("KeyError", "'x'", (Frame("a/b.py", 1, "f", ""),))) == "KeyError: 'x'\n  a/b.py:1   "
