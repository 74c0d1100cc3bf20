"""Lends the terminal to the person's editor while the session's clock and checks go on."""

import os
import select
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from quizkit.practice.state import EditorClosed, Prompt, Seconds
from quizkit.terminal.inbox import Inbox
from quizkit.terminal.lines import Send


class Editor:
    """A reader for as long as an editor owns the terminal. It is never killed: it holds text that is the person's."""

    def __init__(self, path: Path, now: Callable[[], Seconds], say: Callable[[str], None]) -> None:
        self._path = path
        self._now = now
        self._say = say

    def read(self, prompt: Prompt, inbox: Inbox, send: Send) -> None:
        """Opens the file and returns when the editor is closed. Past the deadline the bell rings, once."""
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
                send(inbox.take())
                if not rung and prompt.until is not None and self._now() >= prompt.until:
                    rung = True
                    os.write(2, b"\a\x1b]2;quizkit: time is up\x07")
        finally:
            os.close(pidfd)


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
