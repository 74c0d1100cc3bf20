"""Scratch folders from outside: counted and removed, whatever is in them."""

import os
from pathlib import Path

import pytest

from quizkit.sandbox import scratch

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
