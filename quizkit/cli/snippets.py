"""Commands about one question and the code written for it: check, start, show."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from quizkit.cli.workbench import STANDARD_INPUT, Workbench

if TYPE_CHECKING:
    from random import Random

    from rich.console import RenderableType

    from quizkit.deck.loader import Deck
    from quizkit.deck.models import Question
    from quizkit.documents.blocks import Block
    from quizkit.errors import QuizkitError
    from quizkit.terminal.inbox import Saves
    from quizkit.verdict import FileVerdict

DeckPaths = Annotated[
    list[Path] | None, typer.Option("--deck", readable=False, help="Deck files or folders instead of the built-in deck.")
]
QuestionId = Annotated[str, typer.Argument(metavar="ID", help="The question's id.")]
_STANDARD_INPUTS_NAME = "standard input"
MARKDOWN = (".md", ".markdown")
_FINE = ("passed", "no_expectation", "not_run")
WATCH_POLL_S = 0.01
"""A save counts once the file stood still for one look, so this is the most that a save waits for its check, twice over."""


def register(app: typer.Typer) -> None:
    """Adds these commands to the program."""
    for command in (check, start, show, doctor):
        app.command()(command)


def check(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Python files, folders of them, or - for standard input.")],
    question: Annotated[str | None, typer.Option(metavar="ID", help="The question that these files answer.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check one file again at each save.")] = False,
    format: Annotated[Literal["rich", "json", "junit", "github"], typer.Option(help="How to print it.")] = "rich",
    timeout: Annotated[float, typer.Option(min=0.1, max=600, help="Seconds that a run may take.")] = 10,
    sandbox: Annotated[
        Literal["auto", "require", "off"],
        typer.Option(help="Take the protections that this machine gives, end with 4 where one is missing, or do without."),
    ] = "auto",
    deck: DeckPaths = None,
) -> None:
    """Run snippets against their questions."""
    from random import Random  # noqa: PLC0415

    from quizkit.errors import QuizkitError  # noqa: PLC0415

    bench: Workbench = context.obj
    loaded = bench.deck(deck or ())
    if sandbox == "off":
        bench.unprotect()
    bench.sandbox().time_limit_s = timeout
    if sandbox == "require":
        _require_protections(bench)
    if watch:
        _watch(paths, question, format, loaded, bench)
    show = bench.print if format == "rich" else lambda *_: None
    rng, results, code, passed_over = Random(), [], 0, list[str]()
    alone = len(paths) == 1 and not _is_folder(Path(paths[0]))
    for path in paths:
        try:
            results += _check_path(path, question, loaded, bench, rng, show, passed_over=passed_over, last=alone)
        except QuizkitError as error:
            code = max(code, error.exit_code)
            _complain(error)
    if format != "rich":
        _echo(format, results)
    elif results and any(_is_folder(Path(path)) for path in paths):
        from quizkit.report.verdict import folder_summary  # noqa: PLC0415

        bench.print(folder_summary(results, passed_over))
    raise typer.Exit(max(code, 0 if all(result.verdict.outcome in _FINE for result in results) else 1))


def _echo(format: str, results: "Sequence[FileVerdict]") -> None:
    """Prints verdicts for a program."""
    from quizkit.report import machine  # noqa: PLC0415

    typer.echo(machine.FORMATS[format](results))


def _require_protections(bench: Workbench) -> None:
    from quizkit.errors import NoSandbox  # noqa: PLC0415

    missing = [found for found in bench.sandbox().report() if found.needed and not found.held]
    if missing:
        words = "; ".join(f"{found.name}: {found.reason}" for found in missing)
        raise NoSandbox(f"This machine can't hold a snippet in. Missing: {words}.", "quizkit doctor says what it gives")


def doctor(context: typer.Context) -> None:
    """Say which protections this machine gives a run, by trying them, with versions and folders."""
    from quizkit.deck.loader import builtin  # noqa: PLC0415
    from quizkit.report import listing  # noqa: PLC0415
    from quizkit.sandbox.host import probe  # noqa: PLC0415
    from quizkit.sandbox.versions import installed  # noqa: PLC0415

    bench: Workbench = context.obj
    folders = {"history": bench.data_folder(), "cache": bench.cache_folder(), "deck": builtin()}
    bench.print(listing.health(installed(), {name: str(path) for name, path in folders.items()}, probe()))


def _document(path: str, deck: "Deck") -> "list[Block] | None":
    """The blocks of a Markdown file, or of a Python file that answers no question and states answers in its comments."""
    from quizkit.errors import MissingPath  # noqa: PLC0415

    given = Path(path)
    if path == STANDARD_INPUT or _is_folder(given):
        return None
    text, markdown = _text(given), given.suffix.lower() in MARKDOWN
    if not markdown and _question_of(given.name, text, deck) is not None:
        return None
    from quizkit.documents.blocks import blocks  # noqa: PLC0415 - what answers a question states nothing

    found = blocks(text, markdown=markdown)
    if markdown:
        if not found:
            raise MissingPath(f"{path}: no Python block is in this document.")
        return found
    return found if any(block.stated for block in found) else None


def _check_document(path: str, found: "Sequence[Block]", bench: Workbench, rng: "Random") -> "list[tuple[Block, FileVerdict]]":
    from quizkit.grading import grade_block  # noqa: PLC0415
    from quizkit.verdict import FileVerdict  # noqa: PLC0415

    verdicts = [grade_block(block, bench.sandbox(), rng) for block in found]
    pairs = zip(found, verdicts, strict=True)
    return [(block, FileVerdict(path, None, verdict, block.line)) for block, verdict in pairs]


def _check_path(
    path: str,
    question: str | None,
    deck: "Deck",
    bench: Workbench,
    rng: "Random",
    show: "Callable[..., None]",
    *,
    otherwise: str | None = None,
    passed_over: list[str] | None = None,
    last: bool = False,
) -> "list[FileVerdict]":
    """The verdicts on all that a path names, each shown as it comes. Raises QuizkitError for what can't be checked.

    What names no question answers `otherwise`; in a folder it is passed over, and noted. With `last` the path names one file,
    after which nothing is run any more.
    """
    from quizkit.errors import MissingPath  # noqa: PLC0415
    from quizkit.report.document import document_verdict  # noqa: PLC0415
    from quizkit.report.verdict import file_verdict  # noqa: PLC0415

    if not path:
        raise MissingPath('"" names no file.', "this folder is .")
    if question is None and otherwise is None and (document := _document(path, deck)) is not None:
        found = _check_document(path, document, bench, rng)
        show(document_verdict(path, found))
        return [result for _, result in found]
    results = []
    for name, text, named in _sources(path, question, deck, passed_over if passed_over is not None else []):
        result = _verdict(name, text, named or _question_of(name, text, deck) or otherwise, deck, bench, rng, last=last)
        show(file_verdict(result.file, deck.entry(result.question or ""), result.verdict))
        results.append(result)
    return results


def _complain(error: "QuizkitError") -> None:
    """Says on standard error what stood in the way, and goes on with the other files."""
    from quizkit.report.complaint import complaint  # noqa: PLC0415

    typer.echo(complaint(error), err=True)


def _watch(paths: Sequence[str], question: str | None, format: str, deck: "Deck", bench: Workbench) -> NoReturn:
    """A verdict now and at each save, until Ctrl-C. A save that names no question answers the one that the last one answered.

    Raises QuizkitError where it isn't one file that is to be watched.
    """
    from random import Random  # noqa: PLC0415

    from quizkit.errors import NoSandbox, QuizkitError, Unread  # noqa: PLC0415
    from quizkit.report.verdict import since  # noqa: PLC0415
    from quizkit.terminal.inbox import Saves  # noqa: PLC0415

    path = Path(paths[0])
    if len(paths) != 1 or paths[0] == STANDARD_INPUT or _is_folder(path):
        raise QuizkitError("--watch looks at one file.", f"quizkit check FILE --watch, not {' '.join(paths)}")
    saves, rng, before, told = Saves(path), Random(), None, False
    redraws = format == "rich" and bench.console().is_terminal and not bench.is_plain()
    results: list[FileVerdict] = []
    while True:
        parts: list[RenderableType] = []
        last = results[0].question if results else None
        try:
            results = _check_path(paths[0], question, deck, bench, rng, lambda *shown: parts.extend(shown), otherwise=last)  # noqa: B023
        except NoSandbox:
            raise
        except QuizkitError as error:
            if not results:
                raise
            _not_this_time(error, path)
            if isinstance(error, Unread):  # what was read and refused waits for the next save
                saves.forget()
            _wait(saves)
            continue
        if redraws and before is not None:
            bench.console().clear()
        if format == "rich":
            after = results[0].verdict if len(results) == 1 else None
            bench.print(*parts, *(since(before, after) if after is not None else ()))
            before = after
        else:
            _echo(format, results)
        sys.stdout.flush()
        if not told:
            told = True
            typer.echo(f"watching {path.name}; Ctrl-C ends", err=True)
        _wait(saves)


def _wait(saves: "Saves") -> None:
    import time  # noqa: PLC0415

    while saves.look() is None:
        time.sleep(WATCH_POLL_S)


def _not_this_time(error: "QuizkitError", path: Path) -> None:
    """Says why a save can't be checked; nothing where the file is away for a moment, as editors have it that rename."""
    if path.exists():
        _complain(error)


def _sources(path: str, question: str | None, deck: "Deck", passed_over: list[str]) -> Iterator[tuple[str, str, str | None]]:
    """Each answer's name, text and question: a file, or a folder that answers a question of several files.

    The files of a folder that name no question go into `passed_over`.
    Raises MissingPath for what can't be read and for a folder where nothing names a question.
    """
    from quizkit.errors import MissingPath  # noqa: PLC0415
    from quizkit.terminal.workfile import LARGEST, SUFFIXES, decoded, gathered  # noqa: PLC0415

    if path == STANDARD_INPUT:
        data = sys.stdin.buffer.read(LARGEST + 1)
        yield _STANDARD_INPUTS_NAME, decoded(_at_most(data, _STANDARD_INPUTS_NAME)), question
        return
    given = Path(path)
    if not _is_folder(given):
        yield path, _text(given), question
        return
    if _wants_folder(question or given.resolve().name, deck):
        yield path, gathered(given), question or given.resolve().name
        return
    _look_into(given)
    within = {folder for folder in given.rglob("*") if folder.is_dir() and _wants_folder(folder.name, deck)}
    files = sorted(
        file
        for suffix in SUFFIXES.values()
        for file in given.rglob(f"*{suffix}")
        if file.is_file() and within.isdisjoint(file.parents)
    )
    found = [(file, _text(file)) for file in files]
    answers = [(str(file), text, question or _question_of(file.name, text, deck)) for file, text in found]
    named = [answer for answer in answers if answer[2] is not None]
    passed_over += [name for name, _, asked in answers if asked is None]
    named = sorted([*named, *((str(folder), gathered(folder), folder.name) for folder in within)])
    if not named:
        advice = "each file's first line says which: # quizkit: ID" if found else "name a file or a folder with Python files"
        raise MissingPath(f"{path}: nothing in this folder names a question.", advice)
    yield from named


def _wants_folder(name: str, deck: "Deck") -> bool:
    """Whether a name is that of a question which several files answer."""
    from quizkit.check.bundle import is_bundle  # noqa: PLC0415
    from quizkit.deck.models import Coding, Fix  # noqa: PLC0415

    asked = deck.question(name) if name in deck else None
    return isinstance(asked, Coding | Fix) and is_bundle(asked.starter)


def _look_into(folder: Path) -> None:
    """Raises MissingPath for a folder that may not be read, which would else be one with nothing in it."""
    from quizkit.errors import MissingPath, refusal  # noqa: PLC0415

    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise MissingPath(f"{folder}: {refusal(error)}") from None


def _is_folder(path: Path) -> bool:
    """Whether it is one; what can't be looked at is none, and whoever reads it hears why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _text(path: Path) -> str:
    from quizkit.errors import MissingPath, Unread, refusal  # noqa: PLC0415
    from quizkit.terminal.workfile import decoded, regular_bytes  # noqa: PLC0415

    try:
        data = regular_bytes(path)
    except OSError as error:
        raise Unread(f"{path}: {refusal(error)}") from None
    except MissingPath as error:
        raise Unread(str(error), "standard input is read with -") from None
    return decoded(_at_most(data, str(path)))


def _at_most(data: bytes, name: str) -> bytes:
    """What was read of a file. Raises MissingPath where that is more than anybody writes as an answer."""
    from quizkit.errors import MissingPath  # noqa: PLC0415
    from quizkit.terminal.workfile import LARGEST  # noqa: PLC0415

    if len(data) > LARGEST:
        raise MissingPath(f"{name}: more than {LARGEST >> 20} MiB is no answer that can be checked")
    return data


def _question_of(name: str, text: str, deck: "Deck") -> str | None:
    """The question that a file names: by its first line, else by its own name."""
    from quizkit.terminal.workfile import named_question  # noqa: PLC0415

    named = named_question(text)
    if named is not None:
        return named
    stem = Path(name).stem
    return stem if stem in deck else None


def _verdict(
    name: str, text: str, question: str | None, deck: "Deck", bench: Workbench, rng: "Random", *, last: bool
) -> "FileVerdict":
    """The verdict on one file. Raises QuizkitError for a file that answers no question, or one that no file answers."""
    from quizkit.deck.models import Coding, Fix, Tests  # noqa: PLC0415
    from quizkit.errors import QuizkitError  # noqa: PLC0415
    from quizkit.grading import grade  # noqa: PLC0415
    from quizkit.verdict import FileVerdict  # noqa: PLC0415

    if question is None:
        path = STANDARD_INPUT if name == _STANDARD_INPUTS_NAME else name
        no_id = "" if path == STANDARD_INPUT else f', and none has the id "{Path(name).stem}"'
        raise QuizkitError(
            f"No question is named in {name}{no_id}.",
            f"say which: quizkit check {path} --question ID     find one: quizkit list --kind code",
        )
    if question not in deck:
        raise _unknown(question, name, deck)
    asked = deck.question(question)
    if not isinstance(asked, Coding | Fix | Tests):
        raise QuizkitError(f"{asked.id} is a {asked.kind} question, which no file answers.", "quizkit drill asks it")
    return FileVerdict(name, asked.id, grade(asked, (text,), bench.sandbox(), rng, last=last))


def _unknown(question: str, file: str, deck: "Deck") -> "QuizkitError":
    """That no question has the id which a file names, with close ones, and how to name the deck that has it."""
    from quizkit.errors import QuizkitError  # noqa: PLC0415

    try:
        deck.entry(question)
    except QuizkitError as error:
        return QuizkitError(str(error), f"{error.advice}     of another deck: quizkit check {file} --deck DECK")
    raise AssertionError(question)


def start(
    context: typer.Context,
    question: QuestionId,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", readable=False, help="What to write; else it goes into quizkit-work.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that differs from the starter.")] = False,
    deck: DeckPaths = None,
) -> None:
    """Write a question's starter to a file."""
    from quizkit.check import bundle  # noqa: PLC0415
    from quizkit.errors import MissingPath, QuizkitError, refusal  # noqa: PLC0415
    from quizkit.terminal.workfile import FOLDER, regular_bytes, starter, suffix  # noqa: PLC0415

    bench: Workbench = context.obj
    asked = bench.deck(deck or ()).question(question)
    text = starter(asked)
    several = bundle.is_bundle(text)
    path = output or Path(FOLDER) / (asked.id if several else f"{asked.id}{suffix(asked)}")
    written = {path / name: part for name, part in bundle.files(text).items()} if several else {path: text}
    try:
        for file, part in written.items():
            if file.exists() and regular_bytes(file) != part.encode() and not force:
                raise QuizkitError(f"{file} is there already and differs from the starter.", "to write over it, add --force")
        for file, part in written.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(part, encoding="utf-8")
    except OSError as error:
        raise MissingPath(f"{path}: {refusal(error)}") from None
    more = "".join(f" --deck {folder}" for folder in deck or ())
    named = f" --question {asked.id}" if several and path.name != asked.id else ""  # a file's first line names it
    typer.echo(f"{path}\n  check it: quizkit check {path}{named}{more}")


def show(
    context: typer.Context,
    question: QuestionId,
    answer: Annotated[bool, typer.Option("--answer", help="Show the reference answer too.")] = False,
    deck: DeckPaths = None,
) -> None:
    """Show a question, and with --answer all that it teaches."""
    from quizkit.report import question as report  # noqa: PLC0415

    bench: Workbench = context.obj
    loaded = bench.deck(deck or ())
    entry, asked = loaded.entry(question), loaded.question(question)
    width = min(bench.console().width, 80)
    bench.print(report.heading(entry, entry.id, entry.minutes, width=width), "", report.question(asked))
    if answer:
        bench.print("", *_answer(asked, bench), "", report.teaching(asked))
    else:
        bench.print("", *_next_steps(asked.id, asked.kind))


def _next_steps(name: str, kind: str) -> Sequence[str]:
    start = f"  begin: quizkit start {name}     " if kind in ("fix", "code", "tests") else "  "
    return [f"{start}its answer: quizkit show {name} --answer"]


def _answer(asked: "Question", bench: Workbench) -> "Iterator[RenderableType]":
    """The reference answer; a prediction's is what the snippet answers now."""
    from quizkit.deck.models import Predict  # noqa: PLC0415
    from quizkit.grading import responses  # noqa: PLC0415
    from quizkit.report import question as report  # noqa: PLC0415

    if isinstance(asked, Predict):
        yield report.predicted(asked, responses(asked, bench.sandbox()))
    else:
        yield report.answer(asked)
