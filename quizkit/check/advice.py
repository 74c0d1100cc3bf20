"""What a right answer could still do better, from rules over its syntax tree. Nothing here touches a verdict."""

import ast
import warnings
from collections.abc import Callable, Iterator
from typing import Final

from quizkit.check import careless, concurrency, outdated
from quizkit.check.names import Code
from quizkit.verdict import Advice, Worth

RULES: Final[tuple[Callable[[Code], Iterator[Advice]], ...]] = (*concurrency.RULES, *careless.RULES, *outdated.RULES)
"""Every rule; each yields what it finds."""


def advice(source: str, given: str = "") -> tuple[Advice, ...]:
    """The advice on `source`, what is worth changing first, then by line; nothing for what isn't Python.

    What a line of `given`, the text that a person began with, earns just so is the task's doing, and not said.
    """
    begun = {(found.rule, _line(given, found.line)) for found in _found(given)}
    fresh = {found for found in _found(source) if (found.rule, _line(source, found.line)) not in begun}
    return tuple(sorted(fresh, key=lambda found: (found.grade is Worth.knowing, found.line, found.rule)))


def _found(source: str) -> list[Advice]:
    try:
        with warnings.catch_warnings(action="ignore"):
            code = Code(ast.parse(source))
        return [found for rule in RULES for found in rule(code)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two for what is nested too deep
        return []


def _line(source: str, number: int) -> str:
    lines = source.split("\n")
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
