"""The ways in which a session is cut short: nothing that was rated is lost, and the terminal is left as it was."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.terminal.conftest import QUIZKIT, Place, Terminal

RATING = "1 again"


def _rated_one(recalls: Place) -> Terminal:
    """A drill at its second question, with half an answer typed."""
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.enter("first")
    terminal.asks(RATING)
    terminal.type("3")
    terminal.asks(":hint", "2 of 3")
    terminal.type("half")
    terminal.see("half")
    return terminal


def _kept(recalls: Place) -> list[tuple[str, ...]]:
    return [review.answer for review in recalls.reviews()]


def test_ctrl_c_ends_a_drill_and_keeps_what_was_rated(recalls: Place) -> None:
    terminal = _rated_one(recalls)
    terminal.type("\x03")
    terminal.see("1 question in")
    assert terminal.ends() == 130
    assert _kept(recalls) == [("first",)]


def test_ctrl_c_after_the_verdict(recalls: Place) -> None:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.enter("first")
    terminal.asks(RATING)
    terminal.type("\x03")
    terminal.see("Kept, rated", "1 question in")
    assert terminal.ends() == 130
    assert [review.answer for review in recalls.reviews()] == [("first",)]


def test_ctrl_d_on_an_empty_line_ends_the_input(recalls: Place) -> None:
    terminal = _rated_one(recalls)
    terminal.type("\x04")  # there is text: nothing happens
    terminal.type("\x15")
    terminal.wait(lambda seen: not seen.shows("half"), "an empty line")
    terminal.type("\x04")
    terminal.see("1 question in")
    assert terminal.ends() == 0
    assert _kept(recalls) == [("first",)]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_to_end_keeps_what_was_rated(recalls: Place, number: signal.Signals) -> None:
    terminal = _rated_one(recalls)
    os.kill(terminal.pid, number)
    terminal.see("1 question in")
    assert terminal.ends() == 0
    assert _kept(recalls) == [("first",)]


def test_a_window_that_is_closed_loses_nothing_and_leaves_no_process(recalls: Place) -> None:
    terminal = _rated_one(recalls)
    terminal.hang_up()
    terminal.gone()
    assert _kept(recalls) == [("first",)]


def test_a_killed_drill_loses_nothing_that_was_rated(recalls: Place) -> None:
    terminal = _rated_one(recalls)
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.ends() == -signal.SIGKILL
    assert _kept(recalls) == [("first",)]
    again = recalls.drill()
    again.asks(":hint", "1 of 2")
    again.see("Say two, please.")
    again.enter(":quit")
    assert again.ends() == 0


def test_ctrl_z_and_fg_keep_the_text(recalls: Place) -> None:
    shell = recalls.shell()
    shell.enter(" ".join([*QUIZKIT, "drill", "--deck", "deck"]))
    shell.asks(":hint", "1 of 3")
    shell.type("half an answer")
    shell.see("half an answer")
    shell.type("\x1a")
    shell.see("Stopped")
    shell.enter("echo in-$((6 * 7))")
    shell.see("in-42")
    shell.enter("fg")
    shell.asks(":hint")
    shell.see("half an answer")
    shell.enter(" and the rest")
    shell.asks(RATING)
    shell.type("3")
    shell.asks(":hint", "2 of 3")
    shell.enter(":quit")
    shell.see("1 question in")
    assert _kept(recalls) == [("half an answer and the rest",)]


@pytest.mark.parametrize("key", [":quit\r", "\x03"])
def test_the_shell_has_its_terminal_back_as_it_was(recalls: Place, key: str) -> None:
    shell = recalls.shell()
    shell.enter("stty -a > before")
    shell.enter(" ".join([*QUIZKIT, "drill", "--deck", "deck"]))
    shell.asks(":hint", "1 of 3")
    shell.type(key)
    shell.see("Nothing was rated")
    shell.enter("stty -a > after; echo done-$((1 + 1))")
    shell.see("done-2")
    assert (recalls.folder / "after").read_text() == (recalls.folder / "before").read_text()
    assert b"\x1b[?1049h" not in shell.raw  # never the alternate screen: what was asked stays to be read
    for switch in (b"\x1b[?1000", b"\x1b[?1006"):
        assert switch + b"h" not in shell.raw
    assert shell.raw.rfind(b"\x1b[?25l") < shell.raw.rfind(b"\x1b[?25h")


# ---- a disk that takes nothing ----


def _rename(recalls: Place, old: str, new: str) -> None:
    """Takes the table away, or gives it back: the next row is refused as by a full disk."""
    with closing(sqlite3.connect(recalls.data / "history.sqlite")) as database, database:
        database.execute(f"ALTER TABLE {old} RENAME TO {new}")


def _refused(recalls: Place) -> Terminal:
    terminal = recalls.drill()
    terminal.asks(":hint", "1 of 3")
    terminal.enter("first")
    terminal.asks(RATING)
    _rename(recalls, "review", "gone")
    terminal.type("3")
    terminal.see("can't be written", "Not kept yet: one, rated 3 good", "Enter tries again")
    return terminal


def test_a_rating_that_the_disk_refuses_is_tried_again_before_anything_else_is_asked(recalls: Place) -> None:
    terminal = _refused(recalls)
    terminal.enter()
    terminal.see("Enter tries again")
    assert not terminal.shows("2 of 3")
    _rename(recalls, "gone", "review")
    terminal.enter()
    terminal.asks(":hint", "2 of 3")
    assert _kept(recalls) == [("first",)]


@pytest.mark.parametrize("way", ["q", "\x03"])
def test_a_rating_that_is_given_up_is_named(recalls: Place, way: str) -> None:
    terminal = _refused(recalls)
    terminal.type(way)
    terminal.see("Not kept: one, rated 3 good; what was rated before is.")
    assert terminal.ends() == 3
    assert "Traceback" not in terminal.text


@pytest.fixture
def small_disk(recalls: Place) -> Iterator[Path]:
    """A disk of 512 KiB in the place of the data folder."""
    recalls.data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(recalls.data)]
    if not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield recalls.data
    subprocess.run(["umount", "-l", str(recalls.data)], check=True)


def test_from_a_pipe_a_full_disk_ends_the_drill(recalls: Place, small_disk: Path) -> None:
    answer = "x" * 100_000
    done = subprocess.run(
        [*QUIZKIT, "drill", "--deck", str(recalls.deck)],
        input=f"{answer}\n1\n3\n" * 9,
        env=recalls.env,
        cwd=recalls.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0  # three such answers fit
    (small_disk / "filler").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 8192))
    done = subprocess.run(
        [*QUIZKIT, "drill", "--all", "--deck", str(recalls.deck)],
        input=f"{answer}\n1\n3\n",
        env=recalls.env,
        cwd=recalls.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "can't be written: database or disk is full. Not kept: " in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert len(recalls.reviews()) == 3


def test_a_history_that_may_only_be_read_is_shown_and_nobody_is_asked_in_vain(recalls: Place, small_disk: Path) -> None:
    def call(*args: str) -> "subprocess.CompletedProcess[str]":
        command = [*QUIZKIT, *args, "--deck", str(recalls.deck)]
        return subprocess.run(
            command, input="x\n", env=recalls.env, cwd=recalls.folder, capture_output=True, text=True, check=False
        )

    assert call("stats").returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert call("stats").returncode == 0
    for command in ("drill", "mock"):
        done = call(command)
        assert (done.returncode, done.stdout) == (3, "")
        assert "name a folder that you may write in with --data-dir" in done.stderr


def test_a_full_disk_at_the_start_is_no_broken_history(recalls: Place, small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 8192))
    done = subprocess.run([*QUIZKIT, "stats"], env=recalls.env, cwd=recalls.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "make room on its disk" in done.stderr
    assert "move the file away" not in done.stderr
