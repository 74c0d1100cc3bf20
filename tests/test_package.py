"""A wheel, installed where no checkout is, has the deck with it and finds it."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _quietly(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _quietly(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.slow
def test_the_wheel_holds_the_package_the_migrations_and_the_deck_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    decks = [name for name in names if name.startswith("quizkit_questions/fastapi/") and name.endswith(".yaml")]
    assert len(decks) == len(list((ROOT / "questions" / "fastapi").glob("*.yaml")))
    assert "quizkit/migrations/0001.sql" in names
    assert "quizkit/py.typed" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"quizkit", "quizkit_questions"}
    assert not [name for name in names if name.endswith(".pyc")]


@pytest.mark.slow
def test_an_installed_copy_finds_its_deck_and_checks_a_snippet(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = str(home / "bin" / "python")
    own = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    _quietly(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", str(wheel), cwd=tmp_path)
    # What quizkit needs is taken from where it is installed already; a .pth there isn't followed, so no checkout comes along.
    (own / "needs.pth").write_text(sysconfig.get_path("purelib") + "\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "QUIZKIT_DATA_DIR": str(tmp_path / "data")}
    script = str(home / "bin" / "quizkit")
    where = _quietly(python, "-c", "import quizkit; print(quizkit.__file__)", cwd=tmp_path, env=env).strip()
    assert Path(where).is_relative_to(own)
    listed = json.loads(_quietly(script, "list", "--format", "json", cwd=tmp_path, env=env))["questions"]
    assert len({question["topic"] for question in listed}) == 37
    name = next(question["id"] for question in listed if question["kind"] == "code")
    _quietly(script, "start", name, cwd=tmp_path, env=env)
    checked = subprocess.run(
        [script, "check", "quizkit-work"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1
    assert name in checked.stdout
