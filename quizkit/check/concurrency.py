"""Advice about what one request does to the others: what holds up the event loop, and what races in the thread pool."""

import ast
from collections.abc import Iterator
from typing import Final

from quizkit.check.names import Code, Function, dotted, own_nodes
from quizkit.verdict import Advice, Worth

_PLAIN_DEF: Final = "or make the function a plain `def`, which runs in a thread"
_CLIENT: Final = f"`await client.get(...)` with an `httpx.AsyncClient`, {_PLAIN_DEF}"
_PROCESS: Final = f"`await asyncio.create_subprocess_exec(...)`, {_PLAIN_DEF}"
_REQUESTS: Final = ("get", "post", "put", "patch", "delete", "head", "options", "request")

# A call that waits, and what to write instead.
_BLOCKING: Final = {
    "time.sleep": f"`await asyncio.sleep(...)`, {_PLAIN_DEF}",
    "urllib.request.urlopen": _CLIENT,
    **{f"requests.{name}": _CLIENT for name in _REQUESTS},
    **{f"httpx.{name}": _CLIENT for name in _REQUESTS},
    **{f"subprocess.{name}": _PROCESS for name in ("run", "call", "check_call", "check_output", "getoutput")},
    "os.system": _PROCESS,
    "sqlite3.connect": f"`aiosqlite`, {_PLAIN_DEF}",
}
_FILE_METHODS: Final = ("read_text", "write_text", "read_bytes", "write_bytes")
_SESSIONS: Final = ("sqlalchemy.orm.Session", "sqlmodel.Session")
_SESSION_METHODS: Final = ("execute", "exec", "scalar", "scalars", "get", "query", "commit", "flush", "refresh", "merge")


# ---- the event loop ----


def blocking_calls(code: Code) -> Iterator[Advice]:
    """Calls that wait, inside `async def`: directly, or in a plain function of the module."""
    helpers = {function.name: call for function in code.functions if (call := _waits(function, code))}
    for function in _on_the_loop(code):
        for node in own_nodes(function):
            if not isinstance(node, ast.Call) or id(node) in code.awaited:
                continue
            path = code.name(node.func)
            if path in _BLOCKING:
                words = f"`{path}` in `async def` holds up the event loop, and every other request waits"
                yield Advice(Worth.changing, node.lineno, "blocking-call", words, _BLOCKING[path])
            elif path in helpers:
                words = f"`{path}` calls `{helpers[path]}`, and called from `async def` it holds up the event loop"
                instead = f"`await run_in_threadpool({path}, ...)`, {_PLAIN_DEF}"
                yield Advice(Worth.changing, node.lineno, "blocking-call", words, instead)


def _on_the_loop(code: Code) -> Iterator[Function]:
    """Every `async def` that runs while requests are served; a lifespan runs before and after."""
    for function in code.functions:
        lifespan = any("contextmanager" in dotted(decorator) for decorator in function.decorator_list)
        if isinstance(function, ast.AsyncFunctionDef) and not lifespan:
            yield function


def _waits(function: Function, code: Code) -> str:
    """The first call in a plain function that waits; empty for none, and for a generator, which runs when it is read."""
    if isinstance(function, ast.AsyncFunctionDef) or code.is_called_by_fastapi(function):
        return ""
    nodes = list(own_nodes(function))
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes):
        return ""
    paths = (code.name(node.func) for node in nodes if isinstance(node, ast.Call))
    return next((path for path in paths if path in _BLOCKING), "")


def blocking_files(code: Code) -> Iterator[Advice]:
    """Files that are opened in `async def`: short on a laptop's disk, long on a network's."""
    for function in _on_the_loop(code):
        for node in own_nodes(function):
            if isinstance(node, ast.Call) and id(node) not in code.awaited and (called := _opens(node, code)):
                words = f"`{called}` in `async def` waits for the disk while every other request does too"
                instead = "a plain `def`, `await run_in_threadpool(...)`, or `anyio.Path` and `anyio.open_file`"
                yield Advice(Worth.knowing, node.lineno, "blocking-file", words, instead)


def _opens(call: ast.Call, code: Code) -> str:
    if code.name(call.func) == "open":
        return "open"
    is_file = (
        isinstance(call.func, ast.Attribute) and call.func.attr in _FILE_METHODS and "pathlib.Path" in code.imported.values()
    )
    return f".{call.func.attr}" if is_file and isinstance(call.func, ast.Attribute) else ""


def blocking_sessions(code: Code) -> Iterator[Advice]:
    """An `async def` that asks a database through a synchronous session."""
    for function in _on_the_loop(code):
        arguments = function.args
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        sessions = {argument.arg for argument in every if _is_session(argument.annotation, code)}
        for node in own_nodes(function):
            called = node.func if isinstance(node, ast.Call) and id(node) not in code.awaited else None
            if isinstance(called, ast.Attribute) and called.attr in _SESSION_METHODS and dotted(called.value) in sessions:
                words = "A synchronous session in `async def` holds up the event loop while the database works"
                instead = "a plain `def`, which runs in a thread, or an `AsyncSession` with `await`"
                yield Advice(Worth.changing, called.lineno, "blocking-session", words, instead)
                break


def _is_session(annotation: ast.expr | None, code: Code) -> bool:
    """Whether an annotation is `Session`, `Annotated[Session, ...]`, or a name of the module for either."""
    if isinstance(annotation, ast.Name) and annotation.id in code.globals:
        annotation = code.globals[annotation.id]
    if isinstance(annotation, ast.Subscript) and code.name(annotation.value).endswith("Annotated"):
        inside = annotation.slice
        annotation = inside.elts[0] if isinstance(inside, ast.Tuple) and inside.elts else inside
    return code.name(annotation) in _SESSIONS


def dropped_tasks(code: Code) -> Iterator[Advice]:
    """A task that nothing holds."""
    for node in code.nodes:
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and code.name(node.value.func) == "asyncio.create_task"
        ):
            words = "The event loop holds a task only weakly: one that nobody keeps may be gone before it is done"
            instead = "keep it, in a set that `task.add_done_callback(tasks.discard)` empties, or use `BackgroundTasks`"
            yield Advice(Worth.knowing, node.lineno, "dropped-task", words, instead)


# ---- the thread pool ----


def shared_state(code: Code) -> Iterator[Advice]:
    """State of the module that a plain `def` reads and writes back without a lock: two threads can both read first."""
    for function in code.functions:
        if isinstance(function, ast.FunctionDef) and code.is_called_by_fastapi(function):
            state = _module_state(function, code)
            copies = _copies(function, state)
            for node in _unlocked(function.body, code):
                if name := _read_and_written(node, state, copies):
                    words = f"`def` runs in threads: between reading and writing `{name}` another request can do the same"
                    instead = "a `threading.Lock` held over both; for numbers `next(counter)` of an `itertools.count()`"
                    yield Advice(Worth.changing, node.lineno, "shared-state", words, instead)
            if name := _counted_by_length(function, state, code):
                words = (
                    f"`len({name}) + 1` as an id: two threads can count before either stores, and a deletion gives an id twice"
                )
                instead = "`next(ids)` of an `itertools.count(1)`"
                yield Advice(Worth.knowing, function.lineno, "shared-state", words, instead)


def process_state(code: Code) -> Iterator[Advice]:
    """State of the module that requests change: each worker has its own."""
    for function in code.functions:
        if code.is_called_by_fastapi(function):
            state = _module_state(function, code)
            for node in own_nodes(function):
                if isinstance(node, ast.Assign) and (name := _stored_in(node.targets, state)):
                    words = f"`{name}` lives in this process: each worker has its own, and a restart empties it"
                    yield Advice(
                        Worth.knowing,
                        node.lineno,
                        "process-state",
                        words,
                        "in production a database or Redis, which all workers share",
                    )
                    return


def _module_state(function: Function, code: Code) -> frozenset[str]:
    """The module's names that the function can change: those it declares `global`, and containers."""
    declared = {name for node in own_nodes(function) if isinstance(node, ast.Global) for name in node.names}
    local = {argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    for node in own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            local.add(node.id)
    return frozenset(code.globals) - (local - declared)


def _unlocked(body: list[ast.stmt], code: Code) -> Iterator[ast.stmt]:
    """The statements that no `with lock:` holds together."""
    for statement in body:
        if isinstance(statement, Function | ast.ClassDef):
            continue
        if isinstance(statement, ast.With) and any(_is_lock(item.context_expr, code) for item in statement.items):
            continue
        yield statement
        for name in ("body", "orelse", "finalbody"):
            yield from _unlocked(getattr(statement, name, []), code)
        for part in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
            yield from _unlocked(part.body, code)


def _is_lock(held: ast.expr, code: Code) -> bool:
    made = code.globals.get(dotted(held))
    path = code.name(made.func) if isinstance(made, ast.Call) else dotted(held)
    return "lock" in path.lower() or "semaphore" in path.lower()


def _copies(function: Function, state: frozenset[str]) -> dict[str, str]:
    """The local names that hold what was read from the module's state, each with the state's name."""
    found: dict[str, str] = {}
    for node in own_nodes(function):
        if isinstance(node, ast.Assign) and not _is_length(node.value):
            read = next((name for name in _names_in(node.value) if name in state), "")
            stored = [name for target in node.targets if isinstance(target, ast.Name | ast.Tuple) for name in _names_in(target)]
            found |= dict.fromkeys(stored, read) if read else {}
    return found


def _names_in(value: ast.AST) -> list[str]:
    return [node.id for node in ast.walk(value) if isinstance(node, ast.Name)]


def _read_and_written(statement: ast.stmt, state: frozenset[str], copies: dict[str, str]) -> str:
    """The module's name that a statement changes by what it was: `n += 1`, `d[k] += 1`, `n = n + 1`, `d[k] = d.get(k, 0) + 1`."""
    if isinstance(statement, ast.AugAssign):
        return _stored_in([statement.target], state) if isinstance(statement.op, ast.Add | ast.Sub | ast.Mult) else ""
    if not isinstance(statement, ast.Assign) or _is_length(statement.value):
        return ""
    name = _stored_in(statement.targets, state)
    sums = [node for node in ast.walk(statement.value) if isinstance(node, ast.BinOp)]
    read = {copies.get(used, used) for node in sums for used in _names_in(node)}
    return name if name in read else ""


def _stored_in(targets: list[ast.expr], state: frozenset[str]) -> str:
    for target in targets:
        base = target
        while isinstance(base, ast.Subscript):
            base = base.value
        if isinstance(base, ast.Name) and base.id in state:
            return base.id
    return ""


def _is_length(value: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) and dotted(node.func) == "len" for node in ast.walk(value))


def _counted_by_length(function: Function, state: frozenset[str], code: Code) -> str:
    """The module's container whose length plus one numbers what is put into it, outside a lock."""
    for statement in _unlocked(function.body, code):
        for node in ast.walk(statement) if not isinstance(statement, ast.With | ast.If | ast.For | ast.Try) else ():
            match node:
                case ast.BinOp(
                    left=ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]), op=ast.Add(), right=ast.Constant(value=1)
                ) if name in state:
                    return name
    return ""


RULES: Final = (
    blocking_calls,
    blocking_files,
    blocking_sessions,
    dropped_tasks,
    shared_state,
    process_state,
)
"""Every rule about what requests do to each other."""
