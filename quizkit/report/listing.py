"""Lists of questions and of proofs, for a terminal or a pipe."""

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from quizkit.deck.models import Entry
from quizkit.proof.verify import COUNTED, Proof
from quizkit.report.console import plain, plural, sign


def questions(entries: Sequence[Entry]) -> RenderableType:
    """The questions by topic, one a line."""
    parts: list[RenderableType] = []
    for topic, group in groupby(entries, key=lambda entry: (entry.section, entry.topic)):
        number = f"{topic[0]:>2} " if topic[0] is not None else ""
        parts.append(plain(f"{number}{topic[1]}", "bold"))
        parts += [plain(f"   {e.id:<34} {e.kind:<8} {e.level:<7} {' '.join(e.tags)}".rstrip()) for e in group]
    topics = len({entry.topic for entry in entries})
    parts.append(Text(f"{plural(len(entries), 'question')} in {plural(topics, 'topic')}"))
    return Group(*parts)


def proofs(found: Sequence[Proof]) -> RenderableType:
    """The deck's figures, then everything that fell short."""
    words = {
        "solutions": "solutions pass",
        "starters": "starters fail",
        "wrong": "wrong versions fail",
        "keys": "keys are stable",
    }
    figures = [f"{sum(p.held[side] for p in found)} of {sum(p.made[side] for p in found)} {words[side]}" for side in COUNTED]
    parts: list[RenderableType] = [Text(f"verify · {plural(len(found), 'question')}"), *(Text(f"  {line}") for line in figures)]
    for proof in found:
        parts += [plain(f"  {sign('no')} {proof.id:<24} {message}") for message in proof.messages]
    return Group(*parts)
