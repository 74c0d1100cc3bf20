"""What is wrong with a deck beyond its form: edits that don't fit, checks that can't fail, hints that give the answer away."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from quizkit.check.spec import Check, RequestCheck, SourceCheck, StepsCheck
from quizkit.deck import loader
from quizkit.deck.models import Choice, Coding, EditFault, Fix, Question, Recall, Tests
from quizkit.errors import Problem

Finding = tuple[tuple[str | int, ...], str]
"""A place inside the question, and what is wrong there."""


def findings(question: Question) -> Iterator[Finding]:
    """What every rule says of one question."""
    for rule in RULES:
        yield from rule(question)


def _edits_fit(question: Question) -> Iterator[Finding]:
    if not isinstance(question, Fix | Coding | Tests):
        return
    groups: dict[str, tuple[object, ...]] = {"solutions": question.solutions}
    if isinstance(question, Tests):
        groups["wrong_apps"] = question.wrong_apps
    else:
        groups |= {"wrong": question.wrong, "equivalent": question.equivalent}
    for key, versions in groups.items():
        for number, version in enumerate(versions):
            try:
                question.text_of(version)  # type: ignore[arg-type]  # both groups hold Versions
            except EditFault as fault:
                yield (key, number), str(fault)


def _something_can_fail(question: Question) -> Iterator[Finding]:
    """A check that states only a status is passed by an app that answers it to all."""
    if isinstance(question, Fix | Coding):
        statuses = [_only_status(check) for check in question.checks if not isinstance(check, SourceCheck)]
        if None not in statuses and len(set(statuses)) <= 1:
            yield ("checks",), "every check states only a status, which an app that always answers it would pass"


def _only_status(check: Check) -> object:
    """The one status that a check asks for, where it asks for nothing else; None where it asks for more."""
    if not isinstance(check, RequestCheck | StepsCheck) or check.looks or getattr(check, "parallel", None):
        return None
    statuses = {step.response.status for step in check.steps}
    bare = all(step.response.model_fields_set <= {"status"} for step in check.steps)
    return statuses.pop() if bare and len(statuses) == 1 else None


def _hints_are_no_solution(question: Question) -> Iterator[Finding]:
    if isinstance(question, Fix | Coding):
        for number, hint in enumerate(question.hints):
            if any(_squeezed(version.code or "\0") in _squeezed(hint) for version in question.solutions):
                yield ("hints", number), "this hint is a whole solution"


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _no_option_speaks_of_others(question: Question) -> Iterator[Finding]:
    if isinstance(question, Choice):
        for number, option in enumerate(question.options):
            if _OTHERS.search(option.text):
                yield ("options", number), "options are shuffled, so one can't speak of the others"


_OTHERS: Final = re.compile(
    r"\b(?:all|none|both|neither) of (?:the (?:above|others?|options)|these)\b|\bboth [A-E] and [A-E]\b", re.IGNORECASE
)


def _ideas_stand_once(question: Question) -> Iterator[Finding]:
    if isinstance(question, Recall) and question.key_points is not None:
        points = question.key_points
        ideas = [point.idea for point in (*points.must, *points.bonus, *points.misconceptions)]
        for idea in {idea for idea in ideas if ideas.count(idea) > 1}:
            yield ("key_points",), f"the idea {idea!r} stands there twice"


RULES: Final[tuple[Callable[[Question], Iterator[Finding]], ...]] = (
    _edits_fit,
    _something_can_fail,
    _hints_are_no_solution,
    _no_option_speaks_of_others,
    _ideas_stand_once,
)


def lint(paths: Sequence[Path]) -> tuple[list[Problem], int]:
    """Every problem of the decks at `paths`, and how many questions were read. Raises MissingPath."""
    sound, found = loader.inspect(paths)
    for entry, question in sound:
        for place, message in findings(question):
            found.append(Problem(Path(entry.path), loader.line_of(entry, *place), f"{entry.id}: {message}"))
    return sorted(found), len(sound)
