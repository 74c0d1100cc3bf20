"""Commands about one question and the code written for it: check, start, show."""

from pathlib import Path
from typing import Annotated

import typer

from quizkit.cli.workbench import Workbench

DeckOption = Annotated[list[Path] | None, typer.Option(help="Deck files or folders instead of the built-in deck.")]


def register(app: typer.Typer) -> None:
    """Adds these commands to the program."""
    for command in (show,):
        app.command(command.__name__)(command)


def show(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question's id.")],
    answer: Annotated[bool, typer.Option("--answer", help="Show the reference answer too.")] = False,
    deck: DeckOption = None,
) -> None:
    """Show a question."""
    from quizkit.report import console  # noqa: PLC0415

    bench: Workbench = context.obj
    loaded = bench.deck(deck or ())
    entry, asked = loaded.entry(question), loaded.question(question)
    out = bench.console()
    out.print(console.heading(entry, entry.id, entry.minutes, width=min(out.width, 80)))
    out.print()
    out.print(console.question(asked))
