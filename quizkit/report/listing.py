"""Lists of questions, proofs, problems and protections, for a terminal or a pipe."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import indent
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quizkit.deck.models import Entry
from quizkit.errors import Problem
from quizkit.proof.result import KILLED_OF_A_DECK, SIDES, Proof, Survivor, killed_share, totals
from quizkit.proof.variants import changed_lines
from quizkit.report.layout import Hanging
from quizkit.report.text import one_line, plain, plural, sign
from quizkit.sandbox.policy import Protection


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


def problems(found: Sequence[Problem]) -> RenderableType:
    """Every problem of a deck, one a line, and their number."""
    files = len({problem.path for problem in found})
    count = f"{plural(len(found), 'problem')} in {plural(files, 'file')}"
    return Group(*(plain(one_line(str(problem))) for problem in found), Text(count))


def health(versions: Mapping[str, str], folders: Mapping[str, str], protections: Sequence[Protection]) -> RenderableType:
    """What `quizkit doctor` found; a protection that is missing says what that means."""
    parts: list[RenderableType] = [plain("  " + " · ".join(f"{name} {version}" for name, version in versions.items())), Text()]
    parts += [Hanging(f"{name:<10}", path, indent=2) for name, path in folders.items()]
    parts += [Text(), Text("  A snippet is held in by", style="bold")]
    for found in protections:
        mark, style = (sign("ok"), "green") if found.held else (sign("no"), "red" if found.needed else "yellow")
        parts.append(Hanging(f"{mark} ", f"{found.name}: {found.reason}", style, indent=2))
    missing = [found.name for found in protections if found.needed and not found.held]
    end = (
        f"Don't run code from strangers here: no protection of {', '.join(missing)}."
        if missing
        else "All that a stranger's code needs."
    )
    parts += [Text(), Hanging("", end, indent=2)]
    return Group(*parts)
