"""Answers that aren't one Python file: a Dockerfile, YAML, a package of several files."""

from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from quizkit.grading import grade_coded, grade_tests
from quizkit.sandbox.host import Sandbox
from quizkit.verdict import Outcome, Verdict
from tests.samples import BARE, DOUBLE, TESTS, question

AS_A_USER: Any = {"name": "user", "document": {"at": "$.stages[-1].user", "json": {"$type": "string", "$not": "root"}}}
HEALTHY: Any = {
    "document": {"at": "$.services.api.depends_on", "json_contains": {"db": {"condition": "service_healthy"}}},
    "hint": "the long form",
}


def _graded(sandbox: Sandbox, text: str, **fields: Any) -> Verdict:
    return grade_coded(question("code", **fields), text, sandbox, Random(0))


def _dockerfile(sandbox: Sandbox, text: str) -> Verdict:
    return _graded(sandbox, text, language="dockerfile", checks=[AS_A_USER])


def _yaml(sandbox: Sandbox, text: str) -> Verdict:
    return _graded(sandbox, text, language="yaml", checks=[HEALTHY])


def test_a_dockerfile_is_looked_into(sandbox: Sandbox) -> None:
    assert _dockerfile(sandbox, "FROM a\nUSER app\n").passed
    failed = _dockerfile(sandbox, "FROM a\nUSER root\n")
    assert (failed.outcome, failed.score) == (Outcome.failed, 0)
    assert failed.checks[0].actual == {"json": "root"}
    assert not _dockerfile(sandbox, "FROM a\n").passed


def test_yaml_is_looked_into(sandbox: Sandbox) -> None:
    assert _yaml(sandbox, "services: {api: {depends_on: {db: {condition: service_healthy}}}}\n").passed
    failed = _yaml(sandbox, "services: {api: {depends_on: [db]}}\n")
    assert (failed.outcome, failed.checks[0].hint) == (Outcome.failed, "the long form")
    assert _yaml(sandbox, "services: {}\n").checks[0].message == "the document.services.api.depends_on is missing"


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("dockerfile", "", "the answer is empty"),
        ("dockerfile", "# FROM a\n", "the answer is empty"),
        ("dockerfile", "FORM a\n", "this is no Dockerfile: line 1: FORM is no instruction"),
        ("yaml", "\n", "the answer is empty"),
        ("yaml", "- a\n" * 20_000, "the answer has more than 65,536 characters, which is more than is read"),
        ("yaml", "a: [1\n", "this is not YAML: line 2: "),
        ("yaml", "a: &a [x]\nb: &b [*a, *b]\n", "this is not YAML: line 2: the anchor here holds an alias of itself"),
        ("yaml", "a: 1\na: 2\n", 'this is not YAML: line 2: the key "a" is already on line 1'),
    ],
)
def test_what_can_not_be_read_says_where(sandbox: Sandbox, language: str, text: str, words: str) -> None:
    checks = [AS_A_USER if language == "dockerfile" else HEALTHY]
    verdict = _graded(sandbox, text, language=language, checks=checks)
    assert verdict.outcome is Outcome.error
    assert verdict.message.startswith(words)
    assert verdict.checks[0].outcome is Outcome.not_run


def test_checks_fit_the_language() -> None:
    with pytest.raises(ValidationError, match="an answer in yaml only has document checks"):
        question("code", language="yaml")
    with pytest.raises(ValidationError, match="an answer in python is asked by requests"):
        question("code", checks=[HEALTHY])
    with pytest.raises(ValidationError, match="nothing runs where a document is looked at"):
        question("code", language="yaml", checks=[{**HEALTHY, "fresh": True}])


ROUTER = """\
from fastapi import APIRouter

router = APIRouter()


@router.get("/double/{n}")
def double(n: int):
    return {"double": 2 * n}
"""
MAIN = "from fastapi import FastAPI\n\nfrom .routers import doubles\n\napp = FastAPI()\napp.include_router(doubles.router)\n"


def _package(**texts: str) -> str:
    named = {"app/__init__.py": "", "app/main.py": MAIN, "app/routers/__init__.py": "", "app/routers/doubles.py": ROUTER} | texts
    return "".join(f"# file: {path}\n{text}" for path, text in named.items())


def _packed(sandbox: Sandbox, text: str, **fields: Any) -> Verdict:
    """The verdict on an answer to a question whose starter has several files."""
    return _graded(sandbox, text, starter=_package(), **fields)


@pytest.mark.parametrize(
    "line", ["from .routers import doubles", "from app.routers import doubles", "import app.routers.doubles as doubles"]
)
def test_a_package_is_imported_as_one(sandbox: Sandbox, line: str) -> None:
    assert _packed(sandbox, _package(**{"app/main.py": MAIN.replace("from .routers import doubles", line)})).passed


def test_a_module_without_its_init_is_a_namespace(sandbox: Sandbox) -> None:
    text = _package().replace("# file: app/__init__.py\n", "").replace("# file: app/routers/__init__.py\n", "")
    assert _packed(sandbox, text).passed


def test_what_was_raised_is_told_with_its_file(sandbox: Sandbox) -> None:
    text = _package(**{"app/routers/doubles.py": ROUTER.replace("2 * n", "1 / 0")})
    check = _packed(sandbox, text).checks[0]
    assert (check.outcome, check.line) == (Outcome.failed, 8)
    assert "app/routers/doubles.py:8   return" in check.traceback


def test_a_syntax_error_in_another_file_is_told_with_its_line(sandbox: Sandbox) -> None:
    verdict = _packed(sandbox, _package(**{"app/routers/doubles.py": "def (:\n"}))
    assert (verdict.outcome, verdict.message[:29]) == (Outcome.error, "this is not Python: line 1: i")


def test_a_circular_import_is_told(sandbox: Sandbox) -> None:
    verdict = _packed(sandbox, _package(**{"app/routers/doubles.py": f"from app.main import app\n{ROUTER}"}))
    assert "cannot import name 'app' from partially initialized module 'app.main'" in verdict.message


def test_what_the_source_must_have_may_stand_in_any_file(sandbox: Sandbox) -> None:
    checks = [{"source": {"require": ["include_router", {"def": "double"}], "forbid": ["Depends"]}}]
    assert _packed(sandbox, _package(), checks=checks).passed
    assert not _packed(sandbox, _package(), checks=[{"source": {"forbid": ["APIRouter"]}}]).passed


def test_several_files_without_a_main_have_no_app(sandbox: Sandbox) -> None:
    verdict = _packed(sandbox, "# file: a.py\nx = 1\n")
    assert (verdict.outcome, verdict.message) == (Outcome.error, "no file is called main.py; the app is looked for there")
    assert {check.outcome for check in verdict.checks} == {Outcome.not_run}


def test_where_one_file_is_asked_for_a_heading_is_a_comment(sandbox: Sandbox) -> None:
    text = f"# file: notes.txt\n{DOUBLE}"
    assert _graded(sandbox, text).passed
    checks = [*BARE["code"]["checks"], {"source": {"forbid": ["FastAPI"]}}]
    assert not _graded(sandbox, text, checks=checks).passed


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("a\0b.py", r"the path 'a\x00b.py' holds a sign that no file's name should have"),
        ("app/main.py/x.py", "app/main.py is a file, so that app/main.py/x.py can't lie in it"),
        ("a" * 300, f"the path {'a' * 20}… is longer than 100 signs"),
    ],
)
def test_a_heading_that_can_be_no_file_is_named(sandbox: Sandbox, path: str, words: str) -> None:
    verdict = _packed(sandbox, _package(**{path: "x = 1\n"}))
    assert (verdict.outcome, verdict.message) == (Outcome.error, words)


def test_what_is_not_utf8_is_told_in_any_language(sandbox: Sandbox) -> None:
    bad = "caf\udce9"
    words = r"line 2: Non-UTF-8 code starting with '\xe9'"
    said = f"this is not Python: {words}, but no encoding declared; save the file as UTF-8"
    assert _graded(sandbox, f"\n# {bad}\n{DOUBLE}").message == said
    assert grade_tests(question("tests"), f"\n# {bad}\n{TESTS}", sandbox, Random(0)).message == said
    assert _packed(sandbox, _package().replace("# file: app/main.py", f"# {bad}\n# file: app/main.py")).message == said
    assert _yaml(sandbox, f"services:\n  # {bad}\n  api: {{}}\n").message == f"this is not UTF-8: {words}"
