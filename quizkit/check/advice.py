"""What a right answer could still do better, from rules over its syntax tree. Nothing here touches a verdict."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from quizkit.check import bundle, careless, concurrency, outdated
from quizkit.check.names import Code, parsed
from quizkit.verdict import Advice, Worth

RULES: Final[tuple[Callable[[Code], Iterator[Advice]], ...]] = (*concurrency.RULES, *careless.RULES, *outdated.RULES)
"""Every rule; each yields what it finds."""


def advice(source: str, given: str = "") -> tuple[Advice, ...]:
    """The advice on `source`, what is worth changing first, then by line; nothing for what isn't Python.

    What a line of `given`, the text that a person began with, earns just so is the task's doing, and not said.
    """
    begun = {(found.rule, line) for found, line in _in_files(given, given)}
    fresh = {found for found, line in _in_files(source, given) if (found.rule, line) not in begun}
    return tuple(sorted(fresh, key=lambda found: (found.grade is Worth.knowing, found.file, found.line, found.rule)))


def _in_files(source: str, given: str) -> Iterator[tuple[Advice, str]]:
    """What is found in each file of an answer, with the line that earns it; each file is judged by itself."""
    try:
        files = bundle.files_of(source, given)
    except bundle.BrokenBundle:
        return
    several = bundle.is_bundle(given)
    for path, text in files.items():
        lines = text.split("\n")
        for found in _found(text) if path.endswith(".py") else ():
            placed = replace(found, file=path) if several else found
            yield placed, lines[found.line - 1].strip() if found.line <= len(lines) else ""


def _found(source: str) -> list[Advice]:
    try:
        code = Code(parsed(source))
        return [found for rule in RULES for found in rule(code)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two for what is nested too deep
        return []
