"""Prints what a session shows, on a terminal or as plain lines."""

import sys
from datetime import datetime
from pathlib import Path
from typing import assert_never

from rich.console import Console, RenderableType
from rich.text import Text

from quizkit.deck.models import Recall
from quizkit.practice.session import is_coded
from quizkit.practice.state import Asked, Checked, Hinted, Marked, Note, TimeUp
from quizkit.report.layout import Hanging
from quizkit.report.marks import advice, marked, recalled
from quizkit.report.question import answer, heading, question, teaching
from quizkit.report.text import plain
from quizkit.report.verdict import checks
from quizkit.verdict import Outcome

_RULE_WIDTH = 80


class Screen:
    """Where a session is seen. With `plain` nothing is ever redrawn."""

    def __init__(self, console: Console, *, plain: bool) -> None:
        self._console = console
        self._plain = plain

    def print(self, *parts: RenderableType) -> None:
        """Prints each part on lines of its own."""
        for part in parts:
            self._console.print(part, crop=False)

    def say(self, text: str) -> None:
        """A line of the program's own; one that ends in a space is a prompt, and the answer follows on it."""
        end = "" if text.endswith("> ") else "\n"
        self._console.print(plain(text), crop=False, soft_wrap=True, end=end)
        sys.stdout.flush()

    def say_checking(self) -> None:
        """Says what a person waits for."""
        self.say("  checking …")

    def start_anew(self) -> None:
        """Clears the screen, and takes its size anew."""
        self._console.clear()

    def hide(self) -> None:
        """Takes the question out of sight while the clock stands: a pause is no time to think about it."""
        if not self._plain:
            self._console.clear()

    def echo(self, lead: str, text: str) -> None:
        """What was typed at a prompt, so that it stays when the prompt is gone."""
        lines = text.split("\n")
        self.print(Text(lead, style="bold").append_text(plain(lines[0])))
        self.print(*(plain("    " + line) for line in lines[1:]))

    def show(self, what: Asked | Hinted | Checked | Marked | TimeUp | Note, path: Path | None) -> None:
        """Prints one thing that the session wants seen. `path` is the work file of the open question."""
        match what:
            case Asked():
                self._asked(what, path)
            case Hinted(text, number, total):
                self.print(Hanging(f"hint {number} of {total}  ", text, "yellow", indent=2))
            case Checked(_, verdict, _):
                passed = sum(check.outcome is Outcome.passed for check in verdict.checks)
                self.print(Text())
                self.print(Text(f"  {datetime.now():%H:%M:%S}   {passed} of {len(verdict.checks)} checks", style="dim"))
                self.print(checks(verdict, path.name if path else "main.py", hints=False))
            case Marked():
                self._marked(what, path)
            case TimeUp(handed_in):
                self.say("  Time. Handed in as it stands: " + (" / ".join(filter(None, handed_in))[:200] or "nothing"))
            case Note(text):
                self.print(Hanging("", text, indent=2))
            case _:
                assert_never(what)

    def _asked(self, what: Asked, path: Path | None) -> None:
        item = what.item
        place = f"{what.place} of {what.total}" + (" · follow-up" if item.is_follow_up else "")
        minutes = item.entry.minutes if is_coded(item.question) else None
        width = min(self._console.width, _RULE_WIDTH)
        self.print(Text(), heading(item.entry, place, minutes, width=width), Text())
        self.print(question(item.question, item.order), Text())
        if path is not None:
            self.print(plain(f"  {shown_path(path)}", "bold"))

    def _marked(self, what: Marked, path: Path | None) -> None:
        item, verdict = what.item, what.verdict
        self.print(Text())
        if isinstance(item.question, Recall):
            self._recall(what)
            return
        if is_coded(item.question):
            self.print(checks(verdict, path.name if path else "main.py"))
            if not verdict.passed and what.taught:
                self.print(Text(), Text("  One solution", style="bold"), answer(item.question))
        else:
            self.print(marked(verdict, item.order))
        if what.taught:
            self.print(Text(), teaching(item.question), Text())
        if verdict.advice:
            self.print(advice(verdict), Text())

    def _recall(self, what: Marked) -> None:
        """The mark, then what is to be learnt; where ticks are asked for it is the other way round, points nearest."""
        changeable = not what.ticks and what.taught
        mark, lesson = recalled(what.verdict, what.answer[0], changeable=changeable), teaching(what.item.question)
        parts = ([lesson, mark] if what.ticks else [mark, lesson]) if what.taught else [mark]
        for part in parts:
            self.print(part, Text())


def shown_path(path: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
