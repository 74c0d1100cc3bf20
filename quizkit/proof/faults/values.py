"""Values that go out and are wrong: keys, texts, constants in place of what was asked, lists that lack one."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from quizkit.check.names import Function
from quizkit.proof.program import Edits, Program, is_function, last_name, names_in, parameters, quoted

_PLAIN: Final = {"int": "1", "float": "1.5", "bool": "True", "str": '"constant"', "Decimal": "1"}
_INERT: Final = ("connect_args", "json_schema_extra", "openapi_extra", "openapi_tags", "responses", "examples", "options")


def key(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A key under another name."""
    if isinstance(node, ast.Dict) and not _is_inert(program, node):
        for name in node.keys:
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and _is_asked_for(program, node, name):
                yield program.put(name, quoted(f"{name.value}_"))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        yield from (program.put(given, f"{given.arg}_={program.segment(given.value)}") for given in node.keywords if given.arg)


def _is_asked_for(program: Program, node: ast.Dict, name: ast.Constant) -> bool:
    parent = program.parents[node]
    headers = isinstance(parent, ast.keyword) and parent.arg == "headers"
    if not name.value or _is_secret(name):
        return False
    return program.states(name.value) or (program.function_of(node) is not None and not headers)


def _is_secret(name: ast.expr | None) -> bool:
    """Whether a key is of what never goes out, so that it may have any name."""
    return isinstance(name, ast.Constant) and re.search(r"password|passwd|hash|secret|salt", str(name.value)) is not None


def _is_inert(program: Program, node: ast.AST) -> bool:
    """Whether a value is a setting of a library's or of the document's, and not an answer."""
    return any(
        (isinstance(upper, ast.keyword) and upper.arg in _INERT)
        or (isinstance(upper, ast.Assign | ast.AnnAssign) and "model_config" in _targets(upper))
        or (isinstance(upper, ast.Call) and last_name(upper.func) in ("dictConfig", "ConfigDict", "getLogger", "basicConfig"))
        for upper in program.above(node)
    )


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    return names_in(*(node.targets if isinstance(node, ast.Assign) else [node.target]))


def text(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Another text, where the task states it."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not program.is_in_place(node):
        return
    if _goes_out(program, node) and program.states(node.value):
        yield program.put(node, quoted("other" if node.value != "other" else "another"))


def _goes_out(program: Program, node: ast.Constant) -> bool:
    parent = program.parents[node]
    if _is_inert(program, node) or program.function_of(node) is None:
        return False
    if isinstance(parent, ast.Dict):
        return any(node is value for value in parent.values)
    if isinstance(parent, ast.keyword):
        return parent.arg in ("detail", "content", "media_type", "url", "reason", "value", "key", "samesite", "message")
    if isinstance(parent, ast.Call):
        name = last_name(parent.func)
        return name.endswith(("Exception", "Response", "Error")) or name in ("send_text", "set_cookie", "delete_cookie")
    return isinstance(parent, ast.Return | ast.Assign | ast.IfExp | ast.Yield)


def constant(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A constant in the place of what was asked for."""
    if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    function = program.function_of(node)
    if function is None or not _is_answer(program, node) or not program.is_in_place(node) or _is_inert(program, node):
        return
    if isinstance(node, ast.Name) and node.id not in _locals(function):
        return
    if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id in _locals(function)):
        return
    yield program.put(node, _plain(program, function, node))


def _is_answer(program: Program, node: ast.expr) -> bool:
    parent = program.parents[node]
    if isinstance(parent, ast.Dict):
        if not any(value is node for value in parent.values):
            return False
        return not any(value is node and _is_secret(key) for key, value in zip(parent.keys, parent.values, strict=True))
    if isinstance(parent, ast.FormattedValue):
        called = [last_name(upper.func) for upper in program.above(parent) if isinstance(upper, ast.Call)]
        return "debug" not in called
    if isinstance(parent, ast.keyword):
        call = program.parents[parent]
        return isinstance(call, ast.Call) and last_name(call.func)[:1].isupper() and last_name(call.func) in program.models
    return False


def _locals(function: Function) -> set[str]:
    stored = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {parameter.arg.arg for parameter in parameters(function)} - {"self", "cls"}


def _plain(program: Program, function: Function, node: ast.Name | ast.Attribute) -> str:
    """A value of the same kind, as far as the annotations say."""
    if isinstance(node, ast.Name):
        kinds = [parameter.arg.annotation for parameter in parameters(function) if parameter.arg.arg == node.id]
    else:
        fields = [line for model in program.models.values() for line in model.body if isinstance(line, ast.AnnAssign)]
        kinds = [field.annotation for field in fields if isinstance(field.target, ast.Name) and field.target.id == node.attr]
    names = set().union(*(names_in(found) for found in kinds)) if kinds else set[str]()
    return next((plain for name, plain in _PLAIN.items() if name in names), '"constant"')


def element(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A list of texts that lacks one."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set) or len(node.elts) < 2 or _is_inert(program, node):
        return
    if isinstance(program.parents[node], ast.Subscript | ast.Assign) and isinstance(node, ast.Tuple):
        return  # a type's arguments, or values that are unpacked
    texts = [part for part in node.elts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if len(texts) == len(node.elts):
        for part in texts:
            if program.states(part.value) and (len(texts) > 2 or not isinstance(node, ast.Tuple)):
                yield program.without(part, texts)


def is_dead(program: Program, node: ast.AST) -> bool:
    """Whether a statement is never reached, or never runs in a check."""
    if isinstance(node, ast.If) and ("__name__" in names_in(node.test) or last_name(node.test) == "TYPE_CHECKING"):
        return True
    if isinstance(node, ast.Assign) and any(name.startswith("__") for name in names_in(*node.targets)):
        return True
    parent = program.parents.get(node)
    for block in (getattr(parent, name, None) for name in ("body", "orelse", "finalbody")):
        if isinstance(block, list) and node in block:
            return any(isinstance(line, ast.Return | ast.Raise | ast.Continue | ast.Break) for line in block[: block.index(node)])
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and not is_function(node)
