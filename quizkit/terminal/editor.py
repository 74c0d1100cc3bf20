"""Lends the terminal to the person's editor while the session's clock and checks go on."""

import os
import select
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from quizkit.practice.state import EditorClosed, HungUp, Prompt, Seconds
from quizkit.terminal.inbox import Inbox
from quizkit.terminal.lines import Send

_LAST_SAVE_S: Final = 0.4
"""How long an editor that is told to end may take to keep what it holds."""


class Editor:
    """A reader for as long as an editor owns the terminal. No deadline ends that: it may hold text that is the person's."""

    def __init__(self, path: Path, now: Callable[[], Seconds], say: Callable[[str], None]) -> None:
        self._path = path
        self._now = now
        self._say = say

    def read(self, prompt: Prompt, inbox: Inbox, send: Send) -> None:
        """Opens the file and returns when the editor is closed. Past the deadline the bell rings, once.

        When quizkit itself is to end, so is the editor.
        """
        command = editor_command()
        if command is None:
            named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
            why = f"The editor {named} isn't there." if named else "No editor is named in VISUAL or EDITOR."
            self._say(f"  {why} Open {self._path} with any editor; each save is checked.")
            send(EditorClosed())
            return
        try:
            # Started before the signals are ignored here, so that the editor begins with their defaults.
            process = subprocess.Popen([*command, str(self._path)], env=_environment())
        except OSError as error:
            self._say(f"{command[0]} can't be started: {error.strerror}.")
            send(EditorClosed())
            return
        before = _ignore_signals()
        try:
            self._wait(process, prompt, inbox, send)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        send(EditorClosed())

    def _wait(self, process: subprocess.Popen[bytes], prompt: Prompt, inbox: Inbox, send: Send) -> None:
        pidfd = os.pidfd_open(process.pid)
        rung = False
        try:
            while True:
                ready, _, _ = select.select([pidfd, inbox.fileno()], [], [])
                if pidfd in ready:
                    process.wait()
                    return
                event = inbox.take()
                send(event)
                if isinstance(event, HungUp):
                    _end(process)
                    return
                if not rung and prompt.until is not None and self._now() >= prompt.until:
                    rung = True
                    os.write(2, b"\a\x1b]2;quizkit: time is up\x07")
        finally:
            os.close(pidfd)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends an editor with all that it has started: asked first, so that it keeps what isn't saved, and then made to."""
    family = [*_family(process.pid)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pidfd in family:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LAST_SAVE_S)
    for pidfd in family:
        os.close(pidfd)


def _family(pid: int) -> Iterator[int]:
    """A descriptor for a process, and for each that descends from it."""
    with suppress(OSError):  # it has ended meanwhile
        yield os.pidfd_open(pid)
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                yield from _family(int(child))


def _environment() -> dict[str, str]:
    """The environment as it was before quizkit told pydantic to leave plugins alone."""
    return {name: text for name, text in os.environ.items() if name != "PYDANTIC_DISABLE_PLUGINS"}


def editor_command() -> list[str] | None:
    """The person's editor with its arguments, or None where none is named or it isn't there."""
    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(os.environ.get(name, ""))
        except ValueError:  # a quote that is never closed
            continue
        if command and shutil.which(command[0]):
            return command
    return None


def _ignore_signals() -> dict[int, "signal._HANDLER"]:
    """Ctrl-C in the editor is the editor's."""
    return {number: signal.signal(number, signal.SIG_IGN) or signal.SIG_DFL for number in (signal.SIGINT, signal.SIGQUIT)}
