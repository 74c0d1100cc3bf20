"""What `quizkit check` prints for programs, for documents and at each save, and what the sandbox has to do with it."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from quizkit.report.verdict import since
from quizkit.sandbox.host import Sandbox
from quizkit.terminal.inbox import Saves
from quizkit.verdict import CheckResult, FileVerdict, Outcome, Verdict
from tests.cli.conftest import Run
from tests.terminal.decks import DOUBLE

STARTER = "from fastapi import FastAPI\n\napp = FastAPI()\n"
WRONG = DOUBLE.replace("2 * n", "3 * n")
RAISES = DOUBLE.replace("return", "raise KeyError(n)\n    return")
HANGS = "import time\n" + DOUBLE.replace("return", "time.sleep(60)\n    return")
STEERS = "\x1b]0;pwned\x07\x1b[2J\x9b31m\u202e\u2066[red]red[/red]"
HOSTILE = (
    DOUBLE.replace('{"double": 2 * n}', f'{{"double": {STEERS!r}}}').replace("n: int", "n")
    + f'\n\n@app.middleware("http")\nasync def breaks(request, go_on):\n    if request.url.path.endswith("x"):\n'
    f"        raise ValueError({STEERS!r} + '\\r\\n::error::forged\\n]]><forged/>&amp;')\n    return await go_on(request)\n"
)
"""Fails both checks, with what steers a terminal in a response and in an exception."""
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

RIGHT_BLOCK = '```python\n@app.get("/a")\ndef a():\n    return {"a": 1}\n\n# GET /a\n# Returns: {"a": 1}\n```\n\n'
WRONG_BLOCK = RIGHT_BLOCK.replace('# Returns: {"a": 1}', '# Returns: {"a": 2}')
SILENT_BLOCK = '```python\n@app.get("/b")\ndef b():\n    return 1\n```\n\n'
LACKING_BLOCK = "```python\ndef f():\n    return defined_nowhere()\n```\n\n"
BROKEN_BLOCK = RIGHT_BLOCK.replace("return", "retrun ")


def _write(name: str, text: str, question: str | None = "write-it") -> str:
    Path(name).write_text((f"# quizkit: {question}\n" if question else "") + text, encoding="utf-8")
    return name


def _check(run: Run, kind: str, *args: str) -> Any:
    return run("check", *args, "--deck", "deck", "--format", kind)


# ---- json ----


@pytest.mark.parametrize(("body", "told"), [("1e999", "Infinity"), ('{"double": -1e999}', {"double": "-Infinity"})])
def test_json_is_json_whatever_number_an_app_sends(run: Run, body: str, told: Any) -> None:
    sends = DOUBLE.replace('{"double": 2 * n}', f'Response({body!r}, media_type="application/json")')
    done = _check(run, "json", _write("huge.py", "from fastapi import Response\n" + sends))
    found = json.loads(done.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert (done.code, found["results"][0]["checks"][0]["actual"]) == (1, {"status": 200, "json": told})


# ---- junit ----

NUMBER, TIME = re.compile(r"\d+"), re.compile(r"\d+(\.\d+)?")
ANY = re.compile(r".*", re.DOTALL)
SCHEMA: dict[str, tuple[dict[str, re.Pattern[str]], set[str], list[str], bool]] = {
    "testsuites": (
        {"name": ANY, "time": TIME, "tests": NUMBER, "failures": NUMBER, "errors": NUMBER, "disabled": NUMBER},
        set(),
        ["testsuite"],
        False,
    ),
    "testsuite": (
        {
            **dict.fromkeys(("name", "timestamp", "hostname", "id", "package", "file"), ANY),
            **dict.fromkeys(("tests", "failures", "errors", "skipped", "disabled"), NUMBER),
            "time": TIME,
        },
        {"name", "tests", "failures", "errors"},
        ["properties", "testcase", "system-out", "system-err"],
        False,
    ),
    "testcase": (
        {**dict.fromkeys(("name", "classname", "status", "file"), ANY), "time": TIME, "assertions": NUMBER, "line": NUMBER},
        {"name", "classname"},
        ["skipped", "error", "failure", "system-out", "system-err"],
        False,
    ),
    "skipped": ({"message": ANY}, set(), [], True),
    "error": ({"message": ANY, "type": ANY}, set(), [], True),
    "failure": ({"message": ANY, "type": ANY}, set(), [], True),
}
"""The common schema: of each element its attributes, those that it must have, its children in their order, and if it has text."""


def _valid(text: str) -> ElementTree.Element:
    """The document, once it is sure that it keeps to the schema and that its counts are right."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    _valid_element(root)
    for suite in root:
        children = [child.tag for case in suite for child in case]
        counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
        assert suite.get("tests") == str(len(suite))
        assert {name: suite.get(name) for name in counts} == {name: str(children.count(tag)) for name, tag in counts.items()}
    return root


def _valid_element(element: ElementTree.Element) -> None:
    attributes, required, children, has_text = SCHEMA[element.tag]
    assert required <= set(element.attrib) <= set(attributes)
    assert all(attributes[name].fullmatch(value) for name, value in element.attrib.items())
    assert has_text or not (element.text or "").strip()
    assert not (element.tail or "").strip()
    places = [children.index(child.tag) for child in element]
    assert places == sorted(places)
    for child in element:
        _valid_element(child)


def test_junit_has_a_suite_a_file_and_a_case_a_check(run: Run) -> None:
    names = [_write("right.py", DOUBLE), _write("wrong.py", WRONG), _write("raises.py", RAISES), _write("broken.py", "1 / 0\n")]
    done = _check(run, "junit", *names)
    root = _valid(done.out)
    assert (done.code, done.err, done.out.startswith("<?xml")) == (1, "", True)
    assert [suite.get("name") for suite in root] == names
    assert [[child.tag for case in suite for child in case] for suite in root] == [
        [],
        ["failure"],
        ["failure"],
        ["error", "error"],
    ]
    assert {(case.get("name"), case.get("classname")) for case in root.iter("testcase")} == {
        ("GET /double/{{n}}", "write-it"),
        ("GET /double/x", "write-it"),
    }
    said = [element.text or "" for element in root.iter("failure")]
    assert "curl http://localhost:8000/double/" in said[0]
    assert "KeyError" in said[1]
    assert "raise KeyError(n)" in said[1]
    assert all("ZeroDivisionError" in (element.get("message") or "") for element in root.iter("error"))


def test_junit_tells_an_end_from_a_failure(run: Run) -> None:
    done = run("check", _write("hangs.py", HANGS), "--deck", "deck", "--format", "junit", "--timeout", "1.5")
    root = _valid(done.out)
    (suite,) = root
    assert (done.code, suite.get("errors"), suite.get("skipped"), suite.get("failures")) == (1, "1", "1", "0")
    error = suite.find("testcase/error")
    assert error is not None
    assert (error.get("type"), error.get("message")) == ("timeout", "no answer before the time was up (1.5 s)")


def test_junit_of_nothing_is_a_document_too(run: Run) -> None:
    done = _check(run, "junit", _write("mine.py", STARTER, None))
    assert done.code == 2
    assert len(_valid(done.out)) == 0


def test_junit_of_a_document(run: Run) -> None:
    done = _check(run, "junit", _write("notes.md", RIGHT_BLOCK + WRONG_BLOCK + SILENT_BLOCK + BROKEN_BLOCK, None))
    root = _valid(done.out)
    assert (done.code, [suite.get("name") for suite in root]) == (1, ["notes.md:2", "notes.md:11", "notes.md:20", "notes.md:26"])
    assert [[child.tag for case in suite for child in case] for suite in root] == [[], ["failure"], [], ["error"]]


@pytest.mark.parametrize("kind", ["junit", "github"])
def test_a_difference_is_told_with_both_sides(run: Run, kind: str) -> None:
    done = _check(run, kind, _write("wrong.py", DOUBLE.replace("2 * n", '"never that"')))
    assert "never that" in done.out


# ---- github ----


def _commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Kind, properties and message of each workflow command, read as a forge reads them; any other line fails."""
    found = []
    for line in text.split("\n"):
        if not line:
            continue
        matched = re.fullmatch(r"::(notice|error|warning) ([^:]*)::(.*)", line)
        assert matched, line
        properties = dict(pair.split("=", 1) for pair in matched[2].split(","))
        decoded = {name: _decoded(value).replace("%3A", ":").replace("%2C", ",") for name, value in properties.items()}
        found.append((matched[1], decoded, _decoded(matched[3])))
    return found


def _decoded(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_github_has_a_command_for_each_check_that_failed(run: Run) -> None:
    done = _check(run, "github", _write("right.py", DOUBLE), _write("raises.py", RAISES), _write("broken.py", "a = 1\n1 / 0\n"))
    commands = _commands(done.out)
    assert (done.code, [kind for kind, _, _ in commands]) == (1, ["notice", "error", "error"])
    assert commands[0][1:] == ({"file": "right.py", "line": "1"}, "write-it: 2 checks passed")
    _, where, words = commands[1]
    line = Path("raises.py").read_text(encoding="utf-8").splitlines().index("    raise KeyError(n)") + 1
    assert where == {"file": "raises.py", "line": str(line), "title": "GET /double/{{n}}"}
    assert words.startswith("expected 200, got 500\ncurl http://localhost:8000/double/")
    assert commands[2][1] == {"file": "broken.py", "line": "3", "title": "write-it"}
    assert "ZeroDivisionError" in commands[2][2]


def test_github_escapes_what_would_end_a_command(run: Run) -> None:
    name = _write("100%,a:b.py", DOUBLE.replace("return", 'raise ValueError("50%0A\\r\\n::error::forged")\n    return'))
    done = _check(run, "github", name)
    ((kind, where, words),) = _commands(done.out)
    assert (kind, where["file"]) == ("error", "100%,a:b.py")
    assert "50%0A\n::error::forged" in words.replace("\r", "")
    assert "\n::error::forged" not in done.out
    assert "100%25%2Ca%3Ab.py" in done.out


def test_github_of_a_document_that_fails(run: Run) -> None:
    done = _check(run, "github", _write("notes.md", WRONG_BLOCK, None))
    ((kind, where, words),) = _commands(done.out)
    assert (done.code, kind, where["line"], where["title"]) == (1, "error", "6", "GET /a")
    assert words.startswith("JSON")


def test_github_names_the_document_s_file(run: Run) -> None:
    done = _check(run, "github", _write("notes.md", WRONG_BLOCK, None))
    assert [where["file"] for _, where, _ in _commands(done.out)] == ["notes.md"]


def test_github_has_no_error_where_the_exit_code_is_0(run: Run) -> None:
    done = _check(run, "github", _write("notes.md", SILENT_BLOCK + LACKING_BLOCK, None))
    assert done.code == 0
    assert "error" not in [kind for kind, _, _ in _commands(done.out)]


def test_github_praises_no_question_named_none(run: Run) -> None:
    assert "None" not in _check(run, "github", _write("notes.md", RIGHT_BLOCK, None)).out


# ---- documents ----


def _json(run: Run, *args: str) -> tuple[int, list[Any]]:
    done = _check(run, "json", *args)
    found = json.loads(done.out)
    assert (list(found), found["format_version"]) == (["format_version", "results"], 1)
    return done.code, found["results"]


def test_json_of_a_document(run: Run) -> None:
    text = RIGHT_BLOCK + WRONG_BLOCK + SILENT_BLOCK + LACKING_BLOCK + BROKEN_BLOCK
    code, results = _json(run, _write("notes.md", text, None))
    assert code == 1
    assert [(result["outcome"], result["passed"], result["total"]) for result in results] == [
        ("passed", 1, 1),
        ("failed", 0, 1),
        ("no_expectation", 0, 0),
        ("not_run", 0, 0),
        ("error", 0, 1),
    ]
    assert {result["question"] for result in results} == {None}
    assert [(result["file"], result["line"]) for result in results] == [("notes.md", n) for n in (2, 11, 20, 26, 31)]
    (check,) = results[1]["checks"]
    assert (check["name"], check["outcome"], check["line"]) == ("GET /a", "failed", 15)
    assert check["actual"] == {"status": 200, "json": {"a": 1}}
    assert results[3]["message"] == "NameError: defined_nowhere is defined nowhere in the document"
    assert results[4]["message"].startswith("this is not Python")


@pytest.mark.parametrize("kind", ["rich", "json", "junit", "github"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (RIGHT_BLOCK, 0),
        (RIGHT_BLOCK + SILENT_BLOCK, 0),
        (SILENT_BLOCK, 0),
        (LACKING_BLOCK, 0),
        (RIGHT_BLOCK + WRONG_BLOCK, 1),
        (RIGHT_BLOCK + BROKEN_BLOCK, 1),
    ],
    ids=["right", "right and silent", "silent", "lacking", "wrong", "broken"],
)
def test_the_exit_code_of_a_document(run: Run, text: str, code: int, kind: str) -> None:
    assert _check(run, kind, _write("notes.md", text, None)).code == code


def test_the_exit_code_of_several_documents_and_files_is_the_highest(run: Run) -> None:
    right, wrong = _write("right.md", RIGHT_BLOCK, None), _write("wrong.MARKDOWN", WRONG_BLOCK, None)
    mine, nothing = _write("mine.py", DOUBLE), _write("nothing.py", STARTER, None)
    assert [_check(run, "json", *names).code for names in ([right, mine], [right, wrong, mine], [mine, wrong, nothing])] == [
        0,
        1,
        2,
    ]
    assert _check(run, "json", right, "no-such.md").code == 3


def test_a_document_in_plain_words(run: Run) -> None:
    done = _check(run, "rich", _write("notes.md", RIGHT_BLOCK + WRONG_BLOCK + SILENT_BLOCK + LACKING_BLOCK, None))
    head, *rest = done.out.splitlines()
    assert head.rstrip() == "notes.md · 4 blocks   1 passed, 1 failed, 1 say nothing, 1 can't run"
    text = "\n".join(rest)
    assert "notes.md:15   GET /a   JSON" in text
    assert "expected   " in text
    assert "got        " in text
    assert "notes.md:26   NameError: defined_nowhere is defined nowhere in the document" in text
    assert "nothing is stated to compare with on line 20" in text
    (assumed,) = [line for line in rest if line.strip().startswith("assumed: ")]
    assert "`from fastapi import FastAPI`" in assumed
    assert "`app = FastAPI()`" in assumed


DOUBTED = RIGHT_BLOCK.replace("```\n\n", "# Returns: 404 if it is missing\n# GET /a\n# Returns: 200\n```\n\n")


def test_what_a_document_says_that_is_not_understood_is_said(run: Run) -> None:
    name = _write("notes.md", DOUBTED, None)
    text = _check(run, "rich", name).out
    assert "~ notes.md:8   Returns: 404 if it is missing   not understood: it depends on a condition" in text
    assert "~ notes.md:9   GET /a   the number is read as the status" in text
    assert "notes.md · 1 block   1 passed" in text
    (suite,) = _valid(_check(run, "junit", name).out)
    assert [[child.tag for child in case] for case in suite] == [[], ["skipped"], []]
    notice, warning = _check(run, "github", name).out.splitlines()
    assert notice == "::notice file=notes.md,line=2::line 2: 2 checks passed"
    assert warning.startswith("::warning file=notes.md,line=8::Returns: 404 if it is missing")
    _, (result,) = _json(run, name)
    assert (result["outcome"], result["passed"], result["total"]) == ("passed", 2, 3)
    assert [check["outcome"] for check in result["checks"]] == ["passed", "no_expectation", "passed"]


def test_what_a_block_gets_from_others_is_said(run: Run) -> None:
    text = RIGHT_BLOCK + "```python\n# GET /a\n# -> 200 OK\n```\n\n```python\nB = 1\n# GET /a\n# -> 200 OK\n```\n"
    told = _check(run, "rich", _write("notes.md", text, None)).out
    assert "3 passed" in told
    assert "added: what earlier blocks define on line 2 (1 block)" in told


def test_a_document_is_told_the_same_way_each_time(here: Path) -> None:
    _write("notes.md", RIGHT_BLOCK, None)
    command = [sys.executable, "-m", "quizkit", "check", "notes.md"]
    environments = [{**os.environ, "PYTHONHASHSEED": str(seed)} for seed in range(4)]
    assert len({subprocess.run(command, cwd=here, env=one, check=True, capture_output=True).stdout for one in environments}) == 1


def test_a_success_that_was_expected_is_not_spelt_out(run: Run) -> None:
    done = _check(run, "rich", _write("notes.md", RIGHT_BLOCK.replace("# GET /a", "# GET /none"), None))
    assert done.code == 1
    assert "got 404" in done.out
    assert max(map(len, done.out.splitlines())) < 200


def test_what_a_document_expects_is_shown_as_it_is_written(run: Run) -> None:
    done = _check(run, "rich", _write("notes.md", RIGHT_BLOCK.replace("# GET /a", "# GET /none"), None))
    assert "404" in done.out
    assert "$equal" not in done.out


def test_a_difference_in_a_document_is_told_at_its_place(run: Run) -> None:
    _, (result,) = _json(run, _write("notes.md", WRONG_BLOCK, None))
    assert result["checks"][0]["message"] == "JSON.a differs"


def test_a_python_file_without_a_question_is_a_document_where_it_states_something(run: Run) -> None:
    code = STARTER + '\n\n@app.get("/a")\ndef a():\n    return 1\n\n\n# GET /a\n# Returns: 1\n# GET /b  # 404\n'
    status, results = _json(run, _write("mine.py", code, None))
    assert (status, [result["outcome"] for result in results], results[0]["total"]) == (0, ["passed"], 2)
    assert _check(run, "json", _write("mine.py", STARTER, None)).code == 2


def test_a_question_goes_before_comments(run: Run) -> None:
    text = DOUBLE + "\n# GET /double/4\n# Returns: 5\n"
    assert _json(run, _write("mine.py", text))[1][0]["question"] == "write-it"
    assert _json(run, _write("write-it.py", text, None))[1][0]["question"] == "write-it"
    code, (result,) = _json(run, _write("other.py", text, None), "--question", "write-it")
    assert (code, result["question"]) == (0, "write-it")


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        '{"a": Infinity}',
        '{"a": "{{name}}"}',
        "[" * 50_000,
    ],
    ids=range(4),
)
def test_no_document_is_a_fault_of_quizkit(run: Run, value: str) -> None:
    done = _check(run, "json", _write("notes.md", RIGHT_BLOCK.replace('# Returns: {"a": 1}', f"# Returns: {value}"), None))
    assert done.code in (0, 1)


# ---- hostile text ----


def test_hostile_text_is_shown_in_rich(run: Run) -> None:
    done = _check(run, "rich", _write("mine.py", HOSTILE))
    assert done.code == 1
    assert not UNSAFE.search(done.out.replace("\r", ""))
    assert "[red]red[/red]" in done.out


def test_hostile_text_is_kept_in_json_and_steers_nothing(run: Run) -> None:
    done = _check(run, "json", _write("mine.py", HOSTILE))
    assert done.out.isascii()
    assert not UNSAFE.search(done.out)
    first, second = json.loads(done.out)["results"][0]["checks"]
    assert first["actual"]["json"]["double"] == STEERS
    assert STEERS in second["traceback"]


def test_hostile_text_forges_no_element_of_junit(run: Run) -> None:
    root = _valid(_check(run, "junit", _write("mine.py", HOSTILE)).out)
    assert not list(root.iter("forged"))
    text = "".join(element.text or "" for element in root.iter("failure"))
    assert "\n]]><forged/>&amp;" in text
    assert "[red]red[/red]" in text


def test_hostile_text_steers_nothing_in_junit(run: Run) -> None:
    assert not UNSAFE.search(_check(run, "junit", _write("mine.py", HOSTILE)).out.replace("\r", ""))


def test_hostile_text_steers_nothing_in_github(run: Run) -> None:
    assert not UNSAFE.search(_check(run, "github", _write("mine.py", HOSTILE)).out)


def test_hostile_text_forges_no_command_of_github() -> None:
    from quizkit.report.machine import github  # noqa: PLC0415 - this one test needs the function

    check = CheckResult("a,b::c\n::error::", Outcome.failed, message=f"{STEERS}\r\n::stop-commands::x\n::error file=y::z")
    lines = github([FileVerdict("f\n::error::g.py", "q", Verdict(Outcome.failed, 0, (check,)))]).split("\n")
    assert len(lines) == 1
    assert lines[0].startswith("::error file=f%0A%3A%3Aerror%3A%3Ag.py,line=1,title=a%2Cb%3A%3Ac%0A%3A%3Aerror%3A%3A::")


def test_a_question_s_name_in_a_file_steers_nothing(run: Run) -> None:
    done = _check(run, "rich", _write("mine.py", DOUBLE, STEERS))
    assert not UNSAFE.search(done.err)


def test_hostile_text_in_a_document(run: Run) -> None:
    text = f"# {STEERS}\n\n" + WRONG_BLOCK.replace('{"a": 1}', repr({"a": STEERS}), 1)
    path = _write("notes.md", text, None)
    assert not UNSAFE.search(_check(run, "rich", path).out)
    assert not UNSAFE.search(_check(run, "json", path).out)
    _valid(_check(run, "junit", path).out)


# ---- the sandbox ----


def _missing(sandbox: Sandbox) -> list[str]:
    return [found.name for found in sandbox.report() if found.needed and not found.held]


def test_require_runs_only_where_nothing_is_missing(run: Run, sandbox: Sandbox) -> None:
    done = run("check", _write("mine.py", DOUBLE), "--deck", "deck", "--sandbox", "require")
    missing = _missing(sandbox)
    assert done.code == (4 if missing else 0)
    assert all(name in done.err for name in missing)
    assert bool(done.out) is not bool(missing)


def test_a_verdict_names_what_held_its_run_in(run: Run, sandbox: Sandbox) -> None:
    _, (result,) = _json(run, _write("mine.py", DOUBLE))
    assert tuple(result["sandbox"]) == sandbox.protections()


def test_an_unknown_word_for_the_sandbox_is_wrong_use(run: Run) -> None:
    assert run("check", _write("mine.py", DOUBLE), "--deck", "deck", "--sandbox", "maybe").code == 2


def test_the_sandbox_can_be_off(run: Run) -> None:
    assert run("check", _write("mine.py", DOUBLE), "--deck", "deck", "--sandbox", "off").code == 0


def test_doctor_says_what_this_machine_gives(run: Run, sandbox: Sandbox, here: Path) -> None:
    done = run("doctor")
    assert (done.code, done.err) == (0, "")
    unfolded = " ".join(done.out.split())
    for word in ("python 3.", "quizkit ", "fastapi ", "starlette ", "pydantic "):
        assert word in unfolded
    folder = re.sub(r"\s", "", str(here / "data"))
    assert folder in re.sub(r"\s", "", done.out)
    for found in sandbox.report():
        assert f"{found.name}: " in unfolded
    assert ("All that a stranger's code needs." in unfolded) is not bool(_missing(sandbox))


# ---- watch ----


class _Watch:
    """quizkit check --watch in a process of its own, whose output is read as it comes."""

    def __init__(self, path: str, *options: str) -> None:
        command = [sys.executable, "-u", "-m", "quizkit", "check", path, "--watch", "--deck", "deck", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        assert self.process.stdout is not None
        self._fd = self.process.stdout.fileno()
        self.text = ""
        self._seen = 0

    def see(self, words: str, patience_s: float = 30) -> str:
        """Waits until `words` come after all that was seen before; what came until then."""
        deadline = time.monotonic() + patience_s
        while (at := self.text.find(words, self._seen)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, f"no {words!r} in {self.text[self._seen :]!r}"
            if not self._read(left):
                break
        assert at >= 0, f"it ended: {self.text[self._seen :]!r}"
        found = self.text[self._seen : at + len(words)]
        self._seen = at + len(words)
        return found

    def settle(self, still_s: float = 0.3) -> str:
        """Waits until nothing has come for a while; what came until then."""
        before = -1
        while before != len(self.text):
            before = len(self.text)
            self._read(still_s)
        found, self._seen = self.text[self._seen :], before
        return found

    def _read(self, patience_s: float) -> bool:
        if select.select([self._fd], [], [], patience_s)[0]:
            part = os.read(self._fd, 1 << 16)
            self.text += part.decode("utf-8", "replace")
            return bool(part)
        return True

    def end(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        while self._read(30) and self.process.poll() is None:
            continue
        return self.process.wait(30)


@pytest.fixture
def watch(here: Path) -> Iterator[Callable[..., _Watch]]:
    del here
    started: list[_Watch] = []

    def start(path: str, *options: str) -> _Watch:
        started.append(_Watch(path, *options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait(30)
        assert one.process.stdout is not None
        one.process.stdout.close()


def _replace(name: str, text: str) -> None:
    """A save as many editors do it: a new file takes the old one's place."""
    _write(f"{name}.new", text)
    os.replace(f"{name}.new", name)  # noqa: PTH105 - the very call that is meant


def _rewrite_slowly(name: str, text: str) -> None:
    """A save in two writes."""
    with Path(name).open("w", encoding="utf-8") as file:
        file.write("# quizkit: write-it\n" + text[:20])
        file.flush()
        file.write(text[20:])


@pytest.mark.parametrize("save", [_write, _replace, _rewrite_slowly])
def test_each_save_has_one_verdict_that_says_what_changed(watch: Callable[..., _Watch], save: Callable[[str, str], Any]) -> None:
    watched = watch(_write("mine.py", STARTER))
    first = watched.see("got 404")
    assert ("0 of 2" in first, "now passes" in first) == (True, False)
    save("mine.py", WRONG)
    assert "1 of 2" in watched.see("now passes  GET /double/x")
    save("mine.py", DOUBLE)
    assert "2 of 2" in watched.see("now passes  GET /double/{{n}}")
    save("mine.py", STARTER)
    assert "0 of 2" in watched.see("now fails  GET /double/{{n}} · GET /double/x")
    watched.settle()
    assert watched.end() == 130
    assert len(re.findall(r"\d of 2, ", watched.text)) == 4
    assert "Traceback" not in watched.text


def test_a_save_that_changes_nothing_has_no_verdict(watch: Callable[..., _Watch]) -> None:
    watched = watch(_write("mine.py", WRONG))
    watched.see("1 of 2")
    watched.settle()
    _write("mine.py", WRONG)
    assert watched.settle() == ""
    Path("mine.py").touch()
    assert watched.settle() == ""
    _write("mine.py", DOUBLE)
    watched.see("2 of 2")
    assert watched.end() == 130


def test_a_file_that_breaks_hangs_or_goes_is_watched_on(watch: Callable[..., _Watch]) -> None:
    watched = watch(_write("mine.py", DOUBLE), "--timeout", "1")
    watched.see("2 of 2")
    _write("mine.py", "def broken(:\n")
    watched.see("this is not Python")
    _write("mine.py", HANGS)
    watched.see("no answer before the time was up (1 s)")
    Path("mine.py").unlink()
    watched.settle()
    assert watched.process.poll() is None
    _write("mine.py", DOUBLE)
    watched.see("2 of 2")
    assert watched.end() == 130


def test_a_save_that_can_not_be_checked_is_told_and_watched_on(watch: Callable[..., _Watch]) -> None:
    watched = watch(_write("mine.py", DOUBLE))
    watched.see("2 of 2")
    _write("mine.py", "x = 1\n" * 200_000)
    watched.see("more than 1 MiB")
    assert watched.settle().count("\n") == 1  # said once, however long the file stays so
    _write("mine.py", DOUBLE, "no-such")
    watched.see('No question has the id "no-such"')
    assert watched.settle().count("id") == 0
    _write("mine.py", DOUBLE)
    watched.see("2 of 2")
    assert watched.end() == 130


def test_a_save_that_names_no_question_answers_the_one_from_before(watch: Callable[..., _Watch]) -> None:
    watched = watch(_write("mine.py", DOUBLE))
    watched.see("2 of 2")
    watched.see("watching mine.py; Ctrl-C ends")
    _write("mine.py", WRONG, None)
    watched.see("1 of 2")
    _write("mine.py", DOUBLE)
    watched.see("2 of 2")
    assert watched.end() == 130
    assert watched.text.count("watching") == 1


def test_a_document_that_loses_its_code_is_told_once(watch: Callable[..., _Watch]) -> None:
    Path("notes.md").write_text(f"```python\n{DOUBLE}\n# GET /double/2\n# Returns: {{'double': 4}}\n```\n")
    watched = watch("notes.md")
    watched.see("1 passed")
    Path("notes.md").write_text("nothing\n")
    watched.see("no Python block is in this document")
    assert watched.settle().count("\n") == 1
    assert watched.end() == 130


def test_a_pipe_in_the_place_of_a_watched_file_is_not_waited_for(watch: Callable[..., _Watch]) -> None:
    watched = watch(_write("mine.py", WRONG))
    watched.see("1 of 2")
    Path("mine.py").unlink()
    os.mkfifo("mine.py")
    watched.settle()
    Path("mine.py").unlink()
    _write("mine.py", DOUBLE)
    watched.see("2 of 2")
    assert watched.end() == 130


def test_a_file_that_was_away_when_it_was_to_be_read_is_read_when_it_is_back(here: Path) -> None:
    saves = Saves(here / _write("mine.py", WRONG))
    _write("mine.py", DOUBLE)
    seen = [saves.look() for _ in range(2)]
    saves.forget()
    assert (seen[0], saves.look()) == (None, seen[1])
    assert saves.look() is None


@pytest.mark.parametrize("paths", [["deck"], ["-"], ["mine.py", "mine.py"]])
def test_only_one_file_can_be_watched(run: Run, paths: list[str]) -> None:
    _write("mine.py", DOUBLE)
    done = run("check", *paths, "--watch", "--deck", "deck")
    assert (done.code, "--watch looks at one file." in done.err) == (2, True)


def test_a_document_can_be_watched(watch: Callable[..., _Watch]) -> None:
    watched = watch(_write("notes.md", RIGHT_BLOCK, None))
    watched.see("notes.md")
    assert "No question" not in watched.text


def test_what_is_watched_comes_in_the_format_that_is_asked_for(watch: Callable[..., _Watch]) -> None:
    watched = watch(_write("mine.py", DOUBLE), "--format", "json")
    watched.see("2")
    assert watched.text.lstrip().startswith("{")


def _since(*changes: tuple[str, Outcome, Outcome]) -> str:
    before = Verdict(Outcome.failed, 0, tuple(CheckResult(name, outcome) for name, outcome, _ in changes))
    after = Verdict(Outcome.failed, 0, tuple(CheckResult(name, outcome) for name, _, outcome in changes))
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(*since(before, after), sep="\n")
    return captured.get().strip()


def test_what_changed_since_the_last_save() -> None:
    passed, failed, not_run = Outcome.passed, Outcome.failed, Outcome.not_run
    assert _since(("a", passed, passed), ("b", failed, failed)) == ""
    assert _since(("a", failed, passed), ("b", not_run, passed)) == "now passes  a · b"
    assert _since(("a", passed, not_run), ("b", failed, not_run)) == "now fails  a"
    assert list(since(None, Verdict(Outcome.passed, 1))) == []


def test_checks_of_the_same_name_are_two() -> None:
    assert _since(("a", Outcome.passed, Outcome.passed), ("a", Outcome.failed, Outcome.passed)) == "now passes  a"
