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
        for name, value in pattern.items():
            wanted = value if name == "data" else message.text_pattern(value)
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


_FIELDS: Final = ("data", "event", "id", "retry")


def parse_events(text: str) -> list[dict[str, str]]:
    """The server-sent events of a body, as the HTML standard reads them: fields by name, several data lines joined.

    What has no data is no event, nor is a last one that no blank line ends yet.
    """
    events: list[dict[str, str]] = []
    open_event: dict[str, str] = {}
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in lines[:-1]:
        if not line:
            if "data" in open_event:
                events.append(open_event)
            open_event = {}
            continue
        name, _, value = line.partition(":")
        if name in _FIELDS and _counts(name, value.removeprefix(" ")):
            _add(open_event, name, value.removeprefix(" "))
    return events


def _counts(name: str, value: str) -> bool:
    """The standard passes over a retry that is no number and an id with a NUL in it."""
    return (name != "retry" or (value.isascii() and value.isdigit())) and (name != "id" or "\0" not in value)


def _add(event: dict[str, str], name: str, value: str) -> None:
    event[name] = f"{event[name]}\n{value}" if name == "data" and "data" in event else value
