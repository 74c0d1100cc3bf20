import json
from random import Random
from typing import Any

import pytest

from quizkit.check.match import ABSENT
from quizkit.check.scenario import play
from quizkit.check.stream import parse_events
from quizkit.sandbox.protocol import Call, Raised, Reply, Request, Response, Responses, Stopped, Stream
from quizkit.verdict import CheckResult, Mismatch, Outcome
from tests.samples import check

OK: Any = {"status": 200}
HEADERS = (("content-type", "text/event-stream; charset=utf-8"),)


def _body(text: str, status: int = 200, raised: Raised | None = None) -> Response:
    return Response(status, HEADERS, text.encode(), 0, raised)


def _run(sample: Any, reply: Reply) -> tuple[Call, CheckResult]:
    """The one call, and what comes of the reply."""
    playing = play(sample, Random(0))
    sent = next(playing)
    with pytest.raises(StopIteration) as finished:
        playing.send(reply)
    return sent, finished.value.value


def _judge(text: str, *events: Any, **more: Any) -> CheckResult:
    return _run(check(stream="GET /s", response={**OK, "events": list(events)}, **more), _body(text))[1]


# ---- a check ----


def test_as_many_events_are_read_as_are_listed() -> None:
    sample = check(
        each=[{"n": 3}],
        stream={"method": "POST", "path": "/s/{{n}}", "headers": {"A": "{{n}}"}},
        response={**OK, "events": [{"data": "{{n}}"}, {"data": {"last": True}}]},
    )
    sent, result = _run(sample, _body('data: 3\n\ndata: {"last": true}\n\n'))
    assert sent == Stream(Request("POST", "/s/3", (("a", "3"),), new_client=True), 2)
    assert (result.outcome, result.name, result.request) == (
        Outcome.passed,
        "stream POST /s/{{n}}",
        "curl -X POST http://localhost:8000/s/3 -H 'a: 3'",
    )
    assert result.expected == {"status": 200, "events": [{"data": 3}, {"data": {"last": True}}]}
    assert result.actual == {"status": 200, "events": [{"data": "3"}, {"data": '{"last": true}'}]}


def test_a_stream_without_events_is_read_to_its_end() -> None:
    sent, result = _run(check(stream="GET /s", response={**OK, "text": "one two"}), _body("one two"))
    assert isinstance(sent, Stream)
    assert sent.events >= 1 << 30
    assert (result.outcome, result.expected, result.actual) == (
        Outcome.passed,
        {"status": 200, "text": "one two"},
        {"status": 200, "text": "one two"},
    )


def test_status_media_type_headers_and_body_count_as_in_a_request() -> None:
    expected = {"status": 200, "media_type": "text/event-stream", "headers": {"content-type": {"$contains": "utf-8"}}}
    assert _run(check(stream="GET /s", response=expected), _body(""))[1].outcome is Outcome.passed
    _, result = _run(check(stream="GET /s", response={**expected, "media_type": "text/plain", "text": "x"}), _body("y", 201))
    assert result.mismatches == (
        Mismatch(("status",), 200, 201),
        Mismatch(("media_type",), "text/plain", "text/event-stream"),
        Mismatch(("text",), "x", "y"),
    )
    assert result.message == "expected 200, got 201"


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"data": "hi"}, "data: hi"),
        ({"data": "4"}, "data: 4"),
        ({"data": 4}, "data: 4.0"),
        ({"data": {"a": 1}}, 'data: {"a": 1, "b": 2}'),
        ({"data": {"$matches": "^h"}}, "data: hi"),
        ({"data": [1, 2]}, "data: [1,\ndata: 2]"),
        ({"data": None}, "data: null"),
        ({"event": "tick", "id": "7", "retry": "3000", "data": "x"}, "id: 7\nevent: tick\nretry: 3000\ndata: x"),
        ({"event": {"$absent": True}, "data": "x"}, "data: x"),
        ({}, "data: x"),
    ],
)
def test_an_event_as_expected_passes(event: Any, text: str) -> None:
    result = _judge(f"{text}\n\n", event)
    assert (result.outcome, result.message) == (Outcome.passed, "")


@pytest.mark.parametrize(
    ("event", "text", "mismatch"),
    [
        ({"data": "hi"}, "data: ho", Mismatch(("events", 0, "data"), "hi", "ho")),
        ({"data": "hi"}, "event: hi\ndata: x", Mismatch(("events", 0, "data"), "hi", "x")),
        ({"data": {"a": 1}}, "data: {'a': 1}", Mismatch(("events", 0, "data"), {"a": 1}, "{'a': 1}")),
        ({"data": {"a": 1}}, "data: " + "[" * 100_000, Mismatch(("events", 0, "data"), {"a": 1}, "[" * 100_000)),
        ({"data": {"a": {"b": 1}}}, 'data: {"a": {"b": 2}}', Mismatch(("events", 0, "data", "a", "b"), 1, 2)),
        ({"event": "tick"}, "event: tock\ndata: x", Mismatch(("events", 0, "event"), "tick", "tock")),
        ({"id": "7"}, "data: x", Mismatch(("events", 0, "id"), "7", ABSENT, "is missing")),
    ],
)
def test_an_event_that_differs_fails_at_its_place(event: Any, text: str, mismatch: Mismatch) -> None:
    result = _judge(f"{text}\n\n", event)
    assert result.outcome is Outcome.failed
    assert [(found.path, found.expected, found.actual) for found in result.mismatches] == [
        (mismatch.path, mismatch.expected, mismatch.actual)
    ]


def test_the_first_event_that_is_missing_is_named_and_no_more() -> None:
    result = _judge("data: 1\n\ndata: 2", {"data": 1}, {"data": 2}, {"data": 3}, hint="h")
    assert result.mismatches == (Mismatch(("events", 1), {"data": 2}, ABSENT, "is missing"),)
    assert (result.message, result.hint) == ("events[1] is missing", "h")


def test_events_beyond_those_listed_do_not_count() -> None:
    assert _judge("data: 1\n\ndata: 2\n\n", {"data": 1}).outcome is Outcome.passed


def test_every_event_that_differs_is_said() -> None:
    result = _judge("data: 1\n\ndata: 2\n\n", {"data": 2}, {"data": 1})
    assert [found.path for found in result.mismatches] == [("events", 0, "data"), ("events", 1, "data")]


@pytest.mark.parametrize("name", ["retry", "id", "event"])
def test_a_field_may_be_written_as_a_number(name: str) -> None:
    assert _judge(f"{name}: 3000\ndata: x\n\n", {name: 3000}).outcome is Outcome.passed


def test_a_run_that_ends_or_answers_something_else_is_said() -> None:
    sample = check(stream="GET /s", response={**OK, "events": [{"data": 1}]})
    _, late = _run(sample, Stopped("timeout", "1 s"))
    assert (late.outcome, late.message, late.request) == (
        Outcome.timeout,
        "no answer before the time was up (1 s)",
        "curl http://localhost:8000/s",
    )
    assert _run(sample, Responses((), 0))[1].outcome is Outcome.error


def test_an_exception_behind_a_stream_is_told() -> None:
    sample = check(stream="GET /s", response={**OK, "events": [{"data": 1}]})
    _, result = _run(sample, _body("", raised=Raised("KeyError", "'x'")))
    assert (result.outcome, result.traceback) == (Outcome.failed, "KeyError: 'x'")


# ---- the standard's rules ----


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("", []),
        ("\n", []),
        ("\n\n\n", []),
        ("data: a", []),
        ("data: a\n", []),
        ("data: a\n\n", [{"data": "a"}]),
        ("data: a\r\n\r\n", [{"data": "a"}]),
        ("data: a\r\r", [{"data": "a"}]),
        ("data: a\n\r\n", [{"data": "a"}]),
        ("data: a\n\n\n\n", [{"data": "a"}]),
        ("data: a\n\ndata: b\n\n", [{"data": "a"}, {"data": "b"}]),
        ("data: a\n\ndata: b\n", [{"data": "a"}]),
        ("data:a\n\n", [{"data": "a"}]),
        ("data:  a \n\n", [{"data": " a "}]),
        ("data: a: b\n\n", [{"data": "a: b"}]),
        ("data\n\n", [{"data": ""}]),
        ("data:\n\n", [{"data": ""}]),
        ("data\ndata\n\n", [{"data": "\n"}]),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [{"data": "YHOO\n+2\n10"}]),
        (": a comment\n\n", []),
        (": a comment\ndata: a\n:b\n\n", [{"data": "a"}]),
        ("event: e\ndata: a\n\ndata: b\n\n", [{"event": "e", "data": "a"}, {"data": "b"}]),
        ("event: e\nevent: f\ndata: a\n\n", [{"event": "f", "data": "a"}]),
        ("data: ä\u2028b\x0bc\x85d\n\n", [{"data": "ä\u2028b\x0bc\x85d"}]),
    ],
)
def test_events_are_read_as_the_standard_says(text: str, events: Any) -> None:
    assert parse_events(text) == events


@pytest.mark.parametrize(
    "text",
    [
        "id: 1\n\n",
        "event: e\n\n",
        "retry: 10\n\n",
        "unknown: x\n\n",
    ],
)
def test_what_has_no_data_is_no_event(text: str) -> None:
    assert parse_events(f"{text}data: a\n\n")[-1:] == [{"data": "a"}]
    assert len(parse_events(f"{text}data: a\n\n")) == 1


def test_a_byte_order_mark_is_nothing() -> None:
    assert parse_events("\ufeffdata: a\n\n") == [{"data": "a"}]


@pytest.mark.parametrize("line", ["unknown: x", "Data: x", "id: a\0b", "retry: soon", " data: x"])
def test_fields_that_mean_nothing_are_ignored(line: str) -> None:
    assert parse_events(f"{line}\ndata: a\n\n") == [{"data": "a"}]


def test_what_today_s_fastapi_writes_is_read_back() -> None:
    sse = pytest.importorskip("fastapi.sse")
    parts: list[dict[str, Any]] = [
        {"data_str": json.dumps({"n": 1}), "event": "tick", "id": "7", "retry": 3000},
        {"comment": "ping"},
        {"data_str": "one\ntwo\n"},
    ]
    text = b"".join(sse.format_sse_event(**part) for part in parts).decode()
    assert parse_events(text) == [{"event": "tick", "data": '{"n": 1}', "id": "7", "retry": "3000"}, {"data": "one\ntwo\n"}]
