"""Plays a check: which request goes out next, and what its response proves."""

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from quizkit.check import jsonpath, message, template
from quizkit.check.match import ABSENT, match
from quizkit.check.spec import OpenapiCheck, RequestCheck, Step, StepsCheck
from quizkit.sandbox.protocol import Raised, Reply, Request, Response, Stopped
from quizkit.verdict import CheckResult, Mismatch, Outcome

if TYPE_CHECKING:
    from random import Random

Play = Generator[Request, Reply, CheckResult]


def play(check: RequestCheck | StepsCheck | OpenapiCheck, rng: "Random", given: Mapping[str, Any] | None = None) -> Play:
    """A generator that yields a request, is sent its reply, and returns the check's result.

    The next request doesn't exist before the last reply is there. Fresh values are drawn for each row, unless `given`
    holds those that the snippet's environment was already made with.
    """
    if isinstance(check, OpenapiCheck):
        return _play_openapi(check)
    return _play_rows(check, rng, given)


def _play_rows(check: RequestCheck | StepsCheck, rng: "Random", given: Mapping[str, Any] | None) -> Play:
    result = CheckResult(check.title, Outcome.not_run, check.weight)
    for row in check.each or ({},):
        values = {**(template.draw(check.kinds(), rng) if given is None else given), **row}
        for number, step in enumerate(check.steps):
            result = yield from _play_step(check, step, values, number)
            if result.outcome is not Outcome.passed:
                return result
    return result


def _play_step(check: RequestCheck | StepsCheck, step: Step, values: dict[str, Any], number: int) -> Play:
    """One step; `values` takes what the step saves."""
    expected = message.expectation(step.response, values)
    times = check.repeat if isinstance(check, RequestCheck) else 1
    result = CheckResult(check.title, Outcome.not_run, check.weight)
    for nth in range(times):
        request = message.encode(step.request, values, new_client=number == 0 and nth == 0)
        reply = yield request
        result = _judge(check, request, expected, reply, nth if times > 1 else None)
        if result.outcome is not Outcome.passed:
            return result
        assert isinstance(reply, Response)
        if missing := _save(step, reply, values):
            return _result(check, request, Outcome.failed, expected, message.observation(reply), (missing,))
    return result


def _judge(
    check: RequestCheck | StepsCheck | OpenapiCheck,
    request: Request,
    expected: Mapping[str, Any],
    reply: Reply,
    nth: int | None,
) -> CheckResult:
    if isinstance(reply, Stopped):
        return _result(check, request, stopped_outcome(reply), expected, None, (), stopped_words(reply))
    mismatches = message.compare(expected, reply, nth=nth)
    outcome = Outcome.failed if mismatches else Outcome.passed
    raised = reply.raised if mismatches else None
    outcome = (cause_outcome(raised) if raised else None) or outcome
    return _result(check, request, outcome, expected, message.observation(reply), mismatches, raised=raised)


def _result(
    check: RequestCheck | StepsCheck | OpenapiCheck,
    request: Request,
    outcome: Outcome,
    expected: Mapping[str, Any],
    actual: Any,
    mismatches: tuple[Mismatch, ...] = (),
    words: str = "",
    *,
    raised: Raised | None = None,
) -> CheckResult:
    passed = outcome is Outcome.passed
    return CheckResult(
        name=check.title,
        outcome=outcome,
        weight=check.weight,
        message=words or ("" if passed else check.message or summary(mismatches)),
        hint="" if passed else check.hint,
        line=raised.frames[-1].line if raised and raised.frames else None,
        request=message.curl(request),
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
        wanted = first.expected
        return f"expected {' or '.join(map(str, wanted)) if isinstance(wanted, list) else wanted}, got {first.actual}"
    place = place_text(first.path)
    if first.message:
        return f"{place} {first.message}"
    return f"{place} differs"


def place_text(path: tuple[str | int, ...]) -> str:
    """A place in a response as a person reads it: `json.items[0].name`, `header x-total`."""
    root, *rest = path
    if root == "headers" and rest:
        return f"header {rest[0]}"
    if root == "cookies" and rest:
        return "cookie " + ".".join(map(str, rest))
    steps = "".join(f".{step}" if isinstance(step, str) and step.isidentifier() else f"[{step!r}]" for step in rest)
    return {"json": "JSON", "media_type": "media type", "openapi": "OpenAPI"}.get(str(root), str(root)) + steps


def traceback_text(raised: Raised) -> str:
    """The exception and the person's own lines, the innermost last."""
    lines = [f"{raised.exception}: {raised.message}" if raised.message else raised.exception]
    lines += [f"  {frame.file}:{frame.line}   {frame.source}" for frame in raised.frames]
    return "\n".join(lines)


def cause_outcome(raised: Raised) -> Outcome | None:
    """The outcome that a limit or a refused call behind an exception stands for; None where neither is."""
    if raised.exception == "MemoryError" or raised.cause == "memory":
        return Outcome.memory
    return Outcome.blocked if raised.cause == "blocked" else None


def stopped_outcome(stopped: Stopped) -> Outcome:
    """The outcome that a run's end stands for. What the worker names can only ever be a failure."""
    try:
        outcome = Outcome(stopped.reason)
    except ValueError:
        return Outcome.error
    return outcome if outcome in (Outcome.timeout, Outcome.memory, Outcome.killed, Outcome.blocked) else Outcome.error


def stopped_words(stopped: Stopped) -> str:
    """What happened, for a person."""
    words = {
        "timeout": "no answer before the time was up",
        "memory": "the memory limit was reached",
        "killed": "the process was killed",
        "exited": "the program ended itself before it answered",
        "garbled": "the process answered with something that is no response",
    }.get(stopped.reason, stopped.reason)
    return f"{words} ({stopped.detail})" if stopped.detail else words


def _save(step: Step, response: Response, values: dict[str, Any]) -> Mismatch | None:
    for name, path in step.save.items():
        value = _saved_value(path, response)
        if value is ABSENT:
            return Mismatch((path,), path, ABSENT, "is missing, and the next request needs it")
        values[name] = value
    return None


def _saved_value(path: str, response: Response) -> Any:
    kind, _, name = path.partition(":")
    if kind == "header":
        return message.header(response, name)
    if kind == "cookie":
        return message.cookies(response).get(name, {}).get("value", ABSENT)
    try:
        return jsonpath.find(path, message.body_json(response))
    except (LookupError, message.NotJson):
        return ABSENT


def _play_openapi(check: OpenapiCheck) -> Play:
    request = Request("GET", check.url, new_client=True)
    reply = yield request
    expectation = check.openapi
    shown = {"status": 200, "json_contains" if expectation.partial else "json": expectation_pattern(check)}
    if isinstance(reply, Stopped) or reply.status != 200:
        return _judge(check, request, {"status": 200}, reply, None)
    try:
        actual = jsonpath.find(expectation.at, message.body_json(reply))
    except LookupError:
        actual = ABSENT
    except message.NotJson as error:
        return _result(check, request, Outcome.failed, shown, message.observation(reply), (), str(error))
    place = ("openapi", *jsonpath.parse(expectation.at))
    mismatches = match(expectation_pattern(check), actual, partial=expectation.partial, path=place)
    outcome = Outcome.failed if mismatches else Outcome.passed
    return _result(check, request, outcome, shown, {"status": 200, "json": None if actual is ABSENT else actual}, mismatches)


def expectation_pattern(check: OpenapiCheck) -> Any:
    """What must stand at the place that an `openapi` check names."""
    return check.openapi.json_contains if check.openapi.partial else check.openapi.json_exact
