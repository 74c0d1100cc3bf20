"""The one door to a verdict: the only place that knows both what is expected and the process that is asked."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, assert_never

from quizkit.check import bundle, dockerfile, scenario, source, template
from quizkit.check.apps import factory, unasked
from quizkit.check.match import match
from quizkit.check.message import encode
from quizkit.check.names import LONGEST, parsed
from quizkit.check.result import (
    cause_outcome,
    exception_name,
    forbidden_words,
    place_result,
    raised_text,
    stopped_outcome,
    stopped_words,
    traceback_text,
)
from quizkit.check.spec import Check, DocumentCheck, SourceCheck
from quizkit.deck.models import Choice, Cloze, Coding, Fix, Predict, Question, Recall, Tests
from quizkit.errors import NoSandbox, QuizkitError
from quizkit.marking.mark import Answer, Marker, SelfMarker, mark_choice, mark_cloze, mark_exception, mark_predict
from quizkit.sandbox.protocol import Asked, Broken, Call, Loaded, Raised, Reply, Response, Stopped, Tested
from quizkit.sandbox.testing import FILE as TEST_FILE
from quizkit.sandbox.testing import SETTINGS as TEST_SETTINGS
from quizkit.verdict import CheckResult, Outcome, Verdict

if TYPE_CHECKING:
    from random import Random

    from quizkit.documents.blocks import Block
    from quizkit.documents.expectations import Stated
    from quizkit.sandbox.host import Run, Sandbox


def grade(
    question: Question,
    answer: Answer,
    sandbox: "Sandbox",
    rng: "Random",
    marker: Marker | None = None,
    *,
    last: bool = False,
) -> Verdict:
    """What comes of an answer, of any kind of question. After the `last` answer the sandbox may be used up.

    Raises NoSandbox where the worker is gone, QuizkitError where the kind can't be marked yet.
    """
    began = time.monotonic()
    match question:
        case Recall():
            verdict = (marker or SelfMarker()).mark(question, answer[0] if answer else "")
        case Choice():
            verdict = mark_choice(question, answer)
        case Cloze():
            verdict = mark_cloze(question, answer)
        case Predict():
            verdict = _confined(_grade_predict(question, answer, sandbox), sandbox)
        case Fix() | Coding():
            text = answer[0] if answer else ""
            verdict = _advised(question, text, grade_coded(question, text, sandbox, rng, last=last))
        case Tests():
            verdict = _confined(grade_tests(question, answer[0] if answer else "", sandbox, rng), sandbox)
        case _:
            assert_never(question)
    return replace(verdict, duration_s=time.monotonic() - began)


def grade_coded(
    question: Fix | Coding, text: str, sandbox: "Sandbox", rng: "Random", *, last: bool = False, thorough: bool = True
) -> Verdict:
    """What comes of a text that answers a `fix` or `code` question, in the question's language.

    Without `thorough` the first check that fails is enough, and the others aren't run; after the `last` answer
    the sandbox may be used up.
    """
    if question.language != "python":
        return grade_document(question.checks, text, question.language)
    verdict = grade_source(question.checks, text, sandbox, rng, starter=question.starter, last=last, thorough=thorough)
    return _confined(verdict, sandbox)


def grade_document(checks: Sequence[Check], text: str, language: str) -> Verdict:
    """Reads an answer that isn't Python as JSON, and looks into it; nothing runs."""
    from quizkit.deck import syntax  # noqa: PLC0415 - PyYAML is only loaded where YAML is read

    empty = not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())
    if unread := _TOO_LONG if len(text) > LONGEST else "the answer is empty" if empty else "":
        return _verdict([_not_run(check) for check in checks], Outcome.error, unread)
    if place := _not_utf8(text):
        return _verdict([_not_run(check) for check in checks], Outcome.error, f"this is not UTF-8: {place}")
    try:
        found = syntax.parse(text) if language == "yaml" else dockerfile.parse(text)
    except syntax.SyntaxFault as error:
        words = "; ".join(f"line {fault.line}: {fault.message}" for fault in error.faults)
        return _verdict([_not_run(check) for check in checks], Outcome.error, f"this is not YAML: {words}")
    except dockerfile.NoDockerfile as error:
        return _verdict([_not_run(check) for check in checks], Outcome.error, f"this is no Dockerfile: {error}")
    results = [place_result(check, found) for check in checks if isinstance(check, DocumentCheck)]
    return _verdict(results, _overall(results), "")


def _confined(verdict: Verdict, sandbox: "Sandbox") -> Verdict:
    """The verdict with the names of the protections that were in force."""
    return replace(verdict, sandbox=sandbox.protections())


def _advised(question: Fix | Coding, text: str, verdict: Verdict) -> Verdict:
    """A verdict that passed, with what could still be better in what the person wrote."""
    if not verdict.passed or question.language != "python":
        return verdict
    from quizkit.check.advice import advice  # noqa: PLC0415 - most saves don't pass

    return replace(verdict, advice=advice(text, question.starter))


def grade_source(
    checks: Sequence[Check],
    text: str,
    sandbox: "Sandbox",
    rng: "Random",
    *,
    starter: str = "",
    last: bool = False,
    thorough: bool = True,
) -> Verdict:
    """Runs a snippet and every check on it: one run for all, and one more for each check that wants its own.

    It has several files where its `starter` has.
    """
    if unread := _unread(text):
        return _verdict([_not_run(check) for check in checks], Outcome.error, unread)
    alone = [number for number, check in enumerate(checks) if check.own_process]
    shared = [number for number in range(len(checks)) if number not in alone]
    try:
        files = bundle.files_of(text, starter)
        main = bundle.main_path(files)
    except bundle.BrokenBundle as error:
        return _verdict([_not_run(check) for check in checks], Outcome.error, str(error))
    results: dict[int, CheckResult] = {}
    output = ""
    groups = [shared] * bool(shared) + [[number] for number in alone]
    for group in groups:
        ends = last and group is groups[-1]
        chosen = [checks[number] for number in group]
        found, fault, printed = _grade_group(chosen, (files, main), sandbox, rng, last=ends, thorough=thorough)
        results |= dict(zip(group, found, strict=True))
        output = output or printed
        if fault and group is shared:
            everything = [results.get(n) or _not_run(check) for n, check in enumerate(checks)]
            return replace(_verdict(everything, fault.outcome, fault.message + _factory_words(fault, files)), output=output)
        if not thorough and any(result.outcome is not Outcome.passed for result in found):
            break
    ordered = [results.get(number) or _not_run(check) for number, check in enumerate(checks)]
    verdict = _verdict(ordered, _overall(ordered), "")
    other = "" if verdict.passed else unasked(files)
    words = f"`app` is what is asked, and it has no routes; yours are on `{other}`" if other else ""
    return replace(verdict, output=output, message=words)


def _factory_words(fault: CheckResult, files: Mapping[str, str]) -> str:
    """How the app that wasn't found is made, where a function makes one."""
    made_by = factory(files) if fault.message == _NO_APP else ""
    return f": `app = {made_by}()` calls the one that makes it" if made_by else ""


def grade_block(block: "Block", sandbox: "Sandbox", rng: "Random") -> Verdict:
    """Runs a document's block against what is said of it. What it lacks, nobody's answer is to blame for."""
    if not block.stated:
        return _nothing_stated(block)
    began = time.monotonic()
    verdict = _run_block(block, sandbox, rng)
    if block.missing and not verdict.passed:
        words = f"{block.missing[0]} is defined nowhere in the document"
        verdict = replace(verdict, message=words, outcome=Outcome.error)
    checks = sorted((*verdict.checks, *_not_understood(block)), key=lambda check: check.line or 0)
    return _confined(replace(verdict, checks=tuple(checks), duration_s=time.monotonic() - began), sandbox)


def _nothing_stated(block: "Block") -> Verdict:
    if block.fault:
        return Verdict(Outcome.not_run, 0, _not_understood(block), message=block.fault)
    if block.missing:
        return Verdict(Outcome.not_run, 0, message=f"NameError: {block.missing[0]} is defined nowhere in the document")
    words = "what is stated isn't understood" if block.unread else "nothing is stated to compare with"
    return Verdict(Outcome.no_expectation, 0, _not_understood(block), message=words)


def _not_understood(block: "Block") -> tuple[CheckResult, ...]:
    """What looks like an expectation and isn't one: said, and counted for nothing."""
    return tuple(
        CheckResult(unread.words, Outcome.no_expectation, 0, f"not understood: {unread.why}", line=unread.line)
        for unread in block.unread
    )


def _run_block(block: "Block", sandbox: "Sandbox", rng: "Random") -> Verdict:
    """The verdict on what is stated, with the document's lines wherever a line is told."""
    checks = [stated.check for stated in block.stated]
    if not _has_code(block.source):
        return _placed(block, [_not_run(check) for check in checks], Outcome.error, "the answer is empty")
    with sandbox.open({"main.py": block.source}) as opened:
        run = _Relined(opened, block)
        loaded = run.load()
        if not isinstance(loaded, Loaded):
            broken = [_broken_check(check, loaded) for check in checks]
            return _placed(block, [_unreached(result) for result in broken], broken[0].outcome, broken[0].message)
        results: list[CheckResult] = []
        for stated in block.stated:
            goes_on = not results or results[-1].outcome in _GOES_ON
            result = drive(scenario.play(stated.check, rng), run) if goes_on else _not_run(stated.check)
            results.append(_read_otherwise(stated, result))
    return _placed(block, results, _overall(results), "")


def _placed(block: "Block", results: Sequence[CheckResult], outcome: Outcome, message: str) -> Verdict:
    """A verdict whose checks stand where their requests stand in the document."""
    placed = [
        replace(result, line=stated.line, expected=_in_short(result.expected))
        for result, stated in zip(results, block.stated, strict=True)
    ]
    return _verdict(placed, outcome, message)


def _in_short(expected: Any) -> Any:
    """What is expected, without the hundred numbers that a success can have."""
    is_success = isinstance(expected, dict) and expected.get("status") == list(range(200, 300))
    return {**expected, "status": "2xx"} if is_success else expected


def _read_otherwise(stated: "Stated", result: CheckResult) -> CheckResult:
    """The result where any of the readings of what is stated may hold; which one did is said where they are about two things."""
    if result.outcome is Outcome.passed:  # 200 is what nearly all answer, so that it may prove nothing of the body that was meant
        is_usual = stated.first and (result.expected or {}).get("status") == _OK
        return replace(result, message=f"the number is read as {stated.first}" if is_usual else "")
    for reading in stated.others:
        if result.outcome is Outcome.failed and not match(reading.pattern, result.actual):
            words = f"the number is read as {reading.words}" if reading.words else ""
            return replace(result, outcome=Outcome.passed, mismatches=(), traceback="", message=words)
    if stated.first and result.outcome is Outcome.failed:
        number = (result.expected or {}).get("status")
        return replace(result, message=f"{number} is neither {stated.first} nor {stated.others[0].words}: {result.message}")
    return result


class Answering(Protocol):
    """Whatever replies to calls: a run."""

    def send(self, call: Call) -> Reply:
        """What comes of one call."""


class _Relined:
    """A run that tells the document's lines where the snippet's are told."""

    def __init__(self, run: "Run", block: "Block") -> None:
        self._run = run
        self._block = block

    def load(self) -> Loaded | Broken | Stopped:
        """The app's name, or why there is none."""
        loaded = self._run.load()
        if not isinstance(loaded, Broken):
            return loaded
        raised = self._placed(loaded.raised)
        if loaded.reason == "syntax":  # Python's own words: "expected an indented block after 'if' statement on line 3"
            raised = raised._replace(
                message=_ON_LINE.sub(lambda found: f"on line {self._block.place(int(found[1]))}", raised.message)
            )
        return loaded._replace(raised=raised)

    def send(self, call: Call) -> Reply:
        """What comes of one call."""
        reply = self._run.send(call)
        if isinstance(reply, Response) and reply.raised is not None:
            return reply._replace(raised=self._placed(reply.raised))
        return reply

    def _placed(self, raised: Raised) -> Raised:
        frames = (frame._replace(line=self._block.place(frame.line)) for frame in raised.frames)
        return raised._replace(frames=tuple(frames))


_OK: Final = 200
_ON_LINE: Final = re.compile(r"\bon line (\d{1,9})\b")


_TOO_LONG: Final = f"the answer has more than {LONGEST:,} characters, which is more than is read"


def _unread(text: str) -> str:
    """Why there is nothing to run in a text that should be Python, as Python would say it; empty where there is something."""
    if len(text) > LONGEST:
        return _TOO_LONG
    if place := _not_utf8(text):
        return f"this is not Python: {place}, but no encoding declared; save the file as UTF-8"
    return "" if _has_code(text) else "the answer is empty"


def _not_utf8(text: str) -> str:
    """The first byte that wasn't UTF-8 when the text was read, which stands in it as a lone surrogate; empty without one."""
    found = re.search("[\udc80-\udcff]", text)
    if found is None:
        return ""
    line = text.count("\n", 0, found.start()) + 1
    return f"line {line}: Non-UTF-8 code starting with '\\x{ord(found[0]) - 0xDC00:02x}'"


def _has_code(text: str) -> bool:
    """Whether a text holds anything but comments and blank lines; one that isn't Python counts as something."""
    try:
        return bool(parsed(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two for what is nested too deep
        return True


def _grade_group(
    checks: Sequence[Check],
    answer: tuple[Mapping[str, str], str],
    sandbox: "Sandbox",
    rng: "Random",
    *,
    last: bool,
    thorough: bool,
) -> tuple[list[CheckResult], CheckResult | None, str]:
    """The results of checks that share a process, how they all ended where the app didn't load, and what was printed."""
    first = checks[0]
    given = template.draw(first.kinds(), rng) if first.own_process and hasattr(first, "kinds") else None
    env = {name: template.as_text(template.fill(value, given or {})) for name, value in first.env.items()}
    files = {name: template.as_text(template.fill(value, given or {})) for name, value in first.files.items()}
    written, main = answer
    with sandbox.open({**files, **written}, env, main, last=last) as run:
        loaded = run.load()
        if not isinstance(loaded, Loaded):
            broken = [_broken_check(check, loaded) for check in checks]
            return (broken if first.own_process else [_unreached(result) for result in broken]), broken[0], run.printed()
        return _run_checks(checks, written, run, rng, given, thorough), None, run.printed()


def _run_checks(
    checks: Sequence[Check],
    written: Mapping[str, str],
    run: "Run",
    rng: "Random",
    given: Mapping[str, Any] | None,
    thorough: bool,
) -> list[CheckResult]:
    results: list[CheckResult] = []
    stopped = False
    for check in checks:
        if isinstance(check, DocumentCheck):
            raise QuizkitError(f"{check.title}: no document is looked into where an app runs")  # the models let none by
        if stopped and (not thorough or not isinstance(check, SourceCheck)):
            results.append(_not_run(check))
        elif isinstance(check, SourceCheck):
            results.append(_source_result(check, written))
        else:
            results.append(drive(scenario.play(check, rng, given), run))
            stopped = results[-1].outcome not in _GOES_ON
        if not thorough:
            stopped = results[-1].outcome is not Outcome.passed
    return results


_GOES_ON: Final = (Outcome.passed, Outcome.failed)
"""How a check ends that leaves the app there to be asked again."""


def drive(play: scenario.Play, run: Answering) -> CheckResult:
    """Carries requests out and replies back until the check has its result."""
    try:
        request = next(play)
        while True:
            request = play.send(run.send(request))
    except StopIteration as finished:
        result: CheckResult = finished.value
        return result


def _source_result(check: SourceCheck, written: Mapping[str, str]) -> CheckResult:
    try:
        broken = source.broken_rules(written, check.source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        broken = ["this is not Python"]  # the run that said that it could be loaded lied
    outcome = Outcome.failed if broken else Outcome.passed
    words = check.message if broken and check.message else "; ".join(broken)
    return CheckResult(check.title, outcome, check.weight, words, check.hint if broken else "")


def _not_run(check: Check) -> CheckResult:
    return CheckResult(check.title, Outcome.not_run, check.weight)


def _broken_check(check: Check, loaded: Broken | Stopped) -> CheckResult:
    """A check whose own process had no app to ask. What the check says of it is the app's fault, so it isn't `not_run`."""
    if isinstance(loaded, Stopped):
        return replace(_not_run(check), outcome=stopped_outcome(loaded), message=broken_words(loaded))
    raised = loaded.raised
    outcome = cause_outcome(raised) or Outcome.error
    line = raised.frames[-1].line if raised.frames else None
    trace = traceback_text(raised) if raised.exception else ""
    result = replace(_not_run(check), outcome=outcome, message=broken_words(loaded))
    return replace(result, hint=check.hint, line=line, traceback=trace)


def _unreached(result: CheckResult) -> CheckResult:
    """A check that shares its process with others: that there is no app is said once, for all of them."""
    return replace(result, outcome=Outcome.not_run, message="", hint="")


def _overall(results: Sequence[CheckResult]) -> Outcome:
    """The worst of what happened: a run that was ended says more than a check that failed."""
    for outcome in (Outcome.timeout, Outcome.memory, Outcome.killed, Outcome.blocked, Outcome.failed, Outcome.error):
        if any(result.outcome is outcome for result in results):
            return outcome
    return Outcome.passed


def _verdict(results: Sequence[CheckResult], outcome: Outcome, message: str) -> Verdict:
    whole = sum(result.weight for result in results)
    gained = sum(result.weight for result in results if result.outcome is Outcome.passed)
    return Verdict(outcome, gained / whole, tuple(results), message=message)


def grade_tests(question: Tests, text: str, sandbox: "Sandbox", rng: "Random") -> Verdict:
    """Runs the person's tests against the right app and each wrong one, in random order and all under one name.

    Only the pattern over all of them counts, which the tests can't know: all pass on the right app, some fail on each wrong.
    """
    names = ["pass on the right app", *(f"fail where {wrong.why}" for wrong in question.wrong_apps)]
    if unread := _unread(text):
        return _verdict([CheckResult(name, Outcome.not_run) for name in names], Outcome.error, unread)
    apps = _alike([question.app, *(question.text_of(wrong) for wrong in question.wrong_apps)])
    # The right app comes twice, so that a file which passes or fails by chance is less likely to hit the pattern.
    order = [0, *range(len(apps))]
    rng.shuffle(order)
    found: dict[int, CheckResult] = {}
    for number in order:
        result = _judge_tests(names[number], _run_tests(text, number, apps, sandbox), right=number == 0)
        if number == 0 and result.outcome is not Outcome.passed:
            rest = [CheckResult(name, Outcome.not_run) for name in names[1:]]
            return _verdict([result, *rest], _overall([result, *rest]), "")
        found[number] = result
    results = [found[number] for number in range(len(apps))]
    return _verdict(results, _overall(results), "")


def _alike(apps: Sequence[str]) -> list[str]:
    """The apps, each as long as the longest: a file's size is what some machines let a run see of another's."""
    longest = max(len(app.encode()) for app in apps)
    return [app + "\n" * (longest - len(app.encode())) for app in apps]


@dataclass(frozen=True, slots=True)
class _TestRun:
    """What came of the person's tests on one app."""

    ended: Tested | Stopped
    requests: int


def _run_tests(text: str, number: int, apps: Sequence[str], sandbox: "Sandbox") -> _TestRun:
    """The tests in one process, an app in another; what the tests ask for is carried between them.

    Both processes begin with the libraries of all the apps, so that none tells by what is loaded already which app it is.
    """
    requests = 0
    tests = {TEST_FILE: text, TEST_SETTINGS: "[pytest]\n"}
    sources = (*apps, text)
    with (
        sandbox.open({"main.py": apps[number]}, likewise=sources) as answering,
        sandbox.open(tests, likewise=sources) as testing,
    ):
        loaded = answering.load()
        if not isinstance(loaded, Loaded):
            raise QuizkitError(f"the deck's app can't be asked: {broken_words(loaded)}")
        said = testing.run_tests()
        while isinstance(said, Asked):
            requests += 1
            reply = answering.send(said.request)
            if not isinstance(reply, Response):
                return _TestRun(reply if isinstance(reply, Stopped) else Stopped("garbled"), requests)
            said = testing.run_tests(reply)
        return _TestRun(said, requests)


def catches(text: str, app: str, sandbox: "Sandbox") -> bool:
    """Whether tests fail on a wrong app, or it can't even be asked. Raises NoSandbox where the worker is gone."""
    try:
        ran = _run_tests(text, 0, [app], sandbox)
    except NoSandbox:
        raise
    except QuizkitError:
        return True
    return _judge_tests("", ran, right=False).outcome is Outcome.passed


def _judge_tests(name: str, ran: _TestRun, *, right: bool) -> CheckResult:
    """On the right app every test has to pass, and one at least to ask something; on a wrong one any failure will do."""
    if isinstance(ran.ended, Stopped):
        outcome = stopped_outcome(ran.ended) if right else Outcome.passed
        return CheckResult(name, outcome, message=stopped_words(ran.ended) if right else "")
    failures = [test for test in ran.ended.outcomes if not test.passed]
    count = f"{len(ran.ended.outcomes)} tests, {ran.requests} requests"
    if not right:
        caught = bool(failures) and ran.requests > 0
        return CheckResult(
            name, Outcome.passed if caught else Outcome.failed, message="" if caught else f"all pass here too ({count})"
        )
    if failures:
        trace = f"{failures[0].name}\n{failures[0].message}"
        return CheckResult(name, Outcome.failed, message=f"{len(failures)} of {count} fail", traceback=trace)
    if not ran.ended.outcomes or not ran.requests:
        return CheckResult(name, Outcome.failed, message=_untested_words(ran.ended))
    return CheckResult(name, Outcome.passed, message=count)


def _untested_words(ended: Tested) -> str:
    """Why tests that don't fail prove nothing."""
    if ended.outcomes:
        return "no test sends a request to the app"
    return "no test counts: all are skipped, or expected to fail" if ended.skipped else "there is no test"


def _grade_predict(question: Predict, answer: Answer, sandbox: "Sandbox") -> Verdict:
    found = responses(question, sandbox)
    if isinstance(found, Raised):
        return mark_exception(answer, found.exception)
    return mark_predict(question, answer, found)


def responses(question: Predict, sandbox: "Sandbox") -> tuple[Response, ...] | Raised:
    """What a `predict` question's snippet answers, or what its import ends with where that is asked.

    Raises QuizkitError where the snippet does something else: a fault of the deck.
    """
    with sandbox.open({"main.py": question.snippet}) as run:
        loaded = run.load()
        if question.raises is not None:
            if isinstance(loaded, Broken) and loaded.raised.exception:
                return loaded.raised
            raise QuizkitError(f"{question.id}: the snippet was to fail when it is imported, and it doesn't")
        if not isinstance(loaded, Loaded):
            raise QuizkitError(f"{question.id}: the deck's snippet can't be asked: {broken_words(loaded)}")
        found = []
        for ask in question.ask:
            reply = run.send(encode(ask.request, {}, new_client=True))
            if not isinstance(reply, Response):
                words = stopped_words(reply) if isinstance(reply, Stopped) else "no response"
                raise QuizkitError(f"{question.id}: the deck's snippet gave no answer: {words}")
            found.append(reply)
        return tuple(found)


_NO_APP: Final = "no FastAPI app was found; the file needs a line such as `app = FastAPI()`"


def broken_words(loaded: Broken | Stopped) -> str:
    """Why there is no app to ask, and what to do about it."""
    if isinstance(loaded, Stopped):
        endless = "; an endless loop? What only takes long gets longer with --timeout" if loaded.reason == "timeout" else ""
        return f"while it was imported: {stopped_words(loaded)}{endless}"
    raised = loaded.raised
    where = f"line {raised.frames[-1].line}: " if raised.frames else ""
    what = "; ".join(filter(None, (raised_text(raised), forbidden_words(raised))))
    match loaded.reason:
        case "syntax":
            return f"this is not Python: {where}{raised.message}"
        case "missing_package":
            return f"{where}{raised.message}; {_missing_words(raised.message)}"
        case "no_app":
            return _NO_APP
        case "several_apps":
            return f"there are several apps ({raised.message}); call the one to be asked `app`"
        case "exit":
            return f"{where}the program ended itself while it was imported ({exception_name(raised)})"
        case "lifespan":
            return f"the app's startup failed: {where}{what}"
    return f"the import failed: {where}{what}"


def _missing_words(message: str) -> str:
    """What to do about a module that isn't there, by the name that Python says it looked for."""
    named = re.search(r"'([\w.]+)'", message)
    package = named[1].rpartition(".")[0] if named else ""
    if (package or (named[1] if named else "")) == "uvicorn":
        return "no server is started here, and uvicorn isn't installed beside quizkit: `uvicorn.run` belongs under `if __name__`"
    if package:
        return f"`{package}` is there, and has no such module"
    return "no file of the answer is called so, nor a package beside quizkit: install it, or do without it"
