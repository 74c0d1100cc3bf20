"""The folder in which live code is written: a file a question, begun from its starter."""

import codecs
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from quizkit.check import bundle
from quizkit.deck.models import Coding, Fix, Question, Tests
from quizkit.errors import MissingPath, QuizkitError, refusal

FOLDER: Final = "quizkit-work"
HEADER: Final = "# quizkit: "
_FILES_TAKEN: Final = 100
_WRITTEN_IN: Final = ("iso8859", "cp", "koi8", "mac", "euc", "gb", "big5", "shift")
SUFFIXES: Final = {"python": ".py", "yaml": ".yaml", "dockerfile": ".dockerfile"}


def starter(question: Question) -> str:
    """The text that a work file begins with; its first line names the question, so that the file may have any name.

    Raises QuizkitError for a question that isn't answered in a file.
    """
    if not isinstance(question, Fix | Coding | Tests):
        raise QuizkitError(f"{question.id} is a {question.kind} question; it has no starter.", f"quizkit show {question.id}")
    return f"{HEADER}{question.id}\n{question.starter}"


def suffix(question: Question) -> str:
    """The ending by which an editor knows the language of a question's work file."""
    return SUFFIXES[question.language] if isinstance(question, Fix | Coding) else SUFFIXES["python"]


LARGEST: Final = 1 << 20
"""How many bytes of a file are read: more is no answer, and no document that states some."""


def regular_bytes(path: Path) -> bytes:
    """What a regular file holds, up to one byte more than LARGEST. Raises OSError, and MissingPath for a pipe or a device.

    It looks at what it has opened: a path may become a pipe at any moment, and would keep its reader waiting.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb") as file:  # noqa: PTH123 - a descriptor has no path
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise MissingPath(f"{path}: this is no regular file")
        return file.read(LARGEST + 1)


def gathered(folder: Path) -> str:
    """The files of a folder as one text, `main.py` above those below it. Raises MissingPath for what can't be read as text."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and _counts(path.relative_to(folder))]
    if len(paths) > _FILES_TAKEN:
        raise MissingPath(f"{folder}: {len(paths)} files are more than an answer has ({_FILES_TAKEN})")
    try:
        return bundle.join({path.relative_to(folder).as_posix(): regular_bytes(path).decode("utf-8-sig") for path in paths})
    except UnicodeDecodeError:
        raise MissingPath(f"{folder}: not all files in it are UTF-8 text") from None
    except OSError as error:
        raise MissingPath(f"{error.filename}: {refusal(error)}") from None


def decoded(data: bytes) -> str:
    """Bytes as Python reads a source: UTF-8, or what a coding line names. The line ends are Unix's.

    Bytes that aren't even that stay in the text as lone surrogates: grading says what Python says of them.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode(_declared(data) or "utf-8", "surrogateescape")
    return text.replace("\r\n", "\n")


def _declared(data: bytes) -> str:
    """The encoding that a coding line names, if it is one that people write in; some others take quadratic time."""
    import tokenize  # noqa: PLC0415 - nearly every file is UTF-8

    try:
        name = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
    except (SyntaxError, LookupError):
        return ""
    return name if name.startswith(_WRITTEN_IN) else ""


def _counts(path: Path) -> bool:
    return not any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def named_question(text: str) -> str | None:
    """The id that a file's first line names, or None."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    return first.removeprefix(HEADER).strip() or None if first.startswith(HEADER) else None


def begin(question: Question, folder: Path, now: Callable[[], datetime]) -> Path:
    """The question's work file with the starter in it. What an earlier day left there is kept beside it, under its date.

    Raises MissingPath where the folder can't be written.
    """
    path = folder / f"{question.id}{suffix(question)}"
    text = starter(question)
    with _told(path):
        if path.exists() and regular_bytes(path) != text.encode():
            path.rename(_spare(path, now()))
        if not path.exists():
            write(path, text)
    return path


def write(path: Path, text: str) -> None:
    """Writes a work file, in a folder that may not be there yet. Raises MissingPath where it can't be written."""
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MissingPath(f"{path}: {refusal(error)}", "go to a folder that you may write in") from None


def _spare(path: Path, now: datetime) -> Path:
    """A name beside `path` that isn't taken."""
    spare = path.with_name(f"{path.stem}.{now:%Y-%m-%d}{path.suffix}")
    number = 1
    while spare.exists():
        number += 1
        spare = path.with_name(f"{path.stem}.{now:%Y-%m-%d}.{number}{path.suffix}")
    return spare
