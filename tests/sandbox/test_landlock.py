"""What of the machine a run may read."""

import os
import sys
from pathlib import Path

from quizkit.sandbox.landlock import readable
from quizkit.sandbox.spawn import ROOT


def test_a_deck_beside_the_package_is_left_out(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "site-packages"
    for name in ("quizkit", "quizkit_questions", "quizkit-1.0.dist-info", "fastapi", "six"):
        (site / name).mkdir(parents=True)
    (site / "more.pth").write_text("/somewhere", "utf-8")
    found = readable([str(site)], str(site))
    inside = {Path(path).name for path in found.fine if path.startswith(str(site))}
    assert inside == {"fastapi", "six"}


def test_a_package_that_is_a_link_is_followed_but_not_into_quizkit(tmp_path: Path) -> None:
    site, elsewhere, root = tmp_path / "site-packages", tmp_path / "store" / "pkg", tmp_path / "checkout"
    for folder in (site, elsewhere, root / "quizkit"):
        folder.mkdir(parents=True)
    (site / "pkg").symlink_to(elsewhere)
    (site / "mine").symlink_to(root)
    found = readable([str(site)], str(root))
    assert str(elsewhere) in found.fine
    assert str(elsewhere) in found.coarse
    assert not [path for path in found.fine + found.coarse if path.startswith(str(root))]


def test_neither_this_checkout_nor_homes_nor_settings_are_readable() -> None:
    sites = [path for path in sys.path if path.endswith("-packages")]
    fine = readable(sites, ROOT).fine
    for path in (ROOT, f"{ROOT}/quizkit/grading.py", "/etc/passwd", "/proc/self/environ", "/tmp", "/", str(Path.home())):
        assert not [given for given in fine if path == given or path.startswith(given.rstrip("/") + "/")], path


def test_python_itself_and_its_packages_are_readable() -> None:
    import sqlite3  # noqa: PLC0415

    import fastapi  # noqa: PLC0415 - its place is what is asked

    sites = [path for path in sys.path if path.endswith("-packages")]
    fine = readable(sites, ROOT).fine
    for module in (os, fastapi, sqlite3):
        path = os.path.realpath(str(module.__file__))
        assert [given for given in fine if path == given or path.startswith(given + "/")], path
