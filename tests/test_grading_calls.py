"""WebSockets, streams, requests at once, and what is left behind: real apps in the real sandbox."""

import textwrap
from random import Random
from typing import Any

import pytest

from quizkit.grading import grade_source
from quizkit.sandbox.host import Sandbox
from quizkit.verdict import CheckResult, Outcome, Verdict
from tests.samples import check

OK: Any = {"status": 200}
HEAD = """\
import asyncio
import json
import logging
import time

from fastapi import Cookie, FastAPI, Header, HTTPException, Response, WebSocket, WebSocketDisconnect, WebSocketException
from fastapi.responses import StreamingResponse

app = FastAPI()
"""


def _grade(sandbox: Sandbox, source: str, *checks: Any) -> Verdict:
    return grade_source(checks, HEAD + textwrap.dedent(source), sandbox, Random(0))


def _one(sandbox: Sandbox, source: str, **fields: Any) -> CheckResult:
    (result,) = _grade(sandbox, source, check(**fields)).checks
    return result


def _outcomes(verdict: Verdict) -> list[str]:
    return [str(result.outcome) for result in verdict.checks]


# ---- a socket ----

ECHO = """
@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass
"""
ECHOES: Any = {
    "given": {"a": "word", "b": "word"},
    "websocket": "/echo",
    "steps": [{"send": "{{a}}"}, {"receive": "{{a}}"}, {"send": "{{b}}"}, {"receive": "{{b}}"}, {"close": 1000}],
}


def test_an_echo(sandbox: Sandbox) -> None:
    assert _one(sandbox, ECHO, **ECHOES).outcome is Outcome.passed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("await socket.receive_text()", "(await socket.receive_text()).upper()"),
        ("while True:", "while not await socket.close():"),
        ("await socket.send_text", "await socket.send_json"),
        ('"/echo")', '"/ekko")'),
    ],
)
def test_a_wrong_echo(sandbox: Sandbox, old: str, new: str) -> None:
    assert old in ECHO
    assert _one(sandbox, ECHO.replace(old, new), **ECHOES).outcome is Outcome.failed


def test_a_handler_that_returns_ends_its_socket(impatient: Sandbox) -> None:
    once = ECHO.replace("while True:", "for _ in range(1):")
    assert _one(impatient, once, **ECHOES).outcome is Outcome.failed


def test_a_handler_that_swallows_the_end_fails_its_own_check(impatient: Sandbox) -> None:
    stays = ECHO.replace("    try:\n        while True:\n            ", "    while True:\n        try:\n            ").replace(
        "    except WebSocketDisconnect:\n        pass", "        except BaseException:\n            pass"
    )
    verdict = _grade(impatient, stays, check(**ECHOES), check(request="GET /openapi.json", response=OK))
    assert _outcomes(verdict) == ["timeout", "not_run"]
    assert verdict.checks[0].message.startswith("the handler doesn't end when its client has gone: no answer")


def test_what_is_too_big_is_said_to_be(impatient: Sandbox) -> None:
    # One for each text that came: sent without end they'd fill the memory before the first is read.
    big = ECHO.replace("await socket.receive_text()", "5_000_000 * (await socket.receive_text())[:1]")
    verdict = _grade(impatient, big, check(**ECHOES))
    assert (verdict.outcome, verdict.checks[0].outcome) == (Outcome.error, Outcome.error)
    assert verdict.checks[0].message == "what the process answered with is too big (5 MiB; at most 4 are read)"


ROOM = """
here = {}


@app.websocket("/room/{name}")
async def room(socket: WebSocket, name: str):
    await socket.accept()
    here[id(socket)] = socket
    try:
        while True:
            text = await socket.receive_text()
            for other in here.values():
                await other.send_json({"from": name, "text": text})
    except WebSocketDisconnect:
        del here[id(socket)]
        for other in here.values():
            await other.send_json({"left": name})
"""
TALK: Any = {
    "given": {"said": "word"},
    "websocket": "/room/x",
    "steps": [
        {"client": "ada", "open": True},
        {"client": "bob", "open": True},
        {"client": "ada", "send": "{{said}}"},
        {"client": "bob", "receive": {"json": {"from": "x", "text": "{{said}}"}}},
        {"client": "ada", "receive": {"json_contains": {"text": "{{said}}"}}},
        {"client": "bob", "close": 1000},
        {"client": "ada", "receive": {"json": {"left": "x"}}},
    ],
}


def test_what_one_says_reaches_all(sandbox: Sandbox) -> None:
    assert _one(sandbox, ROOM, **TALK).outcome is Outcome.passed


def test_what_only_its_speaker_hears_fails(impatient: Sandbox) -> None:
    alone = ROOM.replace("for other in here.values():\n                await other.send_json", "await socket.send_json")
    assert alone != ROOM
    result = _one(impatient, alone, **TALK)
    assert (result.outcome, result.message) == (Outcome.timeout, "no answer before the time was up (1.5 s)")


DOORS = """
@app.websocket("/shut")
async def shut(socket: WebSocket):
    await socket.close(code=1008)


@app.websocket("/raises")
async def raises(socket: WebSocket):
    raise WebSocketException(code=1008)


@app.websocket("/denied")
async def denied(socket: WebSocket):
    raise HTTPException(401, "who are you")


@app.websocket("/token")
async def token(socket: WebSocket, x_token: str = Header("none"), sid: str = Cookie("none"), q: str = "none"):
    if x_token != "sesame":
        raise WebSocketException(code=1008)
    await socket.accept(subprotocol="json" if "json" in socket.scope["subprotocols"] else None)
    await socket.send_json({"sid": sid, "q": q, "offered": socket.scope["subprotocols"]})
"""
CARRIED: Any = {
    "path": "/token",
    "headers": {"X-Token": "sesame"},
    "cookies": {"sid": "7"},
    "params": {"q": "a b&c"},
    "subprotocols": ["chat", "json"],
}


def test_who_is_refused_before_accept(sandbox: Sandbox) -> None:
    refused = [check(websocket=path, refused=403) for path in ("/shut", "/raises", "/token", "/no-such-path")]
    wrong = [check(websocket="/shut", refused=401), check(websocket="/denied", refused=403)]
    let_in = check(websocket=CARRIED, refused=403)
    verdict = _grade(sandbox, DOORS, *refused, check(websocket="/denied", refused=401), *wrong, let_in)
    assert _outcomes(verdict) == ["passed"] * 5 + ["failed"] * 3
    assert [result.actual for result in verdict.checks[5:]] == [{"refused": 403}, {"refused": 401}, {"open": True}]


def test_a_handshake_carries_what_the_check_says(sandbox: Sandbox) -> None:
    wanted = {"sid": "7", "q": "a b&c", "offered": ["chat", "json"]}
    assert _one(sandbox, DOORS, websocket=CARRIED, steps=[{"receive": {"json": wanted}}]).outcome is Outcome.passed
    bare = {"path": "/token", "headers": {"x-token": "sesame"}}
    result = _one(sandbox, DOORS, websocket=bare, steps=[{"receive": {"json": {"sid": "none", "q": "none", "offered": []}}}])
    assert result.outcome is Outcome.passed


CLOSES = """
@app.websocket("/bye/{code}")
async def bye(socket: WebSocket, code: int):
    await socket.accept()
    await socket.close(code, "enough")


@app.websocket("/asks")
async def asks(socket: WebSocket):
    await socket.accept()
    while True:
        message = await socket.receive_json()
        if "age" not in message:
            await socket.close(1003)
            return
        await socket.send_json({"id": message["age"] + 1, "extra": True})
"""


def test_close_codes(sandbox: Sandbox) -> None:
    verdict = _grade(
        sandbox,
        CLOSES,
        check(each=[{"code": 1000}, {"code": 1008}, {"code": 4999}], websocket="/bye/{{code}}", steps=[{"closed": 1008}]),
        check(websocket="/bye/1008", steps=[{"closed": 1008}]),
        check(websocket="/bye/4001", steps=[{"closed": 4001}]),
        check(websocket="/bye/1000", steps=[{"receive": "hi"}]),
    )
    assert _outcomes(verdict) == ["failed", "passed", "passed", "failed"]
    assert [verdict.checks[number].actual for number in (0, 3)] == [
        {"closed": 1000, "reason": "enough"},
        {"closed": 1000, "reason": "enough"},
    ]


def test_json_messages_and_what_they_save(sandbox: Sandbox) -> None:
    first = {"send": {"json": {"age": "{{n}}"}}}
    saved = {"receive": {"json_contains": {"id": {"$expr": "n + 1"}}}, "save": {"id": "$.id"}}
    again = [{"send": {"json": {"age": "{{id}}"}}}, {"receive": {"json": {"id": {"$expr": "n + 2"}, "extra": True}}}]
    end = [{"send": {"json": {}}}, {"closed": 1003}]
    right: Any = {"given": {"n": "int"}, "websocket": "/asks", "steps": [first, saved, *again, *end]}
    assert _one(sandbox, CLOSES, **right).outcome is Outcome.passed
    result = _one(sandbox, CLOSES.replace('["age"] + 1', '["age"] + 2'), **right)
    assert (result.outcome, result.mismatches[0].path) == (Outcome.failed, ("step", 2, "id"))


RAISES = """
@app.websocket("/waits")
async def waits(socket: WebSocket):
    await socket.accept()
    await asyncio.sleep(0.3)
    raise KeyError("here")


@app.websocket("/early")
async def early(socket: WebSocket):
    raise KeyError("before accept")


@app.websocket("/replies")
async def replies(socket: WebSocket):
    await socket.accept()
    text = await socket.receive_text()
    if text == "boom":
        raise KeyError("after a message")
    await socket.send_text(text)
"""


def test_an_exception_in_a_socket_is_told_with_the_person_s_line(sandbox: Sandbox) -> None:
    verdict = _grade(
        sandbox,
        RAISES,
        check(websocket="/waits", steps=[{"receive": "hi"}]),
        check(websocket="/early", steps=[{"receive": "hi"}]),
        check(websocket="/early", refused=403),
        check(websocket="/waits", steps=[{"closed": 1000}]),
    )
    assert _outcomes(verdict) == ["failed"] * 4
    line = (HEAD + RAISES).splitlines().index('    raise KeyError("here")') + 1
    assert verdict.checks[0].traceback == f"KeyError: 'here'\n  main.py:{line}   raise KeyError(\"here\")"
    assert verdict.checks[0].line == line
    assert verdict.checks[0].message == "step[1] the app raised an exception"
    assert verdict.checks[1].traceback.startswith("KeyError: 'before accept'\n")
    assert verdict.checks[2].actual == {"raised": "KeyError"}


def test_an_exception_between_two_steps_is_told_too(sandbox: Sandbox) -> None:
    result = _one(sandbox, RAISES, websocket="/replies", steps=[{"send": "boom"}, {"receive": "hi"}])
    assert result.traceback.startswith("KeyError: 'after a message'\n")


def test_an_exception_of_one_client_s_socket_outlives_another_client_s_handshake(sandbox: Sandbox) -> None:
    answers = [{"client": "c", "send": "hi"}, {"client": "c", "receive": "hi"}]  # by then the first has raised
    steps = [{"client": "a", "send": "boom"}, *answers, {"client": "b", "open": True}, {"client": "a", "receive": "hi"}]
    result = _one(sandbox, RAISES, websocket="/replies", steps=[{"client": "c", "open": True}, *steps])
    assert result.traceback.startswith("KeyError: 'after a message'\n")


def test_a_socket_that_never_answers_is_named_and_those_before_it_keep_their_result(impatient: Sandbox) -> None:
    silent = ECHO + '\n\n@app.websocket("/silent")\nasync def silent(socket: WebSocket):\n    await socket.accept()\n'
    silent += "    await socket.receive_text()\n    await asyncio.Event().wait()\n"
    hangs = check(websocket="/silent", steps=[{"send": "x"}, {"receive": "y"}])
    verdict = _grade(impatient, silent, check(**ECHOES), hangs, check(**ECHOES))
    assert (verdict.outcome, _outcomes(verdict)) == (Outcome.timeout, ["passed", "timeout", "not_run"])
    assert (verdict.checks[1].name, verdict.checks[1].message, verdict.checks[1].request) == (
        "WebSocket /silent",
        "no answer before the time was up (1.5 s)",
        "websocat ws://localhost:8000/silent",
    )


COUNTS = """
here = []


@app.get("/login")
def login(response: Response):
    response.set_cookie("sid", "7")


@app.websocket("/count")
async def count(socket: WebSocket, sid: str = Cookie("none")):
    await socket.accept()
    here.append(socket)
    await socket.send_json({"here": len(here), "sid": sid})
    try:
        await socket.receive_text()
    except WebSocketDisconnect:
        here.remove(socket)
"""
COUNTED: Any = check(websocket="/count", steps=[{"receive": {"json_contains": {"here": 1}}}])
STRANGER: Any = check(websocket="/count", steps=[{"receive": {"json_contains": {"sid": "none"}}}])


def test_two_sockets_of_one_check_are_both_there(sandbox: Sandbox) -> None:
    steps = [{"client": name, "receive": {"json_contains": {"here": n}}} for n, name in enumerate("ab", 1)]
    assert _one(sandbox, COUNTS, websocket="/count", steps=steps).outcome is Outcome.passed


def test_the_sockets_of_a_check_end_with_it(sandbox: Sandbox) -> None:
    assert _outcomes(_grade(sandbox, COUNTS, COUNTED, COUNTED)) == ["passed", "passed"]


def test_the_cookies_of_another_check_do_not_come_along(sandbox: Sandbox) -> None:
    assert _outcomes(_grade(sandbox, COUNTS, check(request="GET /login", response=OK), STRANGER)) == ["passed", "passed"]


# ---- streams ----

TICKS = """
def lines(count):
    for number in range(count):
        yield f"id: {number}\\nevent: tick\\ndata: {json.dumps({'n': number})}\\n\\n"


async def for_ever():
    number = 0
    while True:
        yield f"data: {number}\\n\\n"
        number += 1
        await asyncio.sleep(0.01)


def head_alone():
    yield "data: 0\\n\\n"
    time.sleep(60)


@app.get("/ticks/{count}")
def ticks(count: int):
    return StreamingResponse(lines(count), media_type="text/event-stream")


@app.get("/for-ever")
def never_ends():
    return StreamingResponse(for_ever(), media_type="text/event-stream", headers={"X-Kind": "endless"})


@app.get("/letters")
def letters():
    return StreamingResponse(iter("abc"), media_type="text/plain")


@app.get("/breaks")
def breaks():
    return StreamingResponse((1 / (1 - n) and f"data: {n}\\n\\n" for n in range(3)), media_type="text/event-stream")
"""


def _ticks(*numbers: int) -> list[Any]:
    return [{"id": str(n), "event": "tick", "data": {"n": n}} for n in numbers]


def test_events_that_end(sandbox: Sandbox) -> None:
    head: Any = {**OK, "media_type": "text/event-stream"}
    verdict = _grade(
        sandbox,
        TICKS,
        check(given={"n": {"int": [3, 9]}}, stream="GET /ticks/{{n}}", response={**head, "events": _ticks(0, 1, 2)}),
        check(stream="GET /ticks/2", response={**head, "events": _ticks(0, 1, 2)}),
        check(stream="GET /ticks/2", response={**head, "events": _ticks(1, 0)}),
        check(stream="GET /ticks/x", response={**head, "events": _ticks(0)}),
        check(stream="GET /letters", response={**OK, "text": "abc"}),
        check(stream="GET /letters", response={**OK, "text": "abcd"}),
    )
    assert _outcomes(verdict) == ["passed", "failed", "failed", "failed", "passed", "failed"]
    assert verdict.checks[1].message == "events[2] is missing"
    assert verdict.checks[3].message == "expected 200, got 422"


def test_events_that_never_end_are_hung_up_and_the_app_answers_on(sandbox: Sandbox) -> None:
    endless = check(
        stream="GET /for-ever",
        response={**OK, "headers": {"x-kind": "endless"}, "events": [{"data": n} for n in range(3)]},
    )
    after = check(request="GET /letters", response={**OK, "text": "abc"})
    assert _outcomes(_grade(sandbox, TICKS, endless, endless, after)) == ["passed"] * 3
    wrong = check(stream="GET /for-ever", response={**OK, "events": [{"data": 0}, {"data": 2}]})
    assert _outcomes(_grade(sandbox, TICKS, wrong, after)) == ["failed", "passed"]


def test_a_stream_that_is_to_end_and_never_does_is_a_timeout(impatient: Sandbox) -> None:
    verdict = _grade(impatient, TICKS, check(stream="GET /for-ever", response=OK))
    assert (verdict.outcome, verdict.checks[0].name) == (Outcome.timeout, "stream GET /for-ever")


def test_a_stream_that_stalls_is_a_timeout(impatient: Sandbox) -> None:
    stalls = TICKS.replace("for_ever(), media", "head_alone(), media")
    verdict = _grade(impatient, stalls, check(stream="GET /for-ever", response={**OK, "events": [{"data": 0}, {"data": 1}]}))
    assert verdict.outcome is Outcome.timeout


def test_a_stream_that_breaks_off_is_told_with_the_exception(sandbox: Sandbox) -> None:
    result = _one(sandbox, TICKS, stream="GET /breaks", response={**OK, "events": [{"data": 0}, {"data": 1}]})
    assert result.outcome is Outcome.failed
    assert "ZeroDivisionError" in result.traceback


def test_hanging_up_is_no_exception_of_the_person_s(sandbox: Sandbox) -> None:
    result = _one(sandbox, TICKS, stream="GET /for-ever", response={**OK, "events": [{"data": "x"}]})
    assert (result.outcome, result.traceback, result.line) == (Outcome.failed, "", None)


def test_an_event_may_end_with_carriage_returns(impatient: Sandbox) -> None:
    bare = TICKS.replace('f"data: {number}\\n\\n"', 'f"data: {number}\\r\\r"')
    assert bare != TICKS
    result = _one(impatient, bare, stream="GET /for-ever", response={**OK, "events": [{"data": 0}]})
    assert result.outcome is Outcome.passed


SSE = """
from fastapi.sse import EventSourceResponse, ServerSentEvent


@app.get("/ends", response_class=EventSourceResponse)
async def ends():
    yield {"n": 1}
    yield ServerSentEvent(data={"n": 2}, event="tick", id="7", retry=3000)
    yield ServerSentEvent(raw_data="one\\ntwo")


@app.get("/for-ever", response_class=EventSourceResponse)
async def for_ever():
    number = 0
    while True:
        yield ServerSentEvent(data=number, event="tick")
        number += 1
        await asyncio.sleep(0.01)


@app.get("/greets", response_class=EventSourceResponse)
async def greets():
    yield ServerSentEvent(comment="hello")
    while True:
        await asyncio.sleep(0.05)
        yield {"n": 1}
"""


def test_events_of_today_s_fastapi(sandbox: Sandbox) -> None:
    pytest.importorskip("fastapi.sse")
    wanted = [{"data": {"n": 1}}, {"data": {"n": 2}, "event": "tick", "id": "7", "retry": "3000"}, {"data": "one\ntwo"}]
    endless = [{"data": n, "event": "tick"} for n in range(3)]
    verdict = _grade(
        sandbox,
        SSE,
        check(stream="GET /ends", response={**OK, "media_type": "text/event-stream", "events": wanted}),
        check(stream="GET /for-ever", response={**OK, "events": endless}),
        check(stream="GET /for-ever", response={**OK, "events": endless[1:]}),
        check(stream="GET /ends", response={**OK, "events": wanted[:2]}),
    )
    assert _outcomes(verdict) == ["passed", "passed", "failed", "passed"]


def test_a_comment_is_no_event(sandbox: Sandbox) -> None:
    pytest.importorskip("fastapi.sse")
    assert _one(sandbox, SSE, stream="GET /greets", response={**OK, "events": [{"data": {"n": 1}}]}).outcome is Outcome.passed


# ---- requests at once ----

WAITS = """
@app.get("/awaits")
async def awaits():
    await asyncio.sleep(0.1)
    return {"done": True}


@app.get("/in-a-thread")
def in_a_thread():
    time.sleep(0.1)
    return {"done": True}


@app.get("/blocks")
async def blocks():
    time.sleep(0.1)
    return {"done": True}


seen = []


@app.get("/first-only")
async def first_only():
    seen.append(1)
    if len(seen) > 3:
        raise HTTPException(429)
"""


def test_what_blocks_the_event_loop_fails_and_what_waits_passes(sandbox: Sandbox) -> None:
    done = {**OK, "json": {"done": True}}
    at_once: Any = {"parallel": 20, "at_most": 8}
    verdict = _grade(
        sandbox,
        WAITS,
        check(request="GET /awaits", response=done, **at_once),
        check(request="GET /in-a-thread", response=done, **at_once),
        check(request="GET /blocks", response=done, **at_once),
        check(request="GET /awaits", **at_once),
        check(request="GET /awaits", response={**OK, "json": {}}, **at_once),
    )
    assert _outcomes(verdict) == ["passed", "passed", "failed", "passed", "failed"]
    assert verdict.checks[2].message.startswith("20 at once took ")
    assert verdict.checks[2].message.endswith("they wait for each other")


def test_one_wrong_answer_among_many_fails(sandbox: Sandbox) -> None:
    result = _one(sandbox, WAITS, request="GET /first-only", parallel=10, at_most=100)
    assert (result.outcome, result.actual["status"]) == (Outcome.failed, 429)


def test_forty_at_once_are_allowed(sandbox: Sandbox) -> None:
    result = _one(sandbox, WAITS, request="GET /in-a-thread", parallel=40, at_most=20)
    assert (result.outcome, result.message) == (Outcome.passed, "")


def test_many_that_never_answer_are_a_timeout(impatient: Sandbox) -> None:
    hangs = WAITS.replace(
        "await asyncio.sleep(0.1)", "seen.append(1)\n    if len(seen) > 1:\n        await asyncio.Event().wait()"
    )
    verdict = _grade(impatient, hangs, check(request="GET /awaits", parallel=4, at_most=2))
    assert (verdict.outcome, verdict.checks[0].name) == (Outcome.timeout, "GET /awaits")


# ---- what is left ----

SHOP = """
from pathlib import Path

logging.basicConfig(level=logging.INFO, format="%(levelname)s|%(name)s|%(message)s")
log = logging.getLogger("shop")
log.warning("import")


@app.post("/orders/{number}")
def order(number: int):
    log.info("order %d", number)
    log.debug("not made")
    Path("orders").mkdir(exist_ok=True)
    Path("orders", "last.txt").write_text(str(number))
    print("printed", number)
    try:
        1 / (number - number)
    except ZeroDivisionError:
        log.exception("no sum for %s", number)


@app.post("/quiet/{number}")
def quiet(number: int):
    pass
"""
GIVEN: Any = {"given": {"n": "int"}, "request": "POST /orders/{{n}}", "response": OK}
QUIET: Any = {**GIVEN, "request": "POST /quiet/{{n}}"}


def test_log_records_are_seen_and_written_as_ever(sandbox: Sandbox) -> None:
    info, failure = (
        {"level": "INFO", "logger": "shop", "message": "order {{n}}"},
        {"level": "ERROR", "message": "no sum for {{n}}"},
    )
    verdict = _grade(
        sandbox,
        SHOP,
        check(**GIVEN, logs=[info, failure]),
        check(**GIVEN, logs=[failure, info]),
        check(**GIVEN, logs=[{"level": "DEBUG"}]),
        check(**QUIET, logs=[{"logger": "shop"}]),
        check(**QUIET, logs=[{"message": "import"}]),
        check(**GIVEN, output={"$contains": "INFO|shop|order {{n}}\n"}),
        check(**GIVEN, output={"$contains": "ZeroDivisionError: division by zero"}),
    )
    assert _outcomes(verdict) == ["passed", "failed", "failed", "failed", "failed", "passed", "passed"]


def test_a_record_whose_arguments_do_not_fit_harms_nothing(sandbox: Sandbox) -> None:
    bad = '\n@app.get("/")\ndef root():\n    logging.warning("%d", "x")\n    logging.warning("after")\n'
    assert _one(sandbox, bad, request="GET /", response=OK, logs=[{"message": "after"}]).outcome is Outcome.passed


def test_files_in_the_scratch_folder(sandbox: Sandbox) -> None:
    verdict = _grade(
        sandbox,
        SHOP,
        check(**QUIET, leaves={"orders/last.txt": {"$absent": True}}),
        check(**GIVEN, leaves={"orders/last.txt": "{{n}}"}),
        check(**QUIET, leaves={"orders/last.txt": {"$matches": "^[0-9]+$"}}),
        check(**QUIET, leaves={"orders/last.txt": "{{n}}"}),
        check(**QUIET, leaves={"orders/last.txt": {"$absent": True}}),
        check(**QUIET, leaves={"orders": {"$absent": True}, "no/such/file": {"$absent": True}}),
    )
    assert _outcomes(verdict) == ["passed", "passed", "passed", "failed", "failed", "passed"]


def test_printed_output_belongs_to_the_check_that_caused_it(sandbox: Sandbox) -> None:
    prints = 'print("import")\n\n\n@app.post("/orders/{number}")\ndef order(number: int):\n    print("printed", number)\n'
    verdict = _grade(
        sandbox,
        prints,
        check(**GIVEN, output="printed {{n}}\n"),
        check(**GIVEN, output="printed {{n}}\n"),
        check(**GIVEN, output="printed {{n}}"),
        check(**GIVEN, output={"$contains": "import"}),
        check(request="GET /openapi.json", response=OK, output=""),
    )
    assert _outcomes(verdict) == ["passed", "passed", "failed", "failed", "passed"]


@pytest.mark.parametrize("fields", [{"logs": [{"message": "import"}]}, {"output": {"$contains": "WARNING|shop|import"}}])
def test_what_a_run_of_its_own_says_while_it_begins_belongs_to_its_check(sandbox: Sandbox, fields: Any) -> None:
    assert _one(sandbox, SHOP, **QUIET, fresh=True, **fields).outcome is Outcome.passed


def test_a_check_of_a_socket_and_of_a_stream_can_look(sandbox: Sandbox) -> None:
    says = ECHO.replace("    await socket.accept()\n", '    await socket.accept()\n    logging.warning("opened")\n')
    verdict = _grade(
        sandbox,
        says + TICKS.replace("for number in range(count):", 'logging.warning("streams")\n    for number in range(count):'),
        check(**ECHOES, logs=[{"message": "opened"}]),
        check(**ECHOES, logs=[{"message": "streams"}]),
        check(stream="GET /ticks/1", response=OK, logs=[{"message": "streams"}]),
        check(stream="GET /ticks/1", response=OK, logs=[{"message": "opened"}]),
    )
    assert _outcomes(verdict) == ["passed", "failed", "passed", "failed"]
