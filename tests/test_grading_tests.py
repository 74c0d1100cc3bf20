"""The kind `tests`: a person's pytest file, judged by the pattern of its results over a right app and wrong ones."""

import textwrap
from random import Random
from typing import Any

import pytest

from quizkit.errors import QuizkitError
from quizkit.grading import grade, grade_tests
from quizkit.sandbox.host import Sandbox
from quizkit.verdict import Outcome, Verdict
from tests.samples import APP, DOUBLE, question

HEAD = "from fastapi.testclient import TestClient\nfrom main import app\n\nclient = TestClient(app)\n\n\n"
GOOD = HEAD + 'def test_it():\n    assert client.get("/double/4").json() == {"double": 8}\n'
ASKS = HEAD + 'def test_it():\n    assert client.get("/double/4").status_code == 200\n'
"""Sends a request, and can't tell the apps apart by it."""
ALL_SKIPPED = "no test counts: all are skipped, or expected to fail"
MARK = "n + n + 1"
"""What only the wrong app's source holds."""


def _grade(sandbox: Sandbox, text: str, seed: int = 0, **fields: Any) -> Verdict:
    return grade_tests(question("tests", **fields), text, sandbox, Random(seed))


def _outcomes(verdict: Verdict) -> list[str]:
    return [str(result.outcome) for result in verdict.checks]


# ---- what counts ----


def test_a_right_file_passes_in_whichever_order_the_apps_come(sandbox: Sandbox) -> None:
    for seed in range(2):
        verdict = _grade(sandbox, GOOD, seed)
        assert (verdict.outcome, verdict.score, _outcomes(verdict)) == (Outcome.passed, 1, ["passed", "passed"])
    assert [result.name for result in verdict.checks] == ["pass on the right app", "fail where one too many"]
    assert verdict.checks[0].message == "1 tests, 1 requests"


def test_every_wrong_app_must_be_caught(sandbox: Sandbox) -> None:
    wrong = [
        {"edit": [{"from": "n: int", "to": "n: float"}], "why": "takes half a number"},
        {"edit": [{"from": "/double/{n}", "to": "/twice/{n}"}], "why": "lies elsewhere"},
    ]
    both = GOOD + '\n\ndef test_half():\n    assert client.get("/double/1.5").status_code == 422\n'
    assert _outcomes(_grade(sandbox, both, wrong_apps=wrong)) == ["passed"] * 3
    verdict = _grade(sandbox, GOOD, wrong_apps=wrong)
    assert (verdict.outcome, _outcomes(verdict)) == (Outcome.failed, ["passed", "failed", "passed"])
    assert verdict.score == pytest.approx(2 / 3)
    assert verdict.checks[1].message == "all pass here too (1 tests, 1 requests)"


def test_the_verdict_says_what_held_the_runs_in(sandbox: Sandbox) -> None:
    verdict = grade(question("tests"), (GOOD,), sandbox, Random(0))
    assert verdict.passed
    assert verdict.sandbox == sandbox.protections()


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_answer_is_run_nowhere(sandbox: Sandbox, text: str) -> None:
    verdict = _grade(sandbox, text)
    assert (verdict.outcome, verdict.score, verdict.message) == (Outcome.error, 0, "the answer is empty")
    assert _outcomes(verdict) == ["not_run", "not_run"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD, "there is no test"),
        (HEAD + "def check_it():\n    assert False\n", "there is no test"),
        (HEAD + 'import pytest\n\n\n@pytest.mark.skip\ndef test_it():\n    client.get("/double/4")\n', ALL_SKIPPED),
        (
            HEAD + 'import pytest\n\n\n@pytest.mark.xfail(strict=True)\ndef test_it():\n    assert not client.get("/double/4")\n',
            ALL_SKIPPED,
        ),
        (HEAD + 'import pytest\n\npytest.skip("later", allow_module_level=True)\n', ALL_SKIPPED),
        ("def test_it():\n    assert True\n", "no test sends a request to the app"),
        ("import main\n\n\ndef test_it():\n    assert main.app\n", "no test sends a request to the app"),
    ],
)
def test_what_tests_nothing_says_so(sandbox: Sandbox, text: str, words: str) -> None:
    verdict = _grade(sandbox, text)
    assert (verdict.outcome, _outcomes(verdict), verdict.checks[0].message) == (Outcome.failed, ["failed", "not_run"], words)


def test_what_passes_everywhere_catches_nothing(sandbox: Sandbox) -> None:
    verdict = _grade(sandbox, ASKS)
    assert (verdict.outcome, verdict.score, _outcomes(verdict)) == (Outcome.failed, 0.5, ["passed", "failed"])


@pytest.mark.parametrize(
    ("text", "words", "trace"),
    [
        (GOOD.replace("8", "9"), "1 of 1 tests, 1 requests fail", "test_it\n"),
        (GOOD + "\n\ndef test_more():\n    1 / 0\n", "1 of 2 tests, 1 requests fail", "test_more\n"),
        (GOOD.replace("from main import app", "from main import no_such_name"), "1 of 1 tests, 0 requests fail", "collection\n"),
        (HEAD + "raise SystemExit(3)\n", "1 of 1 tests, 0 requests fail", "collection\nSystemExit: 3 ended it before"),
        ('import pytest\n\npytest.exit("no")\n', "1 of 1 tests, 0 requests fail", "collection\ntest_main.py:3: in <module>"),
        (GOOD + "def broken(:\n", "1 of 1 tests, 0 requests fail", "collection\n"),
        (GOOD.replace("def test_it()", "def test_it(no_such_fixture)"), "1 of 1 tests, 0 requests fail", "test_it\n"),
    ],
)
def test_what_fails_on_the_right_app_is_told_and_the_rest_is_not_run(sandbox: Sandbox, text: str, words: str, trace: str) -> None:
    verdict = _grade(sandbox, text)
    assert (verdict.outcome, verdict.score, _outcomes(verdict)) == (Outcome.failed, 0, ["failed", "not_run"])
    assert verdict.checks[0].message == words
    assert verdict.checks[0].traceback.startswith(trace)


def test_a_failure_shows_the_person_s_own_line(sandbox: Sandbox) -> None:
    trace = _grade(sandbox, GOOD.replace("8", "9")).checks[0].traceback
    assert trace.splitlines()[:4] == [
        "test_it",
        "test_main.py:8: in test_it",
        '    assert client.get("/double/4").json() == {"double": 9}',
        "E   AssertionError: assert {'double': 8} == {'double': 9}",
    ]


@pytest.mark.parametrize(
    ("text", "line", "last"),
    [
        (GOOD.replace('"/double/4"', "5"), "test_main.py:8: in test_it", "E   TypeError:"),
        (
            GOOD.replace("client = TestClient(app)", "client = TestClient(app, no=1)"),
            "test_main.py:4: in <module>",
            "E   TypeError:",
        ),
        ("import no_such_package\n", "test_main.py:1: in <module>", "E   ModuleNotFoundError:"),
        (GOOD + "def broken(:\n", "", "E   SyntaxError:"),
        (GOOD.replace("def test_it()", "def test_it(no_such)"), "file test_main.py, line 7", "test_main.py:7"),
    ],
)
def test_of_a_traceback_only_the_person_s_own_lines_are_shown(sandbox: Sandbox, text: str, line: str, last: str) -> None:
    trace = _grade(sandbox, text).checks[0].traceback
    assert line in trace
    assert trace.splitlines()[-1].startswith(last)
    assert not any(place in trace for place in ("/lib/", "site-packages", "/tmp", ".py:8: in get", "quizkit")), trace


def test_a_failure_only_on_a_wrong_app_must_come_of_a_request(sandbox: Sandbox) -> None:
    verdict = _grade(sandbox, "import random\n\n\ndef test_it():\n    assert random.random() < 0.5\n")
    assert verdict.outcome is Outcome.failed


def test_an_app_of_the_deck_that_can_not_be_asked_is_the_deck_s_fault(sandbox: Sandbox) -> None:
    with pytest.raises(QuizkitError, match="the deck's app can't be asked: the import failed"):
        _grade(sandbox, GOOD, app=DOUBLE + "1 / 0\n")


# ---- what tests may use ----

USES = {
    "fixtures": HEAD.replace("\n\n\n", "\n\n")
    + """
import pytest


@pytest.fixture
def doubled():
    with TestClient(app) as entered:
        yield lambda n: entered.get(f"/double/{n}").json()["double"]


@pytest.fixture(scope="module", autouse=True)
def _once():
    yield


class TestDouble:
    def test_it(self, doubled, tmp_path, monkeypatch, capsys):
        monkeypatch.setenv("A", "b")
        (tmp_path / "a").write_text("b")
        print("hi")
        assert capsys.readouterr().out == "hi\\n"
        assert doubled(4) == 8
""",
    "parametrize": HEAD
    + """
import pytest


@pytest.mark.parametrize(("n", "double"), [(0, 0), (-1, -2), (4, 8), pytest.param(10, 20, id="ten")])
def test_it(n, double):
    assert client.get(f"/double/{n}").json() == {"double": double}
""",
    "anyio": """
import httpx
import pytest
from main import app


@pytest.mark.anyio
async def test_it():
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/double/4")
    assert response.json() == {"double": 8}
""",
    "anyio with a backend": """
import httpx
import pytest
from main import app


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def client(anyio_backend):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        yield client


@pytest.mark.anyio
async def test_it(client):
    assert (await client.get("/double/4")).json() == {"double": 8}
""",
    "lifespan": """
from fastapi.testclient import TestClient
from main import app


def test_it():
    with TestClient(app) as client:
        assert client.get("/double/4").json() == {"double": 8}
    with TestClient(app) as client:
        assert client.get("/double/x").status_code == 422
""",
    "unittest": """
import unittest
from fastapi.testclient import TestClient
from main import app


class Double(unittest.TestCase):
    def setUp(self):
        self.client = TestClient(app)

    def test_it(self):
        self.assertEqual(self.client.get("/double/4").json(), {"double": 8})
""",
    "import main": "import main\nfrom fastapi.testclient import TestClient\n\n\ndef test_it():\n"
    '    assert TestClient(main.app).get("/double/4").json() == {"double": 8}\n',
    "threads": HEAD
    + """
from concurrent.futures import ThreadPoolExecutor


def test_it():
    with TestClient(app) as entered, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: entered.get(f"/double/{n}").json()["double"], range(8)))
    assert found == [2 * n for n in range(8)]
""",
    "expected failures": GOOD + "\n\nimport pytest\n\n\n@pytest.mark.xfail\ndef test_more():\n    assert False\n",
    "openapi": HEAD
    + """
def test_it():
    assert "/double/{n}" in client.get("/openapi.json").json()["paths"]
    assert client.get("/double/4").json() == {"double": 8}
""",
}


@pytest.mark.parametrize("text", USES.values(), ids=USES)
def test_whatever_pytest_offers_works(sandbox: Sandbox, text: str) -> None:
    verdict = _grade(sandbox, text)
    assert (verdict.outcome, _outcomes(verdict)) == (Outcome.passed, ["passed", "passed"]), verdict.checks[0].traceback


FULL = """
from fastapi import Body, Cookie, FastAPI, Header, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

app = FastAPI()
users = []


@app.post("/users", status_code=201)
def add(body: dict):
    users.append(body)
    return {"id": len(users), **body}


@app.get("/login")
def login(response: Response):
    response.set_cookie("sid", "7")
    response.set_cookie("theme", "dark")


@app.get("/me")
def me(sid: str = Cookie("none")):
    return sid


@app.get("/query")
def query(q: list[str] = Query()):
    return q


@app.post("/upload")
def upload(file: UploadFile):
    return {"name": file.filename, "size": file.size}


@app.get("/go")
def go():
    return RedirectResponse("/me")


@app.get("/header")
def header(response: Response, x_a: str = Header("none")):
    response.headers["X-B"] = x_a
    return Response(b"\\x00\\xff", media_type="application/octet-stream", headers={"X-B": x_a})


@app.get("/boom")
def boom():
    raise KeyError("no")


@app.get("/host")
def host(request: Request):
    return request.headers["host"]
"""
FULL_WRONG: Any = [{"edit": [{"from": '"sid", "7"', "to": '"sid", "8"'}], "why": "another session"}]


def test_requests_and_responses_arrive_whole(sandbox: Sandbox) -> None:
    text = (
        HEAD
        + """
def test_bodies():
    assert client.post("/users", json={"name": "\\u00e4"}).json() == {"id": 1, "name": "\\u00e4"}
    assert client.post("/users", json={}).status_code == 201
    assert client.post("/users", content=b"nonsense").status_code == 422
    assert client.post("/upload", files={"file": ("a.txt", b"hi")}).json() == {"name": "a.txt", "size": 2}


def test_the_app_remembers_within_a_run():
    assert client.post("/users", json={}).json() == {"id": 3}


def test_query_and_headers():
    assert client.get("/query", params={"q": ["\\u00e4 b", "c&d"]}).json() == ["\\u00e4 b", "c&d"]
    response = client.get("/header", headers={"X-A": "yes"})
    assert (response.headers["x-b"], response.content) == ("yes", b"\\x00\\xff")


def test_cookies_are_the_client_s():
    assert client.get("/me").json() == "none"
    assert client.get("/login").cookies["theme"] == "dark"
    assert client.get("/me").json() == "7"
    assert client.get("/go").json() == "7"
    assert TestClient(app).get("/me").json() == "none"
    assert TestClient(app, cookies={"sid": "9"}).get("/me").json() == "9"


def test_redirects():
    response = client.get("/go", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, "/me")


def test_an_exception_is_a_500():
    assert client.get("/boom").status_code == 500
    assert client.head("/me").status_code == 405
    assert client.get("/no-such-path").json() == {"detail": "Not Found"}
"""
    )
    verdict = _grade(sandbox, text, app=FULL, wrong_apps=FULL_WRONG)
    assert verdict.outcome is Outcome.passed, verdict.checks[0].traceback


def test_an_app_that_compresses_can_be_tested(sandbox: Sandbox) -> None:
    zipped = "from fastapi.middleware.gzip import GZipMiddleware\n" + DOUBLE.replace(
        "app = FastAPI()\n", "app = FastAPI()\napp.add_middleware(GZipMiddleware, minimum_size=1)\n"
    )
    assert _grade(sandbox, GOOD, app=zipped).outcome is Outcome.passed


@pytest.mark.parametrize(
    "how", ['client.get("/host", headers={"host": "a.example"})', 'TestClient(app, base_url="http://a.example").get("/host")']
)
def test_the_host_arrives_too(sandbox: Sandbox, how: str) -> None:
    logs_in = 'def test_it():\n    client.get("/login")\n    assert client.get("/me").json() == "7"\n'
    text = f'{HEAD}{logs_in}    assert {how}.json() == "a.example"\n'
    assert _grade(sandbox, text, app=FULL, wrong_apps=FULL_WRONG).outcome is Outcome.passed


def test_a_response_s_own_trouble_is_not_hidden(sandbox: Sandbox) -> None:
    dies = APP + 'import os\n\n\n@app.get("/double/{n}")\ndef double(n: int):\n    os._exit(0)\n'
    verdict = _grade(sandbox, GOOD, app=dies, wrong_apps=[{"code": DOUBLE, "why": "lives"}])
    assert (verdict.outcome, _outcomes(verdict)) == (Outcome.error, ["error", "not_run"])
    assert verdict.checks[0].message == "the program ended itself before it answered (exit code 0)"


def test_a_wrong_app_that_dies_of_a_test_is_caught(sandbox: Sandbox) -> None:
    dies = APP + 'import os\n\n\n@app.get("/double/{n}")\ndef double(n: int):\n    os._exit(0)\n'
    assert _grade(sandbox, GOOD, wrong_apps=[{"code": dies, "why": "dies"}]).outcome is Outcome.passed


# ---- what tries to tell the apps apart otherwise ----


def _suspicious(*found: str) -> str:
    """Asks, passes unless a `found` holds anything that only a look at the wrong app could have brought."""
    look = f"    assert ''.join({tuple(MARK.partition(' '))!r}) not in str(found)\n"  # in this file's own text it isn't
    looks = [f"\n\ndef test_look_{number}():\n{textwrap.indent(text, '    ')}\n{look}" for number, text in enumerate(found)]
    return "import glob, os, sys\n" + ASKS + "".join(looks)


READERS = {
    "main.py here": """
found = []
for path in ("main.py", "../main.py", "/main.py", os.path.expanduser("~/main.py")):
    try:
        found.append(open(path).read())
    except OSError:
        pass
""",
    "main.py of the runs beside": """
found = []
here = os.getcwd()
above = os.path.dirname(here)
numbers = [os.path.basename(here)] + [str(n) for n in range(5000)]
for number in numbers:
    try:
        found.append(open(os.path.join(above, number, "main.py")).read())
    except OSError:
        pass
""",
    "wherever files lie": """
found = []
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", os.environ.get("TMPDIR", "/tmp"), ".."):
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                found.append(open(os.path.join(root, name), errors="replace").read(100_000))
            except OSError:
                pass
""",
    "other processes": """
found = []
for number in [*range(1, 400), "self", os.getppid()]:
    for name in ("environ", "cmdline", "root/main.py", "cwd/main.py", "maps", "fd"):
        try:
            path = f"/proc/{number}/{name}"
            if name == "fd":
                for fd in os.listdir(path):
                    found.append(os.readlink(f"{path}/{fd}"))
            else:
                found.append(open(path, errors="replace").read(1_000_000))
        except (OSError, ValueError):
            pass
""",
    "another process's memory": """
found = []
for number in range(1, 400):
    if number == os.getpid():
        continue
    try:
        with open(f"/proc/{number}/maps") as maps, open(f"/proc/{number}/mem", "rb") as memory:
            for line in maps:
                if "[heap]" in line:
                    first, _, last = line.split()[0].partition("-")
                    memory.seek(int(first, 16))
                    found.append(memory.read(int(last, 16) - int(first, 16)))
    except (OSError, ValueError):
        pass
""",
    "the module": """
import inspect, main
found = [dir(main), vars(main), getattr(main, "__file__", "")]
for what in (main, main.app, type(main.app)):
    try:
        found.append(inspect.getsource(what))
    except (OSError, TypeError):
        pass
found += [getattr(main.app, name, None) for name in ("routes", "router", "openapi", "dependency_overrides")]
""",
    "the module anew": """
import importlib, runpy
found = []
kept = sys.modules.pop("main")
for how in (lambda: importlib.import_module("main"), lambda: runpy.run_path("main.py"), lambda: importlib.reload(kept)):
    try:
        found.append(vars(how()) if not isinstance(how(), dict) else how())
    except BaseException as error:
        found.append(error)
sys.modules["main"] = kept
""",
    "every object": """
import gc
found = []
for thing in gc.get_objects():
    if type(thing) is dict and "app" in thing and "double" in thing:
        found.append(thing)
    if type(thing).__name__ in ("Load", "Run", "Tests"):
        found.append(repr(thing))
found += [frame.f_globals.get("__file__") for frame in sys._current_frames().values()]
""",
    "environment and arguments": "found = [dict(os.environ), sys.argv, sys.orig_argv, sys.path, sys.flags]",
    "descriptors": """
found = []
for fd in range(256):
    if fd == 3:
        continue  # what the host sends: another test's affair
    try:
        os.set_blocking(fd, False)
        found.append(os.read(fd, 1_000_000))
    except OSError:
        pass
    finally:
        try:
            os.set_blocking(fd, True)
        except OSError:
            pass
""",
}


def test_whatever_is_read_the_wrong_app_is_not_in_it(sandbox: Sandbox) -> None:
    """A file that could see the app's source would fail on the wrong app alone, and so pass as right."""
    wrong = [{"code": DOUBLE.replace("2 * n", MARK), "why": "one too many"}]
    verdict = _grade(sandbox, _suspicious(*READERS.values()), wrong_apps=wrong)
    assert (verdict.outcome, _outcomes(verdict)) == (Outcome.failed, ["passed", "failed"]), verdict.checks[0].traceback
    assert verdict.checks[1].message == f"all pass here too ({len(READERS) + 1} tests, 1 requests)"


def test_the_mark_would_be_seen_by_who_could_look(sandbox: Sandbox) -> None:
    """The readers' trick on a file that a test may see: it works where there is something to find."""
    seen = f"open('it', 'w').write({MARK!r})\n{READERS['wherever files lie']}"
    assert _outcomes(_grade(sandbox, _suspicious(seen))) == ["failed", "not_run"]


STATS = """
above, own = os.path.split(os.environ["HOME"])
names = [own, *map(str, range(3000))]
if own.isdecimal():
    names += [str(int(own) - 1)]
found = []
for name in names:
    try:
        found.append((name, os.stat(os.path.join(above, name, "main.py")).st_size))
    except OSError:
        pass
try:
    found.append(os.listdir(above))
except PermissionError:
    pass
assert found == []
"""


@pytest.mark.parametrize("warm", [True, False], ids=["namespaces", "no namespaces"])
def test_no_run_is_found_beside_another(warm: bool) -> None:
    """Where there are no namespaces a file's size may be asked for, if one knows its name."""
    with Sandbox.start(warm=warm) as sandbox:
        verdict = _grade(sandbox, _suspicious(STATS))
    assert verdict.checks[0].outcome is Outcome.passed, verdict.checks[0].traceback


def test_all_apps_are_of_one_size(sandbox: Sandbox) -> None:
    """Should the name be found after all."""
    sizes: set[int] = set()
    open_ = sandbox.open

    def noting(files: Any, *rest: Any, **options: Any) -> Any:
        sizes.update(len(text.encode()) for name, text in files.items() if name == "main.py")
        return open_(files, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "open", noting)
        wrong = [{"code": DOUBLE + "# ä", "why": "longer"}, {"code": DOUBLE.replace("2 * n", "n"), "why": "shorter"}]
        assert _outcomes(_grade(sandbox, GOOD, wrong_apps=wrong))[0] == "passed"
    assert len(sizes) == 1


def test_what_is_loaded_already_is_the_same_for_every_app() -> None:
    """The worker imports what earlier runs have used: a wrong app that alone used it would be known by it."""
    text = "import sys\n" + ASKS + "    assert 'jwt' not in sys.modules\n"
    wrong = [{"edit": [{"from": "import FastAPI", "to": "import FastAPI\nimport jwt"}], "why": "has tokens"}]
    last = next(seed for seed in range(20) if _order(seed) == [0, 0, 1])
    with Sandbox.start() as sandbox:
        assert _grade(sandbox, text, last, wrong_apps=wrong).outcome is Outcome.failed


def _order(seed: int) -> list[int]:
    order = [0, 0, 1]
    Random(seed).shuffle(order)
    return order


COUNTED = """
import pytest, tempfile
folders = [os.getcwd(), "..", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), tempfile.gettempdir()]
folders += [os.path.dirname(pytest.__file__), ".pytest_cache", sys.prefix, "/"]
paths = [os.path.join(folder, "quizkit-test-count") for folder in folders]
found = []
for path in paths:
    try:
        found.append(open(path).read())
    except OSError:
        pass
for path in paths:
    try:
        open(path, "a").write("n + n " + "+ 1")
    except OSError:
        pass
"""
REMEMBERED = """
import builtins, fastapi, time
places = [sys, builtins, fastapi, os, type(app)]
found = [getattr(place, "seen", "") for place in places] + [os.environ.get("SEEN", "")]
os.environ["SEEN"] = "n + n " + "+ 1"
for place in places:
    place.seen = os.environ["SEEN"]
found.append("" if time.time() > 1e9 and time.process_time() < 60 else os.environ["SEEN"])
"""


def test_nothing_of_a_run_is_left_to_count_by(sandbox: Sandbox) -> None:
    """Fails from the second run on: where the right app comes first, it would pass if anything were left to the next run."""
    text = _suspicious(COUNTED, REMEMBERED)
    orders = set()
    for seed in range(2):
        orders.add(tuple(Random(seed).sample(range(2), 2)))
        verdict = _grade(sandbox, text, seed)
        assert _outcomes(verdict) == ["passed", "failed"], verdict.checks[0].traceback
    assert orders == {(0, 1), (1, 0)}


FORGED = (
    "import glob, json, os, struct, sys\n"
    + ASKS
    + """

def frames():
    heads = [
        {"outcomes": [{"name": "forged", "passed": True, "message": ""}], "nonce": ""},
        {"outcomes": [], "nonce": ""},
        {"app": "app", "nonce": ""},
        {"status": 200, "headers": [], "elapsed_s": 0, "raised": None, "nonce": ""},
    ]
    for head in heads:
        data = json.dumps(head).encode()
        yield struct.pack(">II", len(data), 0) + data


def test_forge():
    for fd in range(64):
        for frame in frames():
            try:
                os.write(fd, frame)
            except OSError:
                pass
    client.get("/double/4")
"""
)
NEVER_RIGHT = {
    "os._exit in a test": ASKS + "\n\ndef test_end():\n    import os\n    os._exit(0)\n",
    "os._exit at import": "import os\n" + ASKS + "\n\nos._exit(0)\n",
    "sys.exit in a test": ASKS + "\n\ndef test_end():\n    raise SystemExit(0)\n",
    "sys.exit at import": ASKS + "\n\nraise SystemExit(0)\n",
    "pytest.exit at import": "import pytest\n" + ASKS + '\n\npytest.exit("done", 0)\n',
    "forged frames": FORGED,
    "a kill of its own": ASKS + "\n\ndef test_end():\n    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "every descriptor closed": ASKS
    + "\n\ndef test_end():\n    import os\n    os.closerange(0, 256)\n    client.get('/double/4')\n",
    "no memory left": ASKS + "\n\ndef test_end():\n    kept = bytearray(1 << 34)\n    assert kept\n",
    "a process of its own": ASKS + "\n\ndef test_end():\n    import subprocess\n    subprocess.run(['true'])\n",
    "a socket": ASKS + "\n\ndef test_end():\n    import socket\n    socket.create_connection(('127.0.0.1', 9))\n",
    "no attributes": ASKS + "\n\ndef test_end():\n    app.dependency_overrides[1] = 2\n",
    "a WebSocket": ASKS + "\n\ndef test_end():\n    with client.websocket_connect('/ws'):\n        pass\n",
}


@pytest.mark.parametrize("text", NEVER_RIGHT.values(), ids=NEVER_RIGHT)
def test_an_end_of_its_own_is_never_a_right_file(sandbox: Sandbox, text: str) -> None:
    verdict = _grade(sandbox, text)
    assert verdict.outcome not in (Outcome.passed, Outcome.no_expectation, Outcome.not_run)
    assert (verdict.score, verdict.checks[0].outcome is Outcome.passed) == (0, False)


@pytest.mark.parametrize(
    "text",
    [
        ASKS + "\n\ndef test_end():\n    import time\n    time.sleep(60)\n",
        ASKS + "\n\ndef test_end():\n    while True:\n        client.get('/double/4')\n",
        "import signal\n\nfor number in (signal.SIGTERM, signal.SIGALRM, signal.SIGINT):\n"
        "    signal.signal(number, signal.SIG_IGN)\nwhile True:\n    pass\n",
    ],
)
def test_what_never_ends_is_a_timeout(impatient: Sandbox, text: str) -> None:
    verdict = _grade(impatient, text)
    assert (verdict.outcome, _outcomes(verdict)) == (Outcome.timeout, ["timeout", "not_run"])
    assert verdict.checks[0].message == "no answer before the time was up (1.5 s)"


PATCHES = {
    "pytest's reports": "from _pytest.reports import TestReport\nTestReport.failed = property(lambda self: False)\n",
    "what ends a test": "from quizkit.sandbox import protocol, testing\n"
    "testing.EndOfTest = lambda name, passed, message='': protocol.EndOfTest(name, True, '')\n",
    "what is sent": "from quizkit.sandbox import protocol\nprotocol.Tested.__init__ = lambda self, outcomes: "
    "object.__setattr__(self, 'outcomes', (protocol.EndOfTest('forged', True, ''),))\n",
    "equality": "class Same(dict):\n    __eq__ = lambda self, other: True\n",
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_results_that_are_always_green_catch_nothing(sandbox: Sandbox, patch: str) -> None:
    """Whoever forges a pass forges it on the wrong app too: it is the pattern that counts."""
    verdict = _grade(sandbox, patch + GOOD.replace("== {", "!= {"))
    assert verdict.outcome is not Outcome.passed
    assert verdict.score < 1


def test_a_flood_of_output_and_of_failures_is_bounded(sandbox: Sandbox) -> None:
    loud = ASKS + "\n\ndef test_loud():\n    print('x' * 50_000_000)\n    assert False, 'y' * 1_000_000\n"
    verdict = _grade(sandbox, loud)
    assert verdict.checks[0].outcome is Outcome.failed
    assert len(verdict.checks[0].traceback) < 10_000


def test_very_many_tests_are_no_fault_of_quizkit(sandbox: Sandbox) -> None:
    many = "import pytest\n" + ASKS + "\n\n@pytest.mark.parametrize('n', range(300))\ndef test_many(n):\n    pass\n"
    assert _grade(sandbox, many).checks[0].message == "301 tests, 1 requests"
