"""Plays a session: turns keys, saves, verdicts and the clock into events, and carries out what the session wants done."""

import json
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Protocol

from quizkit.grading import grade
from quizkit.marking.mark import Marker
from quizkit.practice.prompt import prompt
from quizkit.practice.session import is_coded, step
from quizkit.practice.state import (
    Answering,
    Asked,
    Commanded,
    Crashed,
    Effect,
    Event,
    Finished,
    Grade,
    Graded,
    Grading,
    HandedIn,
    HungUp,
    Interrupted,
    Item,
    Judged,
    Marked,
    Marking,
    Note,
    Paused,
    Pressed,
    Prompt,
    Report,
    Review,
    Save,
    Saved,
    Show,
    State,
    Ticking,
    Withdrawal,
)
from quizkit.sandbox.host import Sandbox
from quizkit.store import Store, Unwritable
from quizkit.terminal import workfile
from quizkit.terminal.editor import Editor
from quizkit.terminal.inbox import Clock, Inbox, Pulse, text_of
from quizkit.terminal.lines import Send
from quizkit.terminal.screen import Screen

_WAIT_SAID_AFTER = 0.3
_MOMENT_S = 1e-6


class Reader(Protocol):
    """Whatever can ask a person: the keyboard, lines, an editor, a script in a test."""

    def read(self, prompt: Prompt, inbox: Inbox, send: Send) -> None:
        """Asks, sends what comes, and returns when the session goes on."""


class Player:
    """One session from its first question to its last. Only this prints, and only between two readers."""

    def __init__(
        self,
        store: Store,
        sandbox: Sandbox,
        screen: Screen,
        clock: Clock,
        *,
        folder: Path,
        reports: Path,
        wall: Callable[[], datetime],
        rng: Random,
        marker: Marker | None = None,
        attended: bool = False,
    ) -> None:
        self._store = store
        self._sandbox = sandbox
        self._screen = screen
        self._clock = clock
        self._folder = folder
        self._reports = reports
        self._wall = wall
        self._rng = rng
        self._marker = marker
        self._inbox = Inbox()
        self._pulse = Pulse(self._inbox)
        self._grader = ThreadPoolExecutor(1, "grader")
        self._waiting: list[Show] = []
        self._begun: dict[str, Path] = {}
        self._grading: dict[int, threading.Event] = {}
        self._attended = attended
        self._unkept: list[Review | Marking | Withdrawal] = []

    def play(self, begin: tuple[State, list[Effect]], reader: Reader) -> State:
        """The state at the end. Raises what a thread of the session failed with."""
        self._state = begin[0]
        self._carry_out(begin[1])
        self._pulse.start()
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGHUP, signal.SIGTERM)}
        try:
            self._loop(reader)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._pulse.stop()
            self._grader.shutdown(wait=False, cancel_futures=True)
        return self._state

    def _loop(self, reader: Reader) -> None:
        while True:
            self._settle(reader)
            self._show_waiting()
            if isinstance(self._state.phase, Finished):
                return
            asked = prompt(self._state)
            if asked is None:
                self._wait_for_verdict()
            elif asked.editing:
                Editor(self._work_file(), self._clock, self._screen.say).read(asked, self._inbox, self._send)
            else:
                if isinstance(self._state.phase, Paused):
                    self._screen.hide()
                reader.read(asked, self._inbox, self._send)
                self._show_again_if_resized(reader)

    def _keep(self) -> None:
        """Puts on disk what isn't there yet, in its order. Raises Unwritable where the disk doesn't take it."""
        while self._unkept:
            self._store.append(self._unkept[0])
            del self._unkept[0]

    def _settle(self, reader: Reader) -> None:
        """Shows and asks nothing else while a rated answer isn't on disk: a person may make room, and has it tried again.

        Raises Unwritable, with what is lost, where nobody is there to do so, or gives it up.
        """
        while self._unkept:
            try:
                self._keep()
            except Unwritable as error:
                lost = ", ".join(_told(row) for row in self._unkept if not isinstance(row, Marking))
                self._screen.show(Note(f"{error} Not kept yet: {lost}. What helps: {error.advice}."), None)
                if not (self._attended and self._tries_again(reader)):
                    raise Unwritable(f"{error} Not kept: {lost}; what was rated before is.", error.advice) from None

    def _tries_again(self, reader: Reader) -> bool:
        chosen: list[bool] = []

        def send(event: Event) -> bool:
            match event:
                case Pressed(""):
                    chosen.append(True)
                case Pressed("q") | Commanded("quit") | Interrupted() | HungUp():
                    chosen.append(False)
            return bool(chosen)

        actions = ("Enter tries again", "q gives it up")
        while not chosen:
            reader.read(Prompt("keep it", "q", stage="keeping", place=self._state.position, actions=actions), self._inbox, send)
        return chosen[0]

    def _wait_for_verdict(self) -> None:
        """Nothing is asked while an answer is marked; a wait that one notices says what it is for."""
        timer = threading.Timer(_WAIT_SAID_AFTER, self._screen.say_checking)
        timer.start()
        try:
            while isinstance(self._state.phase, Grading):
                self._send(self._inbox.take())
        except KeyboardInterrupt:
            self._send(Interrupted())
        finally:
            timer.cancel()

    def _show_again_if_resized(self, reader: Reader) -> None:
        if getattr(reader, "resized", False):
            reader.resized = False  # type: ignore[attr-defined]  # only the keyboard's reader has a width
            item, total = self._state.item, len(self._state.items)
            self._screen.start_anew()
            path = self._begun.get(item.question.id)
            self._screen.show(Asked(item, self._state.position + 1, total, again=True), path)
            if isinstance(phase := self._state.phase, Judged | Ticking):
                ticks = isinstance(phase, Ticking)
                self._screen.show(Marked(item, phase.verdict, phase.handed.answer, phase.handed.late, ticks=ticks), path)

    def _on_signal(self, _number: int, _frame: Any) -> None:
        self._inbox.put(HungUp())

    def _send(self, event: Event) -> bool:
        """Hands an event on; whether the reader has to return."""
        if isinstance(event, Crashed):
            raise event.error
        before = prompt(self._state)
        self._take_last_save()
        for one in self._completed(event):
            self._state, effects = step(self._state, one, self._clock())
            self._carry_out(effects)
        after = prompt(self._state)
        return bool(self._waiting) or after is None or _asks_other(before, after)

    def _take_last_save(self) -> None:
        """At a deadline live code is handed in as it stands: its last save may not have been noticed yet."""
        phase, position = self._state.phase, self._state.position
        if not isinstance(phase, Answering) or not is_coded(self._state.item.question):
            return
        deadlines = [deadline for deadline in (phase.until, self._state.ends) if deadline is not None]
        if deadlines and self._clock() >= min(deadlines) and self._work_file().exists():
            saved = Saved(position, text_of(self._work_file()))
            self._state, effects = step(self._state, saved, min(deadlines) - _MOMENT_S)
            self._carry_out(effects)

    def _completed(self, event: Event) -> list[Event]:
        """An answer that lies in a file is read when it is handed in: its last save may not have been noticed yet."""
        phase = self._state.phase
        handed = (isinstance(event, HandedIn) and not event.text) or (isinstance(event, Pressed) and not event.key.strip())
        if handed and isinstance(phase, Answering) and is_coded(self._state.item.question):
            path = self._work_file()
            if not path.exists():
                workfile.write(path, phase.draft[0])
                self._waiting.append(Show(Note(f"{path.name} was gone; it is there again, as it was last saved.")))
                return []
            return [Saved(self._state.position, text_of(path)), event]
        return [event]

    def _work_file(self) -> Path:
        return self._begun[self._state.item.question.id]

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Save(Report() as report):
                    if fault := self._report_fault(report):
                        self._waiting.append(Show(Note(f"The report can't be kept: {fault}.")))
                        return  # without the note that says that it is
                case Save(Review() | Marking() | Withdrawal() as row):
                    self._unkept.append(row)
                    with suppress(Unwritable):
                        self._keep()
                case Grade():
                    self._start_grading(effect)
                case Show():
                    self._waiting.append(effect)

    def _report_fault(self, report: Report) -> str:
        """Keeps a report; why it can't be, where it can't."""
        from quizkit.sandbox import versions  # noqa: PLC0415

        row = {**asdict(report), "at": report.at.isoformat(), "versions": versions.installed()}
        try:
            self._reports.parent.mkdir(parents=True, exist_ok=True)
            with self._reports.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def _start_grading(self, effect: Grade) -> None:
        """Marks in a thread of its own; a check of a save that hasn't begun gives way to a newer one."""
        for gone in self._grading.values():
            gone.set()
        gone = self._grading[effect.number] = threading.Event()
        self._grader.submit(self._grade, effect, gone)

    def _grade(self, effect: Grade, gone: threading.Event) -> None:
        try:
            if not gone.is_set():
                verdict = grade(effect.question, effect.answer, self._sandbox, self._rng, self._marker)
                self._inbox.put(Graded(effect.number, verdict))
        except BaseException as error:
            self._inbox.put(Crashed(error))

    def _show_waiting(self) -> None:
        while self._waiting:
            what = self._waiting.pop(0).what
            if isinstance(what, Asked):
                self._open(what.item, what.place - 1, again=what.again)
            path = self._begun.get(self._state.item.question.id) if self._state.items else None
            with suppress(BrokenPipeError):
                self._screen.show(what, path)

    def _open(self, item: Item, position: int, *, again: bool) -> None:
        """Begins the work file of a question that has one, and looks at it from now on."""
        if not is_coded(item.question):
            self._pulse.watch(position, None)
            return
        if not (again and item.question.id in self._begun):
            self._begun[item.question.id] = workfile.begin(item.question, self._folder, self._wall)
        self._pulse.watch(position, self._begun[item.question.id])


def _told(row: Review | Withdrawal) -> str:
    if isinstance(row, Withdrawal):
        return "that a rating is taken back"
    return f"{row.question}, rated {row.rating.value} {row.rating.name}"


def _asks_other(before: Prompt | None, after: Prompt) -> bool:
    """Whether the prompt on the screen is no longer the one that is asked; the text itself is the reader's."""
    if before is None:
        return True
    return (before.label, before.keys, before.place, before.editing, before.actions, before.until) != (
        after.label,
        after.keys,
        after.place,
        after.editing,
        after.actions,
        after.until,
    )
