"""Scratch folders from outside: counted and removed, whatever is in them."""

import os
import time
from pathlib import Path

import pytest

from quizkit.sandbox import scratch
from quizkit.sandbox.host import Sandbox

BOUNDS = (100, 1 << 20)


def test_a_small_folder_is_within_bounds(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"x" * 1000)
    assert scratch.excess(str(tmp_path), *BOUNDS) == ""


def test_many_entries_are_too_many(tmp_path: Path) -> None:
    for number in range(101):
        (tmp_path / str(number)).touch()
    assert "100 files" in scratch.excess(str(tmp_path), *BOUNDS)


def test_a_large_file_is_too_large_and_a_sparse_one_is_not(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 30)
    assert scratch.excess(str(tmp_path), *BOUNDS) == ""
    (tmp_path / "full").write_bytes(os.urandom(2 << 20))
    assert "1 MiB" in scratch.excess(str(tmp_path), *BOUNDS)


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "up").symlink_to(tmp_path)
    (tmp_path / "here" / "root").symlink_to("/")
    assert scratch.excess(str(tmp_path), *BOUNDS) == ""


def deep(folder: Path, levels: int) -> None:
    """Folders in folders, each with a file, deeper than any path may be long."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=here)
        os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def test_a_deep_folder_is_said_to_be_deep(tmp_path: Path) -> None:
    deep(tmp_path / ".", 70)
    assert "deep" in scratch.excess(str(tmp_path), 10_000, 1 << 30)


@pytest.mark.parametrize("levels", [3, 2200])
def test_a_folder_is_removed_however_deep(tmp_path: Path, levels: int) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    deep(folder, levels)
    scratch.remove(str(folder))
    assert not folder.exists()


def test_removal_gets_past_modes_and_stays_inside(tmp_path: Path) -> None:
    folder, outside = tmp_path / "gone", tmp_path / "kept"
    (folder / "closed" / "inner").mkdir(parents=True)
    outside.mkdir()
    (outside / "file").touch()
    (folder / "link").symlink_to(outside)
    (folder / "closed" / "link").symlink_to(outside)
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    (folder / "closed" / "inner").chmod(0)
    (folder / "closed").chmod(0)
    scratch.remove(str(folder))
    assert not folder.exists()
    assert (outside / "file").exists()


def test_a_folder_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    scratch.remove(str(tmp_path / "never"))


def _abandoned(place: Path, name: str = "quizkit-0123456789abcdef") -> Path:
    """A folder as it stays when all who knew of it were killed an hour ago."""
    folder = place / name
    (folder / "1").mkdir(parents=True)
    (folder / "1" / "main.py").touch()
    _age(folder)
    return folder


def _age(folder: Path) -> None:
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago), follow_symlinks=False)


def test_what_nobody_holds_any_more_is_swept(tmp_path: Path) -> None:
    folder = _abandoned(tmp_path)
    scratch.sweep(str(tmp_path))
    assert not folder.exists()


def test_what_somebody_holds_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    home = scratch.Home()
    _age(Path(home.path))
    scratch.sweep(str(tmp_path))
    assert Path(home.path).is_dir()
    home.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_was_made_just_now_is_left_alone(tmp_path: Path) -> None:
    folder = _abandoned(tmp_path)
    os.utime(folder)
    scratch.sweep(str(tmp_path))
    assert folder.exists()


@pytest.mark.parametrize("name", ["quizkit-notes", "quizkit-0123456789abcdeF", "quizkit-0123456789abcdef0", "other"])
def test_what_is_called_otherwise_is_left_alone(tmp_path: Path, name: str) -> None:
    folder = _abandoned(tmp_path, name)
    scratch.sweep(str(tmp_path))
    assert (folder / "1" / "main.py").exists()


def test_no_link_is_followed_when_sweeping(tmp_path: Path) -> None:
    folder = _abandoned(tmp_path, "elsewhere")
    link = tmp_path / "quizkit-0123456789abcdef"
    link.symlink_to(folder)
    _age(link)
    scratch.sweep(str(tmp_path))
    assert (folder / "1" / "main.py").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_what_is_another_users_is_left_alone(tmp_path: Path) -> None:
    folder = _abandoned(tmp_path)
    os.chown(folder, 65534, 65534)
    scratch.sweep(str(tmp_path))
    assert (folder / "1" / "main.py").exists()


def test_a_place_that_takes_no_folder_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TEMP", str(tmp_path))
    home = scratch.Home()
    assert Path(home.path).parent == tmp_path
    home.discard()


def test_a_start_sweeps_what_a_killed_host_and_warden_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    folder = _abandoned(tmp_path)
    with Sandbox.start():
        assert not folder.exists()
