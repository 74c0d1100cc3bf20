"""Rules about the options of a `choice` question: none may show by its looks what it is."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from quizkit.deck.models import Choice, Question
from quizkit.deck.rules.words import Finding

_OTHERS: Final = re.compile(
    r"\b(?:all|none|both|neither|either|any) of (?:the (?:above|below|others?|options|answers|statements)|these)\b"
    r"|^(?:all|none|both|neither) of them\W*$"
    r"|\b(?:both|either|neither) [A-I1-9] (?:and|or|nor) [A-I1-9]\b"
    r"|^(?:only )?[A-I],? (?:and|or) [A-I]\b(?: are\b| is\b|\W*$)"
    r"|\b(?:options?|answers?|statements?) (?:[A-I]|[1-9])\b"
    r"|\bthe (?:first|last|previous|other) (?:two|three)(?: (?:options|answers|statements)|,? (?:are|together)\b|\W*$)"
    r"|\bthe (?:first|second|third|last|previous|other) (?:options?|answers?)\b"
    r"|\b(?:the|as|all) above\b",
    re.IGNORECASE,
)
_MARGIN: Final = 1.15
_LEAST_QUESTIONS: Final = 4
_SHARE: Final = 0.75
_TELLING: Final = 20
"""How many letters longer an option must be before its length shows."""


def speak_of_no_others(question: Question) -> Iterator[Finding]:
    """Options are shuffled."""
    for number, option in _numbered(question):
        if _OTHERS.search(option):
            yield ("options", number), "options are shuffled, so one can't speak of the others; say what it means"


def _numbered(question: Question) -> Iterator[tuple[int, str]]:
    if isinstance(question, Choice):
        for number, option in enumerate(question.options):
            yield number, option.text


def differ(question: Question) -> Iterator[Finding]:
    """Two options that say the same."""
    seen: dict[str, int] = {}
    for number, text in _numbered(question):
        first = seen.setdefault(_meaning(text), number)
        if first != number:
            words = f"this option says the same as option {first + 1}; drop it, or make the difference one of substance"
            yield ("options", number), words


def _meaning(text: str) -> str:
    """The text as it is read: case counts in code alone, a full stop and doubled spaces nowhere."""
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(part.strip("`") if part.startswith("`") else part.lower() for part in parts).strip(" .;")


def look_alike(question: Question) -> Iterator[Finding]:
    """A right option that is longer than twice every other."""
    lengths = _lengths(question)
    if lengths is not None:
        right, longest_wrong = lengths
        if right > 2 * longest_wrong and right - longest_wrong >= _TELLING:
            number = next(n for n, option in enumerate(getattr(question, "options", ())) if option.is_right)
            words = "the right option is more than twice as long as any other, which gives it away; even them out"
            yield ("options", number), words


def _lengths(question: Question) -> tuple[int, int] | None:
    """How long the right option is, and the longest wrong one; None where several are right, or none is wrong."""
    if not isinstance(question, Choice):
        return None
    right = [len(option.text) for option in question.options if option.is_right]
    wrong = [len(option.text) for option in question.options if not option.is_right]
    return (right[0], max(wrong)) if len(right) == 1 and wrong else None


def right_is_not_always_longest(questions: Sequence[Question]) -> Iterator[tuple[int, Finding]]:
    """Over several questions: who always takes the longest option must not be right."""
    judged = [(number, lengths) for number, question in enumerate(questions) if (lengths := _lengths(question)) is not None]
    longest = [number for number, (right, wrong) in judged if right >= _MARGIN * wrong]
    if len(judged) >= _LEAST_QUESTIONS and len(longest) >= _SHARE * len(judged):
        names = ", ".join(questions[number].id for number in longest)
        words = f"the right option is the longest in {len(longest)} of {len(judged)} choice questions ({names}); even them out"
        yield longest[0], (("options",), words)


RULES: Final = (speak_of_no_others, differ, look_alike)
FILE_RULES: Final = (right_is_not_always_longest,)
