"""The same routes declared otherwise: their order, their decorator, their response, on the loop or in a thread."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from quizkit.check.names import Function, own_nodes
from quizkit.proof.manners.imports import with_import
from quizkit.proof.manners.purity import is_pure
from quizkit.proof.program import (
    METHODS,
    Program,
    is_function,
    keyword,
    last_name,
    names_in,
    parameters,
    routes,
)

_BODILESS: Final = {"204", "205", "304"}
# Where these are, something else runs while a handler does.
_CONCURRENT: Final = {"BackgroundTasks", "threading", "Thread", "create_task", "TaskGroup", "ThreadPoolExecutor"}
_DECLARING: Final = {"Depends", "Security", "Query", "Path", "Header", "Cookie", "Body", "Form", "File", "Field"}


def reordered(program: Program) -> None:
    """Neighbouring routes the other way round, where no path is matched by both."""
    body = program.tree.body
    place = 0
    while place < len(body):
        run = _run(body[place:])
        body[place : place + len(run)] = _reversed(run)
        place += max(1, len(run))


def _run(lines: list[ast.stmt]) -> list[Function]:
    """The handlers at the beginning of some lines that can be defined in any order."""
    run: list[Function] = []
    for line in lines:
        if not is_function(line) or len(line.decorator_list) != 1 or len(routes(line)) != 1 or not _is_declared_plainly(line):
            break
        run.append(line)
    names = [function.name for function in run]
    used = set().union(*(_defining_names(function) for function in run)) if run else set()
    return run if len({*names}) == len(names) and not used & {*names} else run[:1]


def _defining_names(function: Function) -> set[str]:
    """What is looked up when a function is defined, and not when it runs."""
    return names_in(function.args, function.returns, *function.decorator_list)


def _is_declared_plainly(function: Function) -> bool:
    parts = [function.args, *function.decorator_list, *([function.returns] if function.returns else [])]
    calls = [
        part for node in parts for part in ast.walk(node) if isinstance(part, ast.Call) and part not in function.decorator_list
    ]
    return all(last_name(call.func) in _DECLARING for call in calls)


def _reversed(run: list[Function]) -> list[Function]:
    """The handlers from the last to the first, but for those that must stay behind another."""
    order: list[Function] = []
    waiting = list(run)
    while waiting:
        free = [one for place, one in enumerate(waiting) if not any(_overlap(one, other) for other in waiting[:place])]
        order.append(free[-1])
        waiting.remove(free[-1])
    return order


def _overlap(one: Function, other: Function) -> bool:
    """Whether two handlers could be asked with one path."""
    left, right = (_path(routes(function)[0]) for function in (one, other))
    if root(one) != root(other):
        return False
    if ":path}" in left or ":path}" in right:
        return True
    pairs = left.split("/"), right.split("/")
    return len(pairs[0]) == len(pairs[1]) and all("{" in a + b or a == b for a, b in zip(*pairs, strict=True))


def _path(call: ast.Call) -> str:
    return str(call.args[0].value) if isinstance(call.args[0], ast.Constant) else ""


def root(function: Function) -> str:
    """The app or the router that a handler is declared on, as it is written."""
    func = routes(function)[0].func
    return ast.unparse(func.value) if isinstance(func, ast.Attribute) else ""


def _routers(program: Program) -> set[str]:
    """The names of the module's apps and routers."""
    made = [line for line in program.tree.body if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call)]
    return {name for line in made if last_name(line.value) in ("FastAPI", "APIRouter") for name in names_in(*line.targets)}


def listed_methods(program: Program) -> None:
    """`@app.api_route("/", methods=["GET"])` for `@app.get("/")`."""
    for call in _declarations(program):
        if isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
            call.keywords.append(ast.keyword("methods", ast.List([ast.Constant(call.func.attr.upper())], ast.Load())))
            call.func.attr = "api_route"


def named_methods(program: Program) -> None:
    """`@app.get("/")` for `@app.api_route("/", methods=["GET"])`."""
    for call in _declarations(program):
        given = keyword(call, "methods")
        if given is None or not isinstance(call.func, ast.Attribute) or call.func.attr != "api_route":
            continue
        listed = given.value.elts if isinstance(given.value, ast.List) else []
        if len(listed) == 1 and isinstance(listed[0], ast.Constant) and str(listed[0].value).lower() in METHODS:
            call.func.attr = str(listed[0].value).lower()
            call.keywords.remove(given)


def _declarations(program: Program) -> Iterator[ast.Call]:
    known = _routers(program)
    for function in program.functions.values():
        for call in routes(function):
            if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id in known:
                yield call


def in_threads(program: Program) -> None:
    """`def` for a handler's `async def` that awaits nothing, and looks at nothing that a thread could see differently.

    A dependency stays on the loop: between it and its handler other requests would come in.
    """
    attributes = {node.attr for node in program.nodes if isinstance(node, ast.Attribute)}
    if not (names_in(program.tree) | attributes) & _CONCURRENT:
        handlers = [function for function in program.functions.values() if routes(function)]
        _made(program, handlers, ast.AsyncFunctionDef, ast.FunctionDef)


def on_loop(program: Program) -> None:
    """`async def` for a `def` that blocks nothing."""
    _made(program, list(program.functions.values()), ast.FunctionDef, ast.AsyncFunctionDef)


def _made(program: Program, functions: list[Function], old: type[Function], new: type[Function]) -> None:
    for place, line in enumerate(program.tree.body):
        if (
            not isinstance(line, old)
            or line not in functions
            or any(last_name(call.func) == "websocket" for call in routes(line))
        ):
            continue
        if program.is_only_injected(line) and is_pure(program, line):
            made = new(line.name, line.args, line.body, line.decorator_list, line.returns)
            program.tree.body[place] = ast.copy_location(made, line)


def responses_made(program: Program) -> None:
    """`return JSONResponse(jsonable_encoder(x))` for `return x`, where FastAPI would do just that."""
    given = {part.arg for part in program.nodes if isinstance(part, ast.keyword)}
    if given & {"default_response_class", "route_class"}:
        return
    asked = [parameter.arg for function in program.asked for parameter in parameters(function)]
    if any("Response" in names_in(arg.annotation) for arg in asked) or not _are_importable(program):
        return  # what is set on such a parameter goes into no response but FastAPI's own
    changed = [
        _with_response(program, function) for function in program.functions.values() if _is_left_to_fastapi(program, function)
    ]
    if any(changed):
        with_import(program.tree, ast.ImportFrom("fastapi.responses", [ast.alias("JSONResponse")], 0))
        with_import(program.tree, ast.ImportFrom("fastapi.encoders", [ast.alias("jsonable_encoder")], 0))


def _are_importable(program: Program) -> bool:
    """Whether the two names mean what FastAPI calls so, or nothing yet."""
    places = {"JSONResponse": ("fastapi.responses", "starlette.responses"), "jsonable_encoder": ("fastapi.encoders",)}
    for node in program.nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name in places:
            return False
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in places and (node.module not in places[alias.name] or alias.asname):
                    return False
    return True


def _is_left_to_fastapi(program: Program, function: Function) -> bool:
    """Whether a handler's value becomes JSON as it is, with a body."""
    calls = routes(function)
    if (
        len(calls) != 1
        or function.returns is not None
        or len(function.decorator_list) != 1
        or not program.is_only_injected(function)
    ):
        return False
    names = [given.arg or "**" for given in calls[0].keywords]
    if any(name.startswith("response_") or name == "**" for name in names):
        return False
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function)):
        return False
    return isinstance(calls[0].func, ast.Attribute) and calls[0].func.attr in METHODS and _status(calls[0]) is not None


def _status(call: ast.Call) -> str | None:
    """A declared status as it is written, empty for none, None for one without a body."""
    given = keyword(call, "status_code")
    if given is None:
        return ""
    text = ast.unparse(given.value)
    number = re.search(r"\d+", text)
    return None if number is None or number[0] in _BODILESS or number[0].startswith("1") else text


def _with_response(program: Program, function: Function) -> bool:
    given = keyword(routes(function)[0], "status_code")
    returned = [node for node in own_nodes(function) if isinstance(node, ast.Return) and _is_plain(program, node.value)]
    found = [node for node in returned if not any(isinstance(upper, ast.Try) for upper in program.above(node))]
    for node in found:
        if node.value is not None:
            content = ast.Call(ast.Name("jsonable_encoder", ast.Load()), [node.value], [])
            status = [ast.keyword("status_code", given.value)] if given is not None else []
            node.value = ast.Call(ast.Name("JSONResponse", ast.Load()), [content], status)
    return bool(found)


def _is_plain(program: Program, value: ast.expr | None) -> bool:
    """Whether a value is plainly no response."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in {"sorted", "list", "dict", "len", "sum", *program.models}
    return isinstance(value, ast.Dict | ast.List | ast.ListComp | ast.DictComp | ast.JoinedStr)
