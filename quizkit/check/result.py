"""Makes a check's result out of a reply: what happened, what was expected, and whose line is to blame."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from quizkit.check import jsonpath, message
from quizkit.check.match import ABSENT, match
from quizkit.check.spec import DocumentCheck
from quizkit.sandbox.protocol import Raised, Reply, Request, Response, Stopped
from quizkit.verdict import CheckResult, Mismatch, Outcome


class Titled(Protocol):
    """What every kind of check has."""

    weight: float
    hint: str
    message: str

    @property
    def title(self) -> str:
        """The check's name, or what it sends."""


observed = message.observation


def judged(
    check: Titled,
    request: Request,
    expected: Mapping[str, Any],
    response: Response,
    mismatches: tuple[Mismatch, ...],
    *,
    seen: Mapping[str, Any] | None = None,
) -> CheckResult:
    """Passed where nothing differs, else failed, or what the exception behind it stands for."""
    actual = observed(response) if seen is None else seen
    if not mismatches:
        return _result(check, Outcome.passed, request, expected, actual)
    raised = response.raised
    outcome = (cause_outcome(raised) if raised else None) or Outcome.failed
    return _result(check, outcome, request, expected, actual, mismatches, raised=raised)


def place_result(check: DocumentCheck, document: Any) -> CheckResult:
    """What stands at the place of a document that a check looks at."""
    wanted = check.document
    try:
        actual = jsonpath.find(wanted.at, document)
    except LookupError:
        actual = ABSENT
    mismatches = match(wanted.pattern, actual, partial=wanted.partial, path=("document", *jsonpath.parse(wanted.at)))
    expected = {"json_contains" if wanted.partial else "json": wanted.pattern}
    seen = {"json": None if actual is ABSENT else actual}
    return _result(check, Outcome.failed if mismatches else Outcome.passed, None, expected, seen, mismatches)


def failed(
    check: Titled,
    request: Request | None,
    expected: Mapping[str, Any],
    actual: Any,
    mismatches: tuple[Mismatch, ...],
    raised: Raised | None = None,
) -> CheckResult:
    """A check that failed for what isn't a single response's difference."""
    return _result(check, Outcome.failed, request, expected, actual, mismatches, raised=raised)


def ended(check: Titled, request: Request | None, expected: Mapping[str, Any], reply: Reply) -> CheckResult:
    """A check whose run ended before its reply came, or came with a reply to something else."""
    stopped = reply if isinstance(reply, Stopped) else Stopped("garbled")
    return _result(check, stopped_outcome(stopped), request, expected, None, words=stopped_words(stopped))


def _result(
    check: Titled,
    outcome: Outcome,
    request: Request | None,
    expected: Mapping[str, Any],
    actual: Any,
    mismatches: tuple[Mismatch, ...] = (),
    *,
    words: str = "",
    raised: Raised | None = None,
) -> CheckResult:
    passed = outcome is Outcome.passed
    said = words or ("" if passed else check.message or summary(mismatches))
    forbidden = "" if passed or raised is None else forbidden_words(raised)
    return CheckResult(
        name=check.title,
        outcome=outcome,
        weight=check.weight,
        message="; ".join(filter(None, (said, forbidden))),
        hint="" if passed else check.hint,
        line=raised.frames[-1].line if raised and raised.frames else None,
        request=message.typed(request) if request is not None else "",
        expected=dict(expected),
        actual=actual,
        mismatches=mismatches,
        traceback=traceback_text(raised) if raised else "",
    )


def summary(mismatches: tuple[Mismatch, ...]) -> str:
    """The first difference in a few words; a wrong status before all else."""
    if not mismatches:
        return ""
    first = mismatches[0]
    if first.path == ("status",):
        return f"expected {status_words(first.expected)}, got {first.actual}"
    return f"{place_text(first.path)} {first.message or 'differs'}"


ANY_SUCCESS: Final = "a success (2xx)"


def status_words(wanted: Any) -> str:
    """A status, or any of several, as a person says it."""
    if not isinstance(wanted, list):
        return str(wanted)
    return ANY_SUCCESS if wanted == list(range(200, 300)) else " or ".join(map(str, wanted))


_ROOTS: Final = {"json": "JSON", "media_type": "media type", "openapi": "OpenAPI", "document": "the document"}


def place_text(path: tuple[str | int, ...]) -> str:
    """A place in a response as a person reads it: `JSON.items[0].name`, `header x-total`."""
    root, *rest = path
    if root == "headers" and rest:
        return f"header {rest[0]}"
    if root == "files" and rest:
        return f"file {rest[0]}"
    if root == "cookies" and rest:
        return "cookie " + ".".join(map(str, rest))
    steps = "".join(f".{step}" if isinstance(step, str) and step.isidentifier() else f"[{step!r}]" for step in rest)
    return _ROOTS.get(str(root), str(root)) + steps


def traceback_text(raised: Raised) -> str:
    """The exception and the person's own lines, the innermost last."""
    lines = [raised_text(raised)]
    lines += [f"  {frame.file}:{frame.line}   {frame.source}" for frame in raised.frames]
    return "\n".join(lines)


def raised_text(raised: Raised) -> str:
    """The exception's name and message."""
    name = exception_name(raised)
    return f"{name}: {raised.message}" if raised.message else name


def exception_name(raised: Raised) -> str:
    """The name of the exception's class on one line: a class can be given any name, and none may begin a line of its own."""
    return " ".join(raised.exception.split())


def cause_outcome(raised: Raised) -> Outcome | None:
    """The outcome that a limit or a refused call behind an exception stands for; None where neither is."""
    if raised.exception == "MemoryError" or raised.cause == "memory":
        return Outcome.memory
    return Outcome.blocked if raised.cause == "blocked" else None


def forbidden_words(raised: Raised) -> str:
    """Where an exception comes of what a run may not do, that it does: the system's own words don't say so."""
    if raised.cause != "blocked":
        return ""
    return "the sandbox forbids what was tried: no processes, no network, no files outside the run's own folder"


def stopped_outcome(stopped: Stopped) -> Outcome:
    """The outcome that a run's end stands for. What the worker names can only ever be a failure."""
    try:
        outcome = Outcome(stopped.reason)
    except ValueError:
        return Outcome.error
    return outcome if outcome in (Outcome.timeout, Outcome.memory, Outcome.killed, Outcome.blocked) else Outcome.error


_STOPPED_WORDS: Final = {
    "timeout": "no answer before the time was up",
    "memory": "the memory limit was reached",
    "killed": "the process was killed",
    "exited": "the program ended itself before it answered",
    "too_big": "what the process answered with is too big",
    "garbled": "the process answered with something that is no response",
}


def stopped_words(stopped: Stopped) -> str:
    """What happened, for a person."""
    words = _STOPPED_WORDS.get(stopped.reason, stopped.reason)
    return f"{words} ({stopped.detail})" if stopped.detail else words
