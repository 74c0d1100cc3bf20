import ast
from random import Random
from textwrap import dedent

import pytest

from quizkit.check.spec import SourceRules
from quizkit.grading import grade_source
from quizkit.proof.rewritings import MANNERS, rewritings
from quizkit.sandbox.host import Sandbox
from tests.proof.test_mutants import APP
from tests.samples import question

TYPING = "from typing import Annotated\n"
ROUTER = "from fastapi import FastAPI\napp = FastAPI()\n"


def rewritten(name: str, source: str, **options: object) -> str:
    """What a manner makes of a source, empty where nothing."""
    made = [each for each in rewritings(dedent(source), **options) if each.rule == name]  # type: ignore[arg-type]
    return made[0].source if made else ""


def _written(source: str) -> str:
    return ast.unparse(ast.parse(dedent(source))) + "\n" if source else ""


LINES = [
    ("functions renamed", "def f(): pass\na = f()", "def my_f(): pass\na = my_f()"),
    ("functions renamed", "def f(): pass\na = 'call f'", ""),  # such as url_path_for("f")
    ("functions renamed", "def f(f): pass", ""),
    ("functions renamed", "def f(): pass\nb = f.__name__", ""),
    ("functions renamed", "def f(): pass\nclass A:\n    def f(self): pass", ""),
    ("locals renamed", "def f(a):\n    b = a\n    return b", "def f(a):\n    my_b = a\n    return my_b"),
    ("locals renamed", "b = 1\ndef f():\n    global b\n    b = 2", ""),
    ("locals renamed", "def f():\n    b = 1\n    return locals()", ""),
    ("locals renamed", "def f():\n    b = 1\n    def g(b): return b\n    return g(b)", ""),
    ("locals renamed", "def f():\n    my_b = b = 1", "def f():\n    my_my_b = my_b_ = 1"),
    (
        "locals renamed",
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    g()",
        "def f():\n    my_n = 0\n    def g():\n        nonlocal my_n\n        my_n += 1\n    g()",
    ),
    (
        "locals renamed",
        "def f():\n    try: a()\n    except E as e: b(e, e=1)",
        "def f():\n    try: a()\n    except E as my_e: b(my_e, e=1)",
    ),
    (
        "Annotated",
        "@app.get('/')\ndef f(a: int = Query(5, ge=1)): pass",
        TYPING + "@app.get('/')\ndef f(a: Annotated[int, Query(ge=1)] = 5): pass",
    ),
    (
        "Annotated",
        "@app.get('/')\ndef f(a: int = 1, b: A = Depends(g)): pass",
        TYPING + "@app.get('/')\ndef f(*, a: int = 1, b: Annotated[A, Depends(g)]): pass",
    ),
    (
        "Annotated",
        "@app.get('/')\ndef f(a: int = Query(...)): pass",
        TYPING + "@app.get('/')\ndef f(a: Annotated[int, Query()]): pass",
    ),
    ("Annotated", "def f(a: int = Query(5)): pass\nf(1)", ""),
    ("Annotated", "@app.get('/')\ndef f(a: int = Query(5)): pass\nf(1)", ""),
    ("Annotated", "@app.get('/')\ndef f(a=Depends(g)): pass", ""),
    (
        "default markers",
        "@app.get('/')\ndef f(a: Annotated[int, Query(ge=1)], b: B): pass",
        "@app.get('/')\ndef f(*, a: int = Query(ge=1), b: B): pass",
    ),
    (
        "default markers",
        "@app.get('/')\ndef f(a: Annotated[int, Query(ge=1)] = 5): pass",
        "@app.get('/')\ndef f(a: int = Query(5, ge=1)): pass",
    ),
    ("default markers", "@app.get('/')\ndef f(a: Annotated[int, Field(), Query()]): pass", ""),
    ("def", "@app.get('/')\nasync def f(): return 1", "@app.get('/')\ndef f(): return 1"),
    ("def", "@app.get('/')\nasync def f(): return await g()", ""),
    ("def", "@app.get('/')\nasync def f(): return asyncio.get_running_loop()", ""),
    ("def", "@app.get('/')\nasync def f(): return current.get()", ""),
    ("def", "current = ContextVar('c')\n@app.get('/')\nasync def f(): return current.get()", ""),
    (
        "def",
        "rows = {}\n@app.get('/')\nasync def f(): return rows.get(1)",
        "rows = {}\n@app.get('/')\ndef f(): return rows.get(1)",
    ),
    ("def", "rows = {}\n@app.get('/')\nasync def f(): rows[1] = 2", ""),
    ("def", "def g(): time.sleep(1)\n@app.get('/')\nasync def f(): return g()", ""),
    ("def", "@app.get('/')\nasync def f(): return 1\nasync def g(): return await f()", ""),
    ("def", "@app.websocket('/')\nasync def f(socket): pass", ""),
    ("async def", "@app.get('/')\ndef f(a: str): return a.upper()", "@app.get('/')\nasync def f(a: str): return a.upper()"),
    ("async def", "@app.get('/')\ndef f(db: Session): return db.get(1)", ""),
    ("async def", "@app.get('/')\ndef f(): time.sleep(1)", ""),
    ("JSONResponse", "@app.get('/')\ndef f() -> A: return {}", ""),
    ("JSONResponse", "@app.delete('/', status_code=204)\ndef f(): return {}", ""),
    ("JSONResponse", "@app.get('/')\ndef f(response: Response): return {}", ""),
    ("JSONResponse", "@app.get('/')\ndef f(): return g()", ""),
    ("JSONResponse", "@app.get('/', response_class=A)\ndef f(): return {}", ""),
    (
        "JSONResponse",
        "@app.get('/', status_code=201)\ndef f(): return {}",
        """
        from fastapi.encoders import jsonable_encoder
        from fastapi.responses import JSONResponse
        @app.get('/', status_code=201)
        def f(): return JSONResponse(jsonable_encoder({}), status_code=201)
        """,
    ),
    (
        "return through a variable",
        "def f():\n    if a: return b\n    return g(1)",
        "def f():\n    if a: return b\n    answer = g(1)\n    return answer",
    ),
    ("return through a variable", "def f(answer): return g(1)", "def f(answer):\n    answer_ = g(1)\n    return answer_"),
    ("else", "def f():\n    if a: raise b\n    c()\n    d()", "def f():\n    if a: raise b\n    else:\n        c()\n        d()"),
    ("else", "def f():\n    if a: b()\n    c()", ""),
    ("conditions inverted", "if a: b\nelse: c", "if not a: c\nelse: b"),
    ("conditions inverted", "a = b if not c else d", "a = d if c else b"),
    ("conditions inverted", "if a: b\nelif c: d", ""),
    ("format", "a = f'{{b}} {c!r:>5} {d.e}'", "a = '{{b}} {!r:>5} {}'.format(c, d.e)"),
    ("format", "a = f'{b:{c}}'", ""),
    ("dict", "def f(): return {'a': {'b': 1}}", "def f(): return dict(a=dict(b=1))"),
    ("dict", "def f(): return {'a-b': 1, **c}", ""),
    ("Optional", "def f(a: str | None = None): pass", "from typing import Optional\ndef f(a: Optional[str] = None): pass"),
    (
        "status constants",
        "a = JSONResponse({}, status_code=201)",
        "from fastapi import status\na = JSONResponse({}, status_code=status.HTTP_201_CREATED)",
    ),
    ("status constants", "status = 1\na = JSONResponse({}, status_code=201)", ""),
    ("status constants", "a = JSONResponse({}, status_code=422)", ""),  # its name has changed
    ("status numbers", "from fastapi import status\na = status.HTTP_404_NOT_FOUND", "from fastapi import status\na = 404"),
    ("status numbers", "import status\na = status.HTTP_404_NOT_FOUND", ""),
    (
        "errors by keyword",
        "from fastapi import HTTPException\nraise HTTPException(404, 'a')",
        "from fastapi import HTTPException\nraise HTTPException(status_code=404, detail='a')",
    ),
    (
        "errors by position",
        "from fastapi import HTTPException\nraise HTTPException(status_code=404, headers=a)",
        "from fastapi import HTTPException\nraise HTTPException(404, headers=a)",
    ),
    ("errors by keyword", "from mine import HTTPException\nraise HTTPException(404, 'a')", ""),
    (
        "api_route",
        ROUTER + "@app.get('/', tags=[])\ndef f(): pass",
        ROUTER + "@app.api_route('/', tags=[], methods=['GET'])\ndef f(): pass",
    ),
    (
        "method decorators",
        ROUTER + "@app.api_route('/', methods=['GET'])\ndef f(): pass",
        ROUTER + "@app.get('/')\ndef f(): pass",
    ),
    ("method decorators", ROUTER + "@app.api_route('/', methods=['GET', 'PUT'])\ndef f(): pass", ""),
    (
        "import fastapi",
        "from fastapi import Query, status\na = Query(status.X)",
        "import fastapi\na = fastapi.Query(fastapi.status.X)",
    ),
    ("import fastapi", "from fastapi import Query\na: 'Query'", ""),
    ("import fastapi", "from fastapi import Query\ndef f(Query): pass", ""),
]


@pytest.mark.parametrize(("manner", "source", "expected"), LINES)
def test_a_manner_says_the_same_otherwise(manner: str, source: str, expected: str) -> None:
    assert rewritten(manner, source) == _written(expected)


def _routes(*paths: str) -> str:
    return "".join(f"@app.get('{path}')\ndef f{number}(): pass\n\n" for number, path in enumerate(paths))


@pytest.mark.parametrize(
    ("paths", "order"),
    [
        (["/a", "/b", "/c"], [2, 1, 0]),
        (["/a/me", "/a/{n}", "/b"], [2, 0, 1]),
        (["/a/{n}", "/{m}/b"], []),
        (["/a/{n}.csv", "/a/{n}"], []),
        (["/{rest:path}", "/a/b/c"], []),
        (["/a", "/a/"], [1, 0]),
        (["/a", "/a"], []),
    ],
)
def test_routes_change_places_where_no_path_fits_both(paths: list[str], order: list[int]) -> None:
    tree = ast.parse(rewritten("routes reordered", _routes(*paths)))
    assert [line.name for line in tree.body if isinstance(line, ast.FunctionDef)] == [f"f{number}" for number in order]


def test_routes_that_need_each_other_stay() -> None:
    source = "@app.get('/a')\ndef f(): pass\n@app.get('/b', dependencies=[Depends(f)])\ndef g(): pass\n"
    assert rewritten("routes reordered", source) == ""
    assert rewritten("routes reordered", source.replace("Depends(f)", "counted()")) == ""
    assert rewritten("routes reordered", source.replace("def f(): pass", "def f(): pass\na = 1").replace("Depends(f)", "")) == ""


TEXTS = '"""A module."""\n\n# a comment\n\n\ndef f():\n    """Says nothing."""\n\n    return """a\n\nb"""\n'


def test_what_only_people_read_is_gone() -> None:
    assert rewritten("bare", TEXTS) == "def f():\n    return 'a\\n\\nb'\n"
    assert (
        rewritten("bare", TEXTS, documented=True)
        == '"""A module."""\ndef f():\n    """Says nothing."""\n    return \'a\\n\\nb\'\n'
    )
    assert '"""' in rewritten("bare", TEXTS + "a = app.openapi()\n")


def test_handlers_keep_their_names_where_the_document_shows_them() -> None:
    source = "@app.get('/')\ndef f(): pass\ndef g(): pass\n"
    assert rewritten("functions renamed", source) == _written(source.replace("f()", "my_f()").replace("g()", "my_g()"))
    assert rewritten("functions renamed", source, documented=True) == _written(source.replace("g()", "my_g()"))


def test_what_the_question_requires_stays() -> None:
    source = "@app.get('/')\nasync def f(): return {'a': 1}\n"
    required = SourceRules.model_validate({"require": [{"async def": "f"}], "forbid": ["JSONResponse"]})
    assert {made.rule for made in rewritings(source)} >= {"def", "functions renamed", "JSONResponse", "dict"}
    kept = list(rewritings(source, required=required))
    assert not {made.rule for made in kept} & {"def", "functions renamed", "JSONResponse"}
    assert all("async def f()" in made.source and "JSONResponse" not in made.source for made in kept)
    assert kept[-1].rule == "all together"


def test_a_version_is_made_once_and_each_can_be_compiled() -> None:
    made = list(rewritings(APP))
    assert len({ast.dump(ast.parse(each.source)) for each in made}) == len(made) > 10
    for each in made:
        compile(each.source, "main.py", "exec")
    assert list(rewritings(APP)) == made
    assert list(rewritings("a = 1\n")) == []


def test_every_manner_has_an_example_here() -> None:
    names = [manner.name for manner in MANNERS]
    assert len({*names}) == len(names)
    assert {*names} - {line[0] for line in LINES} == {"bare", "routes reordered"}


def test_a_source_that_is_not_python_is_refused() -> None:
    with pytest.raises(SyntaxError):
        list(rewritings("def f(:"))


CHECKS = [
    {
        "request": {"method": "POST", "path": "/items", "json": {"name": "a"}},
        "response": {"status": 201, "json_contains": {"id": 1}},
    },
    {
        "request": {"method": "POST", "path": "/items", "json": {"name": "a"}},
        "response": {"status": 409, "json": {"detail": "a is there"}},
    },
    {"request": "GET /items?limit=1", "response": {"status": 200, "json": [{"id": 1, "name": "a"}]}},
    {"request": "GET /items?limit=51", "response": {"status": 422}},
]


def test_every_version_of_an_app_passes_its_checks(sandbox: Sandbox) -> None:

    coding = question("code", checks=CHECKS)
    refused = [made.rule for made in rewritings(APP) if not grade_source(coding.checks, made.source, sandbox, Random(0)).passed]
    assert refused == []
