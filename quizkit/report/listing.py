"""Lists of questions and of proofs, for a terminal or a pipe."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import indent
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quizkit.deck.models import Entry
from quizkit.proof.result import KILLED_OF_A_DECK, SIDES, Proof, Survivor, killed_share, totals
from quizkit.proof.variants import changed_lines
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


_WORDS: Final = {
    "solutions": "solutions pass",
    "rewritings": "rewritings pass",
    "starters": "starters fail",
    "wrong": "wrong versions and cheats fail",
    "mutants": "mutants fail",
    "keys": "keys are stable",
}


def proofs(found: Sequence[Proof]) -> RenderableType:
    """A row a question, then what fell short and what survived, and the deck's figures at the end."""
    parts: list[RenderableType] = [_table(found)]
    for proof in found:
        parts += [plain(f"{sign('no')} {proof.id}   {message}") for message in proof.messages]
        parts += [line for survivor in proof.survivors for line in _survivor(proof.id, survivor)]
    parts += ["", Text(f"verify · {plural(len(found), 'question')}"), *(Text(f"  {line}") for line in _figures(found))]
    return Group(*parts)


def _figures(found: Sequence[Proof]) -> Iterator[str]:
    whole = totals(found)
    for side in SIDES:
        yield f"{whole.held[side]} of {whole.made[side]} {_WORDS[side]}{_share(found, whole) if side == 'mutants' else ''}"


def _share(found: Sequence[Proof], whole: Proof) -> str:
    share = f"{killed_share(found):.1%} (at least {KILLED_OF_A_DECK:.0%} have to)"
    return f", {share}; {whole.equivalent} more are listed as equivalent"


def _table(found: Sequence[Proof]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    table.add_column("question", no_wrap=True)
    for side in SIDES:
        table.add_column(side, justify="right")
    for proof in found:
        counts = (f"{proof.held[side]}/{proof.made[side]}" if proof.made[side] else "" for side in SIDES)
        table.add_row(sign("ok") if proof.passed else sign("no"), plain(proof.id), *counts)
    return table


def _survivor(name: str, survivor: Survivor) -> Iterator[RenderableType]:
    """A mutant that no check saw, as the lines that changed."""
    changed = f"solution {survivor.solution}" if survivor.solution else "the app"
    yield plain(f"{sign('partly')} {name}   {changed}, line {survivor.line}: {survivor.rule}", "yellow")
    yield plain(indent(changed_lines(survivor.before, survivor.after), "    "))
