"""Whether a function does the same in a thread as on the event loop, shown from its syntax tree alone."""

import ast
from typing import Final

from quizkit.check.names import Function, own_nodes
from quizkit.proof.program import Program, is_function, last_name, names_in, parameters, root_name

_BUILTINS: Final = {
    *("len", "int", "str", "float", "bool", "sum", "sorted", "max", "min", "dict", "list", "set", "tuple", "any", "all"),
    *("enumerate", "range", "zip", "round", "abs", "repr", "isinstance", "reversed", "map", "filter"),
    *("HTTPException", "JSONResponse", "PlainTextResponse", "Response", "HTMLResponse", "RedirectResponse"),
}
_METHODS: Final = {
    *("get", "items", "keys", "values", "copy", "lower", "upper", "strip", "split", "startswith", "endswith", "join", "format"),
    *("replace", "count", "index", "casefold", "title", "model_dump", "model_copy", "partition", "rpartition", "isoformat"),
}
_DATA: Final = {"str", "int", "float", "bool", "None", "dict", "list", "set", "tuple", "Annotated", "Literal", "Any", "Request"}
_REQUEST: Final = {"headers", "query_params", "cookies", "path_params", "url", "method"}
_LITERALS: Final = (ast.Dict, ast.List, ast.Set, ast.Tuple, ast.Constant, ast.DictComp, ast.ListComp)
_MARKS: Final = {"Query", "Path", "Header", "Cookie", "Body", "Form"}
_STEPS: Final = (
    *(ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom, ast.With, ast.Global, ast.Nonlocal, ast.Import),
    *(ast.ImportFrom, ast.AugAssign, ast.Delete, ast.NamedExpr, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda),
)


def is_pure(program: Program, function: Function, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function only reads plain data: it waits for nothing, changes nothing that others see, asks for no context."""
    if function.name in seen:
        return False
    parts = list(own_nodes(function))
    if any(isinstance(part, _STEPS) or (isinstance(part, ast.comprehension) and part.is_async) for part in parts):
        return False
    stored = [part for part in parts if isinstance(part, ast.Attribute | ast.Subscript) and not isinstance(part.ctx, ast.Load)]
    if not all(_is_own_response(function, part) for part in stored):
        return False
    names = [part for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)]
    if not all(_is_read_safely(program, function, name) for name in names):
        return False
    calls = [part for part in parts if isinstance(part, ast.Call)]
    return all(_is_harmless(program, function, call, seen | {function.name}) for call in calls)


def _is_own_response(function: Function, target: ast.expr) -> bool:
    """Whether a target belongs to the response that is this request's own."""
    kinds = [parameter.arg.annotation for parameter in parameters(function) if parameter.arg.arg == root_name(target)]
    return any(last_name(kind) == "Response" for kind in kinds)


def _is_harmless(program: Program, function: Function, call: ast.Call, seen: frozenset[str]) -> bool:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in _METHODS and _is_data(program, function, call.func.value)
    name = last_name(call.func)
    if not isinstance(call.func, ast.Name) or name in names_in(function.args):
        return False
    if name in program.functions:
        called = program.functions[name]
        return isinstance(called, ast.FunctionDef) and not called.decorator_list and is_pure(program, called, seen)
    if name in program.models:
        return not any(is_function(part) for part in program.models[name].body)
    return name in _BUILTINS


def _is_data(program: Program, function: Function, value: ast.expr) -> bool:
    """Whether something is a text, a table, a model: what is the same for every thread."""
    name = root_name(value)
    if not name:
        return isinstance(value, ast.Constant | ast.JoinedStr)
    kinds = [parameter.arg.annotation for parameter in parameters(function) if parameter.arg.arg == name]
    if kinds:
        return all(kind is not None and _is_plain(program, kind, value) for kind in kinds)
    if name in _locals(function):
        return True  # it was made of what is data, as all that this function reads
    return _is_table(program, name)


def _is_plain(program: Program, kind: ast.expr, value: ast.expr) -> bool:
    names = names_in(kind)
    if "Request" in names:
        return any(isinstance(part, ast.Attribute) and part.attr in _REQUEST for part in ast.walk(value))
    return names <= _DATA | program.models.keys()


def _is_table(program: Program, name: str) -> bool:
    """Whether a name of the module is only ever given a literal."""
    lines = [line for line in program.tree.body if isinstance(line, ast.Assign | ast.AnnAssign)]
    values = [
        line.value for line in lines if name in names_in(*(line.targets if isinstance(line, ast.Assign) else [line.target]))
    ]
    return bool(values) and all(isinstance(made, _LITERALS) for made in values)


def _locals(function: Function) -> set[str]:
    nodes = own_nodes(function)
    return {part.id for part in nodes if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _is_read_safely(program: Program, function: Function, name: ast.Name) -> bool:
    """Whether a name is a local, an argument of a plain kind, a table, or something that is judged where it is called."""
    kinds = [parameter.arg.annotation for parameter in parameters(function) if parameter.arg.arg == name.id]
    if kinds:
        known = _DATA | {"Response", "BackgroundTasks", "status"} | program.models.keys()
        return all(kind is not None and names_in(kind) - _MARKS <= known for kind in kinds)
    classes = {part.name for part in program.tree.body if isinstance(part, ast.ClassDef)}
    known = _BUILTINS | classes | program.functions.keys() | {"status", "fastapi"} | _locals(function)
    return name.id in known or _is_table(program, name.id)
