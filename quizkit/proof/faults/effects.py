"""What is done and would be missed: errors, effects, clean-up, waiting."""

import ast
from collections.abc import Iterator
from typing import Final

from quizkit.check.names import Function, own_nodes
from quizkit.proof.program import Edit, Edits, Program, is_function, is_route, last_name, root_name, routes

# Effects that the next request can't see, since a session or a pool makes up for them.
_UNSEEN: Final = (
    *("refresh", "dispose", "print", "sleep", "close", "aclose", "seek", "super", "__init__", "reset", "shutdown"),
    *("rollback", "debug"),
)
_BLOCKING: Final = ("sleep", "urlopen")
_HARMLESS_DECORATORS: Final = (
    *("classmethod", "staticmethod", "property", "asynccontextmanager", "contextmanager", "lru_cache", "cache"),
    *("dataclass", "wraps", "fixture", "overload", "cached_property", "setter", "total_ordering", "override"),
)
# Links of a chain that can be left out, and the chain still holds.
_LINKS: Final = (
    *("where", "filter", "filter_by", "limit", "offset", "order_by", "distinct", "options", "join", "having", "group_by"),
    *("lower", "upper", "casefold", "strip", "lstrip", "rstrip", "title", "capitalize", "with_for_update"),
)


def raised(program: Program, node: ast.AST) -> Iterator[Edits]:
    """An exception that isn't raised."""
    if isinstance(node, ast.Raise):
        yield program.put(node, "pass")


def caught(program: Program, node: ast.AST) -> Iterator[Edits]:
    """One of several exceptions that isn't caught."""
    if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Tuple) and len(node.type.elts) > 1:
        for element in node.type.elts:
            rest = [program.segment(other) for other in node.type.elts if other is not element]
            yield program.put(node.type, f"({', '.join(rest)},)")


def effect(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A side effect that doesn't happen."""
    if isinstance(node, ast.AugAssign | ast.Delete):
        yield program.put(node, "pass")
    elif isinstance(node, ast.Expr):
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call) and not _is_unseen(call):
            yield program.put(node, "pass")
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript | ast.Attribute):
        function = program.function_of(node)
        if function is None or function.name != "__init__":  # an object without its attributes fails at once
            yield program.put(node, "pass")


def _is_unseen(call: ast.Call) -> bool:
    return last_name(call.func) in _UNSEEN and "socket" not in root_name(call.func) and root_name(call.func) != "ws"


def cleanup(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A clean-up that an exception skips."""
    if not isinstance(node, ast.Try) or not node.finalbody or node.handlers or node.orelse:
        return
    calls = [line.value for line in node.finalbody if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call)]
    if len(calls) == len(node.finalbody) and all(_is_unseen(call) for call in calls):
        return
    start, _ = program.span(node)
    before = program.span(node.body[-1])[1]
    gap = program.between(before, program.span(node.finalbody[0])[0])
    place = before + len(gap[: gap.index("finally")].encode())
    yield Edit(start, start + len("try"), "if True"), Edit(place, place + len("finally"), "if True")


def decorator(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A function that isn't registered: a validator, a middleware, a handler of errors, a limit."""
    if is_function(node):
        for given in node.decorator_list:
            if not is_route(given) and last_name(given) not in _HARMLESS_DECORATORS:
                yield _without_decorator(program, given)


def _without_decorator(program: Program, given: ast.expr) -> Edits:
    start, end = program.span(given)
    sign = program.between(0, start).rindex("@")
    begin = len(program.between(0, start)[:sign].encode())
    rest = program.between(end, program.span(program.tree.body[-1])[1])
    return (Edit(begin, end + len(rest) - len(rest.lstrip()), ""),)


def blocking(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Waiting that holds up the event loop, where the task is about that."""
    if not program.speaks_of(r"block|event loop|concurren|parallel|at once|at the same time|thread|await|async"):
        return
    if is_function(node):
        yield from _on_the_loop(program, node)
    if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
        return
    call, name = node.value, last_name(node.value.func)
    given = [program.segment(part) for part in [*call.args, *call.keywords]]
    if name == "sleep" and root_name(call.func) in ("asyncio", "anyio", "sleep") and given != ["0"]:
        yield program.put(node, f"{_time(program)}.sleep({given[0]})")
    elif name in ("run_in_threadpool", "to_thread", "run_sync") and given:
        yield program.put(node, f"{given[0]}({', '.join(given[1:])})")
    elif name == "gather" and len(call.args) == 1 and isinstance(call.args[0], ast.Starred):
        yield program.put(node, f"[await each for each in {program.segment(call.args[0].value)}]")
    elif name == "gather" and len(call.args) > 1:
        yield program.put(node, f"[{', '.join(f'await {each}' for each in given)}]")


def _time(program: Program) -> str:
    imported = any(isinstance(line, ast.Import) and any(a.name == "time" for a in line.names) for line in program.tree.body)
    return "time" if imported else '__import__("time")'


def _on_the_loop(program: Program, function: Function) -> Iterator[Edits]:
    """A handler that blocks, made a coroutine."""
    if isinstance(function, ast.FunctionDef) and routes(function):
        called = {last_name(part.func) for part in own_nodes(function) if isinstance(part, ast.Call)}
        if called & {*_BLOCKING}:
            start, _ = program.span(function)
            yield (Edit(start, start, "async "),)


def link(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A chain of calls without one of its links."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LINKS:
        if not program.is_in_place(node) or (node.func.attr == "order_by" and [last_name(arg) for arg in node.args] == ["id"]):
            return  # rows come in the order of their ids anyway
        yield program.put(node, program.segment(node.func.value))
