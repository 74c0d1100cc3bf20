"""What can go wrong for a person, and the exit code that each kind of trouble ends with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a deck's text: where it is and what to do. `line` counts from 1."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class QuizkitError(Exception):
    """Something a person can mend. The message says what happened, `advice` what to do."""

    exit_code = 2

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class ContentError(QuizkitError):
    """A deck that can't be used as it stands, with every problem found in it."""

    exit_code = 1

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class MissingPath(QuizkitError):
    """A path that isn't there, can't be read, or holds nothing to work on."""

    exit_code = 3


class Unread(MissingPath):
    """A file that couldn't be read just now, and may be back in a moment."""


class NoSandbox(QuizkitError):
    """The machine can't run a snippet in the way that was asked for."""

    exit_code = 4


def refusal(error: OSError) -> str:
    """Why the system refused a path, for a person."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "a file stands where a folder should be"
    return error.strerror or str(error)
