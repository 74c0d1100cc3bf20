"""Frames: what is read as a reply, and what never is."""

import json
from typing import Any

import pytest

from quizkit.sandbox import protocol
from quizkit.sandbox.protocol import Broken, Frame, Load, Loaded, Malformed, Raised, Request, Response

GOOD: dict[str, Any] = {
    "status": 200,
    "headers": [["a", "b"]],
    "elapsed_s": 0.5,
    "raised": None,
    "nonce": "n",
}
RAISED: dict[str, Any] = {"exception": "E", "message": "m", "frames": [], "cause": ""}


def unpack_response(head: bytes, body: bytes, nonce: str = "") -> Response:
    found = protocol.unpack_answer(Request("GET", "/"), head, body, nonce)
    assert isinstance(found, Response)
    return found


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
    assert unpack_response(head, body, "n") == response


@pytest.mark.parametrize("reply", [Loaded("app"), Broken("import", Raised("E", "m", (), "blocked"))])
def test_a_first_reply_arrives_as_it_was_sent(reply: Loaded | Broken) -> None:
    assert protocol.unpack_loaded(unframed(protocol.pack_reply(reply, "n"))[0], "n") == reply


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
    unpack_response(json.dumps(GOOD).encode(), b"", "n")
    with pytest.raises(Malformed):
        unpack_response(json.dumps({**GOOD, **change}).encode(), b"", "n")


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
    for unpack in (protocol.unpack_loaded, lambda head: unpack_response(head, b"")):
        with pytest.raises(Malformed):
            unpack(head)


@pytest.mark.parametrize("lengths", [(protocol.MAX_HEAD + 1, 0), (0, protocol.MAX_BODY + 1), (0xFFFFFFFF, 0xFFFFFFFF)])
def test_a_frame_over_the_caps_is_not_waited_for(lengths: tuple[int, int]) -> None:
    with pytest.raises(Malformed):
        protocol.lengths(b"".join(length.to_bytes(4, "big") for length in lengths))


def test_long_texts_are_cut_and_lone_surrogates_replaced() -> None:
    raised = {**RAISED, "message": "x" * 100_000, "exception": "\udc80"}
    found = unpack_response(json.dumps({**GOOD, "raised": raised}).encode(), b"", "n").raised
    assert found is not None
    assert len(found.message) < 10_000
    assert found.exception == "?"
