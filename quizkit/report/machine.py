"""Results for other programs: JSON with a format version, JUnit's XML, annotations for a forge."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from xml.etree import ElementTree

from quizkit.check.match import ABSENT
from quizkit.check.result import ANY_SUCCESS, status_words
from quizkit.deck.models import Entry
from quizkit.proof.result import Proof, totals
from quizkit.report.text import plural, safe
from quizkit.verdict import Advice, CheckResult, FileVerdict, Outcome, PointResult, Verdict

FORMAT_VERSION: Final = 1
_VALUE_SHOWN: Final = 4000
"""What a message for people holds of a value; in JSON it is whole."""


def to_json(result: Mapping[str, Any]) -> str:
    """One object, indented, with the format's version first."""
    whole = {"format_version": FORMAT_VERSION, **result}
    try:
        return json.dumps(whole, indent=2, ensure_ascii=True, default=_absent, allow_nan=False)
    except ValueError:  # a response's 1e999, a YAML answer's .nan
        return json.dumps(_spelt(whole), indent=2, ensure_ascii=True, default=_absent)


def _spelt(value: Any) -> Any:
    """The value with a text in place of each number that JSON has none for."""
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(value)
    if isinstance(value, dict):
        return {key: _spelt(held) for key, held in value.items()}
    return [_spelt(held) for held in value] if isinstance(value, list | tuple) else value


def _absent(value: Any) -> Any:
    return None if value is ABSENT else repr(value)


def verdicts(results: Sequence[FileVerdict]) -> dict[str, Any]:
    """What `quizkit check --format json` prints."""
    return {"results": [_verdict(result) for result in results]}


def _verdict(result: FileVerdict) -> dict[str, Any]:
    verdict = result.verdict
    return {
        "file": result.file,
        "line": result.line,
        "question": result.question,
        "outcome": verdict.outcome,
        "score": round(verdict.score, 4),
        "passed": sum(check.outcome is Outcome.passed for check in verdict.checks),
        "total": len(verdict.checks),
        "message": verdict.message,
        "checks": [_check(check) for check in verdict.checks],
        "advice": [_advice(advice) for advice in verdict.advice],
        "duration_s": round(verdict.duration_s, 4),
        "sandbox": list(verdict.sandbox),
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "name": check.name,
        "outcome": check.outcome,
        "line": check.line,
        "message": check.message,
        "hint": check.hint,
        "request": check.request,
        "expected": _expected(check),
        "actual": check.actual,
        "traceback": check.traceback,
    }


def _expected(check: CheckResult) -> Any:
    """What was expected; where any success will do, in a word instead of a hundred numbers."""
    if isinstance(check.expected, dict) and isinstance(check.expected.get("status"), list):
        words = status_words(check.expected["status"])
        return {**check.expected, "status": words} if words == ANY_SUCCESS else check.expected
    return check.expected


def _advice(advice: Advice) -> dict[str, Any]:
    place = {"file": advice.file, "line": advice.line} if advice.file else {"line": advice.line}
    return {"grade": advice.grade, **place, "rule": advice.rule, "message": advice.message}


def mark(verdict: Verdict, own: Mapping[str, Any]) -> str:
    """One line for one answer: the mark, what was found, missed and wrong, and the line's own keys."""
    told = {
        "score": round(verdict.score, 3),
        "confidence": round(verdict.confidence, 3),
        "outcome": verdict.outcome,
        "found": [_point(point) for point in verdict.points if point.state == "found" and not point.is_wrong],
        "missed": [_point(point) for point in verdict.points if point.state == "missed" and point.role == "must"],
        "wrong": [_point(point) for point in verdict.points if point.is_wrong],
    }
    return _line(told, own)


def no_mark(message: str, own: Mapping[str, Any]) -> str:
    """The line for one that can't be marked, so that as many come out as went in."""
    return _line({"outcome": Outcome.error, "message": message}, own)


def _line(told: dict[str, Any], own: Mapping[str, Any]) -> str:
    whole = {**told, **{key: value for key, value in own.items() if key not in told}}
    try:
        return json.dumps(whole, allow_nan=False)
    except ValueError:
        return json.dumps(_spelt(whole))


def _point(point: PointResult) -> dict[str, str]:
    return {"idea": point.idea, "words": point.words} | ({"why": point.why} if point.why else {})


def junit(results: Sequence[FileVerdict]) -> str:
    """A test suite a file, a test case a check: a check that failed is a failure, whatever else ended it is an error."""
    root = ElementTree.Element("testsuites", name="quizkit")
    for result in results:
        root.append(_suite(result))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _suite(result: FileVerdict) -> ElementTree.Element:
    verdict = result.verdict
    cases = [_case(result, check) for check in verdict.checks]
    kinds = [child.tag for case in cases for child in case]
    suite = ElementTree.Element(
        "testsuite",
        name=_xml(result.name),
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=f"{verdict.duration_s:.3f}",
    )
    suite.extend(cases)
    return suite


def _case(result: FileVerdict, check: CheckResult) -> ElementTree.Element:
    case = ElementTree.Element("testcase", name=_xml(check.name), classname=_xml(result.question or result.name), time="0")
    if check.outcome is Outcome.passed:
        return case
    broken = result.verdict.message if check.outcome is Outcome.not_run else ""
    tag = "failure" if check.outcome is Outcome.failed else "error"
    if check.outcome is Outcome.no_expectation or (check.outcome is Outcome.not_run and not broken):
        tag = "skipped"
    words = check.message or broken or str(check.outcome)
    child = ElementTree.SubElement(case, tag, message=_xml(words))
    if tag != "skipped":
        child.set("type", str(check.outcome))
        child.text = _xml(_story(check, words))
    return case


def _story(check: CheckResult, words: str) -> str:
    """All that is known of a check that failed, as text."""
    both = (("expected", _expected(check)), ("actual", check.actual))
    sides = [f"{name} {_one_line(side)}" for name, side in both if side is not None]
    return "\n".join(filter(None, (words, check.request, *sides, check.traceback, check.hint)))


def _one_line(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=_absent)
    return text if len(text) <= _VALUE_SHOWN else f"{text[:_VALUE_SHOWN]}…"


# What XML 1.0 has no place for: control characters, lone surrogates, two non-characters.
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", safe(text))


def github(results: Sequence[FileVerdict]) -> str:
    """A workflow command for each check that failed, which a forge shows beside the line; a notice for a file that passed."""
    return "\n".join(line for result in results for line in _annotations(result))


def _annotations(result: FileVerdict) -> Iterable[str]:
    doubts = [check for check in result.verdict.checks if check.outcome is Outcome.no_expectation]
    file = _property(result.file)
    warnings = [
        f"::warning file={file},line={check.line or 1}::{_message(f'{check.name}   {check.message}')}" for check in doubts
    ]
    return [*_outcome_annotations(result, file), *warnings]


def _outcome_annotations(result: FileVerdict, file: str) -> Iterable[str]:
    verdict = result.verdict
    if verdict.outcome in (Outcome.no_expectation, Outcome.not_run):
        return []
    if verdict.passed:
        passed = sum(check.outcome is Outcome.passed for check in verdict.checks)
        told = f"{result.question or f'line {result.line}'}: {plural(passed, 'check')} passed"
        return [f"::notice file={file},line={result.line or 1}::{_message(told)}"]
    if verdict.message:
        line = next((check.line for check in verdict.checks if check.line), result.line or 1)
        return [f"::error file={file},line={line},title={_property(result.question or '')}::{_message(verdict.message)}"]
    fine = (Outcome.passed, Outcome.not_run, Outcome.no_expectation)
    failed = [check for check in verdict.checks if check.outcome not in fine]
    return [
        f"::error file={file},line={check.line or 1},title={_property(check.name)}::" + _message(_story(check, check.message))
        for check in failed
    ]


def _message(text: str) -> str:
    return safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: Final[Mapping[str, Callable[[Sequence[FileVerdict]], str]]] = {
    "json": lambda results: to_json(verdicts(results)),
    "junit": junit,
    "github": github,
}
"""How verdicts can be printed for a program."""


def questions(entries: Iterable[Entry]) -> dict[str, Any]:
    """What `quizkit list --format json` prints."""
    return {"questions": [entry.as_json() for entry in entries]}


def proofs(found: Sequence[Proof]) -> dict[str, Any]:
    """What `quizkit verify --format json` prints."""
    whole = totals(found)
    made, held, same = whole.made, whole.held, whole.equivalent
    return {
        "mutants": {"made": made["mutants"] + same, "killed": held["mutants"], "equivalent": same},
        "rewritings": {"made": made["rewritings"], "accepted": held["rewritings"]},
        "questions": [_proof(proof) for proof in found],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    counts = {side: {"held": proof.held[side], "made": proof.made[side]} for side in proof.made}
    return {
        "id": proof.id,
        "outcome": "passed" if proof.passed else "failed",
        **counts,
        "equivalent": proof.equivalent,
        "survivors": [asdict(survivor) for survivor in proof.survivors],
        "messages": proof.messages,
    }
