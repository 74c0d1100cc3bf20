"""What became of an answer part by part: options, gaps, predictions, key points; and what a right one could do better."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from quizkit.check.match import ABSENT
from quizkit.marking.mark import SURE
from quizkit.report.layout import Cut, Hanging, Row
from quizkit.report.text import ROLE_WORDS, plain, plural, safe, sign
from quizkit.verdict import GAP, Advice, CheckResult, Outcome, Verdict, Worth


def advice(verdict: Verdict) -> RenderableType:
    """What could still be better in an answer that passed: a heading a grade, a line a piece of advice."""
    parts: list[RenderableType] = []
    for grade in Worth:
        found = _by_message([advice for advice in verdict.advice if advice.grade is grade])
        if found:
            parts.append(Text(f"  {grade.capitalize()}", style="bold"))
        for first, lines in found:
            mark, style = (sign("partly"), "") if grade is Worth.changing else (sign("none"), "dim")
            place = f"{first.file} line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}".strip()
            parts.append(Hanging(f"{mark} ", f"{place}: {first.message}", style, indent=2))
    return Group(*parts)


def _by_message(found: Iterable[Advice]) -> list[tuple[Advice, list[int]]]:
    """Each advice once a file, with all the lines that earn it."""
    same: dict[tuple[str, str], tuple[Advice, list[int]]] = {}
    for one in found:
        same.setdefault((one.file, one.message), (one, []))[1].append(one.line)
    return list(same.values())


def marked(verdict: Verdict, order: Sequence[int] = ()) -> RenderableType:
    """How a choice, the gaps, or a prediction came out, part by part; a choice's options as they were shown, by `order`."""
    shown = [verdict.checks[index] for index in order] or list(verdict.checks)
    return Group(*(line for number, check in enumerate(shown, 1) for line in _part(check, number)))


def _part(check: CheckResult, number: int) -> Iterator[RenderableType]:
    if isinstance(check.expected, bool):
        yield from _option(check, number)
    elif check.outcome is Outcome.passed:
        yield Row(sign("ok"), "green", check.name, _said(check.expected))
    else:
        yield Row(sign("no"), "red", check.name, "")
        yield Cut(Text.assemble("it is      ", (safe(_said(check.expected)), "green")), 8, fold=True)
        yield Cut(Text.assemble("you said   ", (safe(_said(check.actual)) or "nothing", "red")), 8, fold=True)
        if check.message:
            yield Hanging("", check.message, "yellow", indent=8)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _option(check: CheckResult, number: int) -> Iterator[RenderableType]:
    if check.outcome is Outcome.passed and not check.actual:
        return
    if check.expected:
        missed = check.outcome is not Outcome.passed
        yield Hanging(f"{sign('ok')} {number}  ", check.name + ("  (right, and not chosen)" if missed else ""), "green", indent=2)
    else:
        yield Hanging(f"{sign('no')} {number}  ", check.name + "  (you chose this)", "red", indent=2)
        yield Hanging("", check.message, indent=7)


def recalled(verdict: Verdict, answer: str, *, changeable: bool) -> RenderableType:
    """How sentences came out: what was said, the deciding words set apart, the mark, and point by point why.

    A mark that is `changeable` by a key says so.
    """
    parts: list[RenderableType] = []
    if verdict.confidence:
        name, style = _mark_sign(verdict)
        words = _in_words(verdict) + (" · m: the mark is wrong" if changeable else "")
        parts += [Row(sign(name), style, f"{verdict.score:.2f}", words), Text()]
    if answer.strip():
        parts += [Text("  You said", style="bold"), _quoted(verdict, answer), Text()]
    return Group(*parts, points(verdict))


def _mark_sign(verdict: Verdict) -> tuple[str, str]:
    """The sign of a mark and its style; wrong is only what was said wrongly."""
    if any(point.is_wrong for point in verdict.points):
        return "wrong", "red"
    return ("ok", "green") if verdict.passed else ("partly", "yellow")


def _in_words(verdict: Verdict) -> str:
    """What a mark of sentences rests on. What was merely not found is never called wrong."""
    must = [point for point in verdict.points if point.role == "must"]
    found = sum(point.state == "found" for point in must)
    wrong = sum(point.is_wrong for point in verdict.points)
    words = f"{found} of {plural(len(must), 'point')}" + (f", {plural(wrong, 'wrong statement')}" if wrong else "")
    if verdict.confidence >= SURE:
        return words
    return f"not sure, rate it yourself; {words} found" + (f", those with {sign('missed')} were not" if found < len(must) else "")


def _quoted(verdict: Verdict, answer: str) -> Hanging:
    """The answer, with the words that decided for or against a point in bold."""
    text = plain(" ".join(answer.split()))
    for point in verdict.points:
        style = "bold red" if point.is_wrong else "bold green"
        for piece in filter(None, point.words.split(GAP)):
            text.highlight_words([safe(piece)], style)
    return Hanging("", text, indent=4)


_POINT_SIGNS: Final = {
    "found": ("ok", "green"),
    "missed": ("missed", "yellow"),
    "contradicted": ("wrong", "red"),
    "unmarked": ("none", ""),
}


def points(verdict: Verdict) -> RenderableType:
    """The key points, numbered, each with what became of it."""
    return Group(*(line for number, point in enumerate(verdict.points, 1) for line in _point(number, point)))


def _point(number: int, point: Any) -> Iterator[RenderableType]:
    name, style = _POINT_SIGNS[point.state]
    if point.role == "misconception":
        name, style = {"found": ("wrong", "red"), "missed": ("none", "dim")}.get(point.state, (name, style))
    yield Hanging(f"{sign(name)} {number}  ", ROLE_WORDS[point.role] + point.idea, style, indent=2)
    if point.words:
        yield Hanging("", f'"{safe(point.words)}"', "dim", indent=7)
    if point.role == "misconception" and point.state == "found" and point.why:
        yield Hanging("", point.why, indent=7)
