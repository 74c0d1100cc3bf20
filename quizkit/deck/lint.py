"""What is wrong with a deck beyond its form: the rules of `deck/rules`, run over questions, and over a file's together."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from quizkit.deck import loader
from quizkit.deck.models import Entry, Question
from quizkit.deck.rules import coded, giveaway, options, sentences
from quizkit.deck.rules.words import Finding
from quizkit.errors import Problem

Rule = Callable[[Question], Iterator[Finding]]
RULES: Final[tuple[Rule, ...]] = (*coded.RULES, *giveaway.RULES, *options.RULES, *sentences.RULES)
"""What holds for every question."""
FULL_RULES: Final[tuple[Rule, ...]] = sentences.FULL_RULES
"""What a finished deck has, and a small one of one's own needn't."""
FILE_RULES: Final[tuple[Callable[[Sequence[Question]], Iterator[tuple[int, Finding]]], ...]] = options.FILE_RULES
"""What only several questions together show: each finding with the number of the question where it is told."""


def findings(question: Question, *, full: bool = False) -> Iterator[Finding]:
    """What every rule says of one question."""
    for rule in (*RULES, *FULL_RULES) if full else RULES:
        yield from rule(question)


def lint(paths: Sequence[Path], *, full: bool = False) -> tuple[list[Problem], int]:
    """Every problem of the decks at `paths`, and how many questions were read. Raises MissingPath."""
    sound, found = loader.inspect(paths)
    for entry, question in sound:
        found += [_problem(entry, finding) for finding in findings(question, full=full)]
    for group in _groups(sound):
        for rule in FILE_RULES:
            found += [_problem(group[number][0], finding) for number, finding in rule([question for _, question in group])]
    return sorted(set(found)), len(sound)


def _groups(sound: Sequence[tuple[Entry, Question]]) -> list[list[tuple[Entry, Question]]]:
    """The questions of each file, and of each deck of several."""
    groups: dict[str, list[tuple[Entry, Question]]] = defaultdict(list)
    for entry, question in sound:
        groups[entry.path].append((entry, question))
        groups[f"{Path(entry.path).parent}/"].append((entry, question))
    return list(groups.values())


def _problem(entry: Entry, finding: Finding) -> Problem:
    place, message = finding
    return Problem(Path(entry.path), loader.line_of(entry, *place), f"{entry.id}: {message}")
