"""A conversation on WebSockets: what is sent, what must be received, who closes and with which code."""

import json
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any, Final

from quizkit.check import jsonpath
from quizkit.check.match import match
from quizkit.check.message import HANDSHAKE, PROTOCOLS, target_of, text_pattern
from quizkit.check.result import ended, failed, judged
from quizkit.check.spec import SocketCheck, SocketMessage, SocketStep
from quizkit.check.template import as_text, fill
from quizkit.sandbox.protocol import Call, Reply, Request, Response, Socket, SocketEvent, Stopped
from quizkit.verdict import CheckResult, Mismatch, Outcome

_FINE: Final = Response(101, (), b"", 0)


def converse(check: SocketCheck, values: dict[str, Any]) -> Generator[Call, Reply, CheckResult]:
    """Plays the steps, and goes; `values` takes what they save."""
    result = yield from _conversation(check, values)
    if result.outcome not in (Outcome.passed, Outcome.failed):
        return result
    gone = yield Socket("hang_up")
    return _stays(check, result, gone) if isinstance(gone, Stopped) else result


def _stays(check: SocketCheck, result: CheckResult, stopped: Stopped) -> CheckResult:
    """A check whose handler kept the app from going on, once the client was gone."""
    end = ended(check, None, result.expected, stopped)
    words = f"the handler doesn't end when its client has gone: {end.message}"
    both = f"{result.message}; {words}" if result.message else words
    return replace(result, outcome=end.outcome, message=both, hint=check.hint)


def _conversation(check: SocketCheck, values: dict[str, Any]) -> Generator[Call, Reply, CheckResult]:
    shown = _handshake(check, values)
    opened: set[str] = set()
    if check.refused is not None:
        reply = yield _open(check, values, "", first=True)
        return _refused(check, shown, reply)
    for number, step in enumerate(check.steps):
        if step.client not in opened:
            reply = yield _open(check, values, step.client, first=not opened)
            opened.add(step.client)
            if not isinstance(reply, SocketEvent) or reply.kind != "open":
                return _not_as_expected(check, shown, reply, ("handshake",), "an open socket")
        if step.open:
            continue
        reply = yield _call(step, values)
        if not isinstance(reply, SocketEvent):
            return ended(check, shown, {}, reply)
        mismatches = _differences(step, reply, values, number)
        if mismatches:
            return failed(check, shown, {"step": number + 1}, _seen(reply), mismatches, reply.raised)
    return judged(check, shown, {}, _FINE, (), seen={"status": 101})


def _handshake(check: SocketCheck, values: Mapping[str, Any]) -> Request:
    """The handshake as a request, for what is shown."""
    target = check.websocket
    headers = [(PROTOCOLS, ", ".join(target.subprotocols))] if target.subprotocols else []
    headers += _headers(check, values)
    return Request("GET", target_of(target.path, target.params, values), (*HANDSHAKE, *headers))


def _headers(check: SocketCheck, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    target = check.websocket
    headers = [(name, as_text(fill(text, values))) for name, text in target.headers.items()]
    if target.cookies:
        headers.append(("cookie", "; ".join(f"{name}={as_text(fill(text, values))}" for name, text in target.cookies.items())))
    return headers


def _open(check: SocketCheck, values: Mapping[str, Any], client: str, *, first: bool) -> Socket:
    target = target_of(check.websocket.path, check.websocket.params, values)
    headers = tuple(_headers(check, values))
    return Socket("open", client, target, headers, tuple(check.websocket.subprotocols), new_client=first)


def _call(step: SocketStep, values: Mapping[str, Any]) -> Socket:
    if step.send is not None:
        kind, content = step.send.content
        filled = fill(content, values)
        return Socket("send", step.client, text=as_text(filled) if kind == "text" else json.dumps(filled))
    if step.close is not None:
        return Socket("close", step.client, code=step.close)
    return Socket("receive", step.client)


def _refused(check: SocketCheck, shown: Request, reply: Reply) -> CheckResult:
    if isinstance(reply, SocketEvent) and reply.kind == "refused" and reply.code == check.refused:
        return judged(check, shown, {"refused": check.refused}, _FINE, (), seen={"status": reply.code})
    return _not_as_expected(check, shown, reply, ("handshake",), f"a refusal with {check.refused}")


def _not_as_expected(check: SocketCheck, shown: Request, reply: Reply, place: tuple[str, ...], wanted: str) -> CheckResult:
    if not isinstance(reply, SocketEvent):
        return ended(check, shown, {}, reply)
    mismatch = Mismatch(place, wanted, _seen(reply))
    return failed(check, shown, {}, _seen(reply), (mismatch,), reply.raised)


def _differences(step: SocketStep, event: SocketEvent, values: dict[str, Any], number: int) -> tuple[Mismatch, ...]:
    place = ("step", number + 1)
    if event.kind == "error":
        return (Mismatch(place, _wanted(step), _seen(event), "the app raised an exception"),)
    if step.closed is not None:
        fits = event.kind == "closed" and event.code == step.closed
        return () if fits else (Mismatch(place, {"closed": step.closed}, _seen(event)),)
    if step.receive is not None:
        return _received(step.receive, step, event, values, place)
    return ()


def _wanted(step: SocketStep) -> str:
    return next(name for name in ("send", "receive", "close", "closed") if getattr(step, name) is not None)


def _received(
    expected: SocketMessage, step: SocketStep, event: SocketEvent, values: dict[str, Any], place: tuple[str | int, ...]
) -> tuple[Mismatch, ...]:
    kind, pattern = expected.content
    pattern = fill(pattern, values)
    if event.kind != "message":
        return (Mismatch(place, pattern, _seen(event), "expected a message"),)
    text = event.text if event.text is not None else event.data.decode("utf-8", "replace")
    value: Any = text
    if kind != "text" or step.save:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return (Mismatch(place, pattern, text, "the message is not JSON"),)
    if kind == "text":
        found = match(text_pattern(pattern), text, path=place)
    else:
        found = match(pattern, value, partial=kind == "json_contains", path=place)
    return found or _saved(step, value, values, place)


def _saved(step: SocketStep, value: Any, values: dict[str, Any], place: tuple[str | int, ...]) -> tuple[Mismatch, ...]:
    for name, path in step.save.items():
        try:
            values[name] = jsonpath.find(path, value)
        except LookupError:
            return (Mismatch(place, path, value, f"{path} is missing, and a later step needs it"),)
    return ()


def _seen(event: SocketEvent) -> dict[str, Any]:
    """What happened, as a report shows it."""
    match event.kind:
        case "message":
            return {"message": event.text if event.text is not None else event.data.decode("utf-8", "replace")}
        case "closed":
            return {"closed": event.code, "reason": event.reason}
        case "refused":
            return {"refused": event.code}
        case "error":
            return {"raised": event.raised.exception if event.raised else ""}
    return {event.kind: True}
