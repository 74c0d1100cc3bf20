"""Reads keys on a terminal, with the clock under the text: one small prompt_toolkit application a prompt."""

import asyncio
import sys
import termios
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any, Final

from prompt_toolkit.application import Application, get_app_session
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys as Key
from prompt_toolkit.layout import BufferControl, FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from quizkit.practice.session import clock
from quizkit.practice.state import Commanded, HandedIn, Interrupted, Pressed, Prompt, Seconds, Typed
from quizkit.terminal.inbox import Inbox
from quizkit.terminal.lines import Send

_STYLE: Final = Style.from_dict(
    {"row": "fg:ansibrightblack", "amber": "fg:ansiyellow", "red": "fg:ansired bold", "label": "bold"}
)
_TEXT_ROWS: Final = 12
_ALONE_S: Final = 0.25
"""A letter that acts is one that no other follows for so long,"""
_WORD_S: Final = 1.0
"""and a word goes on while its letters come no later than this."""


class Letters:
    """Tells a letter that is pressed from those of a word that is typed where no text is asked for."""

    def __init__(self) -> None:
        self._held = ""
        self._acts_at = 0.0
        self._word_until = 0.0

    def take(self, letter: str, now: float, *, acts: bool) -> None:
        """A letter came at this second, and `acts` where it means something; what is held comes out of `alone`."""
        if self._held or now < self._word_until or not acts:
            self._held, self._word_until = "", now + _WORD_S
        else:
            self._held, self._acts_at = letter, now + _ALONE_S

    def alone(self, now: float = inf) -> str:
        """The letter that stood alone until this second, once; empty where there is none."""
        if not self._held or now < self._acts_at:
            return ""
        found, self._held = self._held, ""
        return found


class Keys:
    """A reader on the terminal. A prompt that is opened again keeps its text and the place of the cursor."""

    def __init__(self, now: Callable[[], Seconds], echo: Callable[[str, str], None], turn: str, *, color: bool) -> None:
        self._letters = Letters()
        self._now = now
        self._echo = echo
        self._turn = turn
        self._color = color
        self._buffer = Buffer(multiline=True)
        self._opened: tuple[Any, ...] | None = None
        self.resized = False

    def read(self, prompt: Prompt, inbox: Inbox, send: Send) -> None:
        """Asks until the session goes on. What was typed before the prompt was there is thrown away."""
        place = (prompt.place, prompt.stage)
        if place != self._opened:
            self.discard()
            self._opened = place
        if self._buffer.text != prompt.text or prompt.keys:
            self._buffer = Buffer(multiline=True, document=Document(prompt.text, len(prompt.text)))
        if prompt.replaced:
            _select_all(self._buffer)
        asking = _Asking(self, prompt, self._buffer, inbox, send)
        asking.run()
        if asking.handed is not None:
            self._echo(*asking.handed)
        if asking.error is not None:
            raise asking.error

    def discard(self) -> None:
        """Throws away what was typed and not read: what the terminal holds, and what prompt_toolkit has taken from it."""
        clear_typeahead(get_app_session().input)
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


class _Asking:
    """One prompt while it is open."""

    def __init__(self, keys: Keys, prompt: Prompt, buffer: Buffer, inbox: Inbox, send: Send) -> None:
        self._keys = keys
        self._prompt = prompt
        self._buffer = buffer
        self._inbox = inbox
        self._send = send
        self._shown = ""
        self.handed: tuple[str, str] | None = None
        self.error: BaseException | None = None
        self._app: Application[None] = Application(
            layout=Layout(HSplit([self._text_window(), self._row_window()])),
            key_bindings=self._bindings(),
            style=_STYLE,
            color_depth=None if keys._color else ColorDepth.DEPTH_1_BIT,
            erase_when_done=True,
            mouse_support=False,
        )
        self._app.ttimeoutlen = 0.05
        self._columns = self._app.output.get_size().columns
        self._app.before_render += self._look_at_width

    def run(self) -> None:
        self._buffer.on_text_changed += self._text_changed
        self._app.run(pre_run=self._listen, handle_sigint=False)
        self._buffer.on_text_changed -= self._text_changed
        asyncio.set_event_loop(None)

    def _listen(self) -> None:
        asyncio.get_running_loop().add_reader(self._inbox.fileno(), self._take)

    def _end(self) -> None:
        """Ends once; what is typed afterwards is for the next prompt."""
        if not self._app.is_done:
            asyncio.get_running_loop().remove_reader(self._inbox.fileno())
            self._app.exit()

    def _take(self) -> None:
        """One event at a time: the one that follows may belong to another prompt."""
        if self._app.is_done:
            return
        try:
            answered = self._send(self._inbox.take())
        except BaseException as error:  # asyncio would only log it, and the session would wait for ever
            self.error = error
            answered = True
        if answered:
            self._end()
        elif self._row_text() != self._shown:
            self._app.invalidate()

    def _text_changed(self, buffer: Buffer) -> None:
        """What is typed is the draft at once, so that a deadline or a hang-up finds it; a command is none."""
        if not self._prompt.keys and not _is_command(buffer.text) and self._send(Typed(buffer.text)):
            self._end()

    def _look_at_width(self, _app: Application[None]) -> None:
        """On a new width the rows that the terminal has moved can't be found again: end, and let all be printed anew."""
        if self._app.output.get_size().columns != self._columns:
            self._keys.resized = True
            self._end()

    # ---- what is seen ----

    def _lead(self) -> str:
        label = f"{self._prompt.label} " if self._prompt.label else ""
        return f"  {label}{self._keys._turn} "

    def _text_window(self) -> Window:
        lead = self._lead()
        blank = " " * min(get_cwidth(lead), 8)

        def prefix(line: int, wrapped: int) -> StyleAndTextTuples:
            return [("class:label", lead if line == 0 and wrapped == 0 else blank)]

        return Window(
            BufferControl(self._buffer),
            wrap_lines=True,
            get_line_prefix=prefix,
            height=Dimension(min=1, max=_TEXT_ROWS),
            dont_extend_height=True,
        )

    def _row_window(self) -> Window:
        return Window(FormattedTextControl(self._row), height=1, dont_extend_height=True)

    def _row(self) -> StyleAndTextTuples:
        self._shown = self._row_text()
        times, style = self._times()
        rest = self._shown[len(times) :]
        return [("", "  "), (f"class:{style}", times), ("class:row", rest)]

    def _row_text(self) -> str:
        """The clock, then what can be done, of which parts give way where the screen is narrow; the way to help never does."""
        times, _ = self._times()
        parts = [times] if times else []
        parts += ["typing replaces it"] if self._buffer.selection_state else []
        shown = {action for action in self._prompt.actions if action.endswith("help")}
        for action in self._prompt.actions:
            if self._has_room([*parts, *shown, action]):
                shown.add(action)
        return " · ".join([*parts, *(action for action in self._prompt.actions if action in shown)])

    def _has_room(self, parts: list[str]) -> bool:
        return get_cwidth(" · ".join(parts)) <= self._columns - 4

    def _times(self) -> tuple[str, str]:
        """What is left, with signs that colour only repeats: ! under a quarter, !! under ten seconds."""
        prompt, now = self._prompt, self._keys._now()
        if prompt.until is None and prompt.ends is None:
            return "", "row"
        left = min(deadline for deadline in (prompt.until, prompt.ends) if deadline is not None) - now
        alarm, style = ("", "row")
        if left < 10:
            alarm, style = " !!", "red"
        elif prompt.budget and left < prompt.budget / 4:
            alarm, style = " !", "amber"
        words = [f"{clock(prompt.until - now)} left{alarm}"] if prompt.until is not None else []
        words += [f"{clock(prompt.ends - now)} in all"] if prompt.ends is not None else []
        return " · ".join(words), style

    # ---- what is typed ----

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()
        bindings.add("c-c")(lambda _event: self._sent(Interrupted()))
        bindings.add("c-d", filter=Condition(lambda: not self._buffer.text))(lambda _event: self._sent(Commanded("quit")))
        bindings.add("c-z")(lambda event: event.app.suspend_to_background())
        bindings.add("enter")(lambda _event: self._enter())
        bindings.add("c-j")(lambda _event: self._enter())
        bindings.add("escape", "enter", filter=Condition(lambda: not self._prompt.keys))(self._new_line)
        bindings.add(Key.BracketedPaste)(self._paste)
        bindings.add(Key.Any, filter=Condition(lambda: self._buffer.selection_state is not None))(self._replace)
        if self._prompt.keys:
            bindings.add(Key.Any)(self._key)
            # Alone it does nothing; as the start of Alt-3 and the like it would swallow the next key.
            bindings.add("escape", eager=True)(lambda _event: None)
        if self._prompt.ends is not None or self._prompt.until is not None:
            bindings.add("c-p")(lambda _event: self._sent(Commanded("pause")))
        return bindings

    def _sent(self, event: Any) -> None:
        if self._send(event):
            self._end()

    def _enter(self) -> None:
        text = self._buffer.text
        if text.startswith("::"):
            self._handed_in(HandedIn(text[1:]), text)
        elif _is_command(text):
            self._buffer.text = self._prompt.text if self._prompt.replaced else ""  # a command replaces no answer
            self._sent(Commanded(text[1:].strip()))
        elif self._prompt.keys:
            if self._prompt.enter:
                self._sent(Pressed(""))
            else:
                self.handed = ("  ", "Nothing is chosen yet.")
                self._end()
        else:
            self._handed_in(HandedIn(text), text)

    def _handed_in(self, event: HandedIn, text: str) -> None:
        """The text is to stay on the screen, and the application's own rows are erased when it ends."""
        self.handed = (self._lead(), text)
        self._sent(event)

    def _new_line(self, _event: KeyPressEvent) -> None:
        self._buffer.insert_text("\n")

    def _replace(self, event: KeyPressEvent) -> None:
        """In one step, so that a colon, which begins a command, leaves the draft as it is."""
        self._buffer.exit_selection()
        self._buffer.document = Document(event.data, len(event.data))

    def _key(self, event: KeyPressEvent) -> None:
        """A key that acts, a letter only where it stands alone, or a part of a command that a colon began."""
        if self._buffer.text or event.data == ":":
            self._buffer.insert_text(event.data)
        elif event.data.isalpha() and self._prompt.stage in _WORDS_ARE_TYPED:
            self._keys._letters.take(event.data, monotonic(), acts=event.data in self._prompt.keys)
            asyncio.get_running_loop().call_later(_ALONE_S + _LATE_S, self._act_if_alone)
        elif event.data in self._prompt.keys or (event.data.isdigit() and not _DIGITS.isdisjoint(self._prompt.keys)):
            self._act(self._keys._letters.alone())
            self._act(event.data)

    def _act_if_alone(self) -> None:
        self._act(self._keys._letters.alone(monotonic()))

    def _act(self, key: str) -> None:
        if not key or self._app.is_done:
            return
        if self._prompt.stage == "rating" and key in "1234":
            self.handed = (self._lead(), key)
        self._sent(Pressed(key))

    def _paste(self, event: KeyPressEvent) -> None:
        """Arrives whole, as text; where keys act it is an answer or nothing."""
        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        if not self._prompt.keys:
            if self._buffer.selection_state:
                self._buffer.cut_selection()
            self._buffer.insert_text(text)
        elif self._prompt.paste:
            self._sent(HandedIn(text))


_DIGITS: Final = frozenset("123456789")
_WORDS_ARE_TYPED: Final = frozenset({"rating", "answer"})
"""Where somebody may type a word though keys act; elsewhere a word such as `yes` is as good as its first letter."""
_LATE_S: Final = 0.01
"""By how much the timer that looks for a lone letter comes after it: never before."""


def _select_all(buffer: Buffer) -> None:
    """Selects a text as a mouse would: a letter replaces it, an arrow lets go of it."""
    buffer.cursor_position = 0
    buffer.start_selection()
    if buffer.selection_state is not None:
        buffer.selection_state.enter_shift_mode()
    buffer.cursor_position = len(buffer.text)


def _is_command(text: str) -> bool:
    return text.startswith(":") and not text.startswith("::")
