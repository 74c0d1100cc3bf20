"""A response that is read as it comes: its head, and its first server-sent events."""

import json
from collections.abc import Generator, Mapping
from typing import Any, Final

from quizkit.check import message
from quizkit.check.match import ABSENT, match
from quizkit.check.result import ended, judged
from quizkit.check.spec import StreamCheck
from quizkit.check.template import fill
from quizkit.sandbox.protocol import Call, Reply, Response, Stream
from quizkit.verdict import CheckResult, Mismatch

_TO_THE_END: Final = 1 << 30


def read_stream(check: StreamCheck, values: Mapping[str, Any]) -> Generator[Call, Reply, CheckResult]:
    """Reads as many events as the check lists, or to the end where it lists none."""
    expected = message.expectation(check.response, values)
    events = [fill(event.pattern(), values) for event in check.response.events]
    request = message.encode(check.stream, values, new_client=True)
    reply = yield Stream(request, len(events) or _TO_THE_END)
    if not isinstance(reply, Response):
        return ended(check, request, expected, reply)
    found = parse_events(message.body_text(reply))
    mismatches = (*message.compare(expected, reply), *_event_differences(events, found))
    seen = {"status": reply.status, "events": found} if events else None
    return judged(check, request, {**expected, **({"events": events} if events else {})}, reply, mismatches, seen=seen)


def _event_differences(expected: list[dict[str, Any]], found: list[dict[str, str]]) -> tuple[Mismatch, ...]:
    mismatches: list[Mismatch] = []
    for number, pattern in enumerate(expected):
        if number >= len(found):
            mismatches.append(Mismatch(("events", number), pattern, ABSENT, "is missing"))
            break
        for name, wanted in pattern.items():
            mismatches += match(wanted, _value(name, wanted, found[number]), partial=True, path=("events", number, name))
    return tuple(mismatches)


def _value(name: str, wanted: Any, event: Mapping[str, str]) -> Any:
    """An event's field; data as JSON where it isn't compared with a text."""
    text: Any = event.get(name, ABSENT)
    if name != "data" or isinstance(wanted, str) or text is ABSENT:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def parse_events(text: str) -> list[dict[str, str]]:
    """The server-sent events of a body, as the HTML standard reads them: fields by name, several data lines joined.

    A last event that no blank line ends isn't one yet.
    """
    events: list[dict[str, str]] = []
    open_event: dict[str, str] = {}
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in lines[:-1] if text else ():
        if not line:
            if open_event:
                events.append(open_event)
            open_event = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            known = open_event.get(name) if name == "data" else None
            open_event[name] = value if known is None else f"{known}\n{value}"
    return events
