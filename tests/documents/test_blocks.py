"""What a document's comments state, and what its fragments need to run; a few of them run."""

import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from quizkit.documents.blocks import Block, blocks
from quizkit.grading import grade_block
from quizkit.sandbox.host import Sandbox
from quizkit.verdict import Outcome, Verdict

ANY_2XX = tuple(range(200, 300))
ENDPOINT = '@app.get("/x")\ndef x():\n    return {"a": 1}\n'
USUAL = ("from fastapi import FastAPI", "app = FastAPI()")


def _fence(code: str, language: str = "python") -> str:
    return f"```{language}\n{code.rstrip()}\n```\n\n"


def _said(block: Block) -> list[tuple[int, str, Any, Any]]:
    """Line, request, status, JSON of each check; "none" where the body doesn't count."""
    found = []
    for stated in block.stated:
        request, response = stated.check.request, stated.check.response
        assert response is not None
        pattern: Any = response.json_exact
        as_it_stands = isinstance(pattern, dict) and list(pattern) == ["$equal"]
        body = (pattern["$equal"] if as_it_stands else pattern) if response.has("json") else "none"
        found.append((stated.line, f"{request.method} {request.path}", response.status, body))
    return found


def _states(*comments: str) -> list[tuple[int, str, Any, Any]]:
    """What comments alone state, as a Python file."""
    (block,) = blocks("".join(f"# {line}\n" for line in comments), markdown=False)
    return _said(block)


def _bodies(*comments: str) -> list[Any]:
    (block,) = blocks("".join(f"# {line}\n" for line in comments), markdown=False)
    return [stated.check.request.json_body if stated.check.request.has("json") else "none" for stated in block.stated]


def _grade(found: Sequence[Block], sandbox: Sandbox) -> list[Verdict]:
    return [grade_block(block, sandbox, Random(0)) for block in found]


# ---- the forms of a statement ----


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        ('Returns: {"a": 1}', ANY_2XX, {"a": 1}),
        ('returns {"a": 1}', ANY_2XX, {"a": 1}),
        ('Return: {"a": 1}', ANY_2XX, {"a": 1}),
        ('Response: {"a": 1}', ANY_2XX, {"a": 1}),
        ('Result: {"a": 1}', ANY_2XX, {"a": 1}),
        ("Gives: [1, 2]", ANY_2XX, [1, 2]),
        ('Answers: "text"', ANY_2XX, "text"),
        ("Returns: null", ANY_2XX, None),
        ("Returns: true", ANY_2XX, True),
        ("Returns: 7", ANY_2XX, 7),
        ("Returns: -1.5", ANY_2XX, -1.5),
        ('Returns: {"a": 1}  (the default)', ANY_2XX, {"a": 1}),
        ('Returns: {"a": 1}  # or so', ANY_2XX, {"a": 1}),
        ('-> {"a": 1}', ANY_2XX, {"a": 1}),
        ('=> {"a": 1}', ANY_2XX, {"a": 1}),
        ('→ {"a": 1}', ANY_2XX, {"a": 1}),
        ("-> 404", 404, "none"),
        ("-> 404 Not Found", 404, "none"),
        ("Returns: 422 error", 422, "none"),
        ("Returns: 422 error (price must be a float)", 422, "none"),
        ("Returns: (404)", 404, "none"),
        ('-> 404 {"detail": "no"}', 404, {"detail": "no"}),
        ('Response: 201: {"id": 1}', 201, {"id": 1}),
        ('-> 201, [{"id": 1}] and more', 201, [{"id": 1}]),
        ('Returns: {"$ref": {"$in": 1}}', ANY_2XX, {"$ref": {"$in": 1}}),
        ('Returns: {"a": {"b": [1, {"c": "}"}]}}', ANY_2XX, {"a": {"b": [1, {"c": "}"}]}}),
    ],
)
def test_what_is_said_to_come_back(answer: str, status: Any, body: Any) -> None:
    assert _states("GET /x", answer) == [(1, "GET /x", status, body)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("GET /items/abc  # 422 because abc is no number", (1, "GET /items/abc", 422, "none")),
        ("GET /items/abc 422", (1, "GET /items/abc", 422, "none")),
        ("GET /items/abc (404)", (1, "GET /items/abc", 404, "none")),
        ('GET /items/1 # {"id": 1}', (1, "GET /items/1", ANY_2XX, {"id": 1})),
        ('GET /items/1   {"id": 1}', (1, "GET /items/1", ANY_2XX, {"id": 1})),
        ("DELETE /items/1?a=b&c=%20  # 204", (1, "DELETE /items/1?a=b&c=%20", 204, "none")),
    ],
)
def test_what_is_said_beside_the_request(line: str, said: Any) -> None:
    assert _states(line) == [said]


@pytest.mark.parametrize("arrow", ["->", "=>", "→"])
def test_an_arrow_may_stand_beside_the_request(arrow: str) -> None:
    assert _states(f"GET /items/abc {arrow} 422") == [(1, "GET /items/abc", 422, "none")]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_every_method(method: str) -> None:
    assert _states(f"{method} /x", "-> 200") == [(1, f"{method} /x", 200, "none")]


@pytest.mark.parametrize(
    "comments",
    [
        ["GET /x"],
        ["GET /x", "Returns: the item"],
        ["GET /x", 'Returns: {"a": 1', "and so on"],
        ["GET /x", "Response time is what counts"],
        ["get /x", "-> 404"],
        ["GET x", "-> 404"],
        ["Returns: 404"],
        ["Body: 1", "-> 404"],
        ["TARGET /x", "-> 404"],
        ["GET /x", "Results in 4040 rows"],
        ["see GET /x", "-> 404"],
    ],
)
def test_what_states_nothing(comments: list[str]) -> None:
    assert _states(*comments) == []


def test_a_number_in_a_sentence_is_no_status() -> None:
    assert _states("GET /x", "Returns 200 items at most") == []


@pytest.mark.parametrize(
    ("comments", "bodies"),
    [
        (["POST /x", 'Body: {"a": 1}', "-> 201"], [{"a": 1}]),
        (["POST /x", 'Request body: {"a": 1}', "-> 201"], [{"a": 1}]),
        (["POST /x", 'body: {"a": 1}  # b is missing', "-> 422"], [{"a": 1}]),
        (["POST /x", "Body: {", '  "a": {', '    "b": [1,', "2]", "  }", "}", "-> 201"], [{"a": {"b": [1, 2]}}]),
        (["POST /x", "Body: [", "1", "]", "-> 201"], [[1]]),
        (["POST /x", "Body: null", "-> 201"], [None]),
        (["POST /x", "Body: a name", "-> 201"], []),
        (["POST /x", 'Body: {"a": 1', "-> 201"], []),
        (["POST /x", "-> 201"], ["none"]),
        (['POST /x {"a": 1} -> 201'], [{"a": 1}]),
        (['POST /x {"a": 1}', "-> 201"], [{"a": 1}]),
        (['POST /x with {"a": 1}: 201'], [{"a": 1}]),
        (["POST /x body={'a': 1}  # 201"], [{"a": 1}]),
        (["POST /x", '{"a": 1}', '{"id": 1}'], [{"a": 1}]),
        (["POST /x", '{"a": 1}', "-> 201"], [{"a": 1}]),
    ],
)
def test_what_is_said_to_be_sent(comments: list[str], bodies: list[Any]) -> None:
    assert _bodies(*comments) == bodies


def test_an_answer_may_go_over_several_lines_that_follow_each_other() -> None:
    assert _states("GET /x", "Returns: {", '  "a": [', "    1", "  ]", "}  and so on") == [(1, "GET /x", ANY_2XX, {"a": [1]})]
    code = '# GET /x\n# Returns: {\n\n#   "a": 1\n# }\n'
    assert _said(blocks(code, markdown=False)[0]) == []


def test_several_requests_and_several_bodies_of_one() -> None:
    found = _states("POST /x", 'Body: {"a": 1}', "-> 201", 'Body: {"a": "b"}', "-> 422", "GET /y", "GET /x", "-> 405")
    assert found == [(1, "POST /x", 201, "none"), (4, "POST /x", 422, "none"), (7, "GET /x", 405, "none")]
    assert _bodies("POST /x", 'Body: {"a": 1}', "-> 201", 'Body: {"a": "b"}', "-> 422") == [{"a": 1}, {"a": "b"}]


def test_status_and_body_may_stand_on_two_lines() -> None:
    assert _states("GET /x  # 201", 'Returns: {"a": 1}') == [(1, "GET /x", 201, {"a": 1})]


def test_only_comments_count_and_wherever_they_stand() -> None:
    code = '''\
TEXT = """
# GET /a
# -> 404
"""
OTHER = "# GET /b  # 404"


@app.get("/x")  # GET /x
def x():
    # -> 200
    return {"#": "# GET /c"}  # GET /y  # 404
'''
    (block,) = blocks(code, markdown=False)
    assert _said(block) == [(8, "GET /x", 200, "none"), (11, "GET /y", 404, "none")]


@pytest.mark.parametrize(
    "comments",
    [
        ["GET /x", "Returns: NaN"],
        ["GET /x", 'Returns: {"a": Infinity}'],
        ["GET /x", "Returns: 1e999999"],
        ["GET /x", f"Returns: {'1' * 5000}"],
        ["GET /x", 'Returns: "\\ud800"'],
        pytest.param(
            ["GET /x", f"Returns: {'[' * 100_000}"],
        ),
        ["GET /{{name}}", "-> 200"],
        ["GET /x", 'Returns: {"a": "{{name}}"}'],
    ],
    ids=range(8),
)
def test_no_comment_is_a_fault_of_quizkit(comments: list[str]) -> None:
    _states(*comments)


@pytest.mark.parametrize("value", ["NaN", '{"a": Infinity}', "1e999999", "1" * 5000])
def test_what_no_json_can_hold_is_not_stated(value: str) -> None:
    assert _states("GET /x", f"Returns: {value}") == []


# ---- what is understood beside the usual forms ----

A = {"a": 1}


@pytest.mark.parametrize(
    ("comments", "status", "body"),
    [
        (['GET /x returns {"a": 1}'], ANY_2XX, A),
        (['GET /x -> {"a": 1}'], ANY_2XX, A),
        (['GET /x = {"a": 1}'], ANY_2XX, A),
        (['GET /x: {"a": 1}'], ANY_2XX, A),
        (['GET /x (the first): {"a": 1}'], ANY_2XX, A),
        (['GET /x HTTP/1.1 -> {"a": 1}'], ANY_2XX, A),
        (['GET http://localhost:8000/x -> {"a": 1}'], ANY_2XX, A),
        (['✅ GET /x -> {"a": 1}'], ANY_2XX, A),
        (['Try: GET /x -> {"a": 1}'], ANY_2XX, A),
        (['curl http://localhost:8000/x -> {"a": 1}'], ANY_2XX, A),
        (["GET /x", "Returns: {'a': 1}"], ANY_2XX, A),
        (["GET /x", "Returns: {'ok': True, 'x': None}"], ANY_2XX, {"ok": True, "x": None}),
        (["GET /x", "Returns: True"], ANY_2XX, True),
        (["GET /x", "Returns: {1: (2, 3)}"], ANY_2XX, {"1": [2, 3]}),
        (["GET /x", "Response:", "{", '  "a": 1  # the number', "}"], ANY_2XX, A),
        (["GET /x", "Response body:", "{", '  "a": 1  // the number', "}"], ANY_2XX, A),
        (["GET /x", '{"a": 1}'], ANY_2XX, A),
        (["GET /x", 'Expected: {"a": 1}'], ANY_2XX, A),
        (["GET /x", "404 Not Found"], 404, "none"),
        (["GET /x", "Status: 404", 'Returns: {"a": 1}'], 404, A),
        (["GET /x", 'Returns: {"a": 1}', "Status code: 418"], 418, A),
        (["GET /x", 'Returns: {"a": 1} (404)'], 404, A),
        (["GET /x", 'Returns: {"a": 1} with status 404'], 404, A),
        (["GET /x", '404 Not Found: {"a": 1}'], 404, A),
        (["GET /x", '-> 404 Not Found: {"a": 1}'], 404, A),
        (["GET /x", "-> 200 or 204"], (200, 204), "none"),
        (["GET /x HTTP/1.1", "Host: x", "", "HTTP/1.1 200 OK", "content-type: application/json", "", '{"a": 1}'], 200, A),
        (["GET /x  # 200", "Returns: 404"], 200, 404),
    ],
)
def test_more_ways_to_say_it(comments: list[str], status: Any, body: Any) -> None:
    found = _states(*comments)
    assert [said[1:] for said in found] == [("GET /x", status, body)]


def _unread(*comments: str) -> list[tuple[int, str]]:
    (block,) = blocks("".join(f"# {line}\n" for line in comments), markdown=False)
    return [(unread.line, unread.why) for unread in block.unread]


@pytest.mark.parametrize(
    ("comments", "line", "why"),
    [
        (["GET /x", "Returns 3 items, newest first"], 2, "isn't written as a status"),
        (["GET /x", "Returns true if it works"], 2, "condition"),
        (["GET /x", "Returns: hello"], 2, "isn't written as a status"),
        (["GET /x", "Returns: {1, 2}"], 2, "neither JSON nor"),
        (["GET /x", 'Returns: [{"a": 1}, ...]'], 2, "cut short"),
        (["GET /x", 'Returns: {"a": 1}', "Returns: 404 if there is no such item"], 3, "condition"),
        (["GET /x", 'Returns: {"a": 1}', "Response 404: not found"], 3, "a second answer"),
        (["GET /x", 'Returns: {"a": 1}', 'Returns: {"a": 2}'], 3, "a second answer"),
        (["GET /x", "-> 404 if it is missing"], 2, "condition"),
        (["GET /x?q=hello world", 'Returns: {"a": 1}'], 1, "cut at its blank"),
        (["POST /x with no name", "-> 422"], 1, "what the request sends isn't said"),
        (["POST /x", "Body: a name", "-> 201"], 1, "isn't written as JSON"),
        (["POST /x", '{"a": 1}'], 1, "is the JSON sent"),
        (["POST /x with no name -> 422"], 1, "what the request sends isn't said"),
        (["POST /x {name} -> 422"], 1, "isn't written as JSON"),
        (["see GET /x -> 404"], 1, "beginning of a line"),
        (['Returns: {"a": 1}'], 1, "of which request"),
        (["GET /{{name}}", "-> 200"], 1, "no request and answer"),
        (["curl -F a=@b localhost:8000/x", "-> 200"], 1, "`-F`"),
        (["curl 'http://localhost/x"], 1, "never closed"),
    ],
)
def test_what_is_not_understood_is_said(comments: list[str], line: int, why: str) -> None:
    ((at, words),) = _unread(*comments)
    assert at == line
    assert why in words


@pytest.mark.parametrize(
    "comments",
    [["GET /x", "Returns the newest"], ["GET /x", "the first of ten"], ["GET /x  # the first 10"], ["curl https://example.com"]],
)
def test_words_are_no_expectation(comments: list[str]) -> None:
    assert _unread(*comments) == []


def test_a_header_and_a_body_of_a_request() -> None:
    (block,) = blocks("# POST /x\n# X-Token: secret\n# Header: B: c\n# Body: {'a': 1}\n# -> 201\n", markdown=False)
    request = block.stated[0].check.request
    assert (request.headers, request.json_body) == ({"x-token": "secret", "b": "c"}, A)


def test_a_request_as_it_goes_over_the_wire() -> None:
    text = '# POST /x HTTP/1.1\n# Host: x\n# X-Token: secret\n#\n# {\n#  "a": 1\n# }\n#\n# HTTP/1.1 201 Created\n'
    (block,) = blocks(text, markdown=False)
    request = block.stated[0].check.request
    assert (request.headers, request.json_body, _said(block)[0][2]) == ({"x-token": "secret"}, A, 201)


def test_a_body_may_be_said_before_its_request() -> None:
    (block,) = blocks('# Request body:\n# {\n#   "a": 1\n# }\n# POST /x\n# -> 201\n', markdown=False)
    assert block.stated[0].check.request.json_body == A


@pytest.mark.parametrize(
    ("returned", "comments", "outcome", "words"),
    [
        ("return 404", "# GET /x\n# Returns: 404\n", Outcome.passed, "the number is read as the body"),
        ("return 150", "# GET /x\n# Returns: 150\n", Outcome.passed, "the number is read as the body"),
        ("return {}", "# GET /x\n# Returns: 200\n", Outcome.passed, "the number is read as the status"),
        ("return {}", "# GET /x  # 200\n", Outcome.passed, ""),
        ("return {}", "# GET /x\n# Returns: 200 OK\n", Outcome.passed, ""),
        (
            "return 7",
            "# GET /x\n# Returns: 404\n",
            Outcome.failed,
            "404 is neither the status nor the body: expected 404, got 200",
        ),
        ("return 7", "# GET /x  # 200\n# Returns: 404\n", Outcome.failed, "JSON differs"),
        ("return Response(status_code=204)", "# GET /x  # 204\n# Returns: null\n", Outcome.passed, ""),
        ("return Response(status_code=204)", "# GET /x\n# Returns: None\n", Outcome.passed, ""),
        ("return 0", "# GET /x\n# Returns: null\n", Outcome.failed, "JSON differs"),
        ("return PlainTextResponse('hi')", '# GET /x\n# Returns: "hi"\n', Outcome.passed, ""),
        ("return PlainTextResponse('ho')", '# GET /x\n# Returns: "hi"\n', Outcome.failed, "JSON the body is not JSON"),
        ("raise HTTPException(404, 'no')", '# GET /x\n# Returns: {"detail": "no"}\n', Outcome.passed, ""),
        (
            "raise HTTPException(404, 'no')",
            '# GET /x\n# Returns: {"detail": "yes"}\n',
            Outcome.failed,
            "expected a success (2xx), got 404",
        ),
        ("return {'a': 1, 'b': 2}", '# GET /x\n# Returns: {"a": 1, ...}\n', Outcome.passed, ""),
        ("return {'b': 2}", '# GET /x\n# Returns: {"a": 1, ...}\n', Outcome.failed, "JSON.a is missing"),
    ],
)
def test_what_can_be_read_in_two_ways(sandbox: Sandbox, returned: str, comments: str, outcome: Outcome, words: str) -> None:
    code = f'@app.get("/x", response_model=None)\ndef x():\n    {returned}\n\n{comments}'
    (verdict,) = _grade(blocks(code, markdown=False), sandbox)
    assert (verdict.outcome, verdict.checks[0].message) == (outcome, words)


def test_what_is_not_understood_counts_for_nothing(sandbox: Sandbox) -> None:
    code = ENDPOINT + '# GET /x\n# Returns: {"a": 1}\n# Returns: 404 if it is missing\n'
    (verdict,) = _grade(blocks(code, markdown=False), sandbox)
    assert (verdict.outcome, verdict.score) == (Outcome.passed, 1)
    assert [(check.outcome, check.line) for check in verdict.checks] == [(Outcome.passed, 4), (Outcome.no_expectation, 6)]
    (alone,) = _grade(blocks(ENDPOINT + "# GET /x\n# Returns: hello\n", markdown=False), sandbox)
    assert (alone.outcome, alone.message) == (Outcome.no_expectation, "what is stated isn't understood")


@pytest.mark.parametrize(
    "text",
    [
        "# GET /\n" + "# Returns: {\n" * 5000,
        "# GET /\n" + "# {\n" * 5000,
        "# POST / HTTP/1.1\n" + "# {\n" * 5000,
        "# GET /\n# HTTP/1.1 200 OK\n" + "# {\n" * 5000,
        "# GET /\n# Returns: 404" + " " * 50_000 + "x\n",
        "# GET /\n# Returns: {" + '\\"' * 50_000 + "\n",
        "# GET /\n# Returns: " + "1" * 50_000 + "a\n",
        "# curl '\n" * 5000,
        "# " + "- " * 50_000 + "GET /\n",
        "# GET /{a}{b}{c}-{d}/x -> 1\n" * 3000,
    ],
    ids=range(10),
)
def test_no_document_holds_the_checker_up(text: str) -> None:
    began = time.process_time()
    blocks(text, markdown=False)
    assert time.process_time() - began < 3


def test_a_chain_of_definitions_ends() -> None:
    blocks("".join(_fence(f"x{n} = x{n - 1}") for n in range(2000)), markdown=True)


# ---- blocks ----


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (_fence("a = 1"), [2]),
        ("text\n\n" + _fence("a = 1") + _fence("b = 2", "py"), [4, 8]),
        ("~~~python\na = 1\n~~~\n", [2]),
        ("````python\na = '''\n```\n'''\n````\n", [2]),
        (_fence("a = 1", "Python title=x"), [2]),
        (_fence("a = 1", "python3"), [2]),
        (_fence("a = 1", "py3"), [2]),
        ("- one\n  - two\n\n    ```python\n    a = 1\n    ```\n", [5]),
        ("1. one\n\n   ~~~py\n   a = 1\n   ~~~\n", [4]),
        ("> ```python\n> a = 1\n> ```\n", [2]),
        ("```python\na = 1", [2]),
        (_fence("# GET /x\n# -> 404", "bash"), []),
        (_fence('{"a": 1}', "json"), []),
        (_fence("GET /x"), [2]),
        ("    a = 1\n", []),
        ("`# GET /x`\n\n# GET /x\n", []),
        ("", []),
    ],
)
def test_which_blocks_there_are_and_where_they_begin(text: str, lines: list[int]) -> None:
    assert [block.line for block in blocks(text, markdown=True)] == lines


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        (ENDPOINT, True),
        ("import os\n", True),
        ("from a import b\n", True),
        ("async def f(): ...\n", True),
        ("class A: ...\n", True),
        ("app/\n  main.py\n", False),
        ("GET /x\n", False),
        ("a = 1\n", False),
        ("def f(:\n", False),
        ("from here to there\n", False),
    ],
)
def test_a_block_without_a_language_counts_where_it_looks_like_python(code: str, counts: bool) -> None:
    assert bool(blocks(_fence(code, ""), markdown=True)) is counts


def test_lines_are_the_document_s_in_nested_blocks_too() -> None:
    inner = "```py\n@app.get('/y')\ndef y():\n    return 1\n\n# GET /y\n# Returns: 1\n```\n"
    nested = f"- one\n  - two\n\n{textwrap.indent(inner, '    ')}"
    text = "# Title\n\n" + _fence(ENDPOINT + "\n# GET /x\n# -> 200") + nested
    first, second = blocks(text, markdown=True)
    assert (first.line, _said(first)) == (4, [(8, "GET /x", 200, "none")])
    assert (second.line, _said(second)) == (16, [(20, "GET /y", ANY_2XX, 1)])
    lines = text.splitlines()
    assert (lines[7].strip(), lines[19].strip()) == ("# GET /x", "# GET /y")
    assert second.code.startswith("@app.get('/y')\ndef y():\n    return 1")


def test_windows_line_ends_are_no_lines_of_their_own() -> None:
    text = ("# Title\n\n" + _fence(ENDPOINT + "# GET /x\n# -> 200")).replace("\n", "\r\n")
    (block,) = blocks(text, markdown=True)
    assert (block.line, _said(block)) == (4, [(7, "GET /x", 200, "none")])


def test_a_python_file_is_one_block() -> None:
    text = (
        'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/x")\ndef x():\n    return 1\n\n\n# GET /x\n# Returns: 1\n'
    )
    (block,) = blocks(text, markdown=False)
    assert (block.line, block.code, block.source, block.assumed, block.missing) == (1, text, text, (), ())
    assert _said(block) == [(11, "GET /x", ANY_2XX, 1)]
    assert [block.line for block in blocks("", markdown=False)] == [1]


# ---- what is assumed ----


@pytest.mark.parametrize(
    ("code", "assumed", "missing"),
    [
        ("a = 1\n", (), ()),
        (ENDPOINT, USUAL, ()),
        ("from fastapi import FastAPI\n" + ENDPOINT, ("app = FastAPI()",), ()),
        ("app = 1\n" + ENDPOINT, (), ()),
        ("import fastapi\napp = fastapi.FastAPI()\n" + ENDPOINT, (), ()),
        (
            "@app.get('/x')\ndef x(a: Optional[str] = Query(None)) -> Annotated[int, 1]: ...\n",
            (*USUAL, "from typing import Optional", "from fastapi import Query", "from typing import Annotated"),
            (),
        ),
        ("class A(BaseModel):\n    at: datetime\n", ("from pydantic import BaseModel", "from datetime import datetime"), ()),
        ("async def f():\n    await asyncio.sleep(1)\n", ("import asyncio",), ()),
        ("def f():\n    return helper(db, print, len)\n", (), ("helper", "db")),
        ("try:\n    pass\nexcept ValueError as e:\n    e\n", (), ()),
        ("with open('a') as f:\n    f\nfor i in range(3):\n    i\n[j for j in range(3)]\n", (), ()),
        ("def f(a, *b, c=1, **d):\n    return a, b, c, d\nlambda k: k\n", (), ()),
        ("import a.b as c, d.e\nfrom f import g as h\nc, d, h\n", (), ()),
        ("if (n := 1):\n    n\n", (), ()),
        ("# only a comment\n", (), ()),
    ],
)
def test_what_a_fragment_lacks_is_assumed_or_missing(code: str, assumed: Any, missing: Any) -> None:
    (block,) = blocks(code, markdown=False)
    assert (block.assumed, block.missing) == (assumed, missing)
    assert block.source == "\n".join([*assumed, code])


def test_names_of_earlier_blocks_are_known_to_later_ones_with_what_they_need() -> None:
    text = _fence("import os as system\nfrom a import b") + _fence(
        "class Item(BaseModel):\n    name: str = DEFAULT\n\nDEFAULT = 'x'\n\n\ndef helper(item: Item):\n    return system\n\n"
        "async def dep():\n    return helper\n"
    )
    first, second, third = blocks(text + _fence("@app.get('/x')\ndef x(d=Depends(dep)):\n    return b"), markdown=True)
    assert (first.assumed, first.missing) == ((), ())
    assert second.assumed == ("from pydantic import BaseModel", "import os as system")
    assert third.missing == ()
    assert third.assumed == (
        *USUAL,
        "from fastapi import Depends",
        "from pydantic import BaseModel",
        "DEFAULT = 'x'",
        "class Item(BaseModel):\n    name: str = DEFAULT",
        "import os as system",
        "def helper(item: Item):\n    return system",
        "async def dep():\n    return helper",
        "from a import b",
    )


def test_the_last_definition_of_a_name_counts_and_later_ones_do_not() -> None:
    text = _fence("LIMIT = 1") + _fence("LIMIT: int = 2") + _fence("a = LIMIT") + _fence("LIMIT = 3")
    assert blocks(text, markdown=True)[2].assumed == ("LIMIT: int = 2",)


def test_an_app_is_each_block_s_own() -> None:
    text = _fence("app = FastAPI(title='one')\n" + ENDPOINT) + _fence(ENDPOINT)
    first, second = blocks(text, markdown=True)
    assert first.assumed == ("from fastapi import FastAPI",)
    assert second.assumed == USUAL


@pytest.mark.parametrize(
    "first",
    [
        "@lru_cache\ndef thing():\n    return 1",
        "one, thing = 1, 2",
        "one = thing = 1",
        "try:\n    import thing\nexcept ImportError:\n    thing = None",
        "if True:\n    thing = 1",
        "with open('a') as thing:\n    pass",
    ],
)
def test_a_name_that_an_earlier_block_defines_is_not_defined_nowhere(first: str) -> None:
    text = _fence("from functools import lru_cache\n" + first) + _fence("a = thing")
    assert blocks(text, markdown=True)[1].missing == ()


@pytest.mark.parametrize(
    "code",
    [
        "match [1, 2]:\n    case [one, *rest]:\n        one, rest",
        "match 1:\n    case other:\n        other",
        "match {}:\n    case {'a': 1, **more}:\n        more",
        "from math import *\nfloor(1.5)",
        "__file__, __doc__",
    ],
)
def test_a_name_that_is_bound_is_not_missing(code: str) -> None:
    assert blocks(code, markdown=False)[0].missing == ()


def test_comments_alone_speak_of_the_block_before() -> None:
    text = _fence(ENDPOINT) + _fence("# GET /x\n# -> 200") + "words\n\n" + _fence("# GET /x\n# -> 201")
    first, second, third = blocks(text, markdown=True)
    assert second.source == third.source == first.source
    assert (second.code, _said(second), second.assumed) == ("# GET /x\n# -> 200\n", [(8, "GET /x", 200, "none")], ())
    assert _said(third) == [(15, "GET /x", 201, "none")]


def test_comments_alone_without_a_block_before_stand_for_themselves(sandbox: Sandbox) -> None:
    (block,) = blocks(_fence("# GET /x\n# -> 200"), markdown=True)
    (verdict,) = _grade([block], sandbox)
    assert (verdict.outcome, verdict.message) == (Outcome.error, "the answer is empty")


def test_comments_alone_speak_of_no_older_block() -> None:
    text = _fence("app = FastAPI()\n" + ENDPOINT) + _fence("def broken(:") + _fence("# GET /x\n# -> 404")
    first, _, third = blocks(text, markdown=True)
    assert third.source != first.source


def test_what_is_no_python_keeps_what_its_comments_state_up_to_there() -> None:
    (block,) = blocks(_fence("# GET /x\n# -> 404\ndef broken(:\n"), markdown=True)
    assert (block.source, block.assumed, block.missing) == (block.code, (), ())
    assert _said(block) == [(2, "GET /x", 404, "none")]


def test_a_document_that_nobody_meant_for_this() -> None:
    assert blocks("```python\n\x00\n```\n", markdown=True)[0].stated == ()
    deep = blocks(_fence("(" * 5000 + ")" * 5000), markdown=True)
    assert [block.stated for block in deep] == [()]


def test_an_import_from_the_future_stays_first(sandbox: Sandbox) -> None:
    code = f"from __future__ import annotations\n\n{ENDPOINT}\n# GET /x\n# -> 200\n"
    (verdict,) = _grade(blocks(code, markdown=False), sandbox)
    assert verdict.outcome is Outcome.passed


def test_what_stands_beside_an_import_from_the_future_stays_too(sandbox: Sandbox) -> None:
    for first in (
        "from __future__ import annotations; from fastapi import FastAPI; app = FastAPI()",
        "from __future__ import (\n    annotations,\n); app = FastAPI()",
        '"""Words."""\nfrom __future__ import annotations; app = FastAPI()',
    ):
        (verdict,) = _grade(blocks(f"{first}\n{ENDPOINT}\n# GET /x\n# -> 404\n", markdown=False), sandbox)
        assert (verdict.message, verdict.checks[0].message) == (
            "",
            "404 is neither the status nor the body: expected 404, got 200",
        )


def test_what_a_star_brings_is_no_app(sandbox: Sandbox) -> None:
    (verdict,) = _grade(blocks(f"from fastapi import *\n{ENDPOINT}# GET /x  # 200\n", markdown=False), sandbox)
    assert verdict.passed


ROUTER = (
    'router = APIRouter(prefix="/r")\n\n\n@router.get("/p")\ndef p():\n    return helper()\n\n\ndef helper():\n    return 1\n'
)


@pytest.mark.parametrize(
    "text",
    [
        _fence(ROUTER) + _fence("app.include_router(router)\n# GET /r/p\n# Returns: 1"),
        _fence(ROUTER)
        + _fence('@router.get("/q")\ndef q():\n    return 2')
        + _fence("app = FastAPI()\napp.include_router(router)\n# GET /r/p\n# Returns: 1\n# GET /r/q\n# Returns: 2"),
        _fence(ROUTER + "# GET /r/p\n# Returns: 1"),
        _fence(ROUTER + "app.include_router(router)") + _fence("# GET /r/p\n# Returns: 1"),
    ],
    ids=range(4),
)
def test_a_router_comes_with_what_hangs_on_it(sandbox: Sandbox, text: str) -> None:
    assert [v.outcome for v in _grade(blocks(text, markdown=True), sandbox) if v.checks] == [Outcome.passed]


def test_a_router_that_nobody_makes_is_made_and_included(sandbox: Sandbox) -> None:
    asked = '@router.get("/q")\ndef q():\n    return 2\n# GET /q\n# Returns: 2'
    found = blocks(_fence(asked), markdown=True)
    assert [verdict.outcome for verdict in _grade(found, sandbox)] == [Outcome.passed]
    assert found[0].assumed == (
        "from fastapi import APIRouter",
        "router = APIRouter()",
        "from fastapi import FastAPI",
        "app = FastAPI()",
        "app.include_router(router)",
    )
    own = blocks(_fence("from fastapi import FastAPI\n\napp = FastAPI()\napp.include_router(router)\n" + asked), markdown=True)
    assert "app.include_router(router)" not in own[0].assumed


def test_blocks_that_build_on_each_other(sandbox: Sandbox) -> None:
    text = (
        _fence("app = FastAPI()\nitems = {}")
        + _fence('items["a"] = 1')
        + _fence(
            "class Gone(Exception): ...\n\n\n@app.exception_handler(Gone)\nasync def gone(request: Request, error: Gone):\n"
            "    return JSONResponse({}, 410)"
        )
        + _fence('@app.get("/items/{name}")\ndef one(name: str):\n    if name not in items:\n        raise Gone\n    return 1')
        + _fence(
            '@app.get("/items")\ndef all_of_them():\n    return items\n\n# GET /items\n# Returns: {"a": 1}\n'
            "# GET /items/a\n# Returns: 1\n# GET /items/b  # 410"
        )
    )
    *_, last = blocks(text, markdown=True)
    (verdict,) = _grade([last], sandbox)
    assert [check.outcome for check in verdict.checks] == [Outcome.passed] * 3
    assert {addition.line for addition in last.added if not addition.is_usual} == {3, 7, 11, 14, 20}


def test_what_is_too_long_for_a_tree_is_put_before_a_block_as_it_is_written(sandbox: Sandbox) -> None:
    text = _fence("x = " + "+".join(["1"] * 900)) + _fence('@app.get("/")\ndef r():\n    return x\n\n# GET /\n# Returns: 900')
    assert _grade(blocks(text, markdown=True), sandbox)[1].passed


def test_what_is_no_python_can_not_run_even_where_nothing_is_said_of_it(sandbox: Sandbox) -> None:
    text = _fence("a = 1\ndef f(:") + _fence("x = " + "+".join(["1"] * 30_000)) + _fence("a = 1\x00")
    found = _grade(blocks(text, markdown=True), sandbox)
    assert [(verdict.outcome, verdict.message) for verdict in found][:2] == [
        (Outcome.not_run, "this is not Python: line 3: invalid syntax"),
        (Outcome.not_run, "this is nested too deep for Python"),
    ]


# ---- what stands in other fences ----

APP = _fence(
    'app = FastAPI()\nitems = []\n\n\n@app.get("/items/{n}")\ndef one(n: int):\n    return {"n": n}\n\n\n'
    '@app.post("/items", status_code=201)\ndef make(item: dict):\n    items.append(item)\n    return item\n\n\n'
    '@app.get("/items")\ndef every():\n    return items'
)
CURL = "curl -X POST http://localhost:8000/items \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"a\": 1}'"


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        (_fence(CURL, "bash") + "Response:\n\n" + _fence('{"a": 1}', "json"), "+"),
        (_fence(CURL, "bash") + "Response:\n\n" + _fence('{"a": 2}', "json"), "-"),
        (_fence(f'$ {CURL}\n{{"a": 1}}\n$ curl localhost:8000/items\n[{{"a": 1}}]', "console"), "++"),
        (_fence("curl -i -s localhost:8000/items/1\nHTTP/1.1 200 OK\ndate: x\n\n{'n': 1}", "sh"), "+"),
        (_fence("curl localhost:8000/items/x  # 422\ncurl localhost:8000/items/1\n# => {'n': 1}", "bash"), "++"),
        (_fence("curl --json '{}' localhost:8000/items\n# 201 Created", "bash"), "+"),
        (_fence("pip install fastapi", "bash") + _fence("curl https://example.com/items/1\n# 200", "bash"), ""),
        (_fence("POST /items HTTP/1.1\nHost: x\n\n{'a': 1}", "http") + _fence("HTTP/1.1 201 Created\n\n{'a': 1}", "http"), "+"),
        ("Open <a href='http://127.0.0.1:8000/items/5'>it</a>.\n\nYou will see:\n\n" + _fence('{"n": 5}', "JSON"), "+"),
        ("`GET /items/5` returns:\n\n" + _fence('{"n": 6}', "json"), "-"),
        (
            "`POST /items` with this body:\n\n"
            + _fence('{"a": 1}', "json")
            + "returns `201` and:\n\n"
            + _fence('{"a": 1}', "json"),
            "+",
        ),
        ("A configuration looks like this:\n\n" + _fence('{"n": 5}', "json"), ""),
        ("`GET /items/5` returns:\n\n" + _fence('{"n": 5}', "yaml"), ""),
    ],
    ids=range(13),
)
def test_commands_http_and_json_speak_of_the_block_before(sandbox: Sandbox, text: str, outcomes: str) -> None:
    (block,) = blocks(APP + text, markdown=True)
    (verdict,) = _grade([block], sandbox)
    assert "".join("+" if check.outcome is Outcome.passed else "-" for check in verdict.checks) == outcomes


def test_json_below_may_be_what_a_comment_s_request_gives(sandbox: Sandbox) -> None:
    text = _fence(ENDPOINT + "\n# GET /x") + "Response:\n\n" + _fence('{"a": 2}', "json")
    (verdict,) = _grade(blocks(text, markdown=True), sandbox)
    assert (verdict.checks[0].line, verdict.checks[0].message) == (6, "JSON.a differs")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('=== "Tab"\n\n    ```python\n    a = 1\n    ```\n', 4),
        ("<details>\n```python\na = 1\n```\n</details>\n", 3),
        ("```{.python .annotate}\na = 1\n```\n", 2),
        ("```{code-block} python\na = 1\n```\n", 2),
        ('```python title="main.py" hl_lines="1"\na = 1\n```\n', 2),
        ("```python:main.py\na = 1\n```\n", 2),
        ("```python\n    a = 1\n    b = 2\n```\n", 2),
    ],
)
def test_more_ways_to_fence_python(text: str, line: int) -> None:
    (block,) = blocks(text, markdown=True)
    assert (block.line, block.code.split("\n")[0]) == (line, "a = 1")


# ---- how blocks end ----

DOCUMENT = (
    _fence(ENDPOINT + '\n# GET /x\n# Returns: {"a": 1}\n# GET /y  # 404')
    + _fence(ENDPOINT + '\n# GET /x\n# Returns: {"a": 1, "b": 2}')
    + _fence(ENDPOINT)
    + _fence("@app.get('/z')\ndef z():\n    return helper()\n\n# GET /z\n# -> 200")
    + _fence("def f():\n    return helper()")
    + _fence("def broken(:\n    # GET /x\n    # -> 200")
    + _fence('@app.get("/x")\ndef x():\n    return {"$any": True}\n\n# GET /x\n# Returns: {"$any": true}')
    + _fence("@app.get('/w')\ndef w():\n    return 1\n\n# GET /w\n# Returns: 1\n# GET /w\n# Returns: 2")
)


def test_how_each_block_ends(sandbox: Sandbox) -> None:
    found = blocks(DOCUMENT, markdown=True)
    verdicts = _grade(found, sandbox)
    assert [verdict.outcome for verdict in verdicts] == [
        Outcome.passed,
        Outcome.failed,
        Outcome.no_expectation,
        Outcome.error,
        Outcome.not_run,
        Outcome.error,
        Outcome.passed,
        Outcome.failed,
    ]
    assert [verdict.message for verdict in verdicts] == [
        "",
        "",
        "nothing is stated to compare with",
        "helper is defined nowhere in the document",
        "NameError: helper is defined nowhere in the document",
        "this is not Python: line 41: invalid syntax",
        "",
        "",
    ]
    lines = DOCUMENT.splitlines()
    stated = [(check.line, check.name) for verdict in verdicts for check in verdict.checks]
    assert all(lines[(line or 0) - 1].strip().startswith(f"# {name}") for line, name in stated)
    assert [check.outcome for check in verdicts[7].checks] == [Outcome.passed, Outcome.failed]


def test_an_exception_s_own_words_are_kept(sandbox: Sandbox) -> None:
    code = '@app.get("/x")\ndef x():\n    raise KeyError("no")\n\n# GET /x\n# -> 200\n'
    (verdict,) = _grade(blocks(code, markdown=False), sandbox)
    assert verdict.checks[0].traceback.startswith("KeyError: 'no'\n")


def test_a_traceback_s_line_is_the_document_s(sandbox: Sandbox) -> None:
    text = "# Title\n\n" + _fence('@app.get("/x")\ndef x():\n    raise KeyError("no")\n\n# GET /x\n# -> 200')
    (verdict,) = _grade(blocks(text, markdown=True), sandbox)
    assert text.splitlines()[5].strip() == 'raise KeyError("no")'
    assert ":6   raise KeyError" in verdict.checks[0].traceback


def test_an_exception_s_own_lines_are_its_own(sandbox: Sandbox) -> None:
    text = _fence('app = FastAPI()\n\n\n@app.get("/x")\ndef x():\n    raise ValueError("line 41, main.py:3")') + "words\n\n"
    text += _fence("# words\n# words\n# GET /x\n# -> 200")
    *_, verdict = _grade(blocks(text, markdown=True), sandbox)
    assert text.split("\n")[6].strip().startswith("raise ValueError")
    assert verdict.checks[0].traceback == ('ValueError: line 41, main.py:3\n  main.py:7   raise ValueError("line 41, main.py:3")')
    lent = _fence("def f():\n    raise ValueError") + _fence('@app.get("/x")\ndef x():\n    f()\n\n# GET /x  # 200')
    (*_, verdict) = _grade(blocks(lent, markdown=True), sandbox)
    assert [line.split()[0] for line in verdict.checks[0].traceback.split("\n")[1:]] == ["main.py:9", "main.py:3"]


def test_a_syntax_error_tells_the_document_s_lines(sandbox: Sandbox) -> None:
    text = "# Title\n\n" + _fence("def f():\nreturn 1\n# GET /x\n# -> 200")
    (verdict,) = _grade(blocks(text, markdown=True), sandbox)
    assert verdict.message == "this is not Python: line 5: expected an indented block after function definition on line 4"


def test_an_import_error_s_line_is_the_document_s(sandbox: Sandbox) -> None:
    text = "# Title\n\n" + _fence("import no_such_package\n" + ENDPOINT + "\n# GET /x\n# -> 200")
    (verdict,) = _grade(blocks(text, markdown=True), sandbox)
    assert verdict.message.startswith("line 4: No module named 'no_such_package'")


def test_a_verdict_says_what_held_its_run_in(sandbox: Sandbox) -> None:
    (verdict,) = _grade(blocks(ENDPOINT + "# GET /x\n# -> 200\n", markdown=False), sandbox)
    assert verdict.sandbox == sandbox.protections()


# ---- a real document ----


def test_the_interview_document(sandbox: Sandbox, shared: Path) -> None:
    path = shared / "fastapi-interview-qa.md"
    if not path.is_file():
        pytest.skip("the document is not beside this checkout")
    found = [block for block in blocks(path.read_text(encoding="utf-8"), markdown=True) if block.stated]
    verdicts = _grade(found, sandbox)
    assert [verdict.outcome for verdict in verdicts].count(Outcome.passed) == 7
    assert len(found) == 8
    (wrong,) = [verdict for verdict in verdicts if not verdict.passed]
    assert wrong.outcome is Outcome.failed
    assert [check.line for check in wrong.checks if check.outcome is not Outcome.passed] == [181]
