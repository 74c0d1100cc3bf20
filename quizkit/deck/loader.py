"""Reads decks from YAML files, keeps an index of them, and reports every problem at once."""

import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from quizkit.check.spec import Model
from quizkit.deck import stored
from quizkit.deck.models import AnyQuestion, DeckFile, DeckHead, Entry, Question, Terms, minutes, model_tag
from quizkit.errors import ContentError, MissingPath, Problem, QuizkitError, refusal

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

    from quizkit.deck.syntax import Fault

_FORMAT_FILES: Final = tuple(
    Path(__file__).parent / name for name in ("models.py", "syntax.py", "loader.py", "stored.py", "../check/spec.py")
)

VOCABULARY: Final = "vocabulary.yml"
"""The file of a deck's folder that holds no questions, but the terms by which answers are read."""

LARGEST: Final = 64 << 20
"""How many bytes a deck file may have; 10,000 questions are 9 MB."""


def builtin() -> Path:
    """The folder of the deck that comes with quizkit, in an installed copy as in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package.parent / "questions" / "fastapi", package.parent / "quizkit_questions" / "fastapi"):
        if folder.is_dir():
            return folder
    raise QuizkitError("the built-in deck is missing from this installation", "install quizkit again")


@dataclass(frozen=True, slots=True)
class _File:
    """One deck file that was read: its index rows and its questions as JSON, or its problems."""

    path: Path
    entries: tuple[Entry, ...] = ()
    bodies: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Deck:
    """The questions that were loaded: an index in the files' order, and each body when it is asked for."""

    entries: tuple[Entry, ...]
    _bodies: dict[str, str] = field(repr=False)
    _names: dict[str, str] = field(repr=False)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def entry(self, name: str) -> Entry:
        """The row of a question, by its id or an alias. Raises QuizkitError with close ids for an unknown one."""
        if name not in self._names:
            close = get_close_matches(name, self._names, n=3, cutoff=0.6)
            advice = f"Close: {', '.join(close)}." if close else "find one: quizkit list"
            raise QuizkitError(f'No question has the id "{name}".', advice)
        found = self._names[name]
        return next(entry for entry in self.entries if entry.id == found)

    def question(self, name: str) -> Question:
        """A question with its texts, by its id or an alias. Raises QuizkitError for an unknown one."""
        return stored.unpack(self._bodies[self.entry(name).id])

    def terms(self, name: str) -> Terms:
        """The terms of the deck to which a question belongs. Raises ContentError for a vocabulary with problems, QuizkitError."""
        return vocabulary(Path(self.entry(name).path).parent)

    def select(self, topics: Sequence[str] = ()) -> tuple[Entry, ...]:
        """The rows of the named topics: a section's number, its slug, or the start of its title; else those with such a tag.

        Raises QuizkitError for a name that fits none.
        """
        if not topics:
            return self.entries
        wanted: set[str] = set()
        for name in topics:
            topic = {entry.topic for entry in self.entries if _is_topic(entry, name)}
            fitting = {entry.id for entry in self.entries if entry.topic in topic or (not topic and name.lower() in entry.tags)}
            if not fitting:
                known = {text for e in self.entries for text in (e.slug, e.topic, *e.tags)}
                close = get_close_matches(name, sorted(known), n=3, cutoff=0.5)
                raise QuizkitError(
                    f'No topic is called "{name}".',
                    f"Close: {', '.join(close)}." if close else "all of them: quizkit list",
                )
            wanted |= fitting
        return tuple(entry for entry in self.entries if entry.id in wanted)


def _is_topic(entry: Entry, name: str) -> bool:
    if not name:
        return False
    if name.isdecimal():
        return entry.section == int(name)
    return name.lower() in (entry.slug.lower(), entry.id) or entry.topic.lower().startswith(name.lower())


def load(paths: Sequence[Path] = (), cache: Path | None = None) -> Deck:
    """The deck at `paths` (folders or files), the built-in one where none is given.

    `cache` is an SQLite file that spares reading what hasn't changed. Raises ContentError with every problem found,
    MissingPath for a path that isn't there or holds no deck file.
    """
    files, problems = _read_all(paths or (builtin(),), cache)
    if problems:
        raise ContentError(problems)
    entries = tuple(entry for file in files for entry in file.entries)
    bodies = {entry.id: body for file in files for entry, body in zip(file.entries, file.bodies, strict=True)}
    names = {name: entry.id for entry in entries for name in (entry.id, *entry.aliases)}
    return Deck(entries, bodies, names)


def inspect(paths: Sequence[Path]) -> tuple[list[tuple[Entry, Question]], list[Problem]]:
    """The sound questions of the files at `paths`, and every problem of the others, in order. Raises MissingPath."""
    files, found = _judged(paths)
    rows = [(entry, body) for file in files for entry, body in zip(file.entries, file.bodies, strict=True)]
    return [(entry, stored.unpack(body)) for entry, body in rows], found


def problems(paths: Sequence[Path]) -> list[Problem]:
    """Every problem in the files at `paths`, in order. Raises MissingPath."""
    return _judged(paths)[1]


@cache
def vocabulary(folder: Path) -> Terms:
    """The terms of the deck in a folder; none where it has no such file. Raises ContentError with every problem, MissingPath."""
    terms, found = _terms(folder / VOCABULARY)
    if found:
        raise ContentError(found)
    return terms


def _judged(paths: Sequence[Path]) -> tuple[list[_File], list[Problem]]:
    """The files at `paths`, and every problem of theirs and of the vocabularies beside them."""
    files, found = _read_all(paths or (builtin(),), None)
    folders = {path.parent for path in (*(file.path for file in files), *(path for path in paths if path.name == VOCABULARY))}
    return files, sorted([*found, *(problem for folder in folders for problem in _terms(folder / VOCABULARY)[1])])


def _terms(path: Path) -> tuple[Terms, tuple[Problem, ...]]:
    """A vocabulary, or its problems."""
    from pydantic import ValidationError  # noqa: PLC0415 - no check of a snippet reads one

    from quizkit.deck import syntax  # noqa: PLC0415

    if not path.exists():
        return Terms(), ()
    text = _text(path)
    try:
        return Terms.model_validate(syntax.parse(text)), ()
    except syntax.SyntaxFault as error:
        return Terms(), _placed(path, error.faults)
    except ValidationError as error:
        return Terms(), _validation_problems(path, text, error, Terms)


def _adapter() -> "TypeAdapter[Question]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - kept out of commands that only need the index

    return TypeAdapter(AnyQuestion)


def _read_all(paths: Sequence[Path], cache: Path | None) -> tuple[list[_File], list[Problem]]:
    """The files that were asked for, and their problems, judged beside the other files of their folders."""
    wanted = list({path.resolve(): path for given in paths for path in _deck_files(given)}.values())
    known = {path.resolve() for path in wanted}
    folders = dict.fromkeys(path.parent for path in wanted)
    siblings = [path for folder in folders for path in _beside(folder) if path.resolve() not in known]
    index = _Index(cache)
    files = [index.file(path) for path in wanted]
    beside = [file for path in siblings if (file := _if_readable(index, path)) is not None]
    everything = sorted([*files, *beside], key=lambda file: file.path)
    index.keep(everything)
    owners = _owners(everything)
    found = [problem for file in files for problem in (*file.problems, *_cross_problems(file, owners))]
    return files, sorted(found)


def _yaml_files(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.suffix in (".yaml", ".yml") and path.name != VOCABULARY)


def _if_readable(index: "_Index", path: Path) -> _File | None:
    """A file beside those that were asked for; what can't be read is none of them."""
    try:
        return index.file(path)
    except MissingPath:
        return None


def _beside(folder: Path) -> list[Path]:
    """The deck files of a folder; none where it can't be listed, though a file in it can be read."""
    try:
        return _yaml_files(folder.iterdir())
    except OSError:
        return []


def _deck_files(path: Path) -> list[Path]:
    try:
        if not path.is_dir():
            path.stat()
            return [path] if path.name != VOCABULARY else []
        next(path.iterdir(), None)  # rglob passes over a folder that may not be read
    except OSError as error:
        raise MissingPath(f"{path}: {refusal(error)}") from None
    found = _yaml_files(found for found in path.rglob("*") if not found.is_dir())
    if not found:
        raise MissingPath(f"{path}: no deck file (.yaml) is in this folder")
    return found


def read(path: Path) -> _File:
    """One deck file, from its text: the questions that are sound, and the problems of those that aren't."""
    from pydantic import ValidationError  # noqa: PLC0415 - a warm index needs neither

    from quizkit.deck import syntax  # noqa: PLC0415

    text = _text(path)
    try:
        value = syntax.parse(text)
    except syntax.SyntaxFault as error:
        return _File(path, problems=_placed(path, error.faults))
    head = _head(path, value)
    try:
        questions = dict(enumerate(DeckFile.model_validate(value).questions))
        problems: tuple[Problem, ...] = ()
    except ValidationError as error:
        problems = _validation_problems(path, text, error)
        faulty = {detail["loc"][1] for detail in error.errors() if len(detail["loc"]) > 1}
        questions = {
            number: _adapter().validate_python(question) for number, question in enumerate(head.questions) if number not in faulty
        }
    entries = tuple(_entry(path, head, question, position) for position, question in questions.items())
    bodies = tuple(stored.pack(question) for question in questions.values())
    return _File(path, entries, bodies, problems)


def _head(path: Path, value: Any) -> DeckHead:
    """What a file says above its questions; where that is wrong, enough of it to judge the questions all the same."""
    from pydantic import ValidationError  # noqa: PLC0415 - as above

    try:
        return DeckHead.model_validate(value)
    except ValidationError:
        questions = value.get("questions") if isinstance(value, dict) else None
        return DeckHead.model_construct(topic=path.stem, questions=tuple(questions) if isinstance(questions, list) else ())


def _validation_problems(path: Path, text: str, error: "ValidationError", root: type[Model] = DeckFile) -> tuple[Problem, ...]:
    from quizkit.deck import syntax  # noqa: PLC0415 - as above

    return _placed(path, syntax.validation_faults(error, syntax.lines(text), partial(_keys_at, root)))


def _placed(path: Path, faults: "Iterable[Fault]") -> tuple[Problem, ...]:
    return tuple(Problem(path, fault.line, fault.message) for fault in faults)


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise MissingPath(f"{path}: this is no regular file")  # a pipe would keep whoever reads it waiting
        if path.stat().st_size > LARGEST:
            raise MissingPath(f"{path}: more than {LARGEST >> 20} MiB is no deck file")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MissingPath(f"{path}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise MissingPath(f"{path}: {refusal(error)}") from None


def _keys_at(root: type[Model], place: Sequence[str | int]) -> frozenset[str]:
    """The keys that the format knows at a place of a file, as pydantic names it: fields, indexes, unions' tags between them."""
    models: set[type[Model]] = {root}
    for step in place:
        if isinstance(step, str):
            fields = [model.model_fields[name] for model in models for name in model.model_fields if _key(model, name) == step]
            tagged = {model for model in models if model_tag(model) == step}
            models = tagged or {found for info in fields for found in _models_in(info.annotation, info.metadata)} or models
    return frozenset(_key(model, name) for model in models for name in model.model_fields)


def _key(model: type[Model], name: str) -> str:
    return model.model_fields[name].alias or name


def _models_in(*parts: Any) -> Iterator[type[Model]]:
    """Each model that an annotation names, however deep."""
    for part in parts:
        if isinstance(part, type) and issubclass(part, Model):
            yield part
        elif isinstance(part, list | tuple):
            yield from _models_in(*part)
        else:
            yield from _models_in(*get_args(part))


def _entry(path: Path, deck: DeckHead, question: Question, position: int) -> Entry:
    slug = path.stem.lstrip("0123456789").lstrip("-_") or path.stem
    return Entry(
        id=question.id,
        deck=path.resolve().parent.name,
        topic=deck.topic,
        section=deck.section,
        slug=slug,
        kind=question.kind,
        level=question.level,
        tags=question.tags,
        source=question.source,
        aliases=question.aliases,
        minutes=minutes(question),
        follow_ups=tuple((follow_up.question, follow_up.when) for follow_up in question.follow_ups),
        path=str(path),
        position=position,
    )


def _owners(files: Iterable[_File]) -> dict[str, Entry]:
    """For each id and alias the question that has it first."""
    owners: dict[str, Entry] = {}
    for entry in (entry for file in files for entry in file.entries):
        for name in (entry.id, *entry.aliases):
            owners.setdefault(name, entry)
    return owners


def _cross_problems(file: _File, owners: Mapping[str, Entry]) -> Iterator[Problem]:
    """What only the other questions of the deck can show: ids used twice, follow-ups that lead nowhere."""
    for entry in file.entries:
        for name in (entry.id, *entry.aliases):
            first = owners[name]
            if first is not entry:
                where = f"{Path(first.path).name}:{_line(first, 'id')}"
                yield Problem(file.path, _line(entry, "id"), f'id "{name}" is already used in {where}')
        for number, (target, _) in enumerate(entry.follow_ups):
            if target not in owners:
                line = _line(entry, "follow_ups", number, "question")
                yield Problem(file.path, line, f'a follow-up names "{target}", but no question has this id')


def line_of(entry: Entry, *place: str | int) -> int:
    """The line in the deck file where a part of a question stands, counted from 1."""
    return _line(entry, *place)


def _line(entry: Entry, *place: str | int) -> int:
    from quizkit.deck import syntax  # noqa: PLC0415

    found = syntax.lines(_text(Path(entry.path)))
    path: tuple[str | int, ...] = ("questions", entry.position)
    for step in place:
        if (*path, step) in found:
            path = (*path, step)
    return found.get(path, 1)


class _Index:
    """The cache: what was read, by the file's stamp. It may be lost at any time, and a broken one is passed over."""

    _SCHEMA: Final = (
        "CREATE TABLE IF NOT EXISTS file "
        "(path TEXT PRIMARY KEY, stamp TEXT NOT NULL, entries TEXT NOT NULL, bodies TEXT NOT NULL) STRICT"
    )

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._rows: dict[str, tuple[str, str, str]] = {}
        self._fresh: list[Path] = []
        if path is not None:
            try:
                if not path.is_file():
                    return
                with closing(sqlite3.connect(path, timeout=0.2)) as database:
                    rows = database.execute("SELECT path, stamp, entries, bodies FROM file").fetchall()
                self._rows = {row[0]: row[1:] for row in rows}
            except (OSError, sqlite3.OperationalError):  # not to be looked at, locked, or still without its table
                return
            except sqlite3.DatabaseError:
                _discard(path)

    def file(self, path: Path) -> _File:
        """The file, from the cache where it hasn't changed."""
        row = self._rows.get(str(path.resolve()))
        if row is not None and row[0] == _stamp(path):
            try:
                return _File(path, tuple(_entry_from(fields, path) for fields in json.loads(row[1])), tuple(json.loads(row[2])))
            except (ValueError, TypeError, KeyError):
                self._rows.clear()  # a broken cache is read no further
        self._fresh.append(path)
        return read(path)

    def keep(self, files: Iterable[_File]) -> None:
        """Stores what was read anew and is sound."""
        rows = [
            (
                str(file.path.resolve()),
                _stamp(file.path),
                json.dumps([asdict(e) for e in file.entries]),
                json.dumps(file.bodies),
            )
            for file in files
            if file.path in self._fresh and not file.problems
        ]
        if self._path is None or not rows:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=0.2)) as database, database:
                database.execute(self._SCHEMA)
                database.executemany("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", rows)
        except (OSError, sqlite3.Error):
            return


def _discard(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _entry_from(fields: dict[str, Any], path: Path) -> Entry:
    fields["path"] = str(path)
    for name in ("tags", "source", "aliases"):
        fields[name] = tuple(fields[name])
    fields["follow_ups"] = tuple((target, when) for target, when in fields["follow_ups"])
    return Entry(**fields)


def _stamp(path: Path) -> str:
    """What changes when the file, or the way it is read, does."""
    return f"{_file_stamp(path)} {_format_stamp()}"


@cache
def _format_stamp() -> str:
    """The part of every stamp that says how files are read, which doesn't change while quizkit runs."""
    return " ".join([sys.version.split()[0], *map(_file_stamp, _FORMAT_FILES)])


def _file_stamp(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_mtime_ns}.{stat.st_size}"
