import ast
from textwrap import dedent

import pytest

from quizkit.proof.mutants import DOCUMENTATION, RULES, mutants
from quizkit.proof.variants import Variant, variant

HEAD = "from fastapi import FastAPI\napp = FastAPI()\n"


def changes(rule: str, source: str, **options: object) -> list[tuple[str, str]]:
    """What a rule makes of each line."""
    return [(made.before, made.after) for made in mutants(dedent(source), **options) if made.rule == rule]  # type: ignore[arg-type]


def afters(rule: str, source: str, **options: object) -> list[str]:
    return [after for _, after in changes(rule, source, **options)]


LINES = [
    ("status", "@app.post('/', status_code=201)\ndef f(): pass", ["@app.post('/', status_code=200)"]),
    ("status", "raise HTTPException(404, 'x')", ["raise HTTPException(400, 'x')"]),
    ("status", "r = JSONResponse({}, 409)", ["r = JSONResponse({}, 400)"]),
    ("status", "response.status_code = status.HTTP_201_CREATED", ["response.status_code = 200"]),
    ("status", "n = 201 if made else 200", ["n = 200 if made else 200", "n = 201 if made else 201"]),
    ("constraint", "x = Field(pattern='a', min_length=LEAST)", ["x = Field(min_length=LEAST)", "x = Field(pattern='a')"]),
    ("constraint", "T = Annotated[str, AfterValidator(f)]", ["T = Annotated[str]"]),
    ("constraint", "T = Annotated[float, Field(gt=0)]", ["T = Annotated[float, Field()]"]),
    ("bound", "T = Annotated[int, Query(ge=1, le=9)]", None),
    ("bound", "T = Annotated[float, Query(gt=0)]", ["T = Annotated[float, Query(ge=0)]"]),
    ("bound", "x = Field(min_length=1)", ["x = Field(min_length=2)", "x = Field()"]),
    ("bound", "x = Field(max_length=5)", ["x = Field(max_length=6)", "x = Field(max_length=4)"]),
    (
        "pattern",
        "x = Field(pattern='^a{2,3}$')",
        ["x = Field(pattern='a{2,3}$')", "x = Field(pattern='^a{2,3}')"]
        + [f"x = Field(pattern='^a{{{n}}}$')" for n in ("1,3", "2,4")],
    ),
    ("integer", "n = max(ids) + 1", ["n = max(ids) + 2"]),
    ("integer", "a = time.time() + 600", []),
    ("integer", "a = sleep(5)", []),
    ("comparison", "a = x < y", ["a = x <= y"]),
    ("comparison", "a = (x) == (y)", ["a = (x) != (y)"]),
    ("comparison", "a = 0 <= x not in y", ["a = 0 < x not in y", "a = 0 <= x in y"]),
    ("comparison", "if x == y: pass", []),  # `condition` has it
    ("comparison", "a = time.monotonic() - start >= 60", []),
    ("arithmetic", "now = time.time()\na = start + 60 - now", []),
    ("comparison", "a = x if x <= 50 else 50", []),
    ("limit", "a = len(x) > 1024", ["a = len(x) > 1025"]),
    ("boolean", "a = b and c and d", ["a = b or c or d"]),
    ("negation", "a = [not (b)]", ["a = [(b)]"]),
    ("condition", "if a:\n    b()\nelse:\n    c()", ["if True:", "if False:"]),
    ("condition", "if a:\n    raise b", []),  # `raise` has it
    ("condition", "a = [b for b in c if d]", ["a = [b for b in c if True]"]),
    ("condition", "if __name__ == '__main__':\n    a()", []),
    ("condition", "if TYPE_CHECKING:\n    a()", []),
    ("arithmetic", "a = b + c", ["a = b - c"]),
    ("arithmetic", "a = 'b' + c", []),
    ("loop", "for a in b:\n    break", ["continue"]),
    ("loop", "def f():\n    for a in b:\n        return a", ["pass"]),
    ("slice", "a = b[c:d]", ["a = b[:d]", "a = b[c:]"]),
    ("sorting", "a = sorted(b, key=c)", ["a = sorted(b)", "a = list(b)"]),
    ("sorting", "a = min(b, 50)", ["a = b"]),
    ("sorting", "a = c.desc()", ["a = c"]),
    ("raise", "raise a", ["pass"]),
    ("except", "try: a\nexcept (B, C): pass", ["except (C,): pass", "except (B,): pass"]),
    ("effect", "a.append(b)", ["pass"]),
    ("effect", "a[b] = c\ndel a.b\na += 1", ["pass", "pass", "pass"]),
    ("effect", "'a docstring'\ndb.refresh(a)\nlog.debug(a)\na = b", []),
    ("effect", "class A:\n    def __init__(self, b): self.b = b", []),
    ("cleanup", "try:\n    yield_()\nfinally:\n    a.append(1)", ["if True:\n    yield_()\nif True:"]),
    ("decorator", "@app.middleware('http')\nasync def f(): pass", [""]),
    ("decorator", "class A(B):\n    @field_validator('a')\n    @classmethod\n    def f(cls, v): return v", [""]),
    ("blocking", "async def f():\n    await asyncio.sleep(1)", ['__import__("time").sleep(1)']),
    ("blocking", "import time\nasync def f():\n    await asyncio.sleep(1)", ["time.sleep(1)"]),
    ("blocking", "async def f():\n    a = await run_in_threadpool(g, 1, b=2)", ["a = g(1, b=2)"]),
    ("blocking", "async def f():\n    await asyncio.gather(*a)", ["[await each for each in a]"]),
    ("blocking", "@app.get('/')\ndef f():\n    time.sleep(1)", ["async def f():"]),
    ("link", "a = q.lower().strip()", ["a = q.lower()", "a = q.strip()"]),
    ("link", "a = q.where(b)\nc = q.order_by(A.id)", ["a = q"]),
    ("method", "@app.get('/')\ndef f(): pass", ["@app.post('/')"]),
    ("method", "a = request.headers.get('x')", []),
    ("converter", "@app.get('/a/{p:path}')\ndef f(): pass", ["@app.get('/a/{p}')"]),
    ("response model", "@app.get('/')\ndef f() -> int: return 1", []),
    ("option", "response.set_cookie('a', 'b', httponly=True)", ["response.set_cookie('a', 'b')"]),
    ("option", "a = b.model_dump(\n    exclude_unset=True,\n)", [""]),
    ("option", "x = Header(alias='X-Id', ge=1)", ["x = Header(ge=1)"]),
    ("dependency", "@app.get('/')\ndef f(a: str = Depends(b)): pass", ["def f(a: str = None): pass"]),
    ("dependency", "@app.get('/')\ndef f(a: Annotated[str, Depends(b)]): pass", ["def f(a: str = None): pass"]),
    ("dependency", "r = APIRouter(dependencies=[a, b])", ["r = APIRouter(dependencies=[b])", "r = APIRouter(dependencies=[a])"]),
    ("marker", "@app.get('/')\ndef f(a: Annotated[str, Header()]): pass", ["def f(a: str): pass"]),
    ("marker", "@app.get('/')\ndef f(a: str = Header('b')): pass", ["def f(a: str = 'b'): pass"]),
    ("marker", "@app.get('/')\ndef f(a: str = Query(), b: Annotated[int, Path()] = 1): pass", []),
    ("required", "@app.get('/{i}')\ndef f(i: int, q: str): pass", ["def f(i: int, q: str = None): pass"]),
    ("required", "@app.get('/')\ndef f(q: str = 'a'): pass", ["def f(q: str): pass"]),
    ("required", "@app.get('/')\ndef f(q: str = Query('a', ge=1)): pass", ["def f(q: str = Query(..., ge=1)): pass"]),
    ("required", "@app.get('/')\ndef f(q: str = Query(ge=1)): pass", ["def f(q: str = Query(None, ge=1)): pass"]),
    ("required", "class A(BaseModel):\n    a: int", []),  # it only goes out
    ("required", "class A(BaseModel):\n    a: int\n@app.post('/')\ndef f(a: A): pass", ["a: int = None"]),
    ("required", "class A(BaseModel):\n    a: int = 1\n@app.post('/')\ndef f(a: list[A]): pass", ["a: int"]),
    ("default", "@app.get('/')\ndef f(n: int = 10, b: bool = True, c: int = None): pass", None),
    ("default", "@app.get('/')\ndef f(o: Literal['a', 'b'] = 'a'): pass", ["def f(o: Literal['a', 'b'] = 'b'): pass"]),
    ("type", "@app.get('/')\ndef f(n: int | None): pass", ["def f(n: str | None): pass"]),
    (
        "type",
        "@app.get('/')\ndef f(n: Literal['a', 'b'] = 'a'): pass",
        ["def f(n: str = 'a'): pass", "def f(n: Literal['a'] = 'a'): pass"],
    ),
    ("key", "def f(): return {'a': b}", ['def f(): return {"a_": b}']),
    ("key", "def f(): return dict(a=b)", ["def f(): return dict(a_=b)"]),
    ("text", "def f(): return {'a': 'b'}", ["def f(): return {'a': \"other\"}"]),
    ("constant", "def f(a: int, b): return {'a': a, 'b': b, 'c': C}", None),
    ("constant", "def f(a): return g(f'{a}')", ["def f(a): return g(f'{\"constant\"}')"]),
    ("element", "def f(): return a in ['b', 'c']", ["def f(): return a in ['c']", "def f(): return a in ['b']"]),
]


@pytest.mark.parametrize(("rule", "source", "expected"), [line for line in LINES if line[2] is not None])
def test_a_rule_changes_one_thing(rule: str, source: str, expected: list[str]) -> None:
    assert afters(rule, source) == expected


def test_a_bound_is_moved_both_ways() -> None:
    assert afters("bound", "T = Annotated[int, Query(ge=1, le=9)]") == [
        "T = Annotated[int, Query(gt=1, le=9)]",
        "T = Annotated[int, Query(ge=0, le=9)]",
        "T = Annotated[int, Query(ge=1, lt=9)]",
        "T = Annotated[int, Query(ge=1, le=10)]",
    ]


def test_each_default_is_changed_alone() -> None:
    assert afters("default", "@app.get('/')\ndef f(n: int = 10, b: bool = True, c: int = None): pass") == [
        "def f(n: int = 11, b: bool = True, c: int = None): pass",
        "def f(n: int = 10, b: bool = False, c: int = None): pass",
    ]


def test_a_constant_is_of_the_same_kind() -> None:
    assert afters("constant", "def f(a: int, b): return {'a': a, 'b': b, 'c': C}") == [
        "def f(a: int, b): return {'a': 1, 'b': b, 'c': C}",
        "def f(a: int, b): return {'a': a, 'b': \"constant\", 'c': C}",
    ]


def test_a_fixed_path_goes_below_the_pattern_that_takes_it() -> None:
    source = "@app.get('/a/me')\ndef me(): pass\n\n@app.get('/a/{n}')\ndef one(n): pass\n"
    swapped = "@app.get('/a/{n}')\ndef one(n): pass\n\n@app.get('/a/me')\ndef me(): pass\n"
    assert [made.source for made in mutants(source) if made.rule == "route order"] == [swapped]
    assert afters("route order", source.replace("/a/{n}", "/b/{n}")) == []


MODELS = """
class Public(BaseModel):
    name: str

class Private(Public):
    password: str

"""


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("@app.post('/')\ndef f(a: Private) -> Public: return a", ["def f(a: Private): return a"]),
        ("@app.post('/', response_model=Public)\ndef f(a: Private): return a", ["@app.post('/')"]),
        ("@app.post('/')\ndef f(a: Private) -> Public: return Public(name=a.name)", []),
        ("@app.post('/')\ndef f(a: Public) -> Public: return a", []),
        ("@app.post('/')\ndef f(a: Private) -> Private: return a", []),
    ],
)
def test_a_response_model_is_left_out_where_it_filters(handler: str, expected: list[str]) -> None:
    assert afters("response model", MODELS + handler) == expected


def test_what_only_the_document_shows_is_changed_where_it_counts() -> None:
    source = "app = FastAPI(title='Shop', redoc_url=None)\n"
    assert afters("documentation", source) == []
    assert afters("documentation", source, documented=True) == ["app = FastAPI(redoc_url=None)"]
    assert afters("documentation", source, documented=True, prompt="A shop") == []


def test_a_text_or_a_number_counts_where_the_task_states_it() -> None:
    source = "def f():\n    raise HTTPException(404, 'Not here')\nLIMIT = 1024\n"
    assert afters("text", source, prompt="404 with Not here") == ['raise HTTPException(404, "other")']
    assert afters("text", source, prompt="404") == []
    assert afters("integer", source, prompt="up to 1 024 bytes") == ["LIMIT = 1025"]
    assert afters("integer", source, prompt="up to 11024 bytes") == []


def test_waiting_counts_where_the_task_is_about_it() -> None:
    source = "async def f():\n    await asyncio.sleep(1)\n"
    assert afters("blocking", source, prompt="It must not block the event loop.") != []
    assert afters("blocking", source, prompt="It is slow.") == []


def test_lines_that_were_given_are_left_alone() -> None:
    source = "a.append(c)\nb.append(d)\n"
    assert [made.line for made in mutants(source)] == [1, 2]
    assert [made.line for made in mutants(source, starter="def f():\n    a.append(c)\n")] == [2]


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return 1\n    a.append(2)\n",
        '"""Text."""\n# a comment\n__all__ = ["a", "b"]\n',
        "if TYPE_CHECKING:\n    a.append(2)\n",
        "x: int\n",
        "",
    ],
)
def test_what_never_runs_makes_no_mutant(source: str) -> None:
    assert list(mutants(source)) == []


APP = '''
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel

app = FastAPI()
items: dict[int, str] = {}  # "ü" is two bytes


class New(BaseModel):
    name: str = "ü"


def page(skip: Annotated[int, Query(ge=0)] = 0, limit: int = Query(10, le=50)):
    return {"skip": skip, "limit": min(limit, 50)}


@app.post("/items", status_code=201)
async def create(new: New):
    """Makes one."""
    if new.name in items.values():
        raise HTTPException(409, f"{new.name} is there")
    number = max(items, default=0) + 1
    items[number] = new.name
    return {"id": number, "name": new.name, "ü": f"{number:>5}{len(items)!r}"}


@app.get("/items")
def read(page: Annotated[dict, Depends(page)]):
    return [{"id": i, "name": n} for i, n in items.items() if i > page["skip"]][: page["limit"]]
'''


def test_every_mutant_is_another_program_with_few_bytes_changed() -> None:
    made = list(mutants(APP))
    trees = {ast.dump(ast.parse(each.source)) for each in made} - {ast.dump(ast.parse(APP))}
    assert len(trees) == len(made) > 30
    for each in made:
        compile(each.source, "main.py", "exec")
        lines = APP.splitlines()
        assert each.before in APP
        assert lines[: each.line - 1] == each.source.splitlines()[: each.line - 1]
        assert len(lines) - len(each.source.splitlines()) == each.before.count("\n") - each.after.count("\n")
    assert list(mutants(APP)) == made


def test_every_rule_has_a_name_and_an_example_here() -> None:
    names = [rule.name for rule in RULES]
    assert len({*names}) == len(names)
    assert {*names} - {line[0] for line in LINES} == {"route order"}
    assert [rule.name for rule in DOCUMENTATION] == ["documentation"]


def test_a_source_that_is_not_python_is_refused() -> None:
    with pytest.raises(SyntaxError):
        list(mutants("def f(:"))


def test_a_variant_shows_the_lines_that_differ() -> None:
    assert variant("r", "a\n  b\nc\n", "a\n  d\n  e\nc\n") == Variant("r", 2, "b", "d\ne", "a\n  d\n  e\nc\n")
    assert variant("r", "a\nb\n", "a\n") == Variant("r", 2, "b", "", "a\n")
