"""Frames: what is read as a reply, and what never is."""

import json
from typing import Any

import pytest

from quizkit.sandbox import protocol
from quizkit.sandbox.protocol import (
    Asked,
    Broken,
    Burst,
    Call,
    Frame,
    Load,
    Loaded,
    LogRecord,
    Look,
    Malformed,
    Raised,
    Request,
    Response,
    Responses,
    Sight,
    Socket,
    SocketEvent,
    Stream,
)

ASK = Request("GET", "/")

GOOD: dict[str, Any] = {
    "status": 200,
    "headers": [["a", "b"]],
    "elapsed_s": 0.5,
    "raised": None,
    "nonce": "n",
}
RAISED: dict[str, Any] = {"exception": "E", "message": "m", "frames": [], "cause": ""}


def unframed(data: bytes) -> tuple[bytes, bytes]:
    head, body = protocol.lengths(data[: protocol.PREFIX])
    rest = data[protocol.PREFIX :]
    assert len(rest) == head + body
    return rest[:head], rest[head:]


@pytest.mark.parametrize(
    "response",
    [
        Response(200, (("a", "b"), ("a", "ü")), b"\x00\xff", 0.25),
        Response(500, (), b"", 0.0, Raised("ValueError", "no", (Frame("main.py", 3, "f", "x = 1"),), "memory")),
    ],
)
def test_a_response_arrives_as_it_was_sent(response: Response) -> None:
    head, body = unframed(protocol.pack_reply(response, "n"))
    assert protocol.unpack_answer(ASK, head, body, "n") == response


@pytest.mark.parametrize("reply", [Loaded("app"), Broken("import", Raised("E", "m", (), "blocked"))])
def test_a_first_reply_arrives_as_it_was_sent(reply: Loaded | Broken) -> None:
    assert protocol.unpack_loaded(unframed(protocol.pack_reply(reply, "n"))[0], "n") == reply


CALLS: list[Call] = [
    Request("POST", "/a?b=c", (("x", "y"),), b"body", True),
    Burst(Request("GET", "/", (("x", "y"),), b"body"), 5),
    Stream(Request("GET", "/events"), 3),
    Socket("open", "a", "/chat", (("x", "y"),), ("json",)),
    Socket("send", text="hi"),
    Socket("send", data=b"\x00"),
    Look(("a.txt", "b.txt")),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_arrives_as_it_was_sent(call: Call) -> None:
    assert protocol.unpack_call(*unframed(protocol.pack_call(call, "n"))) == (call, "n")


ONE = Response(200, (("a", "b"),), b"one", 0.25)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (Burst(Request("GET", "/"), 2), Responses((ONE, ONE._replace(body=b"three")), 0.5)),
        (Stream(Request("GET", "/"), 2), ONE),
        (Socket("receive"), SocketEvent("message", "hi")),
        (Socket("receive"), SocketEvent("message", None, b"\x00")),
        (Socket("open"), SocketEvent("refused", code=403, reason="no")),
        (Look(("a.txt", "b")), Sight((LogRecord("INFO", "x", "m"),), {"a.txt": "text", "b": None})),
    ],
)
def test_an_answer_arrives_as_it_was_sent(call: Call, answer: protocol.Answered) -> None:
    assert protocol.unpack_answer(call, *unframed(protocol.pack_reply(answer, "n")), "n") == answer


@pytest.mark.parametrize(
    ("call", "head"),
    [
        (Burst(Request("GET", "/"), 2), {"responses": [], "elapsed_s": 1}),
        (Burst(Request("GET", "/"), 1), {"responses": [{"status": 200, "headers": [], "elapsed_s": 1}], "elapsed_s": 1}),
        (Burst(Request("GET", "/"), 1), {"responses": [3], "elapsed_s": 1}),
        (Socket("receive"), {"kind": "message", "text": 3, "code": 0, "reason": "", "raised": None}),
        (Socket("receive"), {"kind": "message", "text": "", "code": "0", "reason": "", "raised": None}),
        (Look(), {"logs": [], "files": {"a": "b"}}),
        (Look(("a",)), {"logs": [], "files": {}}),
        (Look(("a",)), {"logs": [], "files": {"a": 3}}),
        (Look(), {"logs": [3], "files": {}}),
        (Look(), {"logs": {}, "files": {}}),
    ],
)
def test_an_answer_of_another_shape_is_none(call: Call, head: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        protocol.unpack_answer(call, json.dumps({**head, "nonce": "n"}).encode(), b"", "n")


OVER = protocol.Tested((protocol.EndOfTest("t", False, "no"),))


@pytest.mark.parametrize("said", [Asked(Request("POST", "/a", (("x", "y"),), b"b", True, raw=True)), OVER])
def test_what_a_run_of_tests_says_arrives(said: Asked | protocol.Tested) -> None:
    assert protocol.unpack_tests(*unframed(protocol.pack_reply(said, "n")), "n") == said


def test_what_the_host_sends_arrives_with_its_nonce() -> None:
    load = Load({"main.py": "x"}, {"A": "b"})
    assert protocol.unpack_load(unframed(protocol.pack_load(load, "n"))[0]) == (load, "n")
    request = Request("POST", "/a?b=c", (("x", "y"),), b"body", True)
    assert protocol.unpack_call(*unframed(protocol.pack_call(request, "n"))) == (request, "n")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "200"},
        {"status": True},
        {"status": 99},
        {"status": 600},
        {"status": 200.0},
        {"status": None},
        {"elapsed_s": "0"},
        {"elapsed_s": True},
        {"elapsed_s": -1},
        {"elapsed_s": 1e300},
        {"headers": {}},
        {"headers": [["a"]]},
        {"headers": [["a", 1]]},
        {"headers": [["a", "b"]] * 1001},
        {"raised": 1},
        {"raised": {**RAISED, "frames": None}},
        {"raised": {**RAISED, "frames": [1]}},
        {"raised": {**RAISED, "message": None}},
        {"raised": {**RAISED, "cause": 1}},
        {"raised": {**RAISED, "frames": [{"file": "f", "line": "1", "function": "g", "source": "s"}]}},
        {"nonce": "another"},
        {"nonce": None},
    ],
)
def test_a_reply_of_another_shape_is_none(change: dict[str, Any]) -> None:
    protocol.unpack_answer(ASK, json.dumps(GOOD).encode(), b"", "n")
    with pytest.raises(Malformed):
        protocol.unpack_answer(ASK, json.dumps({**GOOD, **change}).encode(), b"", "n")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"status": NaN}',
        b'{"status": Infinity}',
        b'{"status": ' + b"9" * 10_000 + b"}",
        b"cos\nsystem\n(S'true'\ntR.",
    ],
)
def test_what_is_no_object_is_no_reply(head: bytes) -> None:
    for unpack in (protocol.unpack_loaded, lambda head: protocol.unpack_answer(ASK, head, b"")):
        with pytest.raises(Malformed):
            unpack(head)


@pytest.mark.parametrize("lengths", [(protocol.MAX_HEAD + 1, 0), (0, protocol.MAX_BODY + 1), (0xFFFFFFFF, 0xFFFFFFFF)])
def test_a_frame_over_the_caps_is_not_waited_for(lengths: tuple[int, int]) -> None:
    with pytest.raises(Malformed):
        protocol.lengths(b"".join(length.to_bytes(4, "big") for length in lengths))


def test_long_texts_are_cut_and_lone_surrogates_replaced() -> None:
    raised = {**RAISED, "message": "x" * 100_000, "exception": "\udc80"}
    answer = protocol.unpack_answer(ASK, json.dumps({**GOOD, "raised": raised}).encode(), b"", "n")
    assert isinstance(answer, Response)
    found = answer.raised
    assert found is not None
    assert len(found.message) < 10_000
    assert found.exception == "?"
