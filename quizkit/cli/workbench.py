"""What every command has at hand: the folders, the deck, the worker, and where output goes."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from quizkit.deck.loader import Deck
    from quizkit.sandbox.host import Sandbox


@dataclass(slots=True)
class Workbench:
    """One call of quizkit. The worker may already be starting when this is made; else it is started when it is needed."""

    worker: "Sandbox | None" = None
    data_dir: Path | None = None
    plain: bool = False
    no_color: bool = False
    _console: "Console | None" = field(default=None, repr=False)

    def sandbox(self) -> "Sandbox":
        """The warm worker."""
        if self.worker is None:
            from quizkit.sandbox.host import Sandbox  # noqa: PLC0415

            self.worker = Sandbox.start()
        return self.worker

    def console(self) -> "Console":
        """Where results go; plain text wherever a terminal with colours isn't wanted."""
        if self._console is None:
            from rich.console import Console  # noqa: PLC0415

            color = None if not self.is_plain() and not self.no_color else "none"
            self._console = Console(highlight=False, markup=False, emoji=False, no_color=bool(color) or None, soft_wrap=False)
        return self._console

    def is_plain(self) -> bool:
        """Whether nothing may be redrawn: asked for, a dumb terminal, or no terminal at all."""
        asked = self.plain or bool(os.environ.get("ACCESSIBLE"))
        return asked or os.environ.get("TERM", "") in ("", "dumb") or not (sys.stdin.isatty() and sys.stdout.isatty())

    def deck(self, paths: Sequence[Path] = ()) -> "Deck":
        """The deck at `paths`, by way of the cache."""
        from quizkit.deck.loader import load  # noqa: PLC0415

        return load(paths, self.cache_folder() / "decks.sqlite")

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

    def close(self) -> None:
        """Ends the worker."""
        if self.worker is not None:
            self.worker.close()
