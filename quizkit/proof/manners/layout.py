"""The same answer laid out otherwise: without what only people read, branches and values put another way."""

import ast
import keyword
from typing import Final

from quizkit.check.names import Function
from quizkit.proof.manners.imports import with_import
from quizkit.proof.program import Program, is_function, last_name, names_in

_READING: Final = {"openapi", "__doc__", "openapi_schema", "description", "getdoc"}
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def bare(program: Program) -> None:
    """Without comments, and without docstrings, which are descriptions in the app's document."""
    said = {part.value for part in program.nodes if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    attributes = {part.attr for part in program.nodes if isinstance(part, ast.Attribute)}
    if program.documented or attributes & _READING or any("openapi" in text for text in said):
        return
    for node in program.nodes:
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]


def returned_through_variable(program: Program) -> None:
    """`answer = …; return answer` for `return …`."""
    name = "answer"
    while name in {*names_in(program.tree), *(part.arg for part in program.nodes if isinstance(part, ast.arg))}:
        name += "_"
    _Kept(name).visit(program.tree)


class _Kept(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Return(self, node: ast.Return) -> ast.Return | list[ast.stmt]:
        if node.value is None or isinstance(node.value, ast.Name | ast.Constant):
            return node
        stored = ast.Assign([ast.Name(self.name, ast.Store())], node.value, lineno=node.lineno)
        return [stored, ast.Return(ast.Name(self.name, ast.Load()))]


def rest_in_else(program: Program) -> None:
    """What follows an `if` that leaves stands in its `else`."""
    for node in program.nodes:
        if is_function(node):
            _put_in_else(node)


def _put_in_else(function: Function) -> None:
    body = function.body
    for place, line in enumerate(body[:-1]):
        if isinstance(line, ast.If) and not line.orelse and isinstance(line.body[-1], ast.Raise | ast.Return):
            line.orelse = body[place + 1 :]
            del body[place + 1 :]
            return


def conditions_inverted(program: Program) -> None:
    """`if not c: B else: A` for `if c: A else: B`."""
    for node in program.nodes:
        whole = isinstance(node, ast.If) and node.orelse and not isinstance(node.orelse[0], ast.If)
        if whole or isinstance(node, ast.IfExp):
            _invert(node)


def _invert(node: ast.AST) -> None:
    match node:
        case ast.If():
            node.test, node.body, node.orelse = _negated(node.test), node.orelse, node.body
        case ast.IfExp():
            node.test, node.body, node.orelse = _negated(node.test), node.orelse, node.body


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def formatted(program: Program) -> None:
    """`"{}".format(x)` for `f"{x}"`."""
    _Formatted().visit(program.tree)


class _Formatted(ast.NodeTransformer):
    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        text, values = "", []
        for part in node.values:
            if isinstance(part, ast.Constant):
                text += str(part.value).replace("{", "{{").replace("}", "}}")
            elif isinstance(part, ast.FormattedValue):
                style = _style(part.format_spec)
                if style is None:
                    return node
                text += "{" + ("" if part.conversion < 0 else f"!{chr(part.conversion)}") + (style and f":{style}") + "}"
                values.append(part.value)
        if not values:
            return node
        return ast.Call(ast.Attribute(ast.Constant(text), "format", ast.Load()), values, [])


def _style(spec: ast.expr | None) -> str | None:
    """A format's text, or None where it is worked out."""
    if spec is None:
        return ""
    parts = spec.values if isinstance(spec, ast.JoinedStr) else []
    return "".join(str(part.value) for part in parts if isinstance(part, ast.Constant)) if _is_plain(parts) else None


def _is_plain(parts: list[ast.expr]) -> bool:
    return all(isinstance(part, ast.Constant) and not {"{", "}"} & {*str(part.value)} for part in parts)


def dicts_called(program: Program) -> None:
    """`dict(a=1)` for `{"a": 1}`."""
    stored = {part.id for part in program.nodes if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)}
    taken = {part.name for part in program.nodes if is_function(part) or isinstance(part, ast.ClassDef)}
    if "dict" not in stored | taken | {part.arg for part in program.nodes if isinstance(part, ast.arg)}:
        for node in program.nodes:
            if is_function(node):
                node.body = [_Called().visit(line) for line in node.body]


class _Called(ast.NodeTransformer):
    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        self.generic_visit(node)
        names = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        plain = all(name.isidentifier() and name.isascii() and not keyword.iskeyword(name) for name in names)
        if not names or not plain or len({*names}) != len(node.keys):
            return node
        given = [ast.keyword(name, value) for name, value in zip(names, node.values, strict=True)]
        return ast.Call(ast.Name("dict", ast.Load()), [], given)


def optional(program: Program) -> None:
    """`Optional[str]` for `str | None`."""
    bound = {part.name for part in program.nodes if isinstance(part, ast.ClassDef)} | names_in(program.tree)
    if "Optional" in bound:
        return
    before = ast.dump(program.tree)
    for node in program.nodes:
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            node.annotation = _Optional().visit(node.annotation)
        elif is_function(node) and node.returns is not None:
            node.returns = _Optional().visit(node.returns)
    if ast.dump(program.tree) != before:
        with_import(program.tree, ast.ImportFrom("typing", [ast.alias("Optional")], 0))


class _Optional(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        return node  # no type, but what is said of one

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if last_name(node) != "Literal":
            self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.BitOr) and isinstance(node.right, ast.Constant) and node.right.value is None:
            return ast.Subscript(ast.Name("Optional", ast.Load()), node.left, ast.Load())
        return node
