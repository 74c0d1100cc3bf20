"""check, start and show: exit codes, and messages that say what to do."""

import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.terminal.decks import DOUBLE

STARTER = "from fastapi import FastAPI\n\napp = FastAPI()\n"
OUTCOMES = {
    *("passed", "failed", "error", "timeout", "memory", "killed"),
    *("blocked", "deck_error", "not_run", "no_expectation"),
}


def _write(name: str, text: str, question: str | None = "write-it") -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((f"# quizkit: {question}\n" if question else "") + text)
    return name


# ---- check ----


def test_standard_input_without_a_question_is_told_how_to_name_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b""), "utf-8"))
    done = run("check", "-", "--deck", "deck")
    assert (done.code, done.err.splitlines()[0]) == (2, "No question is named in standard input.")
    assert "quizkit check - --question ID" in done.err


def test_a_solution_passes_in_one_line(run: Run) -> None:
    done = run("check", _write("mine.py", DOUBLE), "--deck", "deck")
    assert (done.code, done.err) == (0, "")
    (line,) = done.out.splitlines()
    assert "mine.py · write-it · Kinds" in line
    assert "2 of 2" in line


def test_a_starter_fails_and_says_what_was_expected_and_what_came(run: Run) -> None:
    done = run("check", _write("mine.py", STARTER), "--deck", "deck")
    assert done.code == 1
    assert "0 of 2" in done.out
    assert "expected 200, got 404" in done.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(:\n    pass\n", "this is not Python"),
        ("PK\x03\x04\x00\x00", "this is not Python"),
        ("", "the answer is empty"),
        ("# only a comment\n\n", "the answer is empty"),
        ("x = 1\n", "no FastAPI app was found"),
        ("from fastapi import FastAPI\n\none = FastAPI()\ntwo = FastAPI()\n", "there are several apps"),
        ("raise SystemExit(3)\n", "the program ended itself while it was imported"),
        ("1 / 0\n", "ZeroDivisionError"),
        ("import no_such_package_at_all\n", "no_such_package_at_all"),
    ],
)
def test_what_has_no_app_to_ask_says_why_and_ends_with_1(run: Run, text: str, words: str) -> None:
    done = run("check", _write("mine.py", text, None), "--question", "write-it", "--deck", "deck")
    assert done.code == 1
    assert words in done.out


def test_a_file_that_is_no_text_at_all(run: Run) -> None:
    Path("mine.py").write_bytes(bytes(range(256)))
    done = run("check", "mine.py", "--question", "write-it", "--deck", "deck")
    assert done.code == 1
    assert "this is not Python" in done.out


def test_a_failure_names_the_persons_own_line(run: Run) -> None:
    text = DOUBLE.replace("return {", 'order = {}["qty"]\n    return {')
    done = run("check", _write("mine.py", text), "--deck", "deck")
    assert done.code == 1
    assert "KeyError: 'qty'" in done.out
    assert "mine.py:9" in done.out
    assert "site-packages" not in done.out


@pytest.mark.parametrize(("path", "words"), [("missing.py", "missing.py"), ("missing/", "missing"), ("a/../none.py", "none.py")])
def test_a_missing_path_ends_with_3(run: Run, path: str, words: str) -> None:
    done = run("check", path, "--deck", "deck")
    assert done.code == 3
    assert words in done.err
    assert done.out == ""


def test_a_folder_has_every_file_checked_that_names_a_question(run: Run) -> None:
    _write("work/one.py", DOUBLE)
    _write("work/sub/mend-it.py", DOUBLE, None)
    _write("work/other.py", "print('not a question')\n", None)
    done = run("check", "work", "--deck", "deck", "--format", "json")
    assert done.code == 0
    results = json.loads(done.out)["results"]
    assert {(result["file"], result["question"]) for result in results} == {
        ("work/one.py", "write-it"),
        ("work/sub/mend-it.py", "mend-it"),
    }


def test_a_folder_ends_with_how_many_pass_and_what_was_passed_over(run: Run) -> None:
    _write("work/one.py", DOUBLE)
    _write("work/two.py", DOUBLE.replace("2 * n", "n"))
    for number in range(10):
        _write(f"work/other-{number}.py", "print('not a question')\n", None)
    done = run("check", "work", "--deck", "deck")
    assert done.code == 1
    last = " ".join(done.out[done.out.index("1 of 2 files pass") :].split())
    assert last.startswith("1 of 2 files pass passed over, as they name no question: work/other-0.py, work/other-1.py")
    assert last.endswith("work/other-7.py and 2 more")
    assert "pass" not in run("check", "work/one.py", "--deck", "deck").out


@pytest.mark.parametrize("names", [[], ["other.py"]])
def test_a_folder_where_nothing_is_to_be_checked_ends_with_3(run: Run, names: list[str]) -> None:
    Path("work").mkdir()
    for name in names:
        _write(f"work/{name}", "x = 1\n", None)
    done = run("check", "work", "--deck", "deck")
    assert (done.code, done.out) == (3, "")
    assert "names a question" in done.err


def test_a_file_that_names_no_question_says_how_to_name_one(run: Run) -> None:
    done = run("check", _write("notes.py", DOUBLE, None), "--deck", "deck")
    assert done.code == 2
    assert 'none has the id "notes"' in done.err
    assert "quizkit check notes.py --question ID" in done.err


def test_the_questions_name_in_the_file_goes_before_the_files_own(run: Run) -> None:
    done = run("check", _write("mend-it.py", DOUBLE, "write-it"), "--deck", "deck")
    assert "· write-it ·" in done.out


def test_an_unknown_id_has_close_ones(run: Run) -> None:
    done = run("check", _write("mine.py", DOUBLE, "wriet-it"), "--deck", "deck")
    assert done.code == 2
    assert 'No question has the id "wriet-it".' in done.err
    assert "Close: write-it" in done.err
    assert "of another deck: quizkit check mine.py --deck DECK" in done.err


def test_a_question_that_no_file_answers(run: Run) -> None:
    done = run("check", _write("mine.py", DOUBLE, "say-why"), "--deck", "deck")
    assert done.code == 2
    assert "say-why is a recall question" in done.err


def test_of_several_files_the_highest_code_counts_and_all_are_checked(run: Run) -> None:
    good, bad, unnamed = _write("good.py", DOUBLE), _write("bad.py", STARTER), _write("notes.py", DOUBLE, None)
    assert run("check", good, bad, "--deck", "deck").code == 1
    done = run("check", unnamed, bad, good, "--deck", "deck")
    assert done.code == 2
    assert "good.py" in done.out and "bad.py" in done.out


def test_a_missing_file_does_not_keep_the_others_from_being_checked(run: Run) -> None:
    done = run("check", "missing.py", _write("good.py", DOUBLE), "--deck", "deck")
    assert done.code == 3
    assert "good.py" in done.out


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"# quizkit: write-it\n{DOUBLE}".encode()), "utf-8"))
    done = run("check", "-", "--deck", "deck")
    assert done.code == 0
    assert "standard input · write-it" in done.out


def test_standard_input_that_is_no_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00"), "utf-8"))
    done = run("check", "-", "--question", "write-it", "--deck", "deck")
    assert done.code == 1


@pytest.mark.parametrize(
    ("line", "code"), [("", 1), ("# -*- coding: latin-1 -*-\n", 0), ("# coding: nonsense\n", 1), ("# coding: punycode\n", 1)]
)
def test_bytes_that_are_not_utf8_need_a_coding_line(run: Run, line: str, code: int) -> None:
    Path("mine.py").write_bytes(f"{line}# caf\xe9\n{DOUBLE}".encode("latin-1"))
    done = run("check", "mine.py", "--question", "write-it", "--deck", "deck")
    assert done.code == code
    assert ("Non-UTF-8 code starting with '\\xe9'" in done.out) == bool(code)


BLOCKING = DOUBLE.replace("from", "import time\nfrom", 1).replace(
    "def double(n: int):\n", "async def double(n: int):\n    time.sleep(0)\n"
)
ADVICE = (
    "`time.sleep` in `async def` holds up the event loop, and every other request waits. Better: `await asyncio.sleep(...)`, "
    "or make the function a plain `def`, which runs in a thread."
)


def test_what_passed_gets_advice_which_changes_nothing(run: Run) -> None:
    path = _write("mine.py", BLOCKING)
    done = run("check", path, "--deck", "deck", "--question", "write-it")
    head, *rest = done.out.splitlines()
    assert (done.code, head.split(",")[0]) == (0, "✓ mine.py · write-it · Kinds   2 of 2")
    assert [rest[0], " ".join(" ".join(rest[1:]).split())] == ["  Worth changing", f"~ line 10: {ADVICE}"]
    done = run("check", path, "--deck", "deck", "--question", "write-it", "--format", "json")
    (result,) = json.loads(done.out)["results"]
    assert (done.code, result["outcome"], result["score"]) == (0, "passed", 1)
    assert result["advice"] == [{"grade": "worth changing", "line": 10, "rule": "blocking-call", "message": ADVICE}]


def test_what_failed_gets_none(run: Run) -> None:
    path = _write("mine.py", BLOCKING.replace("2 * n", "3 * n"))
    done = run("check", path, "--deck", "deck", "--question", "write-it", "--format", "json")
    assert [result["advice"] for result in json.loads(done.out)["results"]] == [[]]


def test_the_json_of_check(run: Run) -> None:
    text = DOUBLE.replace("2 * n", "3 * n")
    done = run("check", _write("mine.py", text), "--deck", "deck", "--format", "json")
    assert done.code == 1
    report = json.loads(done.out)
    assert list(report) == ["format_version", "results"]
    assert report["format_version"] == 1
    (result,) = report["results"]
    assert {"file", "question", "outcome", "score", "passed", "total", "checks", "duration_s", "sandbox", "advice"} <= set(result)
    assert (result["file"], result["question"], result["outcome"]) == ("mine.py", "write-it", "failed")
    assert (result["score"], result["passed"], result["total"]) == (0.5, 1, 2)
    assert result["duration_s"] > 0
    assert isinstance(result["sandbox"], list)
    assert result["advice"] == []
    first, second = result["checks"]
    assert {"name", "outcome", "line", "message", "hint", "request", "expected", "actual"} <= set(first)
    assert (first["outcome"], second["outcome"]) == ("failed", "passed")
    number = int(first["request"].rstrip("'").rpartition("/")[2])
    assert first["actual"]["json"] == {"double": 3 * number}
    assert {check["outcome"] for check in result["checks"]} <= OUTCOMES


def test_a_timeout_is_an_outcome(run: Run) -> None:
    text = DOUBLE.replace("return {", "while True:\n        pass\n    return {")
    done = run("check", _write("mine.py", text), "--deck", "deck", "--format", "json", "--timeout", "1.5")
    assert done.code == 1
    (result,) = json.loads(done.out)["results"]
    assert result["outcome"] == "timeout"
    assert [check["outcome"] for check in result["checks"]] == ["timeout", "not_run"]


# ---- text that is data ----

NASTY = "\x1b[31m\x1b]2;mine\x07[red]x[/red] [/] :smile: \u202egnihton"


def test_escapes_and_markup_of_a_snippet_are_shown_and_do_nothing(run: Run) -> None:
    text = DOUBLE.replace('{"double": 2 * n}', repr({"double": NASTY}))
    done = run("check", _write("mine.py", text), "--deck", "deck")
    assert done.code == 1
    assert "[red]x[/red] [/] :smile:" in done.out
    assert "\u202e" not in done.out and "\x07" not in done.out
    raised = DOUBLE.replace("return {", f"raise ValueError({NASTY!r})\n    return {{")
    done = run("check", _write("mine.py", raised), "--deck", "deck")
    assert "[red]x[/red] [/] :smile:" in done.out
    assert "\u202e" not in done.out


def test_escapes_in_a_files_name_do_nothing(run: Run) -> None:
    done = run("check", _write("a\x1b[31m[b].py", DOUBLE), "--deck", "deck")
    assert done.code == 0
    assert "[31m[b].py" in done.out
    missing = run("check", "gone[b].py", "--deck", "deck")
    assert "gone[b].py" in missing.err


def test_escapes_in_a_name_that_is_missing_do_nothing(run: Run) -> None:
    run("check", "gone\x1b[31m.py", "--deck", "deck")


def test_escapes_and_markup_of_a_deck_are_shown_and_do_nothing(run: Run, here: Path) -> None:
    (here / "odd").mkdir()
    (here / "odd" / "01-odd.yaml").write_text(
        "topic: '[red]Odd[/red] :x:'\nquestions:\n"
        '  - {id: odd, kind: recall, level: mid, answer: "[/] :tada:",\n'
        '     prompt: "\\e[31m\\e]2;mine\\a[bold]y[/bold] [/] \\u202e"}\n'
    )
    done = run("show", "odd", "--answer", "--deck", "odd")
    assert done.code == 0
    assert "[bold]y[/bold] [/]" in done.out
    assert "[/] :tada:" in done.out
    assert "[red]Odd[/red] :x:" in done.out
    assert "\u202e" not in done.out
    assert "[red]Odd[/red] :x:" in run("list", "--deck", "odd").out


# ---- start ----


def test_start_writes_the_starter_and_says_what_next(run: Run) -> None:
    done = run("start", "write-it", "--deck", "deck")
    path = Path("quizkit-work/write-it.py")
    assert done.code == 0
    assert done.out.splitlines() == [str(path), f"  check it: quizkit check {path} --deck deck"]
    assert path.read_text() == f"# quizkit: write-it\n{STARTER}"
    assert run("check", str(path), "--deck", "deck").code == 1


def test_start_never_overwrites_what_differs_without_force(run: Run) -> None:
    assert run("start", "write-it", "-o", "x/mine.py", "--deck", "deck").code == 0
    assert run("start", "write-it", "-o", "x/mine.py", "--deck", "deck").code == 0
    Path("x/mine.py").write_text("my work\n")
    done = run("start", "write-it", "-o", "x/mine.py", "--deck", "deck")
    assert done.code == 2
    assert "--force" in done.err
    assert Path("x/mine.py").read_text() == "my work\n"
    assert run("start", "write-it", "-o", "x/mine.py", "--force", "--deck", "deck").code == 0
    assert Path("x/mine.py").read_text().startswith("# quizkit: write-it")


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["say-why"], 2, "it has no starter"),
        (["wirte-it"], 2, "Close: write-it"),
        (["zzzzzz"], 2, "find one: quizkit list"),
        (["write-it", "-o", "deck"], 3, "deck"),
        (["write-it", "-o", "deck/01-kinds.yaml/x.py"], 3, "x.py"),
        ([], 2, "ID"),
    ],
)
def test_start_that_can_not(run: Run, args: list[str], code: int, words: str) -> None:
    done = run("start", *args, "--deck", "deck")
    assert done.code == code
    assert words in done.err


# ---- show ----


@pytest.mark.parametrize(
    ("name", "asked", "answer"),
    [
        ("say-why", "[bold]text[/bold] :tada:", "Because the order counts"),
        ("pick-one", "201 [Created]", "✓ 201 [Created]"),
        ("fill-in", "app.[1]____", "body or payload"),
        ("what-comes", "GET /double/4", '{"double": 8}'),
        ("mend-it", "Make it double.", '"double": 2 * n'),
        ("write-it", "Write", "def double(n: int):"),
    ],
)
def test_show_asks_and_only_with_answer_tells(run: Run, name: str, asked: str, answer: str) -> None:
    done = run("show", name, "--deck", "deck")
    assert done.code == 0
    assert asked in done.out
    assert answer not in done.out
    assert f"quizkit show {name} --answer" in done.out
    told = run("show", name, "--answer", "--deck", "deck")
    assert told.code == 0
    assert answer in told.out


def test_show_an_unknown_id(run: Run) -> None:
    done = run("show", "say-wyh", "--deck", "deck")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == 'No question has the id "say-wyh".'
    assert "Close: say-why" in done.err


# ---- other languages, and several files ----

_LANGUAGES = """\
topic: Languages
questions:
  - id: a-package
    kind: code
    level: mid
    prompt: Split it.
    starter: |
      # file: app/__init__.py
      # file: app/main.py
      from fastapi import FastAPI

      app = FastAPI()
    checks: [{request: GET /a, response: {status: 200, json: {a: 1}}}]
    solutions:
      - edit: [{from: "app = FastAPI()\\n", to: "app = FastAPI()\\n\\n\\n@app.get('/a')\\ndef a():\\n    return {'a': 1}\\n"}]
  - id: an-image
    kind: code
    level: mid
    language: dockerfile
    prompt: Pack it.
    starter: FROM python
    checks: [{document: {at: "$.stages[0].user", json: app}}]
    solutions: [{code: "FROM python\\nUSER app\\n"}]
"""


def test_a_question_of_several_files_is_started_and_checked_as_a_folder(run: Run) -> None:
    Path("languages.yaml").write_text(_LANGUAGES)
    deck = ("--deck", "languages.yaml")
    assert run("start", "a-package", *deck).code == 0
    main = Path("quizkit-work/a-package/app/main.py")
    assert Path("quizkit-work/a-package/app/__init__.py").read_text() == ""
    assert run("check", "quizkit-work/a-package", *deck).code == 1
    main.write_text(main.read_text() + "\n\n@app.get('/a')\ndef a():\n    return {'a': 1}\n")
    assert run("check", "quizkit-work/a-package", *deck).code == 0
    assert run("check", "quizkit-work", *deck).code == 0
    assert run("check", "--question", "a-package", "quizkit-work/a-package", *deck).code == 0
    again = run("start", "a-package", *deck)
    assert again.code == 2
    assert "app/main.py is there already and differs" in again.err
    assert "@app.get" in main.read_text()


def test_start_says_how_to_check_what_it_wrote_and_no_more(run: Run) -> None:
    written = run("start", "write-it", "-o", "mine.py", "--deck", "deck").out
    assert written == "mine.py\n  check it: quizkit check mine.py --deck deck\n"
    assert run("check", "mine.py", "--deck", "deck").code == 1


def test_files_that_are_no_text_are_told(run: Run) -> None:
    Path("languages.yaml").write_text(_LANGUAGES)
    Path("a-package").mkdir()
    Path("a-package/main.py").write_bytes(b"\xff\xfe")
    done = run("check", "a-package", "--deck", "languages.yaml")
    assert (done.code, done.err) == (3, "a-package: not all files in it are UTF-8 text\n")


def test_a_dockerfile_has_a_name_that_editors_know(run: Run) -> None:
    Path("languages.yaml").write_text(_LANGUAGES)
    deck = ("--deck", "languages.yaml")
    assert run("start", "an-image", *deck).out.startswith("quizkit-work/an-image.dockerfile\n")
    assert run("check", "quizkit-work", *deck).code == 1
    Path("quizkit-work/an-image.dockerfile").write_text("# quizkit: an-image\nFROM python\nUSER app\n")
    assert run("check", "quizkit-work", *deck).code == 0


def test_what_is_no_regular_file_is_told_and_passed_over_in_a_folder(run: Run) -> None:
    os.mkfifo("pipe.py")
    done = run("check", "pipe.py", "--question", "write-it", "--deck", "deck")
    assert (done.code, done.err) == (3, "pipe.py: this is no regular file\n  standard input is read with -\n")
    Path("folder").mkdir()
    os.mkfifo("folder/pipe.py")
    Path("folder/gone.py").symlink_to("nowhere.py")
    _write("folder/mine.py", DOUBLE)
    assert run("check", "folder", "--deck", "deck").code == 0


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_starter_is_written_to_no_pipe_and_over_no_folder(run: Run, force: list[str]) -> None:
    os.mkfifo("pipe.py")
    Path("folder.py").mkdir()
    Path("file").touch()
    for path, words in (("pipe.py", "no regular file"), ("folder.py", "Is a directory"), ("file/x.py", "a file stands")):
        done = run("start", "write-it", "-o", path, "--deck", "deck", *force)
        assert (done.code, words in done.err) == (3, True), done.err


def test_a_pipe_in_the_place_of_a_work_file_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("quizkit-work").mkdir()
    os.mkfifo("quizkit-work/write-it.py")
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        done = run("drill", "--kind", "code", "--deck", "deck")
    assert (done.code, "write-it.py: this is no regular file" in done.err) == (3, True)


@pytest.mark.parametrize(
    "command", [["lint"], ["verify"], ["list", "--deck"], ["check", "--question", "write-it", "--deck", "deck"]]
)
@pytest.mark.parametrize("path", ["closed.yaml", "closed"])
def test_what_may_not_be_read_ends_with_3(run: Run, monkeypatch: pytest.MonkeyPatch, command: list[str], path: str) -> None:
    Path("closed.yaml").touch()
    Path("closed").mkdir()
    refused = _Refused(path)
    monkeypatch.setattr(os, "access", refused.access)
    monkeypatch.setattr(os, "open", refused(os.open))
    monkeypatch.setattr(io, "open", refused(io.open))
    monkeypatch.setattr(os, "listdir", refused(os.listdir))
    monkeypatch.setattr(os, "scandir", refused(os.scandir))
    done = run(*command, path)
    assert (done.code, done.err) == (3, f"{path}: Permission denied\n")


class _Refused:
    """The system as it is for a person who may not read one path; who runs these tests may read all."""

    def __init__(self, path: str) -> None:
        self._path = path

    def access(self, path: Any, _mode: int) -> bool:
        return str(path) != self._path

    def __call__(self, opens: Callable[..., Any]) -> Callable[..., Any]:
        def refusing(path: Any, *args: Any, **more: Any) -> Any:
            if str(path) == self._path:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opens(path, *args, **more)

        return refusing


def test_a_file_larger_than_any_answer_is_told(run: Run) -> None:
    Path("large.py").write_bytes(b"x = 1\n" * 200_000)
    done = run("check", "large.py", "--question", "write-it", "--deck", "deck")
    assert (done.code, done.err) == (3, "large.py: more than 1 MiB is no answer that can be checked\n")
