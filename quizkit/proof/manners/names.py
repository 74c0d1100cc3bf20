"""The same answer with other names: functions and locals, how the framework is imported, how a status is spelt."""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final

from quizkit.check.names import Function
from quizkit.proof.manners.imports import imported_from, with_import
from quizkit.proof.program import Program, is_function, last_name, names_in, routes

_SEES_NAMES: Final = {"locals", "globals", "eval", "exec", "dir", "getattr", "setattr"}
# What shows a function's name to a request or in a record.
_SHOWS_NAMES: Final = {"__name__", "__qualname__", "endpoint", "routes", "route", "url_for", "url_path_for", "funcName"}
# The statuses whose constants have kept their names.
_STABLE: Final = (*range(200, 207), *range(300, 309), 400, 401, 403, 404, 405, 409, 410, 412, 415, 428, 429, 500, 501, 502, 503)


def functions_renamed(program: Program) -> None:
    """The module's functions under other names, where nothing shows them."""
    said = {part.value for part in program.nodes if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    attributes = {part.attr for part in program.nodes if isinstance(part, ast.Attribute)}
    words = {word for text in said for word in re.findall(r"\w+", text)}
    if _sees_names(program) or (attributes | words) & _SHOWS_NAMES:
        return
    taken = _bound(node for node in program.nodes if node not in program.functions.values())
    used = {*_bound(program.nodes), *names_in(program.tree)}
    for name, function in program.functions.items():
        if name not in taken | words and name != "app" and not (program.documented and routes(function)):
            _rename(program.nodes, name, _fresh(name, used))


def locals_renamed(program: Program) -> None:
    """The functions' own variables under other names; parameters stay, since requests name them."""
    if _sees_names(program):
        return
    outer = _bound(program.tree.body) | {name for line in program.tree.body for name in _stored(line)} | set(dir(builtins))
    used = {*_bound(program.nodes), *names_in(program.tree)}
    for function in _outermost(program.tree.body):
        inside = [part for line in function.body for part in ast.walk(line)]
        kept = outer | _kept(inside) | {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
        own = {part.id for part in inside if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        own |= {part.name for part in inside if isinstance(part, ast.ExceptHandler) and part.name}
        for name in sorted(own - kept):
            if not name.startswith("_"):
                _rename(inside, name, _fresh(name, used))


def _sees_names(program: Program) -> bool:
    bare = any(isinstance(call.func, ast.Name) and not call.args for call in program.calls("vars"))
    return bare or bool(names_in(program.tree) & _SEES_NAMES)


def _outermost(body: Iterable[ast.AST]) -> Iterator[Function]:
    for line in body:
        if is_function(line):
            yield line
        elif isinstance(line, ast.ClassDef):
            yield from _outermost(line.body)


def _stored(line: ast.AST) -> set[str]:
    """The names that a statement of the module assigns, its functions left out."""
    if is_function(line):
        return {line.name}
    return {part.id for part in ast.walk(line) if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)}


def _bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Every name that some nodes bind, in whichever way."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {(alias.asname or alias.name).partition(".")[0] for alias in names}
            case ast.Global(names=listed) | ast.Nonlocal(names=listed):
                found |= set(listed)
    return found


def _kept(inside: list[ast.AST]) -> set[str]:
    """What a function binds otherwise than as a variable: parameters of inner functions, imports, classes, captures."""
    variables = (ast.Name, ast.ExceptHandler, ast.Nonlocal)
    kept = _bound(part for part in inside if not isinstance(part, variables))
    for part in inside:
        if isinstance(part, ast.ClassDef):  # what a class assigns is an attribute
            kept |= {name for line in part.body for name in _stored(line)}
    return kept


def _fresh(name: str, used: set[str]) -> str:
    new = f"my_{name}"
    while new in used:
        new += "_"
    used.add(new)
    return new


def _rename(nodes: Iterable[ast.AST], old: str, new: str) -> None:
    for node in nodes:
        if isinstance(node, ast.Name) and node.id == old:
            node.id = new
        elif (is_function(node) or isinstance(node, ast.ExceptHandler)) and node.name == old:
            node.name = new
        elif isinstance(node, ast.Nonlocal):
            node.names = [new if name == old else name for name in node.names]


def module_imported(program: Program) -> None:
    """`import fastapi` and `fastapi.Query` for `from fastapi import Query`."""
    lines = [
        line for line in program.tree.body if isinstance(line, ast.ImportFrom) and line.module == "fastapi" and not line.level
    ]
    bound = _bound(node for node in program.nodes if node not in lines)
    said = " ".join(part.value for part in program.nodes if isinstance(part, ast.Constant) and isinstance(part.value, str))
    aliases = [alias for line in lines for alias in line.names if alias.asname is None]
    moved = {alias.name for alias in aliases if alias.name[0].isupper() or alias.name == "status"} - bound
    moved = {name for name in moved if not re.search(rf"\b{name}\b", said)}  # an annotation may be a text
    if not moved or "fastapi" in bound:
        return
    for line in lines:
        line.names = [alias for alias in line.names if alias.name not in moved or alias.asname is not None]
    program.tree.body = [line for line in program.tree.body if not isinstance(line, ast.ImportFrom) or line.names]
    _Qualified(moved).visit(program.tree)
    with_import(program.tree, ast.Import([ast.alias("fastapi")]))


class _Qualified(ast.NodeTransformer):
    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self.names:
            return node
        return ast.Attribute(ast.Name("fastapi", ast.Load()), node.id, node.ctx)


def statuses_named(program: Program) -> None:
    """`status.HTTP_201_CREATED` for 201."""
    known = imported_from(program.tree, "fastapi", "starlette").get("status") == "status"
    if not known and "status" in _bound(program.nodes):
        return
    given = [(node, node.value) for node in _statuses(program) if isinstance(node, ast.Constant)]
    codes = {id(node): code for node, code in given if isinstance(code, int) and code in _STABLE}
    if codes:
        _Replaced({key: _status_name(code) for key, code in codes.items()}).visit(program.tree)
        if not known:
            with_import(program.tree, ast.ImportFrom("fastapi", [ast.alias("status")], 0))


def _status_name(code: int) -> ast.expr:
    return ast.Attribute(ast.Name("status", ast.Load()), f"HTTP_{code}_{HTTPStatus(code).name}", ast.Load())


def statuses_numbered(program: Program) -> None:
    """201 for `status.HTTP_201_CREATED`."""
    if imported_from(program.tree, "fastapi", "starlette").get("status") != "status":
        return
    constants = [node for node in program.nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    found = [(node, re.match(r"HTTP_(\d{3})_", node.attr)) for node in constants if last_name(node.value) == "status"]
    _Replaced({id(node): ast.Constant(int(code[1])) for node, code in found if code}).visit(program.tree)


def _statuses(program: Program) -> Iterator[ast.expr]:
    """The statuses of declarations and of errors."""
    errors = imported_from(program.tree, "fastapi", "starlette.exceptions", "fastapi.exceptions")
    for node in program.nodes:
        if isinstance(node, ast.Call):
            yield from (given.value for given in node.keywords if given.arg == "status_code")
            if errors.get(last_name(node.func)) == "HTTPException" and node.args:
                yield node.args[0]


class _Replaced(ast.NodeTransformer):
    def __init__(self, news: dict[int, ast.expr]) -> None:
        self.news = news

    def visit(self, node: ast.AST) -> ast.AST:
        return self.news.get(id(node)) or self.generic_visit(node)


_ERROR: Final = ("status_code", "detail", "headers")


def errors_by_keyword(program: Program) -> None:
    """`HTTPException(status_code=404, detail="x")` for `HTTPException(404, "x")`."""
    for call in _errors(program):
        given = [ast.keyword(name, value) for name, value in zip(_ERROR, call.args, strict=False)]
        call.args, call.keywords = [], given + call.keywords


def errors_by_position(program: Program) -> None:
    """`HTTPException(404, "x")` for `HTTPException(status_code=404, detail="x")`."""
    for call in _errors(program):
        while call.keywords and len(call.args) < len(_ERROR) and call.keywords[0].arg == _ERROR[len(call.args)]:
            call.args.append(call.keywords.pop(0).value)


def _errors(program: Program) -> Iterator[ast.Call]:
    errors = imported_from(program.tree, "fastapi", "starlette.exceptions", "fastapi.exceptions")
    for call in program.nodes:
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        starred = any(isinstance(part, ast.Starred) for part in call.args) or any(part.arg is None for part in call.keywords)
        if errors.get(call.func.id) == "HTTPException" and not starred:
            yield call
