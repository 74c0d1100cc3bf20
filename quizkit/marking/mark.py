"""Marks the answers that need no process: choices, gaps, predictions, and sentences by what the person ticks."""

import ast
import json
import re
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from quizkit.check.match import same
from quizkit.check.message import NotJson, body_json, body_text, header
from quizkit.deck.models import Ask, Choice, Cloze, Gap, Predict, Recall
from quizkit.marking.gaps import fits, nearness
from quizkit.sandbox.protocol import Response
from quizkit.verdict import CheckResult, Outcome, PointResult, Verdict

Answer = tuple[str, ...]
"""What a person hands in, one text a field: a gap, a status, a body, a file."""


class Marker(Protocol):
    """Whatever can mark a `recall` answer."""

    def mark(self, question: Recall, answer: str) -> Verdict:
        """The verdict, with each key point's state and, in `confidence`, how sure it is."""


SURE: Final = 0.7
"""Confidence below which a mark is put to the person before anything is made of it. Of the answers to half of the questions in
`tests/marking/answers` a fifth lies below, with three times the error of the others."""


class SelfMarker:
    """Leaves the marking to the person: each key point is listed, none is ticked yet."""

    def mark(self, question: Recall, answer: str) -> Verdict:
        """A verdict without confidence, whose points `ticked` then fills in."""
        del answer  # the person holds it against the reference themselves
        return Verdict(Outcome.not_run, 0, points=_points(question), confidence=0)


class LateMarker:
    """A marker that is made at the first typed answer, since what it is made of takes a while to load."""

    def __init__(self, make: Callable[[], Marker]) -> None:
        self._make = make
        self._made: Marker | None = None

    def mark(self, question: Recall, answer: str) -> Verdict:
        """The verdict on what was typed; what was only said aloud is left to the person."""
        if not answer.strip():
            return SelfMarker().mark(question, answer)
        if self._made is None:
            self._made = self._make()
        return self._made.mark(question, answer)


def _points(question: Recall) -> tuple[PointResult, ...]:
    points = question.key_points
    if points is None:
        return ()
    return tuple(PointResult(listed.point.idea, listed.role, "unmarked", why=listed.why) for listed in points.listed)


def ticked(verdict: Verdict, ticks: Collection[int]) -> Verdict:
    """The verdict once the person has said which of its points, counted from 1, the answer made.

    The score is the share of must points; each misconception that was voiced takes away one of them. A statement of the
    reference that the answer was said to contradict, and doesn't, is gone.
    """
    points = tuple(
        replace(point, state="found" if number in ticks else "missed", words=point.words if number in ticks else "")
        for number, point in enumerate(verdict.points, 1)
        if point.role != "reference" or number in ticks
    )
    must = [point for point in points if point.role == "must"]
    voiced = sum(point.is_wrong for point in points)
    found = sum(point.state == "found" for point in must)
    score = max(0, found - voiced) / len(must) if must else 0
    outcome = Outcome.passed if must and found == len(must) and not voiced else Outcome.failed
    return replace(verdict, outcome=outcome, score=score, points=points, confidence=1)


def mark_choice(question: Choice, answer: Answer) -> Verdict:
    """Marks the numbers, counted from 1 in the deck's order, of the options that were chosen.

    With several right options each one counts, and each wrong choice takes one away.
    """
    chosen = {int(number) for number in re.findall(r"[0-9]{1,3}", " ".join(answer))}
    checks = tuple(_option_result(option, number in chosen) for number, option in enumerate(question.options, 1))
    right = {number for number, option in enumerate(question.options, 1) if option.is_right}
    score = max(0, len(chosen & right) - len(chosen - right)) / len(right)
    return Verdict(Outcome.passed if chosen == right else Outcome.failed, score, checks)


def _option_result(option: Any, chosen: bool) -> CheckResult:
    outcome = Outcome.passed if chosen == option.is_right else Outcome.failed
    why = option.why or ("is right" if option.is_right else "")
    return CheckResult(option.text, outcome, message=why, expected=option.is_right, actual=chosen)


def mark_cloze(question: Cloze, answer: Answer) -> Verdict:
    """Marks one text a gap; a gap that has no text is wrong."""
    texts = [*answer, *[""] * len(question.gaps)]
    checks = tuple(
        _gap_result(number, gap, text) for number, (gap, text) in enumerate(zip(question.gaps, texts, strict=False), 1)
    )
    return _summed(checks)


def _gap_result(number: int, gap: Gap, text: str) -> CheckResult:
    """What fills a gap needs no list of what else would have; the list is for who didn't know any of it."""
    said = text.strip()
    if fits(gap, text):
        return CheckResult(f"gap {number}", Outcome.passed, expected=said, actual=said)
    return CheckResult(
        f"gap {number}", Outcome.failed, message=nearness(gap, text), expected=" or ".join(gap.answers), actual=said
    )


def asked_parts(question: Predict) -> tuple[tuple[int, str], ...]:
    """What a prediction consists of: a request's number and the part that is asked for, every status before all else.

    Were a body asked for right after its status, that alone would say which of the others failed.
    """
    parts = [(number, part) for number, ask in enumerate(question.ask) for part in ask.about]
    return tuple(sorted(parts, key=lambda pair: pair[1] != "status"))


def mark_predict(question: Predict, answer: Answer, responses: Sequence[Response]) -> Verdict:
    """Marks a prediction against what the snippet answered a moment ago, one text a part that is asked for."""
    parts = [(question.ask[number], part, responses[number]) for number, part in asked_parts(question)]
    texts = [*answer, *[""] * len(parts)]
    return _summed(tuple(_part_result(*part, text) for part, text in zip(parts, texts, strict=False)))


def mark_exception(answer: Answer, exception: str) -> Verdict:
    """Marks which exception an import ends with, by the class's name."""
    text = answer[0].strip().rpartition(".")[2] if answer else ""
    fits = text.casefold() == exception.casefold()
    return _summed((CheckResult("exception", Outcome.passed if fits else Outcome.failed, expected=exception, actual=text),))


def _part_result(ask: Ask, part: str, response: Response, text: str) -> CheckResult:
    actual = observed(part, response)
    outcome = Outcome.passed if _predicted(part, text, actual, response) else Outcome.failed
    name = f"{ask.request.method} {ask.request.path} · {part}"
    return CheckResult(name, outcome, expected=spelt(part, actual, response), actual=text.strip())


def spelt(part: str, actual: Any, response: Response) -> str:
    """What a response shows, as a person would type it: JSON in JSON's spelling, a header that isn't there as nothing."""
    if part == "json" and _is_json(response):
        return json.dumps(actual, ensure_ascii=False)
    return "" if actual is None else str(actual)


def observed(part: str, response: Response) -> Any:
    """What a response shows of the part that a `predict` question asks for; None where there is nothing."""
    if part == "status":
        return response.status
    if part.startswith("headers."):
        text = header(response, part.removeprefix("headers."))
        return text if isinstance(text, str) else None
    try:
        return body_json(response) if part == "json" else body_text(response)
    except NotJson:
        return body_text(response)


def _predicted(part: str, text: str, actual: Any, response: Response) -> bool:
    text = text.strip()
    if part == "json" and response.body:
        said = typed_json(text)
        return said is not UNREADABLE and (same(said, actual) or (not _is_json(response) and text == actual.strip()))
    if part == "status":
        return re.match(rf"{actual}(\s|$)", text) is not None
    if actual is None:
        return text.casefold() in _NOTHING
    return text == str(actual).strip()


def _is_json(response: Response) -> bool:
    try:
        body_json(response)
    except NotJson:
        return False
    return True


UNREADABLE: Final = object()
_NOTHING: Final = frozenset({"", "-", "none", "null", "nothing", "absent", "missing", "no", "not there", "no such header"})
"""What people type for a header that isn't there."""


def typed_json(text: str) -> Any:
    """JSON as a person types it: also in Python's spelling, and a text without its quotes. UNREADABLE for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text if text and not text.startswith(("{", "[")) else UNREADABLE


def _summed(checks: tuple[CheckResult, ...]) -> Verdict:
    right = sum(check.outcome is Outcome.passed for check in checks)
    outcome = Outcome.passed if right == len(checks) else Outcome.failed
    return Verdict(outcome, right / len(checks), checks)
