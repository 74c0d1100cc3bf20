"""Commands for those who write decks: list, lint, verify, schema."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from quizkit.cli.workbench import Workbench

if TYPE_CHECKING:
    from quizkit.deck.loader import Deck
    from quizkit.proof.result import Proof

Paths = Annotated[
    list[Path] | None,
    typer.Argument(readable=False, help="Deck files or folders; the built-in deck where none is given.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Adds these commands to the program."""
    for command in (list_questions, lint, verify, schema):
        app.command("list" if command is list_questions else command.__name__)(command)


def list_questions(
    context: typer.Context,
    topics: Annotated[
        list[str] | None, typer.Argument(help="Topics: a number, a slug, how the title begins, or a tag.", show_default=False)
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only questions of this kind; can be repeated.")] = None,
    level: Annotated[list[str] | None, typer.Option(help="Only questions of this level; can be repeated.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only questions with this tag; can be repeated.")] = None,
    deck: Annotated[
        list[Path] | None, typer.Option(readable=False, help="Deck files or folders instead of the built-in deck.")
    ] = None,
    format: Annotated[Literal["rich", "json"], typer.Option(help="How to print it.")] = "rich",
) -> None:
    """Find questions."""
    from quizkit.cli.practice import wanted_filter  # noqa: PLC0415
    from quizkit.report import listing, machine  # noqa: PLC0415

    bench: Workbench = context.obj
    wanted = wanted_filter(kind, level, tag)
    entries = [entry for entry in bench.deck(deck or ()).select(topics or ()) if wanted.accepts(entry)]
    if format == "json":
        typer.echo(machine.to_json(machine.questions(entries)))
    else:
        bench.console().print(listing.questions(entries))


def lint(
    context: typer.Context,
    paths: Paths = None,
    full: Annotated[
        bool, typer.Option("--full", help="Ask for what a finished deck has too: explanations, follow-ups, two solutions.")
    ] = False,
) -> None:
    """Say whether a deck is well formed: every problem at once, as file:line: message."""
    from quizkit.deck.lint import lint as lint_paths  # noqa: PLC0415
    from quizkit.report import listing  # noqa: PLC0415

    bench: Workbench = context.obj
    found, count = lint_paths(paths or (), full=full)
    if found:
        bench.console().print(listing.problems(found), soft_wrap=True)
        raise typer.Exit(1)
    bench.console().print(f"{count} questions, no problems")


def verify(
    context: typer.Context,
    paths: Paths = None,
    format: Annotated[Literal["rich", "json"], typer.Option(help="How to print it.")] = "rich",
    again: Annotated[bool, typer.Option("--again", help="Prove also what was proved before and hasn't changed.")] = False,
) -> None:
    """Prove a deck: right answers and their rewritings pass, wrong ones and mutants fail, predictions are the same twice."""
    from random import Random  # noqa: PLC0415

    from quizkit.proof.result import deck_passed  # noqa: PLC0415
    from quizkit.proof.verify import verify_all  # noqa: PLC0415
    from quizkit.report import listing, machine  # noqa: PLC0415

    bench: Workbench = context.obj
    deck = bench.deck(paths or ())
    questions = [deck.question(entry.id) for entry in deck.entries]
    cache = bench.cache_folder() / "proofs.sqlite" if not again else None
    with bench.progress("verify", len(questions)) as done:
        proofs = verify_all(questions, bench.sandbox(), Random(), os.cpu_count() or 1, terms=deck.terms, cache=cache, done=done)
    for proof in proofs:
        _place(proof, deck)
    if format == "json":
        typer.echo(machine.to_json(machine.proofs(proofs)))
    else:
        bench.console().print(listing.proofs(proofs), soft_wrap=True)
    raise typer.Exit(0 if deck_passed(proofs) else 1)


def _place(proof: "Proof", deck: "Deck") -> None:
    """Puts before each message whose fault lies in a part of the question the file and the line of that part."""
    from quizkit.deck.loader import line_of  # noqa: PLC0415

    entry = deck.entry(proof.id)
    proof.messages = [
        f"{entry.path}:{line_of(entry, *proof.places[words])}: {words}" if words in proof.places else words
        for words in proof.messages
    ]


def schema() -> None:
    """Print the JSON Schema of deck files, by which editors complete and check them."""
    from quizkit.deck.schema import deck_schema  # noqa: PLC0415

    typer.echo(deck_schema())
