"""Live coding: a work file that any editor may write, checked at each save; and editors that take the terminal."""

import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.terminal.conftest import Place, Terminal
from tests.terminal.decks import DOUBLE

RATING = "1 again"
SAVES = "checked at each save"
WRONG = DOUBLE.replace("2 * n", "3 * n")


def _code(kinds: Place, *args: str, **env: str) -> Terminal:
    terminal = kinds.drill("--kind", "code", *args, env=env)
    terminal.asks(SAVES, "1 of 1")
    return terminal


def _file(kinds: Place) -> Path:
    return kinds.folder / "quizkit-work" / "write-it.py"


def _replace(path: Path, text: str) -> None:
    """As editors save that write beside the file and then put it in its place."""
    fresh = path.with_name(".write-it.py.new")
    fresh.write_text(text)
    fresh.replace(path)


def test_the_work_file_begins_with_the_starter_and_names_its_question(kinds: Place) -> None:
    terminal = _code(kinds)
    terminal.see("quizkit-work/write-it.py")
    assert _file(kinds).read_text() == "# quizkit: write-it\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
    terminal.type("q")
    assert terminal.ends() == 0


@pytest.mark.parametrize("in_place", [True, False])
def test_each_save_is_checked_and_enter_hands_in(kinds: Place, in_place: bool) -> None:
    terminal = _code(kinds)
    path = _file(kinds)
    for text, words in ((WRONG, "1 of 2 checks"), (DOUBLE, "2 of 2 checks")):
        path.write_text(text) if in_place else _replace(path, text)
        terminal.see(words)
        terminal.asks(SAVES, "1 of 1")
    terminal.see("✗ GET /double/", "✓ GET /double/x 422")
    terminal.enter()
    terminal.asks(RATING)
    terminal.see("[3]")
    terminal.enter()
    assert terminal.ends() == 0
    assert [(review.answer, review.score) for review in kinds.reviews()] == [((DOUBLE,), 1)]


BLOCKING = DOUBLE.replace("from", "import time\nfrom", 1).replace(
    "def double(n: int):\n", "async def double(n: int):\n    time.sleep(0)\n"
)


def test_advice_comes_with_the_verdict_and_not_at_a_save(kinds: Place) -> None:
    terminal = _code(kinds)
    _file(kinds).write_text(BLOCKING)
    terminal.see("2 of 2 checks")
    terminal.asks(SAVES, "1 of 1")
    assert not terminal.shows("Worth changing")
    terminal.enter()
    terminal.asks(RATING)
    terminal.see("Worth changing", "line 9: `time.sleep` in `async def`", "[3]")
    terminal.enter()
    assert terminal.ends() == 0
    assert [(review.score, review.reasons) for review in kinds.reviews()] == [(1, ())]


def test_enter_right_after_a_save_hands_in_what_was_saved(kinds: Place) -> None:
    terminal = _code(kinds)
    _file(kinds).write_text(DOUBLE)
    terminal.enter()
    terminal.asks(RATING)
    terminal.enter()
    assert terminal.ends() == 0
    assert kinds.reviews()[0].answer == (DOUBLE,)


def test_a_file_that_is_not_python_says_so_and_where(kinds: Place) -> None:
    terminal = _code(kinds)
    _file(kinds).write_text("from fastapi import\n")
    terminal.see("this is not Python: line 1")
    terminal.asks(SAVES)
    terminal.type("q")
    assert terminal.ends() == 0


def test_what_an_earlier_day_left_is_kept_beside_the_new_starter(kinds: Place) -> None:
    path = _file(kinds)
    path.parent.mkdir()
    path.write_text("# last month's\n")
    terminal = _code(kinds)
    assert path.read_text().startswith("# quizkit: write-it\n")
    (kept,) = path.parent.glob("write-it.*-*.py")
    assert kept.read_text() == "# last month's\n"
    terminal.type("q")
    assert terminal.ends() == 0


def test_a_fix_begins_with_what_is_to_be_mended(kinds: Place) -> None:
    terminal = kinds.drill("--kind", "fix")
    terminal.asks(SAVES, "1 of 1")
    path = kinds.folder / "quizkit-work" / "mend-it.py"
    path.write_text(path.read_text().replace("3 * n", "2 * n"))
    terminal.see("2 of 2 checks")
    terminal.asks(SAVES)
    terminal.enter()
    terminal.asks(RATING)
    terminal.enter()
    assert terminal.ends() == 0
    assert kinds.reviews()[0].score == 1


# ---- editors ----

EDITOR = f"""\
import sys
from pathlib import Path

path = Path(sys.argv[-1])
print("editing with", *sys.argv[1:-1], flush=True)
input()
path.write_text({DOUBLE!r})
"""


def _editor(kinds: Place, *args: str, text: str = EDITOR) -> str:
    script = kinds.folder / "my editor.py"
    script.write_text(text)
    return " ".join([sys.executable, f"'{script}'", *args])


@pytest.mark.parametrize("name", ["EDITOR", "VISUAL"])
def test_the_editor_with_its_arguments_has_the_terminal_and_what_it_saves_is_checked(kinds: Place, name: str) -> None:
    terminal = _code(kinds, **{name: _editor(kinds, "--wait", "'two words'")})
    terminal.type("e")
    terminal.see("editing with --wait two words")
    terminal.enter()
    terminal.see("2 of 2 checks")
    terminal.asks(SAVES)
    terminal.enter()
    terminal.asks(RATING)
    terminal.enter()
    assert terminal.ends() == 0
    assert kinds.reviews()[0].answer == (DOUBLE,)


def test_an_editor_that_returns_at_once_with_the_file_untouched_asks_again(kinds: Place) -> None:
    terminal = _code(kinds, EDITOR="true")
    terminal.type("e")
    time.sleep(0.6)  # the editor leaves no trace on the screen, and a letter that follows at once would make a word
    terminal.asks(SAVES, "1 of 1")
    terminal.type("q")
    assert terminal.ends() == 0


@pytest.mark.parametrize("command", ["no-such-editor --wait", ""])
def test_an_editor_that_is_not_there_is_said_and_the_file_named(kinds: Place, command: str) -> None:
    terminal = _code(kinds, EDITOR=command)
    terminal.type("e")
    terminal.see("with any editor; each save is checked.", "quizkit-work/write-it.py")
    terminal.asks(SAVES, "1 of 1")
    terminal.type("q")
    assert terminal.ends() == 0


def test_an_editor_whose_quotes_do_not_close_is_said(kinds: Place) -> None:
    terminal = _code(kinds, EDITOR="vim 'x")
    terminal.type("e")
    terminal.see("with any editor; each save is checked.")
    terminal.type("q")
    assert terminal.ends() == 0


def test_ctrl_c_in_the_editor_is_the_editors(kinds: Place) -> None:
    text = "import signal\ntry:\n    print('up', flush=True)\n    signal.pause()\nexcept KeyboardInterrupt:\n    print('mine')\n"
    terminal = _code(kinds, EDITOR=_editor(kinds, text=text))
    terminal.type("e")
    terminal.see("up")
    terminal.type("\x03")
    terminal.see("mine")
    terminal.asks(SAVES, "1 of 1")
    terminal.type("q")
    assert terminal.ends() == 0


DEAF = f"""\
import signal, subprocess, sys
from pathlib import Path

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
Path(sys.argv[-1]).write_text({DOUBLE!r})
child = subprocess.Popen(["sleep", "60"])
print("deaf", child.pid, "!", flush=True)
child.wait()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_an_editor_that_ignores_it_too_and_leaves_the_file(kinds: Place, number: signal.Signals) -> None:
    terminal = _code(kinds, EDITOR=_editor(kinds, text=DEAF))
    terminal.type("e")
    terminal.wait(lambda seen: bool(re.search(r"deaf \d+ !", seen.text)), "the editor")
    found = re.search(r"deaf (\d+) !", terminal.text)
    assert found is not None
    began = time.monotonic()
    os.kill(terminal.pid, number)
    assert terminal.ends() == 0
    assert time.monotonic() - began < 2
    state = Path(f"/proc/{found[1]}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"  # where nobody collects orphans
    assert _file(kinds).read_text() == DOUBLE


def test_a_worker_that_is_gone_ends_the_drill_with_an_error(kinds: Place) -> None:
    terminal = _code(kinds)
    for child in Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    _file(kinds).write_text(DOUBLE)
    terminal.wait(lambda seen: "the worker process" in seen.text, "the error")
    assert "Unhandled exception" not in terminal.text
    assert terminal.ends() == 4
