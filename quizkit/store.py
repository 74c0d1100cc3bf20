"""The history on disk: an append-only log in SQLite, committed row by row, and what follows from it."""

import errno
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Final

from quizkit.errors import MissingPath, QuizkitError, refusal
from quizkit.practice.schedule import Memory, Rating, replay
from quizkit.practice.state import MarkedPoint, Marking, Review, Withdrawal

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_INTERVIEW: Final = "interview"


_ROOM: Final = "make room on its disk, or name another folder with --data-dir"
_ELSEWHERE: Final = "name a folder that you may write in with --data-dir"
_AWAY: Final = "move the file away to start with an empty history, or name another folder with --data-dir"
_BROKEN: Final = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_ADVICE: Final = {
    sqlite3.SQLITE_FULL: _ROOM,
    sqlite3.SQLITE_IOERR: _ROOM,
    sqlite3.SQLITE_READONLY: _ELSEWHERE,
    sqlite3.SQLITE_CANTOPEN: _ELSEWHERE,
    sqlite3.SQLITE_PERM: _ELSEWHERE,
    sqlite3.SQLITE_BUSY: "another program holds the file; end it and try again",
    **dict.fromkeys(_BROKEN, _AWAY),
}


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary error code, without what it adds in the higher bits."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _advice(error: sqlite3.Error) -> str:
    return _ADVICE.get(_code(error), _AWAY)


class Unwritable(MissingPath):
    """A disk that takes no row now: it is full, may not be written, or another program holds the file."""


class Store:
    """An open history. Every method that adds a row returns only when the row is on disk; else it raises Unwritable."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path

    @classmethod
    def open(cls, path: Path) -> "Store":
        """The history at `path`, made where there is none.

        Raises QuizkitError where the file is no history or is from a newer quizkit, MissingPath where it can't be opened.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(path, timeout=5)
            database.execute("PRAGMA synchronous = FULL")
            _migrate(database, path)
        except OSError as error:
            words, advice = refusal(error), _ROOM if error.errno == errno.ENOSPC else _ELSEWHERE
            raise MissingPath(f"The history {path} can't be opened: {words}.", advice) from None
        except sqlite3.Error as error:
            kind = QuizkitError if _code(error) in _BROKEN else MissingPath
            raise kind(f"The history {path} can't be opened: {error}.", _advice(error)) from None
        return cls(database, path)

    def append(self, row: Review | Marking | Withdrawal) -> None:
        """Adds a review, or how it was marked, or takes one back."""
        with self._writing():
            match row:
                case Withdrawal():
                    self._database.execute("INSERT INTO withdrawal VALUES (?, ?)", (row.review, row.at.isoformat()))
                case Marking():
                    self._database.execute(f"INSERT INTO marking VALUES ({', '.join('?' * 8)})", _marking_columns(row))
                case Review():
                    self._database.execute(f"INSERT INTO review VALUES ({', '.join('?' * 12)})", _columns(row))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction, whose refusal is told as what it is."""
        try:
            with self._database:
                yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise  # a fault of ours
            raise Unwritable(f"The history {self._path} can't be written: {error}.", _advice(error)) from None

    def ensure_writable(self) -> None:
        """Raises Unwritable where no row could be added, before anybody answers in vain. A full disk shows only later."""
        with self._writing():
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute(f"PRAGMA user_version = {_version(self._database)}")
            self._database.rollback()

    def reviews(self) -> list[Review]:
        """The reviews that stand, oldest first: neither withdrawn nor followed by a reset."""
        rows = self._found(
            """SELECT review.* FROM review
               WHERE id NOT IN (SELECT review FROM withdrawal)
                 AND NOT EXISTS (SELECT 1 FROM reset WHERE reset.question = review.question AND reset.at >= review.at)
               ORDER BY at, rowid"""
        )
        try:
            return [_review(row) for row in rows]
        except (ValueError, TypeError) as error:
            raise QuizkitError(f"The history {self._path} holds a row that is no review: {error}.", _AWAY) from None

    def markings(self) -> list[tuple[str, Marking]]:
        """How the marker did on each answer whose review stands, with the question's id, oldest first."""
        rows = self._found(
            """SELECT review.question, marking.* FROM marking JOIN review ON review.id = marking.review
               WHERE review NOT IN (SELECT review FROM withdrawal) ORDER BY marking.at, marking.rowid"""
        )
        try:
            return [(str(question), _marking(row)) for question, *row in rows]
        except (ValueError, TypeError) as error:
            raise QuizkitError(f"The history {self._path} holds a row that is no mark: {error}.", _AWAY) from None

    def _found(self, query: str, values: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise QuizkitError(f"The history {self._path} can't be read: {error}.", _advice(error)) from None

    def memories(self, names: Mapping[str, str], horizon: date | None = None) -> dict[str, Memory]:
        """What is remembered of each question, by the id that `names` gives for an id or an alias of the log."""
        histories: dict[str, list[tuple[Rating, datetime]]] = {}
        for review in self.reviews():
            if review.counts and review.question in names:
                histories.setdefault(names[review.question], []).append((review.rating, review.at))
        found = {question: replay(history, horizon) for question, history in histories.items()}
        return {question: memory for question, memory in found.items() if memory is not None}

    def reset(self, questions: Iterable[str], at: datetime) -> None:
        """From now on the earlier reviews of these questions no longer count. Nothing is deleted."""
        with self._writing():
            self._database.executemany("INSERT INTO reset VALUES (?, ?)", [(name, at.isoformat()) for name in questions])

    def interview_day(self) -> date | None:
        """The day of the interview, where the person has said it."""
        query = "SELECT value FROM setting WHERE name = ? ORDER BY rowid DESC LIMIT 1"
        rows = self._found(query, (_INTERVIEW,))
        try:
            return date.fromisoformat(str(rows[0][0])) if rows and rows[0][0] else None
        except ValueError as error:
            raise QuizkitError(f"The history {self._path} holds no day of an interview: {error}.", _AWAY) from None

    def set_interview_day(self, day: date, at: datetime) -> None:
        """Remembers the day of the interview."""
        with self._writing():
            self._database.execute("INSERT INTO setting VALUES (?, ?, ?)", (_INTERVIEW, day.isoformat(), at.isoformat()))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    """Brings the tables up to this version, each step in a transaction of its own; another quizkit may do the same just now."""
    steps = sorted(_MIGRATIONS.glob("*.sql"))
    while (version := _version(database)) < len(steps):
        script = steps[version].read_text(encoding="utf-8")
        try:
            database.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {version + 1};\nCOMMIT;")
        except sqlite3.OperationalError:
            database.rollback()
            if _version(database) == version:
                raise
    if version > len(steps):
        raise QuizkitError(f"The history {path} was written by a newer quizkit.", "update quizkit")


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def _columns(review: Review) -> tuple[object, ...]:
    return (
        review.id,
        review.question,
        int(review.rating),
        review.score,
        review.at.isoformat(),
        review.took_s,
        review.hints,
        int(review.late),
        review.session,
        json.dumps(review.reasons),
        json.dumps(review.answer),
        int(review.counts),
    )


def _marking_columns(marking: Marking) -> tuple[object, ...]:
    return (
        marking.review,
        marking.confidence,
        marking.score,
        marking.said_score,
        int(marking.suggested),
        int(marking.rating),
        json.dumps([astuple(point) for point in marking.points], ensure_ascii=False),
        marking.at.isoformat(),
    )


def _marking(row: Sequence[object]) -> Marking:
    review, confidence, score, said_score, suggested, rating, points, at = row
    return Marking(
        review=str(review),
        confidence=float(str(confidence)),
        score=float(str(score)),
        said_score=float(str(said_score)),
        suggested=Rating(int(str(suggested))),
        rating=Rating(int(str(rating))),
        points=tuple(MarkedPoint(*point) for point in json.loads(str(points))),
        at=datetime.fromisoformat(str(at)),
    )


def _review(row: tuple[object, ...]) -> Review:
    name, question, rating, score, at, took_s, hints, late, session, reasons, answer, counts = row
    return Review(
        id=str(name),
        question=str(question),
        rating=Rating(int(str(rating))),
        score=float(str(score)),
        at=datetime.fromisoformat(str(at)),
        took_s=float(str(took_s)),
        hints=int(str(hints)),
        late=bool(late),
        session=str(session),
        reasons=tuple(json.loads(str(reasons))),
        answer=tuple(json.loads(str(answer))),
        counts=bool(counts),
    )
