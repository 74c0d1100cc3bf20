"""What an app leaves behind, and many requests at once: calls and replies by hand."""

import json
from itertools import chain, repeat
from random import Random
from typing import Any

import pytest

from quizkit.check.match import ABSENT
from quizkit.check.scenario import play
from quizkit.sandbox.protocol import (
    Burst,
    Call,
    LogRecord,
    Look,
    Raised,
    Reply,
    Request,
    Response,
    Responses,
    Sight,
    SocketEvent,
    Stopped,
)
from quizkit.verdict import CheckResult, Mismatch, Outcome
from tests.samples import check

OK: Any = {"status": 200}
NOTHING = Sight((), {})


def _json(value: Any, status: int = 200, elapsed_s: float = 0, raised: Raised | None = None) -> Response:
    return Response(status, (("content-type", "application/json"),), json.dumps(value).encode(), elapsed_s, raised)


def _run(sample: Any, *replies: Reply) -> tuple[list[Call], CheckResult]:
    """What is sent, one call a reply, and the result; a reply too few or too many fails."""
    playing = play(sample, Random(0))
    sent = [next(playing)]
    for number, reply in enumerate(replies, 1):
        try:
            sent.append(playing.send(reply))
        except StopIteration as finished:
            assert number == len(replies)
            return sent, finished.value
    raise AssertionError(f"still asks: {sent[-1]}")


def _look(sight: Reply, **fields: Any) -> CheckResult:
    """What comes of one right response and then this sight."""
    return _run(check(request="GET /", response=OK, **fields), NOTHING, _json({}), sight)[1]


def _records(*messages: str) -> Sight:
    return Sight(tuple(LogRecord("INFO", "shop", message) for message in messages), {})


# ---- looks ----


def test_a_check_that_looks_at_nothing_asks_for_no_look() -> None:
    sent, _ = _run(check(request="GET /", response=OK), _json({}))
    assert sent == [Request("GET", "/", new_client=True)]


@pytest.mark.parametrize("fields", [{"logs": [{"level": "INFO"}]}, {"leaves": {"a": "b"}}, {"output": "x"}])
def test_what_was_there_before_is_looked_away_first(fields: Any) -> None:
    playing = play(check(request="GET /", response=OK, **fields), Random(0))
    assert next(playing) == Look()
    assert playing.send(Sight((LogRecord("INFO", "a", "before"),), {}, "x")) == Request("GET", "/", new_client=True)
    assert playing.send(_json({})) == Look(tuple(fields.get("leaves", ())))


def test_every_row_is_looked_at() -> None:
    sample = check(each=[{"n": 1}, {"n": 2}], request="GET /{{n}}", response=OK, logs=[{"message": "got {{n}}"}])
    sent, result = _run(sample, NOTHING, _json({}), _records("got 1"), _json({}), _records("got 2"))
    assert [type(call).__name__ for call in sent] == ["Look", "Request", "Look", "Request", "Look"]
    assert (result.outcome, result.request) == (Outcome.passed, "curl http://localhost:8000/2")
    _, result = _run(sample, NOTHING, _json({}), _records("got 2"))
    assert (result.outcome, result.message) == (Outcome.failed, "logs[0] no such record was logged")


def test_nothing_is_looked_at_where_the_response_is_wrong_already() -> None:
    sent, result = _run(check(request="GET /", response=OK, output="x"), NOTHING, _json({}, 404))
    assert (len(sent), result.message) == (2, "expected 200, got 404")


@pytest.mark.parametrize(
    ("sample", "replies"),
    [
        ({"websocket": "/ws", "steps": [{"open": True}]}, [SocketEvent("open"), SocketEvent("closed")]),
        ({"stream": "GET /", "response": OK}, [_json({})]),
        ({"steps": [{"request": "GET /", "response": OK}, {"request": "GET /", "response": OK}]}, [_json({}), _json({})]),
        (
            {"request": "GET /", "parallel": 2, "at_most": 2},
            [_json({}), Responses((_json({}), _json({})), 0), _json({}), _json({})],
        ),
    ],
)
def test_every_kind_of_check_can_look(sample: Any, replies: list[Reply]) -> None:
    watched = check(**sample, output={"$contains": "hi"})
    assert _run(watched, NOTHING, *replies, Sight((), {}, "oh hi\n"))[1].outcome is Outcome.passed
    _, result = _run(watched, NOTHING, *replies, Sight((), {}, "oh\n"))
    assert (result.outcome, result.mismatches[0].path) == (Outcome.failed, ("output",))


def test_a_saved_value_can_be_looked_for() -> None:
    steps = [{"request": "POST /", "response": OK, "save": {"id": "$.id"}}]
    sample = check(steps=steps, leaves={"out.txt": "order {{id}}"}, output="{{id}}\n")
    assert _run(sample, NOTHING, _json({"id": 7}), Sight((), {"out.txt": "order 7"}, "7\n"))[1].outcome is Outcome.passed
    assert _run(sample, NOTHING, _json({"id": 8}), Sight((), {"out.txt": "order 7"}, "8\n"))[1].outcome is Outcome.failed


# ---- log records ----


@pytest.mark.parametrize(
    ("wanted", "messages"),
    [
        ([{"message": "a"}], "a"),
        ([{"message": "a"}], "xay"),
        ([{"message": "a"}, {"message": "b"}], "ab"),
        ([{"message": "a"}, {"message": "b"}], "xaybz"),
        ([{"message": "a"}, {"message": "a"}], "axa"),
        ([{"message": {"$in": ["a", "b"]}}, {"message": "c"}], "abc"),
        ([{"level": "INFO", "logger": "shop", "message": {"$matches": "."}}], "a"),
        ([{}], "a"),
    ],
)
def test_records_are_found_in_their_order_with_others_between(wanted: Any, messages: str) -> None:
    assert _look(_records(*messages), logs=wanted).outcome is Outcome.passed


@pytest.mark.parametrize(
    ("wanted", "messages", "missing"),
    [
        ([{"message": "a"}], "", [0]),
        ([{"message": "a"}], "b", [0]),
        ([{"message": "a"}, {"message": "b"}], "ba", [1]),
        ([{"message": "a"}, {"message": "a"}], "a", [1]),
        ([{"message": "a"}, {"message": "b"}], "b", [0]),
        ([{"level": "WARNING"}], "a", [0]),
        ([{"level": "INFO", "logger": "app"}], "a", [0]),
        ([{}, {}], "a", [1]),
    ],
)
def test_a_record_that_was_not_made_or_too_early_fails(wanted: Any, messages: str, missing: list[int]) -> None:
    result = _look(_records(*messages), logs=wanted)
    assert (result.outcome, result.message) == (Outcome.failed, f"logs[{missing[0]}] no such record was logged")
    assert [found.path for found in result.mismatches] == [("logs", number) for number in missing]


def test_what_was_logged_is_shown_beside_what_was_wanted() -> None:
    result = _look(_records("a"), logs=[{"message": "b"}])
    assert result.expected == {"logs": [{"message": "b"}], "leaves": {}}
    assert result.actual == {"logs": [{"level": "INFO", "logger": "shop", "message": "a"}], "leaves": {}}
    assert result.request == "curl http://localhost:8000/"


# ---- files ----


@pytest.mark.parametrize(
    ("pattern", "text", "passes"),
    [
        ("hi\n", "hi\n", True),
        ("hi", "hi\n", False),
        ({"$contains": "h"}, "hi", True),
        ({"$absent": True}, None, True),
        ({"$absent": True}, "", False),
        ({"$any": True}, "hi", True),
        ("hi", None, False),
        ("", None, False),
        ({"$not": "hi"}, "ho", True),
    ],
)
def test_a_file_is_as_it_should_be_or_not(pattern: Any, text: str | None, passes: bool) -> None:
    result = _look(Sight((), {"out.txt": text}), leaves={"out.txt": pattern})
    assert result.outcome is (Outcome.passed if passes else Outcome.failed)
    assert [found.path for found in result.mismatches] == ([] if passes else [("files", "out.txt")])


def test_a_missing_file_is_said_to_be_missing() -> None:
    result = _look(Sight((), {"out.txt": None}), leaves={"out.txt": "hi"}, hint="write it")
    assert result.mismatches == (Mismatch(("files", "out.txt"), "hi", ABSENT, "is missing"),)
    assert (result.message, result.hint) == ("file out.txt is missing", "write it")


# ---- output ----


def test_printed_text_is_exact_or_a_pattern() -> None:
    seen = Sight((), {}, "hi\n")
    assert _look(seen, output="hi\n").outcome is Outcome.passed
    assert _look(seen, output={"$matches": "^h"}).outcome is Outcome.passed
    assert _look(seen, output="").mismatches == (Mismatch(("output",), "", "hi\n"),)
    assert _look(NOTHING, output="").outcome is Outcome.passed


def test_all_that_differs_is_said() -> None:
    sight = Sight((), {"a": "1"}, "2")
    result = _look(sight, logs=[{"level": "INFO"}], leaves={"a": "x"}, output="y", message="Leave things as I said.")
    assert [found.path for found in result.mismatches] == [("logs", 0), ("files", "a"), ("output",)]
    assert result.message == "Leave things as I said."


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [(Stopped("timeout"), Outcome.timeout), (Stopped("killed"), Outcome.killed), (_json({}), Outcome.error)],
)
def test_a_look_that_comes_to_nothing_is_no_pass(reply: Reply, outcome: Outcome) -> None:
    assert _look(reply, output={"$any": True}).outcome is outcome


def test_a_run_that_ended_before_the_first_look_says_so_at_the_request() -> None:
    end = Stopped("timeout", "1 s")
    _, result = _run(check(request="GET /", response=OK, output="x"), end, end)
    assert (result.outcome, result.request) == (Outcome.timeout, "curl http://localhost:8000/")


# ---- many at once ----


def _at_once(elapsed_s: float, *responses: Response, alone: Response | None = None, **fields: Any) -> CheckResult:
    sample = check(request="GET /", **{"parallel": len(responses), "at_most": 2, **fields})
    first = alone or _json({}, elapsed_s=1)
    return _run_through(sample, first, Responses(responses, elapsed_s), first)[1]


def _run_through(sample: Any, *replies: Reply) -> tuple[list[Call], CheckResult]:
    """What is sent, and the result; the last reply comes as often as it is asked for."""
    playing = play(sample, Random(0))
    sent = [next(playing)]
    for reply in chain(replies, repeat(replies[-1])):
        try:
            sent.append(playing.send(reply))
        except StopIteration as finished:
            result: CheckResult = finished.value
            return sent, result
    raise AssertionError


def test_one_alone_and_then_many_with_the_same_client() -> None:
    sample = check(each=[{"n": 1}], request="GET /{{n}}", parallel=3, at_most=2)
    alone = _json({}, elapsed_s=1)
    sent, result = _run(sample, alone, Responses((_json({}), _json({}), _json({})), 2), alone, alone)
    again = Request("GET", "/1")
    assert sent == [Request("GET", "/1", new_client=True), Burst(again, 3), again, again]
    assert (result.outcome, result.request) == (Outcome.passed, "curl http://localhost:8000/1")


@pytest.mark.parametrize(
    ("at_most", "elapsed_s", "passes"), [(2, 2.04, True), (2, 2.06, False), (1.5, 1.54, True), (1, 1.2, False)]
)
def test_all_may_take_a_multiple_of_one_and_a_little(at_most: float, elapsed_s: float, passes: bool) -> None:
    result = _at_once(elapsed_s, _json({}), _json({}), at_most=at_most)
    assert result.outcome is (Outcome.passed if passes else Outcome.failed)


@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        ([_json({}, elapsed_s=0.2)], Outcome.failed),
        ([_json({}, elapsed_s=3), _json({}, elapsed_s=0.2)], Outcome.failed),
        ([_json({}, elapsed_s=3), _json({}, elapsed_s=0.9)], Outcome.passed),
        ([_json({}, 429, elapsed_s=0.01)] * 2, Outcome.passed),
        ([Stopped("timeout")], Outcome.timeout),
    ],
)
def test_who_is_slow_only_when_asked_first_gains_nothing(again: list[Reply], outcome: Outcome) -> None:
    sample = check(request="GET /", parallel=2, at_most=2)
    assert _run(sample, _json({}, elapsed_s=1), Responses((_json({}), _json({})), 1), *again)[1].outcome is outcome


def test_what_blocks_is_told_with_both_times() -> None:
    result = _at_once(4, *[_json({})] * 4, hint="await it", at_most=2)
    assert (result.message, result.hint) == ("4 at once took 4.00 s, one alone 1.00 s: they wait for each other", "await it")
    assert (result.expected, result.actual) == ({"status": 200, "seconds": 2.05}, {"status": 200, "seconds": 4})
    assert _at_once(4, *[_json({})] * 4, message="Don't block.").message == "Don't block."


def test_without_a_response_any_success_will_do() -> None:
    assert _at_once(1, _json({}, 201), _json({}, 204), alone=_json({}, 299, 1)).outcome is Outcome.passed
    assert _at_once(1, _json({}), _json({}, 302)).outcome is Outcome.failed
    sent, result = _run(check(request="GET /", parallel=2, at_most=2), _json({}, 404))
    assert (len(sent), result.outcome) == (1, Outcome.failed)


def test_with_a_response_each_must_be_right() -> None:
    wanted = {**OK, "json": {"a": 1}}
    assert _at_once(1, _json({"a": 1}), _json({"a": 1}), alone=_json({"a": 1}, 200, 1), response=wanted).outcome is Outcome.passed
    result = _at_once(1, _json({"a": 1}), _json({"a": 2}), alone=_json({"a": 1}, 200, 1), response=wanted)
    assert (result.outcome, result.mismatches) == (Outcome.failed, (Mismatch(("json", "a"), 1, 2),))


def test_any_of_several_statuses_will_do_for_each() -> None:
    wanted = {"status": [200, 429]}
    result = _at_once(1, _json({}, 429), _json({}, 200), _json({}, 429), alone=_json({}, elapsed_s=1), response=wanted)
    assert result.outcome is Outcome.passed
    assert _at_once(1, _json({}, 429), _json({}, 500), alone=_json({}, elapsed_s=1), response=wanted).outcome is Outcome.failed


@pytest.mark.parametrize("reply", [Stopped("timeout", "1 s"), _json({})])
def test_a_run_that_ends_during_a_burst_is_no_pass(reply: Reply) -> None:
    _, result = _run(check(request="GET /", parallel=2, at_most=2), _json({}), reply)
    assert result.outcome is (Outcome.timeout if isinstance(reply, Stopped) else Outcome.error)
    _, result = _run(check(request="GET /", parallel=2, at_most=2), Stopped("killed"))
    assert result.outcome is Outcome.killed


def test_an_exception_in_a_burst_is_told() -> None:
    result = _at_once(1, _json({}), _json({}, 500, raised=Raised("MemoryError", "")))
    assert (result.outcome, result.traceback) == (Outcome.memory, "MemoryError")


def test_a_failure_without_a_response_reads_well() -> None:
    _, result = _run(check(request="GET /", parallel=2, at_most=2), _json({}, 404))
    assert len(result.message) < 80
