"""Reads lines: from a pipe, a dumb terminal, or wherever nothing may be redrawn."""

import os
import select
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Final

from quizkit.errors import MissingPath
from quizkit.practice.prompt import time_marks
from quizkit.practice.session import clock
from quizkit.practice.state import Commanded, Event, HandedIn, HungUp, Interrupted, Pressed, Prompt, Seconds, Typed
from quizkit.terminal.inbox import Inbox
from quizkit.terminal.workfile import regular_bytes

Send = Callable[[Event], bool]
"""Hands an event to the session; true where the reader has to return: something else is asked, or waits to be shown."""

_BLOCK: Final = ":<<"
_FILE: Final = ":file "
_PASTE_PAUSE_S: Final = 0.05


class Lines:
    """A reader on a descriptor, which takes no more of it than the lines that it was asked for."""

    def __init__(self, fd: int, say: Callable[[str], None], now: Callable[[], Seconds]) -> None:
        self._fd = fd
        self._say = say
        self._now = now
        self._buffer = b""
        self._ended = False
        self._announced: tuple[int, str, Seconds | None] | None = None
        self._actions: tuple[str, ...] = ()
        self._place: tuple[int, str] | None = None
        self._marks: list[Seconds] = []
        self._timed: tuple[int, Seconds] | None = None

    def read(self, prompt: Prompt, inbox: Inbox, send: Send) -> None:
        """Asks for one line and hands in what it means."""
        self._discard_if_other(prompt)
        self._announce(prompt)
        try:
            line = self._line(prompt, inbox, send)
            event = None if line is None else self._event(prompt, line, inbox, send)
        except KeyboardInterrupt:
            event = Interrupted()
        if event is not None:
            send(event)

    def _discard_if_other(self, prompt: Prompt) -> None:
        """On a terminal, what was typed for another question or stage answers nothing here. A pipe holds every answer."""
        place = (prompt.place, prompt.stage)
        if place != self._place and os.isatty(self._fd):
            self._discard()
        self._place = place

    def _discard(self) -> None:
        """Throws away what was typed, and what still comes of a paste: it ends when nothing came for a moment."""
        self._buffer = b""
        termios.tcflush(self._fd, termios.TCIFLUSH)
        while select.select([self._fd], [], [], _PASTE_PAUSE_S)[0] and os.read(self._fd, 1 << 16):
            continue

    def _announce(self, prompt: Prompt) -> None:
        """The label and what can be done; the time given, when a clock begins to run."""
        key = (prompt.place, prompt.label, prompt.until)
        if key == self._announced:
            return
        if prompt.budget and prompt.until is not None and self._timed != (prompt.place, prompt.until):
            self._timed = (prompt.place, prompt.until)
            self._say(f"  You have {clock(prompt.budget)}. Type :time to hear what is left.")
            self._marks = list(time_marks(prompt.budget))
        same = self._announced is not None and self._announced[0] == prompt.place and self._actions == prompt.actions
        self._announced, self._actions = key, prompt.actions
        if prompt.actions and not same:
            self._say("  " + " · ".join(prompt.actions))
        self._say(f"  {prompt.label} > " if prompt.label else "  > ")

    def _line(self, prompt: Prompt, inbox: Inbox, send: Send, *, in_block: bool = False) -> str | None:
        """The next line, or None where the session took the turn or, told to it unless in a block, the input ended."""
        while b"\n" not in self._buffer and not self._ended:
            ready, _, _ = select.select([self._fd, inbox.fileno()], [], [])
            if inbox.fileno() in ready and self._fd not in ready:
                if send(inbox.take()):
                    return None
                self._say_time(prompt)
            else:
                part = os.read(self._fd, 1 << 16)
                self._ended = not part
                self._buffer += part
        if b"\n" not in self._buffer and not self._buffer:
            if not in_block:
                self._say("")  # ends the line of the prompt
                send(HungUp())
            return None
        line, _, self._buffer = self._buffer.partition(b"\n")
        text = line.decode("utf-8", "replace").removesuffix("\r")
        if not os.isatty(self._fd):
            self._say(text)  # what a terminal would have echoed
        return text

    def _say_time(self, prompt: Prompt) -> None:
        if prompt.until is None:
            return
        left = prompt.until - self._now()
        while self._marks and left <= self._marks[0]:
            self._marks.pop(0)
            self._say(f"  {clock(left)} left.")

    def _event(self, prompt: Prompt, line: str, inbox: Inbox, send: Send) -> Event | None:
        if line.startswith("::"):
            return HandedIn(line[1:])
        if line.startswith(_BLOCK) and line[len(_BLOCK) :].strip():
            return self._block(line[len(_BLOCK) :].strip(), prompt, inbox, send)
        if line.startswith(_FILE):
            return self._file(line.removeprefix(_FILE).strip())
        if line.startswith(":"):
            return Commanded(line[1:].strip())
        if prompt.keys and (not prompt.paste or line.strip() in ("", *prompt.keys)):
            return Pressed(line.strip())
        return HandedIn(line)

    def _block(self, end: str, prompt: Prompt, inbox: Inbox, send: Send) -> Event | None:
        """The lines up to one that is `end`, or to the end of the input. What is there so far is the draft at any moment."""
        lines: list[str] = []
        while True:
            line = self._line(prompt, inbox, send, in_block=True)
            if line is None:
                return HandedIn("\n".join(lines)) if self._ended else None
            if line == end:
                return HandedIn("\n".join(lines))
            lines.append(line)
            if not prompt.keys and send(Typed("\n".join(lines))):
                return None

    def _file(self, name: str) -> Event | None:
        try:
            return HandedIn(regular_bytes(Path(name).expanduser()).decode("utf-8-sig").replace("\r\n", "\n"))
        except OSError as error:
            why = error.strerror or str(error)
        except UnicodeDecodeError:
            why = "not UTF-8 text"
        except MissingPath:
            why = "no regular file"
        except RuntimeError:
            why = "no such home folder"
        self._say(f"  {name} can't be read: {why}.")
        self._announced = None
        return None
