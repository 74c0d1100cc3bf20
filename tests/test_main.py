"""The program as a process: its version, its exit codes, a reader that goes away."""

import os
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

QUIZKIT = [sys.executable, "-m", "quizkit"]


@pytest.fixture(autouse=True)
def _this_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a worktree, this tree is tested and not the one that is installed."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


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


@pytest.mark.parametrize("columns", ["0", "00", "-3", "", "wide", "²", "9" * 5000])
def test_a_screen_without_a_sensible_width_has_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    wanted = _run("show", "path-int-spellings", cwd=tmp_path)
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", columns)
    done = _run("show", "path-int-spellings", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (wanted.returncode, wanted.stdout, "")
    assert wanted.stdout


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


# ---- standard streams that are closed, full or of another encoding ----

ANSWER = "from fastapi import FastAPI\n\napp = FastAPI()\n"
FULL = Path("/dev/full")


def _in_shell(words: str, cwd: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    """Runs quizkit as `$Q`, with the redirections that only a shell can write."""
    settings = {**os.environ, "Q": f"{sys.executable} -m quizkit", **env}
    return subprocess.run(["bash", "-c", words], cwd=cwd, env=settings, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("$Q check - --question first-hello-api <&-", 1),
        ("$Q check a.py --question first-hello-api >&-", 1),
        ("$Q check a.py --question first-hello-api 2>&-", 1),
        ("$Q list <&- >&- 2>&-", 0),
        ("$Q check missing.py <&- >&- 2>&-", 3),
        ("$Q drill --kind choice --limit 1 <&-", 0),
        ("$Q drill --kind choice --limit 1 <&- >&-", 0),
    ],
)
def test_a_closed_stream_is_an_empty_one(tmp_path: Path, words: str, code: int) -> None:
    (tmp_path / "a.py").write_text(ANSWER)
    done = _in_shell(words, tmp_path)
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "words",
    [
        "list",
        "--help",
        "check a.py --question first-hello-api",
        "check a.py --question first-hello-api --format json",
        "drill --kind choice --limit 1 < /dev/null",
    ],
)
def test_output_that_takes_nothing_is_said_and_is_no_fault(tmp_path: Path, words: str) -> None:
    (tmp_path / "a.py").write_text(ANSWER)
    done = _in_shell(f"$Q {words} > /dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (3, "The output can't be written: No space left on device.\n")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_talk_that_nothing_takes_is_no_fault(tmp_path: Path) -> None:
    assert _in_shell("$Q check missing.py 2> /dev/full", tmp_path).returncode == 3


def test_a_terminal_that_knows_ascii_alone_gets_ascii(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(ANSWER)
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = _in_shell("$Q check a.py --question first-hello-api", tmp_path, **plain)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.isascii()
    assert "first-hello-api - First app" in done.stdout


# ---- paths that no system has ----


@pytest.mark.parametrize("args", [["check", "x" * 5000], ["list", "--deck", "x" * 5000], ["check", ""], ["lint", "x" * 5000]])
def test_a_path_that_can_be_none_is_a_missing_one(tmp_path: Path, args: list[str]) -> None:
    (tmp_path / "a.py").write_text("# quizkit: first-hello-api\n" + ANSWER)
    done = _run(*args, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    done = _in_shell("cd gone && rmdir ../gone && $Q check .", tmp_path)
    assert (done.returncode, done.stderr) == (3, "The folder that you are in is gone.\n  go to another one\n")


def test_no_columns_at_all_still_print_something(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(ANSWER)
    done = _in_shell("$Q check a.py --question first-hello-api", tmp_path, COLUMNS="0")
    assert done.returncode == 1
    assert "first-hello-api" in "".join(done.stdout.split())


# ---- Ctrl-C while quizkit starts ----

INTERRUPTED = """
import os, signal, sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

from quizkit.__main__ import run
sys.meta_path.insert(0, Interrupts())
sys.argv = ["quizkit", "check", "a.py", "--question", "first-hello-api"]
run()
"""


@pytest.mark.parametrize(
    "module",
    ["quizkit.sandbox.spawn", "quizkit.sandbox.host", "quizkit.cli.workbench", "typer", "rich.console", "quizkit.grading"],
)
def test_ctrl_c_at_the_start_ends_quietly_and_leaves_nothing_running(tmp_path: Path, module: str) -> None:
    (tmp_path / "a.py").write_text(ANSWER)
    script = INTERRUPTED.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=_own_folder(tmp_path), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
    assert _left_running(tmp_path) == []


def test_ctrl_c_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(ANSWER)
    script = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + INTERRUPTED.format(module="typer")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=_own_folder(tmp_path), capture_output=True, check=False
    )
    assert done.returncode == 1


def _own_folder(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(tmp_path)}


def _left_running(tmp_path: Path) -> list[str]:
    """The processes that have this folder in their arguments two seconds later, as a run's worker and its warden do."""
    found: list[str] = []
    for _ in range(20):
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        found = [line.decode(errors="replace") for line in lines if bytes(tmp_path) in line]
        if not found:
            break
        time.sleep(0.1)
    return found
