"""Rules about what the checks of a coding question can see: paths that were named, answers that aren't all the same."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from quizkit.check import template
from quizkit.check.match import match
from quizkit.check.spec import (
    Check,
    OpenapiCheck,
    RequestCheck,
    ResponseSpec,
    SocketCheck,
    SourceCheck,
    Step,
    StepsCheck,
    StreamCheck,
)
from quizkit.deck.models import Coding, EditFault, Fix, Question, Tests, Version, texts_alike
from quizkit.deck.rules.words import Finding

V = TypeVar("V", bound=Version)


def edits_fit(question: Question) -> Iterator[Finding]:
    """Each edit's text stands once in what it edits; that of an `equivalent` in any solution."""
    if not isinstance(question, Fix | Coding | Tests):
        return
    yield from _unfitting("solutions", question.solutions, question.text_of)
    if isinstance(question, Tests):
        yield from _unfitting("wrong_apps", question.wrong_apps, question.text_of)
    else:
        yield from _unfitting("wrong", question.wrong, question.text_of)
        yield from _unfitting("equivalent", question.equivalent, partial(texts_alike, question))


def _unfitting(key: str, versions: Sequence[V], edited: Callable[[V], object]) -> Iterator[Finding]:
    for number, version in enumerate(versions):
        try:
            edited(version)
        except EditFault as fault:
            yield (key, number), str(fault)


# ---- paths ----

_PATH: Final = re.compile(r"(?<![\w.<])/(?:[\w.~%-]|\{\w+(?::\w+)?\}|/(?=[\w{]))*")
_PREFIX: Final = re.compile(r"""["']((?:/[\w.{}:-]+)+)["']""")
_BUILT_IN: Final = ("/openapi.json", "/docs", "/redoc", "/docs/oauth2-redirect")


def paths_are_named(question: Question) -> Iterator[Finding]:
    """Each path that a check uses can be known from the prompt or the starter; one that is asked for to be missing, needn't."""
    if not isinstance(question, Fix | Coding):
        return
    known = _known_paths(f"{question.prompt}\n{question.starter}")
    for number, check in enumerate(question.checks):
        unknown = [path for path in _asked_paths(check) if not any(_fits(path, one) for one in known)]
        if unknown:
            words = f"no path in the prompt or the starter is {unknown[0]}; name it, or nobody can know what this check asks"
            yield ("checks", number), words


def _known_paths(text: str) -> list[list[str]]:
    """Every path of a text as segments, and every one below a prefix."""
    found = [_segments(path) for path in dict.fromkeys(_PATH.findall(text))]
    prefixes = [_segments(path) for path in dict.fromkeys(_PREFIX.findall(text))]
    return [*found, *([*prefix, *path] for prefix in prefixes for path in found)]


def _segments(path: str) -> list[str]:
    return [segment for segment in path.partition("?")[0].split("/") if segment]


def _asked_paths(check: Check) -> Iterator[str]:
    """The paths of what a check sends, but for those that are expected to be unknown."""
    match check:
        case RequestCheck() | StepsCheck():
            for step in check.steps:
                if 404 not in _statuses(step.response):
                    yield step.request.path
        case SocketCheck():
            if check.refused is None:
                yield check.websocket.path
        case StreamCheck():
            yield check.stream.path
        case OpenapiCheck():
            yield check.url
            yield from re.findall(r"\$\.paths(?:\[['\"]|\.)(/[^'\"\]]*)", check.openapi.at)


def _statuses(response: ResponseSpec) -> tuple[int, ...]:
    status = response.status
    return status if isinstance(status, tuple) else (status,) if isinstance(status, int) else ()


def _fits(path: str, known: list[str]) -> bool:
    """Whether a known path is the one that is asked: parameters take any segment, and `{p:path}` or `{file_path}` the rest."""
    if path.startswith(("{{", "http")) or path in _BUILT_IN:
        return True
    asked = _segments(re.sub(r"\{\{\s*\w+\s*\}\}", "{}", path))
    for number, segment in enumerate(known):
        if segment.endswith("path}"):
            return len(asked) > number
        if number >= len(asked) or not ("{" in segment or "{" in asked[number] or segment == asked[number]):
            return False
    return len(asked) == len(known)


# ---- what one answer would pass ----


def something_can_fail(question: Question) -> Iterator[Finding]:
    """One status and one body, given to every request, must not pass."""
    if not isinstance(question, Fix | Coding):
        return
    checks = [check for check in question.checks if not isinstance(check, SourceCheck)]
    if not all(isinstance(check, RequestCheck | StepsCheck) and not check.looks for check in checks):
        return
    steps = [step for check in checks if isinstance(check, RequestCheck | StepsCheck) for step in check.steps]
    found = [status for status in _common_statuses(steps, checks) if _one_body([step.response for step in steps])]
    if found and checks:
        more = "a `given` value in the request and the response, or a request that must be refused, would show the difference"
        yield ("checks",), f"an app that answers {found[0]} with one and the same body to everything passes; {more}"


def _common_statuses(steps: Sequence[Step], checks: Sequence[Check]) -> list[int]:
    """The statuses that every request may have. A list beside `repeat` is a sequence, which is one status only where all are."""
    allowed = [set(_statuses(step.response)) for step in steps]
    for check in checks:
        if isinstance(check, RequestCheck) and check.repeat > 1 and check.response is not None:
            sequence = set(_statuses(check.response))
            allowed.append(sequence if len(sequence) == 1 else set())
    return sorted(set.intersection(*allowed)) if allowed else []


def _one_body(responses: Sequence[ResponseSpec]) -> bool:
    """Whether one body satisfies every response, as far as that can be seen without running anything."""
    if any(response.headers or response.cookies or response.media_type is not None for response in responses):
        return False
    texts = [(response.text, False) for response in responses if response.has("text")]
    values = [(response.json_exact, False) for response in responses if response.has("json")]
    values += [(response.json_contains, True) for response in responses if response.has("json_contains")]
    return not (texts and values) and _satisfiable(texts or values)


def _satisfiable(patterns: Sequence[tuple[Any, bool]]) -> bool:
    """Whether one of the patterns, or all their keys together, is a value that all of them take."""
    if any(True for pattern, _ in patterns for _ in template.names(pattern)):
        return False
    merged = {key: value for pattern, _ in patterns if isinstance(pattern, dict) for key, value in pattern.items()}
    bodies = [*(pattern for pattern, _ in patterns), merged]
    return any(all(not match(pattern, body, partial=partial) for pattern, partial in patterns) for body in bodies)


def sockets_wait(question: Question) -> Iterator[Finding]:
    """A conversation on a WebSocket in which nothing is expected."""
    for number, check in enumerate(question.checks if isinstance(question, Fix | Coding) else ()):
        if isinstance(check, SocketCheck) and check.refused is None and not check.looks:
            waits = any(step.receive is not None or step.closed is not None for step in check.steps)
            if not waits:
                yield ("checks", number), "nothing is expected on this WebSocket; add a receive or a closed"


RULES: Final = (edits_fit, paths_are_named, something_can_fail, sockets_wait)
