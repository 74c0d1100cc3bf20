"""The program as a process: its version, its exit codes, a reader that goes away."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

QUIZKIT = [sys.executable, "-m", "quizkit"]


def _run(*args: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*QUIZKIT, *args], cwd=cwd, capture_output=True, text=True, check=False)


def test_the_version(tmp_path: Path) -> None:
    done = _run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, metadata.version("quizkit") + "\n", "")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["list"], 0),
        (["lint", "missing"], 3),
        (["show", "no-such-question-at-all"], 2),
        (["nonsense"], 2),
        (["check", "missing.py"], 3),
    ],
)
def test_the_exit_code_is_the_process_own(tmp_path: Path, args: list[str], code: int) -> None:
    done = _run(*args, cwd=tmp_path)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert (done.stdout == "") is (code != 0)


def test_results_go_to_standard_output_and_talk_to_standard_error(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("x = 1\n")
    done = _run("check", "mine.py", "--format", "json", cwd=tmp_path)
    assert done.returncode == 2
    assert '"results": []' in done.stdout
    assert "No question is named in mine.py" in done.stderr


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*QUIZKIT, "list", "--format", "json"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""


def test_no_plugin_of_pydantic_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs a cold check its time, and whoever installed one didn't mean quizkit."""
    (tmp_path / "plugged.py").write_text("open('loaded', 'w')\nplugin = None\n")
    (tmp_path / "plugged-1.dist-info").mkdir()
    (tmp_path / "plugged-1.dist-info" / "METADATA").write_text("Name: plugged\nVersion: 1\n")
    (tmp_path / "plugged-1.dist-info" / "entry_points.txt").write_text("[pydantic]\nplugged = plugged:plugin\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("PYDANTIC_DISABLE_PLUGINS", raising=False)
    assert _run("list", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "loaded").exists()


def test_the_worker_says_nothing_when_it_is_no_longer_needed() -> None:
    script = (
        "from quizkit.sandbox.host import Sandbox\n"
        "with Sandbox.start() as sandbox, sandbox.open({'main.py': 'x = 1'}) as run:\n"
        "    run.load()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
