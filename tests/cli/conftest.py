"""Commands called as the console script calls them, in a folder of their own with a small deck."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from quizkit.__main__ import main
from tests.terminal.decks import write_kinds


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the commands run, with a deck in `deck`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUIZKIT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))  # in a worktree, this tree and not the one that is installed
    write_kinds(tmp_path)
    return tmp_path


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs quizkit; whatever happens, no traceback and no escape is printed."""
    del here

    def call(*args: str) -> Done:
        code = main(args)
        found = capsys.readouterr()
        assert "Traceback" not in found.out + found.err
        assert "\x1b" not in found.out + found.err
        return Done(code, found.out, found.err)

    return call
