"""Plays a check: which call goes out next, and what its reply proves."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from quizkit.check import jsonpath, message, template
from quizkit.check.match import ABSENT, match
from quizkit.check.result import ended, failed, judged, observed
from quizkit.check.socket import converse
from quizkit.check.spec import OpenapiCheck, RequestCheck, SocketCheck, Step, StepsCheck, StreamCheck
from quizkit.check.stream import read_stream
from quizkit.sandbox.protocol import Burst, Call, Look, Reply, Request, Response, Responses, Sight, Stopped
from quizkit.verdict import CheckResult, Mismatch, Outcome

if TYPE_CHECKING:
    from random import Random

Play = Generator[Call, Reply, CheckResult]
Playable = RequestCheck | StepsCheck | SocketCheck | StreamCheck | OpenapiCheck

_SLACK_S: Final = 0.05
"""What requests at once may take longer than one alone for no fault of the app: threads have to be started."""

_ALONE_AGAIN: Final = 2


def play(check: Playable, rng: "Random", given: Mapping[str, Any] | None = None) -> Play:
    """A generator that yields a call, is sent its reply, and returns the check's result.

    The next call doesn't exist before the last reply is there. Fresh values are drawn for each row, unless `given`
    holds those that the snippet's environment was already made with.
    """
    if isinstance(check, OpenapiCheck):
        return _openapi(check)
    return _rows(check, rng, given)


def _rows(check: RequestCheck | StepsCheck | SocketCheck | StreamCheck, rng: "Random", given: Mapping[str, Any] | None) -> Play:
    result = CheckResult(check.title, Outcome.not_run, check.weight)
    if check.looks and not check.own_process:
        yield Look()  # what was logged and printed before belongs to other checks
    for row in check.each or ({},):
        values = {**(template.draw(check.kinds(), rng) if given is None else given), **row}
        try:
            result = yield from _row(check, values)
        except template.NoSum as error:  # a sum over what the app answered
            return replace(failed(check, None, {}, None, ()), message=str(error))
        if result.outcome is Outcome.passed and check.looks:
            result = yield from _look(check, values, result)
        if result.outcome is not Outcome.passed:
            return result
    return result


def _row(check: RequestCheck | StepsCheck | SocketCheck | StreamCheck, values: dict[str, Any]) -> Play:
    match check:
        case SocketCheck():
            return (yield from converse(check, values))
        case StreamCheck():
            return (yield from read_stream(check, values))
        case RequestCheck(parallel=int(count)):
            return (yield from _at_once(check, values, count))
        case _:
            return (yield from _steps(check, values))


def _steps(check: RequestCheck | StepsCheck, values: dict[str, Any]) -> Play:
    result = CheckResult(check.title, Outcome.not_run, check.weight)
    for number, step in enumerate(check.steps):
        result = yield from _step(check, step, values, number)
        if result.outcome is not Outcome.passed:
            break
    return result


def _step(check: RequestCheck | StepsCheck, step: Step, values: dict[str, Any], number: int) -> Play:
    """One step; `values` takes what the step saves."""
    expected = message.expectation(step.response, values)
    times = check.repeat if isinstance(check, RequestCheck) else 1
    result = CheckResult(check.title, Outcome.not_run, check.weight)
    for nth in range(times):
        request = message.encode(step.request, values, new_client=number == 0 and nth == 0)
        reply = yield request
        if not isinstance(reply, Response):
            return ended(check, request, expected, reply)
        result = judged(check, request, expected, reply, message.compare(expected, reply, nth=nth if times > 1 else None))
        if result.outcome is not Outcome.passed:
            return result
        if missing := _save(step, reply, values):
            return failed(check, request, expected, observed(reply), (missing,))
    return result


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


def _at_once(check: RequestCheck, values: Mapping[str, Any], count: int) -> Play:
    """One request alone, then `count` at once, all of which must be right and together not take much longer.

    What seems fast enough is asked alone again, and the fastest counts: the first may have been slow for being the first.
    """
    expected = message.expectation(check.steps[0].response, values)
    request = message.encode(check.request, values, new_client=True)
    alone = yield request
    if not isinstance(alone, Response):
        return ended(check, request, expected, alone)
    first = judged(check, request, expected, alone, message.compare(expected, alone))
    if first.outcome is not Outcome.passed:
        return first
    together = yield Burst(request._replace(new_client=False), count)
    if not isinstance(together, Responses):
        return ended(check, request, expected, together)
    for response in together.responses:
        result = judged(check, request, expected, response, message.compare(expected, response))
        if result.outcome is not Outcome.passed:
            return result
    for _ in range(_ALONE_AGAIN):
        if _in_time(check, request, alone, together).outcome is not Outcome.passed:
            break
        again = yield request._replace(new_client=False)
        if not isinstance(again, Response):
            return ended(check, request, expected, again)
        if again.elapsed_s < alone.elapsed_s and not message.compare(expected, again):
            alone = again
    return _in_time(check, request, alone, together)


def _in_time(check: RequestCheck, request: Request, alone: Response, together: Responses) -> CheckResult:
    bound = (check.at_most or 1) * alone.elapsed_s + _SLACK_S
    count = len(together.responses)
    expected = {"status": alone.status, "seconds": round(bound, 2)}
    actual = {"status": alone.status, "seconds": round(together.elapsed_s, 2)}
    if together.elapsed_s <= bound:
        return judged(check, request, expected, alone, ())
    words = f"{count} at once took {together.elapsed_s:.2f} s, one alone {alone.elapsed_s:.2f} s: they wait for each other"
    return replace(failed(check, request, expected, actual, ()), message=check.message or words)


def _look(check: RequestCheck | StepsCheck | SocketCheck | StreamCheck, values: Mapping[str, Any], result: CheckResult) -> Play:
    """What the app left behind, once its responses are right."""
    sight = yield Look(tuple(check.leaves))
    if not isinstance(sight, Sight):
        return ended(check, None, {}, sight if isinstance(sight, Stopped) else Stopped("garbled"))
    expected: dict[str, Any] = {
        "logs": [template.fill(record.pattern(), values) for record in check.logs],
        "leaves": {name: message.text_pattern(template.fill(pattern, values)) for name, pattern in check.leaves.items()},
    }
    actual: dict[str, Any] = {
        "logs": [{"level": record.level, "logger": record.logger, "message": record.message} for record in sight.logs],
        "leaves": {name: ABSENT if text is None else text for name, text in sight.files.items()},
    }
    mismatches = [*_unlogged(expected["logs"], actual["logs"])]
    for name, pattern in expected["leaves"].items():
        mismatches += match(pattern, actual["leaves"][name], path=("files", name))
    if "output" in check.model_fields_set:
        mismatches += match(message.text_pattern(template.fill(check.output, values)), sight.output, path=("output",))
    if not mismatches:
        return result
    return replace(failed(check, None, expected, actual, tuple(mismatches)), request=result.request)


def _unlogged(expected: Any, actual: Any) -> Generator[Mismatch, None, None]:
    """The expected records that weren't made, in their order; others may stand between them."""
    left = iter(actual)
    for number, pattern in enumerate(expected):
        if not any(not match(pattern, record, partial=True) for record in left):
            yield Mismatch(("logs", number), pattern, actual, "no such record was logged")
            return  # what should follow it can't be told


def _openapi(check: OpenapiCheck) -> Play:
    request = Request("GET", check.url, new_client=True)
    reply = yield request
    if not isinstance(reply, Response):
        return ended(check, request, {"status": 200}, reply)
    if reply.status != 200:
        return judged(check, request, {"status": 200}, reply, message.compare({"status": 200}, reply))
    wanted = check.openapi
    pattern = template.fill(wanted.pattern, {})
    expected = {"status": 200, "json_contains" if wanted.partial else "json": pattern}
    try:
        actual = jsonpath.find(wanted.at, message.body_json(reply))
    except LookupError:
        actual = ABSENT
    except message.NotJson as error:
        return replace(failed(check, request, expected, observed(reply), ()), message=str(error))
    mismatches = match(pattern, actual, partial=wanted.partial, path=("openapi", *jsonpath.parse(wanted.at)))
    shown = tuple(replace(mismatch, actual=message.kept(mismatch.actual, reply)) for mismatch in mismatches)
    seen = {"status": 200, "json": None if actual is ABSENT else message.kept(actual, reply)}
    return judged(check, request, expected, reply, shown, seen=seen)
