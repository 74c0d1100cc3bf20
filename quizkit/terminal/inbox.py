"""All that isn't a key comes through here: ticks and saves from one thread, verdicts from another, signals from handlers."""

import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from quizkit.errors import MissingPath
from quizkit.practice.state import Event, Saved, Seconds, Tick
from quizkit.terminal.workfile import decoded, regular_bytes

POLL_S: Final = 0.25


class Inbox:
    """A queue that a reader can wait on beside the keyboard. `put` may be called from threads and signal handlers."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Event] = SimpleQueue()
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)

    def put(self, event: Event) -> None:
        """Adds an event."""
        self._queue.put(event)
        with suppress(BlockingIOError):
            os.write(self._write, b".")

    def take(self) -> Event:
        """The next event; waits for one."""
        os.read(self._read, 1)
        return self._queue.get()

    def fileno(self) -> int:
        """Readable while an event waits."""
        return self._read

    def close(self) -> None:
        """Lets go of the pipe."""
        os.close(self._read)
        os.close(self._write)


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What tells that a file was written: a save that replaces it changes the inode."""

    mtime_ns: int
    size: int
    inode: int


class Saves:
    """Notices saves of one file by looking at it: no watcher sees every editor's way of writing.

    A save counts once the file stood still for one look and its content is new.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = _stamp(path)
        self._settled = self._last
        self._digest = _digest(path)

    def look(self) -> str | None:
        """The file's text where it was saved since the last look, else None."""
        stamp = _stamp(self._path)
        if stamp != self._last:
            self._last = stamp
            return None
        if stamp is None or stamp == self._settled:
            return None
        self._settled = stamp
        digest = _digest(self._path)
        if digest is None or digest == self._digest:
            return None
        self._digest = digest
        return text_of(self._path)

    def forget(self) -> None:
        """From now on the file counts as saved when it is seen again, also as it was: its last save was never read."""
        self._settled = self._digest = None


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Stamp(found.st_mtime_ns, found.st_size, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _digest(path: Path) -> bytes | None:
    try:
        return hashlib.sha256(regular_bytes(path)).digest()
    except (OSError, MissingPath):
        return None


def text_of(path: Path) -> str:
    """A work file's text; nothing where it is gone."""
    try:
        return decoded(regular_bytes(path))
    except (OSError, MissingPath):
        return ""


class Pulse:
    """The one thread that looks at the clock and at the work file, four times a second."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._watched: tuple[int, Saves] | None = None
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def watch(self, position: int, path: Path | None) -> None:
        """From now on looks at this file for the question at `position`; at none where there is no path."""
        with self._lock:
            self._watched = (position, Saves(path)) if path is not None else None

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            for event in self._events():
                self._inbox.put(event)

    def _events(self) -> Iterator[Event]:
        with self._lock:
            if self._watched is not None:
                position, saves = self._watched
                text = saves.look()
                if text is not None:
                    yield Saved(position, text)
        yield Tick()

    def stop(self) -> None:
        """Ends the thread."""
        self._stop.set()
        self._thread.join()


Clock = Callable[[], Seconds]
"""Seconds since the session began."""
