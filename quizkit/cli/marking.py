"""The command that marks sentences in bulk: mark."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from quizkit.cli.workbench import STANDARD_INPUT, Workbench

if TYPE_CHECKING:
    from quizkit.marking.text import Similarity


def register(app: typer.Typer) -> None:
    """Adds this command to the program."""
    app.command()(mark)


def mark(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.jsonl", help="One JSON object a line, or - for standard input.")],
    marker: Annotated[
        Literal["auto", "lexical", "semantic"],
        typer.Option(help="How texts are compared: by words, or also by meaning, with the extra; auto takes what is there."),
    ] = "auto",
    deck: Annotated[
        list[Path] | None, typer.Option("--deck", readable=False, help="The deck whose vocabulary is used, not the built-in one.")
    ] = None,
) -> None:
    """Mark sentences, one JSON object a line: `reference` or `references` or `key_points`, `answer`, perhaps `question`."""
    from quizkit.errors import ContentError, Problem  # noqa: PLC0415
    from quizkit.marking.bulk import Faulty, marked  # noqa: PLC0415
    from quizkit.marking.recall import vocabulary  # noqa: PLC0415
    from quizkit.report import machine  # noqa: PLC0415

    bench: Workbench = context.obj
    terms = vocabulary(bench.terms(deck or ()))
    similarity = _similarity(marker)
    problems = []
    with _opened(file) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            result = marked(line, similarity, terms)
            if isinstance(result, Faulty):
                problems.append(Problem(Path(file), number, result.message))
                typer.echo(machine.no_mark(result.message, result.own))
            else:
                typer.echo(machine.mark(result.verdict, result.own))
    if problems:
        raise ContentError(problems)


def _similarity(name: str) -> "Similarity":
    from quizkit.marking.semantic import Semantic, best  # noqa: PLC0415
    from quizkit.marking.text import Lexical  # noqa: PLC0415

    return best() if name == "auto" else Lexical() if name == "lexical" else Semantic()


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """The lines of a file, read as they are asked for. Raises MissingPath."""
    from quizkit.errors import MissingPath, refusal  # noqa: PLC0415

    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - what fails while it is open is no fault of the file
    except OSError as error:
        raise MissingPath(f"{name}: {refusal(error)}") from None
    with file:
        yield file
