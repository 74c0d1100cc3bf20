"""Draws docs/session.svg, the README's picture of a session, from a drill that is really played: python docs/picture.py."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from datetime import datetime
from pathlib import Path
from random import Random

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from quizkit.deck.loader import load
from quizkit.practice.prompt import fields
from quizkit.practice.session import start
from quizkit.practice.state import Event, HandedIn, Item, Mode, Pressed, Prompt
from quizkit.report.layout import THEME
from quizkit.sandbox.host import Sandbox
from quizkit.store import Store
from quizkit.terminal.inbox import Inbox
from quizkit.terminal.lines import Send
from quizkit.terminal.play import Player
from quizkit.terminal.screen import Screen

ASKED = ("path-enum-text", "first-hello-api")
ANSWER = """from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read_root():
    return {"message": "Hello, World!"}


@app.get("/items/{item_id}")
def read_item(item_id: str):
    return {"item_id": item_id}
"""


class Script:
    """A reader that plays prepared answers and shows what a person would have typed."""

    def __init__(self, screen: Screen, answers: Iterator[Event]) -> None:
        self._screen = screen
        self._answers = answers

    def read(self, prompt: Prompt, _inbox: Inbox, send: Send) -> None:
        """Plays the next answer."""
        event = next(self._answers)
        typed = event.text if isinstance(event, HandedIn) else getattr(event, "key", "")
        if "\n" not in typed:
            self._screen.echo(f"  {prompt.label} ▸ ", typed)
        send(event)


def draw(target: Path) -> None:
    """Plays the drill and writes the picture to `target`."""
    console = Console(record=True, width=80, force_terminal=True, color_system="truecolor", highlight=False, theme=THEME)
    screen = Screen(console, plain=False)
    deck, rng = load(), Random(1)
    items = [Item(deck.entry(name), deck.question(name), fields(deck.question(name))) for name in ASKED]
    texts = ("200", '{"model_name": "resnet", "label": "model resnet"}', "422")
    answers = iter([*map(HandedIn, texts), Pressed("2"), HandedIn(ANSWER), Pressed("1")])
    target = target.resolve()
    with (
        tempfile.TemporaryDirectory() as name,
        chdir(name),
        Sandbox.start() as sandbox,
        Store.open(Path(name) / "history.sqlite") as store,
    ):
        player = Player(
            store,
            sandbox,
            screen,
            lambda: 0.0,
            folder=Path("quizkit-work"),
            reports=Path(name) / "reports.jsonl",
            wall=lambda: datetime(2026, 1, 5, 20),
            rng=rng,
        )
        console.print(Text("$ quizkit drill path", style="bold"))
        player.play(start(items, Mode(), "picture", datetime(2026, 1, 5, 20)), Script(screen, answers))
    target.write_text(_without_web_fonts(console.export_svg(title="quizkit drill", theme=MONOKAI)), encoding="utf-8")


def _without_web_fonts(svg: str) -> str:
    """The picture asks nothing of the network: the reader's own monospaced font does."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "ui-monospace, monospace")


if __name__ == "__main__":
    draw(Path(__file__).with_name("session.svg"))
