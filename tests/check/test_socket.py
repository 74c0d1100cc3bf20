from random import Random
from typing import Any

import pytest

from quizkit.check.scenario import play
from quizkit.sandbox.protocol import Call, Frame, Raised, Reply, Response, Socket, SocketEvent, Stopped
from quizkit.verdict import CheckResult, Mismatch, Outcome
from tests.samples import check

OPEN = SocketEvent("open")
SENT = SocketEvent("sent")
GOES = Socket("hang_up")
RAISED = Raised("KeyError", "'x'", (Frame("main.py", 9, "ws", "raise KeyError('x')"),))


def _text(text: str) -> SocketEvent:
    return SocketEvent("message", text)


def _closed(code: int, reason: str = "") -> SocketEvent:
    return SocketEvent("closed", code=code, reason=reason)


def _run(sample: Any, *replies: Reply) -> tuple[list[Call], CheckResult]:
    """What is sent, one call a reply, and the result; a reply too few or too many fails. The client goes as it should."""
    playing = play(sample, Random(0))
    sent = [next(playing)]
    left = list(replies)
    try:
        while True:
            if sent[-1] == GOES:
                sent.pop()
                sent.append(playing.send(_closed(1000)))
            else:
                sent.append(playing.send(left.pop(0)))
    except StopIteration as finished:
        assert not left
        result: CheckResult = finished.value
        return sent, result
    except IndexError:
        raise AssertionError(f"still asks: {sent[-1]}") from None


def _after_open(step: Any, *replies: Reply) -> tuple[Call, CheckResult]:
    """What one step on an open socket sends, and what comes of the reply."""
    sent, result = _run(check(websocket="/ws", steps=[step]), OPEN, *replies)
    return sent[-1], result


# ---- what is sent ----


def test_a_handshake_carries_all_that_a_target_has() -> None:
    target = {
        "path": "/ws/{{room}}",
        "headers": {"X-Token": "{{word}}"},
        "cookies": {"a": "1", "b": "{{word}}"},
        "params": {"q": "x y", "n": "{{room}}"},
        "subprotocols": ["chat", "json"],
    }
    sample = check(each=[{"room": 7, "word": "moon"}], websocket=target, steps=[{"open": True}])
    sent, result = _run(sample, OPEN)
    headers = (("X-Token", "moon"), ("cookie", "a=1; b=moon"))
    assert sent == [Socket("open", "", "/ws/7?q=x+y&n=7", headers, ("chat", "json"), new_client=True)]
    assert (result.outcome, result.actual, result.name) == (Outcome.passed, {"status": 101}, "WebSocket /ws/{{room}}")
    assert result.request == (
        "websocat 'ws://localhost:8000/ws/7?q=x+y&n=7' --protocol='chat, json' -H='X-Token: moon' -H='cookie: a=1; b=moon'"
    )


def test_a_parameter_can_be_a_list_as_in_a_request() -> None:
    sent, _ = _run(check(websocket={"path": "/ws", "params": {"q": ["a", "b"]}}, steps=[{"open": True}]), OPEN)
    assert sent == [Socket("open", target="/ws?q=a&q=b", new_client=True)]


def test_parameters_are_added_to_a_query_that_is_there() -> None:
    sent, _ = _run(check(websocket={"path": "/ws?q=a", "params": {"r": "b"}}, steps=[{"open": True}]), OPEN)
    assert sent == [Socket("open", target="/ws?q=a&r=b", new_client=True)]


@pytest.mark.parametrize(
    ("step", "call", "reply"),
    [
        ({"send": "hi"}, Socket("send", text="hi"), SENT),
        ({"send": 5}, Socket("send", text="5"), SENT),
        ({"send": {"text": "hi"}}, Socket("send", text="hi"), SENT),
        ({"send": {"json": {"a": [1, None, "ä"]}}}, Socket("send", text='{"a": [1, null, "\\u00e4"]}'), SENT),
        ({"close": 1000}, Socket("close", code=1000), _closed(1000)),
        ({"close": 4321}, Socket("close", code=4321), _closed(4321)),
        ({"receive": "hi"}, Socket("receive"), _text("hi")),
        ({"closed": 1008}, Socket("receive"), _closed(1008)),
    ],
)
def test_each_step_is_one_call(step: Any, call: Socket, reply: SocketEvent) -> None:
    sent, result = _after_open(step, reply)
    assert (sent, result.outcome, result.message) == (call, Outcome.passed, "")


def test_a_client_is_opened_when_it_is_first_named_and_only_then() -> None:
    steps = [
        {"client": "ada", "open": True},
        {"client": "bob", "send": "hi"},
        {"client": "ada", "receive": "hi"},
        {"client": "bob", "receive": "hi"},
        {"send": "x"},
    ]
    sent, result = _run(check(websocket="/ws", steps=steps), OPEN, OPEN, SENT, _text("hi"), _text("hi"), OPEN, SENT)
    assert [call.new_client for call in sent if isinstance(call, Socket)] == [True] + [False] * 6
    assert [(call.action, call.client) for call in sent if isinstance(call, Socket)] == [
        ("open", "ada"),
        ("open", "bob"),
        ("send", "bob"),
        ("receive", "ada"),
        ("receive", "bob"),
        ("open", ""),
        ("send", ""),
    ]
    assert result.outcome is Outcome.passed


def test_every_row_opens_its_own_socket() -> None:
    sample = check(
        each=[{"n": 1}, {"n": 2}], websocket="/ws", steps=[{"send": {"json": "{{n}}"}}, {"receive": {"json": "{{n}}"}}]
    )
    sent, result = _run(sample, OPEN, SENT, _text("1"), OPEN, SENT, _text("3"))
    assert [call.text for call in sent if isinstance(call, Socket) and call.action == "send"] == ["1", "2"]
    assert (result.outcome, result.mismatches) == (Outcome.failed, (Mismatch(("step", 2), 2, 3),))


# ---- what must come back ----


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ("hi", _text("hi")),
        (5, _text("5")),
        ({"text": {"$matches": "^h"}}, _text("hi")),
        ({"text": "ä"}, SocketEvent("message", None, "ä".encode())),
        ({"json": {"a": 1}}, _text('{"a": 1.0}')),
        ({"json": {"a": {"$type": "integer"}}}, _text('{"a": 7}')),
        ({"json": None}, _text("null")),
        ({"json": {"a": 1}}, SocketEvent("message", None, b'{"a":1}')),
        ({"json_contains": {"a": 1}}, _text('{"a": 1, "b": 2}')),
    ],
)
def test_a_message_as_expected_passes(expected: Any, message: SocketEvent) -> None:
    assert _after_open({"receive": expected}, message)[1].outcome is Outcome.passed


@pytest.mark.parametrize(
    ("expected", "event", "mismatch", "words"),
    [
        ("hi", _text("ho"), Mismatch(("step", 1), "hi", "ho"), "step[1] differs"),
        ("1", _text("1.0"), Mismatch(("step", 1), "1", "1.0"), "step[1] differs"),
        ({"json": {"a": 1}}, _text('{"a": 2}'), Mismatch(("step", 1, "a"), 1, 2), "step[1].a differs"),
        (
            {"json": {"a": 1}},
            _text("a"),
            Mismatch(("step", 1), {"a": 1}, "a", "the message is not JSON"),
            "step[1] the message is not JSON",
        ),
        (
            {"json": {"a": 1}},
            _text("[" * 100_000),
            Mismatch(("step", 1), {"a": 1}, "[" * 100_000, "the message is not JSON"),
            "step[1] the message is not JSON",
        ),
        (
            "hi",
            _closed(1011, "sorry"),
            Mismatch(("step", 1), "hi", {"closed": 1011, "reason": "sorry"}, "expected a message"),
            "step[1] expected a message",
        ),
        ("hi", SENT, Mismatch(("step", 1), "hi", {"sent": True}, "expected a message"), "step[1] expected a message"),
    ],
)
def test_a_message_that_differs_fails_at_its_place(expected: Any, event: SocketEvent, mismatch: Mismatch, words: str) -> None:
    _, result = _after_open({"receive": expected}, event)
    assert (result.outcome, result.mismatches, result.message) == (Outcome.failed, (mismatch,), words)
    assert result.expected == {"step": 1}


def test_a_message_is_exact_unless_it_says_in_part() -> None:
    _, result = _after_open({"receive": {"json": {"a": 1}}}, _text('{"a": 1, "b": 2}'))
    assert result.outcome is Outcome.failed
    assert result.actual == {"message": '{"a": 1, "b": 2}'}


def test_binary_that_is_no_utf_8_is_shown_and_not_raised() -> None:
    _, result = _after_open({"receive": "hi"}, SocketEvent("message", None, b"\xff\xfe"))
    assert (result.outcome, result.actual) == (Outcome.failed, {"message": "��"})


def test_the_step_that_failed_is_the_last() -> None:
    steps = [{"receive": "a"}, {"receive": "b"}, {"receive": "c"}]
    sent, result = _run(check(websocket="/ws", steps=steps), OPEN, _text("a"), _text("x"))
    assert (len(sent), result.mismatches) == (3, (Mismatch(("step", 2), "b", "x"),))


@pytest.mark.parametrize(
    ("event", "actual"),
    [
        (_closed(1000, "bye"), {"closed": 1000, "reason": "bye"}),
        (_text("hi"), {"message": "hi"}),
        (SocketEvent("message", None, b"hi"), {"message": "hi"}),
        (SocketEvent("refused", code=403), {"refused": 403}),
        (SENT, {"sent": True}),
    ],
)
def test_an_app_that_does_not_close_as_it_should_fails(event: SocketEvent, actual: Any) -> None:
    _, result = _after_open({"closed": 1008}, event)
    assert (result.outcome, result.actual) == (Outcome.failed, actual)
    assert result.mismatches == (Mismatch(("step", 1), {"closed": 1008}, actual),)


@pytest.mark.parametrize(
    ("step", "wanted"),
    [({"send": "x"}, "send"), ({"receive": "x"}, "receive"), ({"close": 1000}, "close"), ({"closed": 1000}, "closed")],
)
def test_an_exception_of_the_app_fails_whatever_was_waited_for(step: Any, wanted: str) -> None:
    _, result = _after_open(step, SocketEvent("error", raised=RAISED))
    assert (result.outcome, result.line, result.message) == (Outcome.failed, 9, "step[1] the app raised an exception")
    assert result.mismatches == (Mismatch(("step", 1), wanted, {"raised": "KeyError"}, "the app raised an exception"),)
    assert result.traceback == "KeyError: 'x'\n  main.py:9   raise KeyError('x')"


def test_an_exception_that_is_not_told_fails_too() -> None:
    _, result = _after_open({"receive": "x"}, SocketEvent("error"))
    assert (result.outcome, result.actual, result.traceback, result.line) == (Outcome.failed, {"raised": ""}, "", None)


# ---- the handshake ----


def test_a_refusal_that_is_expected_passes() -> None:
    sent, result = _run(check(websocket="/ws", refused=403), SocketEvent("refused", code=403))
    assert sent == [Socket("open", target="/ws", new_client=True)]
    assert (result.outcome, result.expected, result.actual) == (Outcome.passed, {"refused": 403}, {"status": 403})


@pytest.mark.parametrize(
    ("event", "actual"),
    [
        (SocketEvent("refused", code=401), {"refused": 401}),
        (OPEN, {"open": True}),
        (_closed(403), {"closed": 403, "reason": ""}),
        (SocketEvent("error", raised=RAISED), {"raised": "KeyError"}),
    ],
)
def test_any_other_end_of_a_handshake_is_no_refusal(event: SocketEvent, actual: Any) -> None:
    _, result = _run(check(websocket="/ws", refused=403, hint="look"), event)
    assert (result.outcome, result.hint, result.message) == (Outcome.failed, "look", "handshake differs")
    assert result.mismatches == (Mismatch(("handshake",), "a refusal with 403", actual),)


@pytest.mark.parametrize("event", [SocketEvent("refused", code=403), _closed(1000), SocketEvent("error", raised=RAISED), SENT])
def test_steps_need_an_open_socket(event: SocketEvent) -> None:
    sent, result = _run(check(websocket="/ws", steps=[{"send": "x"}]), event)
    assert (len(sent), result.outcome) == (1, Outcome.failed)
    assert [mismatch.expected for mismatch in result.mismatches] == ["an open socket"]
    assert bool(result.traceback) is (event.kind == "error")


def test_the_author_s_message_and_hint_stand_where_a_step_fails() -> None:
    _, result = _run(
        check(websocket="/ws", steps=[{"closed": 1008}], message="Close it.", hint="h", weight=3, name="n"), OPEN, SENT
    )
    assert (result.message, result.hint, result.weight, result.name) == ("Close it.", "h", 3, "n")


# ---- ends that are none of the socket's ----


STOPS = [
    (Stopped("timeout", "1 s"), Outcome.timeout, "no answer before the time was up (1 s)"),
    (Stopped("killed"), Outcome.killed, "the process was killed"),
    (Response(200, (), b"", 0), Outcome.error, "the process answered with something that is no response"),
]


@pytest.mark.parametrize(("reply", "outcome", "words"), STOPS)
def test_a_run_that_ends_during_a_step_says_how(reply: Reply, outcome: Outcome, words: str) -> None:
    _, result = _after_open({"receive": "x"}, reply)
    assert (result.outcome, result.message, result.actual) == (outcome, words, None)
    assert result.request == "websocat ws://localhost:8000/ws"


@pytest.mark.parametrize(("reply", "outcome", "words"), STOPS)
@pytest.mark.parametrize("more", [{"refused": 403}, {"steps": [{"send": "x"}]}])
def test_a_run_that_ends_during_the_handshake_says_how(more: Any, reply: Reply, outcome: Outcome, words: str) -> None:
    _, result = _run(check(websocket="/ws", **more), reply)
    assert (result.outcome, result.message) == (outcome, words)


# ---- saved values ----


def test_a_saved_value_is_used_by_later_steps() -> None:
    steps = [
        {"receive": {"json_contains": {"user": {"$type": "string"}}}, "save": {"who": "$.user", "all": "$"}},
        {"send": "I am {{who}}"},
        {"send": {"json": "{{all}}"}},
        {"receive": {"text": "welcome {{who}}"}},
    ]
    message = _text('{"user": "ada", "n": 1}')
    sent, result = _run(check(websocket="/ws", steps=steps), OPEN, message, SENT, SENT, _text("welcome ada"))
    assert [call.text for call in sent if isinstance(call, Socket)] == [
        None,
        None,
        "I am ada",
        '{"user": "ada", "n": 1}',
        None,
    ]
    assert result.outcome is Outcome.passed


def test_a_saved_value_of_a_text_needs_json() -> None:
    step = {"receive": {"text": {"$any": True}}, "save": {"n": "$.n"}}
    assert _after_open(step, _text('{"n": 1}'))[1].outcome is Outcome.passed
    _, result = _after_open(step, _text("n = 1"))
    assert (result.outcome, result.message) == (Outcome.failed, "step[1] the message is not JSON")


def test_a_value_that_can_not_be_saved_fails() -> None:
    _, result = _after_open({"receive": {"json": {"$any": True}}, "save": {"n": "$.n"}}, _text('{"m": 1}'))
    assert result.outcome is Outcome.failed
    assert result.mismatches == (Mismatch(("step", 1), "$.n", {"m": 1}, "$.n is missing, and a later step needs it"),)


def test_a_message_that_differs_saves_nothing() -> None:
    step = {"receive": {"json": {"n": 1}}, "save": {"n": "$.n"}}
    assert _after_open(step, _text('{"n": 2}'))[1].mismatches == (Mismatch(("step", 1, "n"), 1, 2),)


# ---- when it is over ----


def _then_gone(gone: Reply, *replies: Reply) -> CheckResult:
    """What comes of a check that opens a socket and receives `hi`, where the client's going ends so."""
    playing = play(check(websocket="/ws", steps=[{"receive": {"text": "hi"}}], hint="h"), Random(0))
    call = next(playing)
    for reply in replies:
        call = playing.send(reply)
    assert call == GOES
    with pytest.raises(StopIteration) as finished:
        playing.send(gone)
    result: CheckResult = finished.value.value
    return result


def test_a_handler_that_stays_is_the_fault_of_the_check_that_opened_it() -> None:
    assert _then_gone(_closed(1000), OPEN, _text("hi")).outcome is Outcome.passed
    words = "the handler doesn't end when its client has gone: no answer before the time was up (1 s)"
    result = _then_gone(Stopped("timeout", "1 s"), OPEN, _text("hi"))
    assert (result.outcome, result.message, result.hint) == (Outcome.timeout, words, "h")
    result = _then_gone(Stopped("timeout", "1 s"), OPEN, _text("ho"))
    assert (result.outcome, result.message) == (Outcome.timeout, f"step[1] differs; {words}")
