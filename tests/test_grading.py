import gc
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest

from quizkit.check.scenario import play
from quizkit.deck import loader
from quizkit.errors import NoSandbox, QuizkitError
from quizkit.grading import broken_words, drive, grade, grade_source, responses
from quizkit.marking.mark import SelfMarker
from quizkit.sandbox.host import Sandbox
from quizkit.sandbox.protocol import Broken, Loaded, Raised, Response
from quizkit.verdict import Outcome, Verdict
from tests.samples import APP, BARE, DOUBLE, check, question

OK: Any = {"status": 200}
DOUBLES = check(given={"n": "int"}, request="GET /double/{{n}}", response={**OK, "json": {"double": {"$expr": "2 * n"}}})
REFUSES = check(request="GET /double/x", response={"status": 422}, hint="n is a whole number", weight=3)


def _grade(sandbox: Sandbox, text: str, *checks: Any) -> Verdict:
    return grade_source(checks or (DOUBLES, REFUSES), text, sandbox, Random(0))


def _outcomes(verdict: Verdict) -> list[str]:
    return [str(result.outcome) for result in verdict.checks]


# ---- each kind ----


def test_advice_comes_with_a_pass_and_leaves_the_verdict_as_it_is(sandbox: Sandbox) -> None:
    careless = "TOKEN = 'not much of one'\n" + DOUBLE
    for text, advised in ((careless, ["written-secret"]), (DOUBLE, []), (careless.replace("2 * n", "n"), [])):
        for kind in ("code", "fix"):
            verdict = grade(question(kind), (text,), sandbox, Random(0))
            assert [found.rule for found in verdict.advice] == advised
            assert (verdict.passed, verdict.score == 1) == (("2 * n" in text),) * 2
    given = question("fix", starter=careless.replace("2 * n", "3 * n"))
    assert grade(given, (careless,), sandbox, Random(0)).advice == ()


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("choice", ("1",), ("2",)),
        ("cloze", ("gap",), ("hole",)),
        ("predict", ("200", '{"double": 8}'), ("200", '{"double": 4}')),
        ("fix", (DOUBLE,), (BARE["fix"]["starter"],)),
        ("code", (DOUBLE,), (APP,)),
    ],
)
def test_a_right_answer_passes_and_a_wrong_one_fails(
    sandbox: Sandbox, kind: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    passed = grade(question(kind), right, sandbox, Random(0))
    assert (passed.outcome, passed.score, passed.passed) == (Outcome.passed, 1, True)
    assert passed.duration_s > 0
    failed = grade(question(kind), wrong, sandbox, Random(0))
    assert (failed.outcome, failed.passed) == (Outcome.failed, False)
    assert failed.score < 1
    assert grade(question(kind), (), sandbox, Random(0)).score == 0


@pytest.mark.parametrize("kind", ["fix", "code"])
def test_solutions_pass_and_starters_and_wrong_versions_fail(sandbox: Sandbox, kind: str) -> None:
    sample = question(kind)
    texts = [*map(sample.text_of, sample.solutions), sample.starter, *map(sample.text_of, sample.wrong)]
    outcomes = [grade(sample, (text,), sandbox, Random(0)).outcome for text in texts]
    assert outcomes == [Outcome.passed, Outcome.failed, Outcome.failed]


def test_sentences_go_to_the_marker(sandbox: Sandbox) -> None:
    sample = question("recall", key_points={"must": [{"idea": "one"}]})
    for marker in (None, SelfMarker()):
        verdict = grade(sample, ("said",), sandbox, Random(0), marker)
        assert (verdict.outcome, verdict.confidence, len(verdict.points)) == (Outcome.not_run, 0, 1)


def test_the_questions_of_the_example_deck_hold(sandbox: Sandbox, shared: Path) -> None:
    deck = loader.load([shared / "deck-example.yaml"])
    for name in ("path-name-differs", "path-orders-api"):
        sample: Any = deck.question(name)
        right = [grade(sample, (sample.text_of(version),), sandbox, Random(1)).score for version in sample.solutions]
        wrong = [grade(sample, (sample.text_of(version),), sandbox, Random(1)).outcome for version in sample.wrong]
        assert right == [1] * len(sample.solutions)
        assert wrong == [Outcome.failed] * len(sample.wrong)
        assert grade(sample, (sample.starter,), sandbox, Random(1)).outcome is Outcome.failed


# ---- weights, values, rows ----


def test_a_score_is_the_share_of_the_weights(sandbox: Sandbox) -> None:
    verdict = _grade(sandbox, DOUBLE.replace("n: int", "n: float"))
    assert _outcomes(verdict) == ["passed", "passed"]
    verdict = _grade(sandbox, DOUBLE.replace("2 * n", "n"))
    assert (verdict.outcome, verdict.score, _outcomes(verdict)) == (Outcome.failed, 0.75, ["failed", "passed"])


def test_an_answer_with_a_value_written_in_fails(sandbox: Sandbox) -> None:
    assert _grade(sandbox, DOUBLE.replace("2 * n", "8")).checks[0].outcome is Outcome.failed


def test_a_failed_check_says_what_was_sent_and_where_it_broke(sandbox: Sandbox) -> None:
    broken = APP + '@app.get("/double/{n}")\ndef double(n: str):\n    return {"double": helper(n)}\n\n\n'
    broken += 'def helper(n):\n    raise KeyError("no")\n'
    [_, result] = _grade(sandbox, broken).checks
    assert (result.outcome, result.message, result.hint, result.line) == (
        Outcome.failed,
        "expected 422, got 500",
        "n is a whole number",
        12,
    )
    assert result.request == "curl http://localhost:8000/double/x"
    assert result.traceback == (
        'KeyError: \'no\'\n  main.py:8   return {"double": helper(n)}\n  main.py:12   raise KeyError("no")'
    )
    assert (result.expected, result.actual) == ({"status": 422}, {"status": 500, "text": "Internal Server Error"})


STORE = APP + (
    "seen = []\n\n\n"
    '@app.post("/seen")\ndef see():\n    seen.append(1)\n    return {"id": len(seen)}\n\n\n'
    '@app.get("/seen")\ndef count():\n    return len(seen)\n'
)


def test_a_saved_value_travels_and_the_app_keeps_its_state_between_checks(sandbox: Sandbox) -> None:
    steps = check(
        steps=[
            {"request": "POST /seen", "response": {**OK, "json": {"id": {"$type": "integer"}}}, "save": {"id": "$.id"}},
            {"request": "GET /seen", "response": {**OK, "json": "{{id}}"}},
        ]
    )
    second = check(request="GET /seen", response={**OK, "json": 1})
    assert _outcomes(_grade(sandbox, STORE, steps, second)) == ["passed", "passed"]


def test_a_fresh_check_has_a_process_of_its_own(sandbox: Sandbox) -> None:
    see = check(request="POST /seen", response={**OK, "json": {"id": 1}})
    anew = check(request="GET /seen", response={**OK, "json": 0}, fresh=True)
    last = check(request="POST /seen", response={**OK, "json": {"id": 2}})
    assert _outcomes(_grade(sandbox, STORE, see, anew, last)) == ["passed", "passed", "passed"]


SETTINGS = APP + (
    "import os\nfrom pathlib import Path\n\n"
    'NAME = os.environ.get("APP_NAME", "none")\n'
    'TEXT = Path("conf/app.txt").read_text() if Path("conf/app.txt").exists() else "none"\n\n\n'
    '@app.get("/")\ndef root():\n    return {"name": NAME, "text": TEXT}\n'
)


def test_env_and_files_are_there_before_the_snippet_loads(sandbox: Sandbox) -> None:
    both = check(
        given={"word": "word"},
        env={"APP_NAME": "{{word}}"},
        files={"conf/app.txt": "is {{word}}"},
        request="GET /",
        response={**OK, "json": {"name": "{{word}}", "text": "is {{word}}"}},
    )
    neither = check(request="GET /", response={**OK, "json": {"name": "none", "text": "none"}})
    assert _outcomes(_grade(sandbox, SETTINGS, neither, both)) == ["passed", "passed"]


def test_cookies_last_as_long_as_the_check(sandbox: Sandbox) -> None:
    text = APP + (
        "from fastapi import Request, Response\n\n\n"
        '@app.post("/in")\ndef enter(response: Response):\n    response.set_cookie("who", "me", httponly=True)\n\n\n'
        '@app.get("/")\ndef root(request: Request):\n    return request.cookies\n'
    )
    login = check(
        steps=[
            {"request": "POST /in", "response": {**OK, "cookies": {"who": {"value": "me", "httponly": True}}}},
            {"request": "GET /", "response": {**OK, "json": {"who": "me"}}},
        ]
    )
    later = check(request="GET /", response={**OK, "json": {}})
    assert _outcomes(_grade(sandbox, text, login, later)) == ["passed", "passed"]


def test_redirects_are_shown_and_not_followed(sandbox: Sandbox) -> None:
    redirect = check(request="GET /double/4/", response={"status": 307, "headers": {"location": {"$matches": "/double/4$"}}})
    assert _grade(sandbox, DOUBLE, redirect).passed


def test_the_source_and_the_openapi_document_are_judged(sandbox: Sandbox) -> None:
    checks = [
        check(source={"require": [{"def": "double"}], "forbid": ["time.sleep"]}),
        check(source={"require": ["Depends"], "forbid": [{"def": "double"}]}, hint="h", name="uses Depends"),
        check(source={"require": ["Depends"]}, message="Use Depends."),
        check(openapi={"at": "$.paths['/double/{n}'].get.responses", "json_contains": {"200": {"$any": True}}}),
    ]
    verdict = _grade(sandbox, DOUBLE, *checks)
    assert [(str(result.outcome), result.message, result.hint) for result in verdict.checks] == [
        ("passed", "", ""),
        ("failed", "Depends is required; def double is not allowed here", "h"),
        ("failed", "Use Depends.", ""),
        ("passed", "", ""),
    ]


# ---- answers that can't be asked ----

LIFESPAN = (
    "from contextlib import asynccontextmanager\nfrom fastapi import FastAPI\n\n\n"
    '@asynccontextmanager\nasync def lifespan(app):\n    raise RuntimeError("no database")\n    yield\n\n\n'
    "app = FastAPI(lifespan=lifespan)\n"
)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "the answer is empty", None),
        ("# quizkit: a-fix\n\n# nothing yet\n", "the answer is empty", None),
        ("x\n" * 40_000, "the answer has more than 65,536 characters, which is more than is read", None),
        ("x = 1\ndef f(:\n", "this is not Python: line 2: invalid syntax", 2),
        ("if True:\nx = 1\n", "this is not Python: line 2: expected an indented block after 'if' statement on line 1", 2),
        ("x = 1\0\n", "this is not Python: line 1: source code string cannot contain null bytes", 1),
        (
            "import os\nimport not_installed_here\n",
            "line 2: No module named 'not_installed_here'; "
            "no file of the answer is called so, nor a package beside quizkit: install it, or do without it",
            2,
        ),
        (
            "from fastapi.nosuch import x\n",
            "line 1: No module named 'fastapi.nosuch'; `fastapi` is there, and has no such module",
            1,
        ),
        ("x = 1\n", "no FastAPI app was found; the file needs a line such as `app = FastAPI()`", None),
        (
            "from fastapi import FastAPI\n\n\ndef create_app():\n    app = FastAPI()\n    return app\n",
            "no FastAPI app was found; the file needs a line such as `app = FastAPI()`: "
            "`app = create_app()` calls the one that makes it",
            None,
        ),
        (
            "from fastapi import FastAPI\n\nb = FastAPI()\na = FastAPI()\n",
            "there are several apps (a, b); call the one to be asked `app`",
            None,
        ),
        (
            "import sys\n\nsys.exit(3)\n",
            "line 3: the program ended itself while it was imported (SystemExit)",
            3,
        ),
        ("1 / 0\n", "the import failed: line 1: ZeroDivisionError: division by zero", 1),
        (LIFESPAN, "the app's startup failed: line 7: RuntimeError: no database", 7),
        (
            "import os\n\nos._exit(3)\n",
            "while it was imported: the program ended itself before it answered (exit code 3)",
            None,
        ),
    ],
)  # fmt: skip
def test_an_answer_without_an_app_is_an_error_and_no_check_is_run(
    sandbox: Sandbox, text: str, message: str, line: int | None
) -> None:
    verdict = _grade(sandbox, text)
    assert (verdict.outcome, verdict.score, verdict.message) == (Outcome.error, 0, message)
    assert _outcomes(verdict) == ["not_run", "not_run"]
    assert [(result.message, result.hint, result.line) for result in verdict.checks] == [("", "", line)] * 2


FORBIDDEN = "the sandbox forbids what was tried: no processes, no network, no files outside the run's own folder"


@pytest.mark.parametrize(
    "line", ["open('/etc/passwd')", "open('/tmp/quizkit-must-not-be-written', 'w')", "os.fork()", "socket.socket()"]
)
def test_what_the_sandbox_forbids_is_said_to_be_its_doing(sandbox: Sandbox, line: str) -> None:
    verdict = _grade(sandbox, f"import os, socket\n{DOUBLE}{line}\n")
    assert verdict.outcome is Outcome.blocked
    assert verdict.message.startswith("the import failed: line ")
    assert verdict.message.endswith(f"; {FORBIDDEN}")
    verdict = _grade(sandbox, "import os, socket\n" + DOUBLE.replace("return", f"{line}\n    return"))
    assert verdict.checks[0].outcome is Outcome.blocked
    assert verdict.checks[0].message == f"expected 200, got 500; {FORBIDDEN}"


NO_UVICORN = pytest.mark.skipif(find_spec("uvicorn") is not None, reason="uvicorn is installed here")


@NO_UVICORN
@pytest.mark.parametrize("line", ["import uvicorn", "import uvicorn as server", "import os, uvicorn"])
def test_an_import_for_the_main_program_alone_needs_no_server(sandbox: Sandbox, line: str) -> None:
    text = f'{line}\n{DOUBLE}\nif __name__ == "__main__":\n    uvicorn.run(app)\n'
    assert _grade(sandbox, text).passed


@NO_UVICORN
@pytest.mark.parametrize("line", ["uvicorn.run(app)", "from uvicorn import Config", "import uvicorn.config"])
def test_whoever_starts_a_server_is_told_that_none_is_there(sandbox: Sandbox, line: str) -> None:
    verdict = _grade(sandbox, f"import uvicorn\n{DOUBLE}{line}\n")
    assert verdict.outcome is Outcome.error
    assert "no server is started here, and uvicorn isn't installed beside quizkit" in verdict.message


def test_routes_on_another_app_than_the_one_that_is_asked_are_told(sandbox: Sandbox) -> None:
    text = DOUBLE.replace("app = FastAPI()", "app = FastAPI()\napi = FastAPI()").replace("@app", "@api")
    verdict = _grade(sandbox, text)
    assert (verdict.outcome, verdict.message) == (
        Outcome.failed,
        "`app` is what is asked, and it has no routes; yours are on `api`",
    )
    assert _grade(sandbox, DOUBLE).message == ""


def test_one_app_by_another_name_is_found(sandbox: Sandbox) -> None:
    assert _grade(sandbox, DOUBLE.replace("app =", "api =").replace("@app", "@api")).passed


def test_an_app_named_app_goes_before_others(sandbox: Sandbox) -> None:
    assert _grade(sandbox, "from fastapi import FastAPI as F\n\nadmin = F()\n" + DOUBLE).passed


def test_a_check_whose_own_process_has_no_app_is_an_error_of_its_own(sandbox: Sandbox) -> None:
    text = "import os\n\nassert 'BREAK' not in os.environ\n" + DOUBLE
    own = check(request="GET /double/4", response=OK, env={"BREAK": "1"}, hint="h")
    verdict = _grade(sandbox, text, DOUBLES, own, REFUSES)
    assert (verdict.outcome, verdict.score, verdict.message) == (Outcome.error, 0.8, "")
    assert _outcomes(verdict) == ["passed", "error", "passed"]
    result = verdict.checks[1]
    assert (result.message, result.line, result.hint) == ("the import failed: line 3: AssertionError", 3, "h")
    assert result.traceback == "AssertionError\n  main.py:3   assert 'BREAK' not in os.environ"


# ---- runs that end early ----


def test_a_timeout_keeps_the_checks_before_it_and_the_rest_is_not_run(impatient: Sandbox) -> None:
    text = DOUBLE + '\n\n@app.get("/slow")\ndef slow():\n    while True:\n        pass\n'
    slow = check(request="GET /slow", response=OK, hint="h")
    source = check(source={"require": [{"def": "slow"}]})
    own = check(request="GET /double/4", response=OK, fresh=True)
    verdict = _grade(impatient, text, DOUBLES, slow, REFUSES, own, source)
    assert _outcomes(verdict) == ["passed", "timeout", "not_run", "passed", "passed"]
    assert (verdict.outcome, verdict.score) == (Outcome.timeout, 3 / 7)
    result = verdict.checks[1]
    assert (result.message, result.hint) == ("no answer before the time was up (1.5 s)", "h")


ENDLESS = "an endless loop? What only takes long gets longer with --timeout"


def test_an_import_without_end_is_a_timeout(impatient: Sandbox) -> None:
    verdict = _grade(impatient, "while True:\n    pass\n")
    assert (verdict.outcome, _outcomes(verdict)) == (Outcome.timeout, ["not_run", "not_run"])
    assert verdict.message == "while it was imported: no answer before the time was up (1.5 s); " + ENDLESS


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("import os; os._exit(0)", Outcome.error),
        ("import os; os.abort()", Outcome.killed),
        ("return len(bytearray(8 << 30))", Outcome.memory),
    ],
)
def test_an_app_that_dies_is_told_and_the_rest_is_not_run(sandbox: Sandbox, body: str, outcome: Outcome) -> None:
    text = DOUBLE + f'\n\n@app.get("/die")\ndef die():\n    {body}\n'
    verdict = _grade(sandbox, text, DOUBLES, check(request="GET /die", response=OK), REFUSES)
    assert (verdict.outcome, _outcomes(verdict)) == (outcome, ["passed", str(outcome), "not_run"])


SPOIL = """import os


def spoil():
    for fd in range(3, 64):
        try:
            {}
        except OSError:
            pass


"""


@pytest.mark.parametrize("act", ["os.write(fd, b'x' * 100)", "os.write(fd, bytes(8) + b'{}')", "os.close(fd)"])
@pytest.mark.parametrize("when", ["import", "request"])
def test_an_answer_that_meddles_with_its_pipes_never_passes(sandbox: Sandbox, act: str, when: str) -> None:
    text = SPOIL.format(act) + DOUBLE
    text += "\n\nspoil()\n" if when == "import" else '\n\n@app.get("/spoil")\ndef spoiled():\n    spoil()\n'
    verdict = _grade(sandbox, text, check(request="GET /spoil", response=OK), DOUBLES)
    assert verdict.outcome in (Outcome.error, Outcome.killed, Outcome.blocked)
    assert verdict.score == 0


def test_an_answer_sees_nothing_of_the_person_s_environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    text = APP + "import os\n\n\n@app.get('/')\ndef root():\n    return sorted(os.environ)\n"
    names = ["HOME", "LANG", "PYTHONUTF8", "TMPDIR", "USER"]
    assert _grade(sandbox, text, check(request="GET /", response={**OK, "json": names})).passed


def test_after_an_answer_that_died_the_next_is_graded_as_ever(sandbox: Sandbox) -> None:
    _grade(sandbox, "import os\nos.abort()\n")
    assert _grade(sandbox, DOUBLE).passed


# ---- predictions ----


def test_an_import_that_fails_is_asked_for_its_exception(sandbox: Sandbox) -> None:
    sample = question("predict", snippet="int('x')\n", ask=[], raises="import")
    assert grade(sample, ("ValueError",), sandbox, Random(0)).passed
    assert not grade(sample, ("TypeError",), sandbox, Random(0)).passed


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ask": [], "raises": "import"}, "a-predict: the snippet was to fail when it is imported, and it doesn't"),
        ({"snippet": "x = 1\n"}, "a-predict: the deck's snippet can't be asked: no FastAPI app was found"),
        (
            {"snippet": APP + '@app.get("/double/4")\ndef f():\n    import os; os._exit(1)\n'},
            "a-predict: the deck's snippet gave no answer: the program ended itself before it answered",
        ),
    ],
)
def test_a_snippet_that_does_something_else_is_the_deck_s_fault(sandbox: Sandbox, fields: Any, words: str) -> None:
    with pytest.raises(QuizkitError) as caught:
        grade(question("predict", **fields), ("200",), sandbox, Random(0))
    assert str(caught.value).startswith(words)


def test_each_ask_is_a_new_client_of_one_app(sandbox: Sandbox) -> None:
    snippet = STORE.replace("def see():", "def see(response: Response):\n    response.set_cookie('who', 'me')")
    snippet = snippet.replace("def count():", "def count(who: Annotated[str, Cookie()] = 'nobody'):")
    snippet = snippet.replace("return len(seen)\n", "return who, len(seen)\n")
    snippet = "from typing import Annotated\nfrom fastapi import Cookie, Response\n" + snippet
    found = responses(question("predict", snippet=snippet, ask=[{"request": "POST /seen"}, {"request": "GET /seen"}]), sandbox)
    assert not isinstance(found, Raised)
    assert [(response.status, response.body) for response in found] == [(200, b'{"id":1}'), (200, b'["nobody",1]')]


# ---- the parts ----


def test_a_check_is_driven_to_its_result(sandbox: Sandbox) -> None:
    with sandbox.open({"main.py": DOUBLE}) as run:
        assert run.load() == Loaded("app")
        assert drive(play(DOUBLES, Random(0)), run).outcome is Outcome.passed


def test_output_of_a_snippet_is_kept_apart_from_its_answers(sandbox: Sandbox) -> None:
    text = 'print("passed")\n' + DOUBLE.replace("    return", '    print("x" * 200_000)\n    return')
    with sandbox.open({"main.py": text}) as run:
        run.load()
        reply = next(play(DOUBLES, Random(0)))
        response = run.send(reply)
        assert isinstance(response, Response)
        assert response.status == 200
        assert bytes(run.output).startswith(b"passed\nxxx")
        assert len(run.output) == 64 << 10


def test_an_unknown_reason_is_told_as_a_failed_import() -> None:
    assert broken_words(Broken("import", Raised("E", ""))) == "the import failed: E"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_sandbox_that_was_closed_is_none() -> None:
    closed = Sandbox.start()
    closed.close()
    with pytest.raises(NoSandbox, match=r"^the worker process "):
        _grade(closed, DOUBLE)
    gc.collect()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_run_that_can_not_begin_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    closed = Sandbox.start()
    closed.close()
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(NoSandbox):
        closed.open({"main.py": DOUBLE})
    gc.collect()
    assert (list(tmp_path.iterdir()), len(list(Path("/proc/self/fd").iterdir()))) == ([], before)


def test_a_run_leaves_no_scratch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Sandbox.start() as own:
        assert _grade(own, "open('left', 'w').close()\n" + DOUBLE).passed
        assert list(tmp_path.rglob("left")) == []
        assert list(tmp_path.rglob("main.py")) == []
    assert list(tmp_path.iterdir()) == []


# ---- what ends the grading itself ----

CREATE = {"request": "POST /seen", "response": OK, "save": {"id": "$.id"}}


def test_an_answer_that_saves_a_text_for_a_number_fails(sandbox: Sandbox) -> None:
    steps = check(steps=[CREATE, {"request": "GET /seen", "response": {**OK, "json": {"$expr": "id + 1"}}}])
    assert _grade(sandbox, STORE.replace("len(seen)}", "'one'}"), steps).outcome is Outcome.failed


def test_an_answer_that_saves_half_a_character_fails(sandbox: Sandbox) -> None:
    half = STORE.replace('return {"id": len(seen)}', 'return Response(\'{"id": "\\\\ud800"}\')')
    steps = check(steps=[CREATE, {"request": "GET /seen/{{id}}", "response": OK}])
    text = "from fastapi import Response\n" + half
    assert _grade(sandbox, text, steps).outcome is Outcome.failed


def test_an_answer_with_a_huge_number_is_graded(sandbox: Sandbox) -> None:
    steps = check(request="POST /seen", response={**OK, "json": {"id": {"$type": "integer"}}})
    assert _grade(sandbox, STORE.replace("len(seen)}", "10**400}"), steps).outcome in (Outcome.passed, Outcome.failed)


def test_an_answer_with_an_odd_cookie_fails(sandbox: Sandbox) -> None:
    text = "from fastapi import Response\n" + STORE.replace(
        'return {"id": len(seen)}', 'return Response("1", headers={"set-cookie": "a=b; Max-Age=--5"})'
    )
    wanted = check(request="POST /seen", response={**OK, "cookies": {"a": {"max_age": 5}}})
    assert _grade(sandbox, text, wanted).outcome is Outcome.failed


@pytest.mark.parametrize("text", ["x" + "+1" * 100_000, "-" * 200_000 + "1"], ids=["sum", "minus"])
def test_an_answer_nested_without_end_is_an_error(sandbox: Sandbox, text: str) -> None:
    assert _grade(sandbox, text).outcome is Outcome.error


def test_a_prediction_s_request_needs_no_value(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="has no value"):
        grade(question("predict", ask=[{"request": "GET /double/{{n}}"}]), ("200",), sandbox, Random(0))
