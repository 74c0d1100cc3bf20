"""A real pseudo-terminal with a screen that is read back, and a folder of its own for each run."""

import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest

from quizkit.practice.state import Review
from quizkit.store import Store
from tests.terminal.decks import write_kinds, write_recalls

PATIENCE_S = 10
QUIZKIT = (sys.executable, "-m", "quizkit")
LAUNCHER = (sys.executable, str(Path(__file__).with_name("launcher.py")))
ROWS = 60


class _Screen(pyte.Screen):
    """A screen that answers when it is asked where the cursor is."""

    answer: Callable[[str], None]

    def write_process_input(self, data: str) -> None:
        self.answer(data)


class Terminal:
    """A program in a pseudo-terminal: what is typed to it, and what its screen shows."""

    def __init__(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int, rows: int = ROWS) -> None:
        with warnings.catch_warnings():
            # From Python 3.12 on a fork beside threads is warned of; the child executes another program at once.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._child: pexpect.spawn[bytes] = pexpect.spawn(
                command[0], list(command[1:]), cwd=str(cwd), env=dict(env), dimensions=(rows, columns), echo=True, timeout=0
            )
        self._child.delaybeforesend = None
        self._screen = _Screen(columns, rows)
        self._screen.answer = self._answer
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""

    def _answer(self, data: str) -> None:
        with suppress(OSError):  # it may have ended since it asked
            self._child.send(data)

    @property
    def pid(self) -> int:
        assert self._child.pid is not None
        return self._child.pid

    # ---- what is typed ----

    def type(self, text: str) -> None:
        self._read()
        self._child.send(text.encode())

    def enter(self, text: str = "") -> None:
        """Types a text and Enter."""
        self.type(text + "\r")

    def paste(self, text: str) -> None:
        """Pastes as a terminal does for a program that has asked for brackets."""
        self.type(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int) -> None:
        self._screen.resize(ROWS, columns)
        self._child.setwinsize(ROWS, columns)

    def hang_up(self) -> None:
        """Takes the terminal away, as closing its window does."""
        child: Any = self._child  # what its stubs leave out
        child.ptyproc.fileobj.close()
        child.closed = child.ptyproc.closed = True

    # ---- what is seen ----

    def _read(self) -> bool:
        """Takes what was written in the last moment; false when nothing more can come."""
        try:
            part = self._child.read_nonblocking(1 << 16, timeout=0.05)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += part
        self._stream.feed(part)
        return True

    @property
    def text(self) -> str:
        """The screen's rows, without the blank ends."""
        return "\n".join(row.rstrip() for row in self._screen.display).rstrip()

    def shows(self, text: str) -> bool:
        """Whether a text stands on the screen, wherever its lines are broken."""
        return "".join(text.split()) in "".join(self.text.split())

    def wait(self, seen: Callable[["Terminal"], bool], what: str) -> None:
        """Reads until `seen`; fails with the screen where it never comes."""
        end = time.monotonic() + PATIENCE_S
        while not seen(self):
            if not self._read() and not seen(self):
                pytest.fail(f"the program ended before {what} was seen:\n{self.text}")
            if time.monotonic() > end:
                pytest.fail(f"{what} was never seen:\n{self.text}")

    def see(self, *texts: str) -> None:
        """Reads until each text stands on the screen."""
        for text in texts:
            self.wait(partial(Terminal.shows, text=text), repr(text))

    def asks(self, row: str, place: str = "") -> None:
        """Reads until a prompt is open: `row` stands in the last row, and the newest rule begins with `place`, if any."""

        def seen(terminal: Terminal) -> bool:
            lines = terminal.text.split("\n")
            rules = [line for line in lines if line.startswith("── ")]
            return row in lines[-1] and (not place or (bool(rules) and rules[-1].startswith(f"── {place}")))

        self.wait(seen, f"a prompt with {row!r} below {place!r}")

    def ends(self) -> int:
        """Reads to the end; the exit code, or minus the signal."""
        self.wait(lambda terminal: not terminal._read(), "the end")
        self._child.wait() if self._child.isalive() else self._child.close(force=False)
        status = self._child.exitstatus
        return int(status) if status is not None else -int(self._child.signalstatus or 0)

    def gone(self) -> None:
        """Waits for the process to end by itself, without a terminal to read from; fails where it doesn't."""
        end = time.monotonic() + PATIENCE_S
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                pytest.fail("the process lives on without its terminal")
            time.sleep(0.05)
        self._child.terminated = True

    def close(self) -> None:
        if not self._child.terminated:
            self._child.close(force=True)


class Place:
    """A folder with a deck, a history and a home of its own, and the programs that are run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.data = folder / "data"
        self.clock = folder / "clock"
        self.deck = folder / "deck"
        self.home.mkdir()
        self.env = {
            "HOME": str(self.home),
            "QUIZKIT_DATA_DIR": str(self.data),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),  # in a worktree, this tree and not the one that is installed
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "CLOCK_FILE": str(self.clock),
            "PS1": "READY$ ",
        }
        self._open: list[Terminal] = []

    def spawn(self, *command: str, columns: int = 80, env: Mapping[str, str] | None = None) -> Terminal:
        """A program in a pseudo-terminal, in this folder."""
        terminal = Terminal(command, cwd=self.folder, env={**self.env, **(env or {})}, columns=columns)
        self._open.append(terminal)
        return terminal

    def quizkit(self, *args: str, columns: int = 80, env: Mapping[str, str] | None = None) -> Terminal:
        return self.spawn(*QUIZKIT, *args, columns=columns, env=env)

    def drill(self, *args: str, columns: int = 80, env: Mapping[str, str] | None = None) -> Terminal:
        return self.quizkit("drill", "--deck", str(self.deck), *args, columns=columns, env=env)

    def shell(self) -> Terminal:
        """Bash, at its prompt."""
        terminal = self.spawn("bash", "--norc", "--noprofile", "-i")
        terminal.see("READY$")
        return terminal

    def timed(self, *args: str, columns: int = 80) -> Terminal:
        """quizkit with the clock that `at` sets."""
        self.at(0)
        return self.spawn(*LAUNCHER, *args, columns=columns)

    def at(self, seconds: float) -> None:
        """Moves the scripted clock; what reads it sees the old second or the new one whole."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self.clock)

    def reviews(self) -> list[Review]:
        with Store.open(self.data / "history.sqlite") as store:
            return store.reviews()

    def close(self) -> None:
        for terminal in self._open:
            terminal.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty place; give it a deck, or take `kinds` or `recalls`."""
    made = Place(tmp_path)
    yield made
    made.close()


@pytest.fixture
def kinds(place: Place) -> Place:
    """A place with a deck of a question of each kind."""
    write_kinds(place.folder)
    return place


@pytest.fixture
def recalls(place: Place) -> Place:
    """A place with a deck of three questions that take any text."""
    write_recalls(place.folder)
    return place


def colours(raw: bytes) -> set[str]:
    """The escapes that set a colour."""
    found: set[str] = set()
    for parameters in re.findall(r"\x1b\[([0-9;]*)m", raw.decode(errors="replace")):
        numbers = [int(number or 0) for number in parameters.split(";")]
        if any(30 <= number <= 49 or 90 <= number <= 107 for number in numbers):
            found.add(parameters)
    return found
