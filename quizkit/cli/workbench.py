"""What every command has at hand: the folders, the deck, the worker, and where output goes."""

import codecs
import io
import os
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from quizkit.deck.loader import Deck
    from quizkit.deck.models import Terms
    from quizkit.marking.mark import Marker
    from quizkit.sandbox.host import Sandbox
    from quizkit.store import Store
    from quizkit.terminal.inbox import Clock
    from quizkit.terminal.play import Reader
    from quizkit.terminal.screen import Screen


STANDARD_INPUT: Final = "-"
"""The path that stands for it."""


@dataclass(slots=True)
class Workbench:
    """One call of quizkit. The worker may already be starting when this is made; else it is started when it is needed."""

    worker: "Sandbox | None" = None
    data_dir: Path | None = None
    plain: bool = False
    no_color: bool = False
    _console: "Console | None" = field(default=None, repr=False)
    _began: float = 0

    def sandbox(self) -> "Sandbox":
        """The warm worker."""
        if self.worker is None:
            from quizkit.sandbox.host import Sandbox  # noqa: PLC0415

            self.worker = Sandbox.start()
        return self.worker

    def unprotect(self) -> None:
        """From now on snippets run with limits alone."""
        from quizkit.sandbox.host import Sandbox  # noqa: PLC0415

        self.close()
        self.worker = Sandbox.start(confined=False)

    def console(self) -> "Console":
        """Where results go; plain text wherever a terminal with colours isn't wanted."""
        if self._console is None:
            from rich.console import Console  # noqa: PLC0415

            from quizkit.report.layout import THEME  # noqa: PLC0415

            no_color = True if self.no_color or self.is_plain() else None
            self._console = Console(highlight=False, markup=False, emoji=False, no_color=no_color, theme=THEME)
            # A terminal on which nothing at all would be printed. Set always, the width would follow no resize.
            if self._console.width < _NARROWEST:  # noqa: PLR1730
                self._console.width = _NARROWEST
        return self._console

    def print(self, *parts: "RenderableType") -> None:
        """Prints results. Nothing is cropped: what is too wide for a screen has been cut or folded already."""
        for part in parts:
            self.console().print(part, crop=False)

    def is_plain(self) -> bool:
        """Whether nothing may be redrawn: asked for, a dumb terminal, or no terminal at all."""
        asked = self.plain or bool(os.environ.get("ACCESSIBLE"))
        return asked or os.environ.get("TERM", "") in ("", "dumb") or not (sys.stdin.isatty() and sys.stdout.isatty())

    def is_attended(self) -> bool:
        """Whether a person sits at the keyboard, who can be asked what no script answers."""
        return sys.stdin.isatty()

    def deck(self, paths: Sequence[Path] = ()) -> "Deck":
        """The deck at `paths`, by way of the cache."""
        from quizkit.deck.loader import load  # noqa: PLC0415

        return load(paths, self.cache_folder() / "decks.sqlite")

    def terms(self, paths: Sequence[Path] = ()) -> "Terms":
        """The vocabulary of the deck at `paths`, of the built-in one where none is given."""
        from quizkit.deck.loader import builtin, vocabulary  # noqa: PLC0415
        from quizkit.errors import MissingPath  # noqa: PLC0415

        if missing := next((path for path in paths if not path.exists()), None):
            raise MissingPath(f"{missing}: there is no such file or folder")
        folders = [path if path.is_dir() else path.parent for path in paths or (builtin(),)]
        return vocabulary(folders[0])

    def marker(self, deck: "Deck") -> "Marker":
        """What marks sentences, with the deck's own terms; nothing of it is loaded before the first typed answer."""
        from quizkit.marking.mark import LateMarker  # noqa: PLC0415

        def make() -> "Marker":
            from quizkit.marking.recall import SentenceMarker  # noqa: PLC0415
            from quizkit.marking.semantic import best  # noqa: PLC0415

            return SentenceMarker(deck.terms, best())

        return LateMarker(make)

    @contextmanager
    def progress(self, what: str, total: int) -> "Iterator[Callable[[], None]]":
        """A bar on standard error, where that is a terminal; what is yielded moves it on by one."""
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        talk = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=talk, transient=True, disable=not talk.is_terminal or self.is_plain()) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)

    def store(self) -> "Store":
        """The history, open."""
        from quizkit.store import Store  # noqa: PLC0415

        return Store.open(self.data_folder() / "history.sqlite")

    def data_folder(self) -> Path:
        """Where the history lives."""
        if self.data_dir is not None:
            return self.data_dir
        from platformdirs import user_data_path  # noqa: PLC0415

        return user_data_path("quizkit", appauthor=False)

    def cache_folder(self) -> Path:
        """Where what can be made again is kept."""
        if self.data_dir is not None:
            return self.data_dir / "cache"
        from platformdirs import user_cache_path  # noqa: PLC0415

        return user_cache_path("quizkit", appauthor=False)

    def wall(self) -> datetime:
        """The local time."""
        return datetime.now()

    def start_clock(self) -> "Clock":
        """A clock that begins now and never goes back."""
        self._began = time.monotonic()
        return self.seconds

    def seconds(self) -> float:
        """Seconds since the clock began."""
        return time.monotonic() - self._began

    def reader(self, screen: "Screen", clock: "Clock") -> "Reader":
        """The keyboard on a terminal, lines wherever nothing may be redrawn."""
        if self.is_plain():
            from quizkit.terminal.lines import Lines  # noqa: PLC0415

            return Lines(sys.stdin.fileno(), screen.say, clock)
        from quizkit.report.text import sign  # noqa: PLC0415
        from quizkit.terminal.keys import Keys  # noqa: PLC0415

        return Keys(clock, screen.echo, sign("turn"), color=not self.console().no_color)

    def discard_typeahead(self) -> None:
        """Throws away what was typed on a terminal and not read: it was meant for a question, not for the shell."""
        if sys.stdin.isatty():
            termios.tcflush(sys.stdin, termios.TCIFLUSH)

    def close(self) -> None:
        """Ends the worker."""
        if self.worker is not None:
            self.worker.close()


_NARROWEST: Final = 20
_SPELT: Final = {"·": "-", "…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "→": "->", "×": "x"}


def let_nothing_fail_to_print() -> None:
    """Where the encoding of our output lacks a sign, its nearest spelling is printed instead."""

    def spelt(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        return "".join(_SPELT.get(sign, "?") for sign in error.object[error.start : error.end]), error.end

    codecs.register_error("spelt", spelt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="spelt")
