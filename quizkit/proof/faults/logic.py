"""Decisions that are taken the wrong way: comparisons, conditions, arithmetic, loops, order."""

import ast
from collections.abc import Iterator
from typing import Final

from quizkit.proof.faults.numbers import UNSEEN
from quizkit.proof.program import Edit, Edits, Program, last_name

_SHIFTED: Final = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_TURNED: Final = {ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is"}
# By how much a whole number on the right goes the other way than the shifted sign.
_AWAY: Final = {ast.Lt: -1, ast.LtE: 1, ast.Gt: 1, ast.GtE: -1}
_ARITHMETIC: Final = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*"}


def comparison(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A comparison turned: `<` takes in its bound, `==` becomes `!=`."""
    if not isinstance(node, ast.Compare) or not program.is_in_place(node):
        return
    left = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if sign := _SHIFTED.get(type(operator)):
            if not program.tells_time(left, right) and not _caps(program, node, right):
                yield _with_sign(program, left, right, sign)
        elif not _is_whole_test(program, node):
            yield _with_sign(program, left, right, _TURNED[type(operator)])
        left = right


def limit(program: Program, node: ast.AST) -> Iterator[Edits]:
    """The number that something is compared with, moved away by one."""
    if not isinstance(node, ast.Compare) or not program.is_in_place(node) or program.tells_time(node):
        return
    for operator, right in zip(node.ops, node.comparators, strict=True):
        step = _AWAY.get(type(operator))
        if step is not None and isinstance(right, ast.Constant) and type(right.value) is int:
            yield program.put(right, str(right.value + step))


def _caps(program: Program, node: ast.Compare, end: ast.expr) -> bool:
    """Whether this is the test of `x if x <= 50 else 50`, where the bound itself is on both sides."""
    parent = program.parents[node]
    ends = [ast.dump(part) for part in (parent.body, parent.orelse)] if isinstance(parent, ast.IfExp) else []
    return ast.dump(end) in ends


def _with_sign(program: Program, left: ast.expr, right: ast.expr, sign: str) -> Edits:
    start, end = program.span(left)[1], program.span(right)[0]
    shut = program.between(start, end)  # what closes and opens brackets stays
    before = shut[: len(shut) - len(shut.lstrip(" )"))]
    after = shut[len(shut.rstrip(" (")) :]
    return (Edit(start, end, f"{before or ' '}{sign}{after or ' '}"),)


def _is_whole_test(program: Program, node: ast.AST) -> bool:
    """Whether a condition is nothing but this, so that `condition` has it."""
    parent = program.parents[node]
    return (isinstance(parent, ast.If | ast.IfExp | ast.While) and parent.test is node) or (
        isinstance(parent, ast.comprehension) and node in parent.ifs
    )


def boolean(program: Program, node: ast.AST) -> Iterator[Edits]:
    """`or` for `and`, and the other way round."""
    if isinstance(node, ast.BoolOp) and program.is_in_place(node) and not program.tells_time(node):
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        edits = []
        for left, right in zip(node.values, node.values[1:], strict=False):
            start, end = program.span(left)[1], program.span(right)[0]
            edits.append(Edit(start, end, program.between(start, end).replace(word, other, 1)))
        yield tuple(edits)


def negation(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Without a `not`."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and not _is_whole_test(program, node):
        start, _ = program.span(node)
        yield (Edit(start, start + len("not "), ""),)


def condition(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A condition that always or never holds, where that isn't the same as a statement left out."""
    if isinstance(node, ast.If | ast.IfExp | ast.While) and program.tells_time(node.test):
        return
    if isinstance(node, ast.If):
        if not _ends_early(node.body) or node.orelse:
            yield program.put(node.test, "True")
        if not _is_guard(node) and not _is_custom(node.test):
            yield program.put(node.test, "False")
    elif isinstance(node, ast.IfExp) and program.is_in_place(node):
        yield from (program.put(node.test, word) for word in ("True", "False"))
    elif isinstance(node, ast.While) and not isinstance(node.test, ast.Constant | ast.NamedExpr):
        yield program.put(node.test, "False")
    elif isinstance(node, ast.comprehension):
        yield from (program.put(test, "True") for test in node.ifs)


def _is_custom(test: ast.expr) -> bool:
    """Whether a condition stands there by custom: a cached document, what isn't HTTP."""
    words = {part.value for part in ast.walk(test) if isinstance(part, ast.Constant)}
    return last_name(test) == "openapi_schema" or {"type", "http"} <= words


def _ends_early(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Raise)


def _is_guard(node: ast.If) -> bool:
    """Whether all that hangs on a condition is one `raise` or one effect, which is left out elsewhere."""
    return len(node.body) == 1 and not node.orelse and isinstance(node.body[0], ast.Raise)


def arithmetic(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Another operation."""
    if not isinstance(node, ast.BinOp) or type(node.op) not in _ARITHMETIC or not program.is_in_place(node):
        return
    if any(isinstance(part, ast.Constant | ast.JoinedStr) and _is_text(part) for part in (node.left, node.right)):
        return  # a text takes no other operation
    unseen = any(isinstance(upper, ast.Call) and last_name(upper.func) in UNSEEN for upper in program.above(node))
    if unseen or program.tells_time(node):
        return
    yield _with_sign(program, node.left, node.right, _ARITHMETIC[type(node.op)])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def loop(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A loop that goes on where it ended, or ends where it went on."""
    if isinstance(node, ast.Break | ast.Continue):
        yield program.put(node, "continue" if isinstance(node, ast.Break) else "break")
    if isinstance(node, ast.Return) and any(isinstance(upper, ast.For | ast.AsyncFor) for upper in _within(program, node)):
        yield program.put(node, "pass")


def _within(program: Program, node: ast.AST) -> Iterator[ast.AST]:
    for upper in program.above(node):
        if isinstance(upper, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        yield upper


def part(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A slice without one of its ends, or without its step."""
    if isinstance(node, ast.Slice) and program.is_in_place(node):
        for end in (node.lower, node.upper, node.step):
            if end is not None:
                yield program.put(end, "")


def order(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Sorted the other way, by another key, or not at all."""
    if not isinstance(node, ast.Call) or not program.is_in_place(node) or program.tells_time(node):
        return
    name = last_name(node.func)
    if name in ("sorted", "sort", "max", "min"):
        yield from (program.without_argument(node, given) for given in node.keywords if given.arg in ("key", "reverse"))
    if name == "sorted" and len(node.args) == 1:
        yield program.put(node, f"list({program.segment(node.args[0])})")
    elif name == "desc" and isinstance(node.func, ast.Attribute):
        yield program.put(node, program.segment(node.func.value))
    elif name in ("desc", "asc") and len(node.args) == 1:
        yield program.put(node, program.segment(node.args[0]) if name == "desc" else f"{program.segment(node.args[0])}.desc()")
    elif name in ("min", "max") and len(node.args) == 2 and not node.keywords:
        for given in node.args:
            if not isinstance(given, ast.Constant):
                yield program.put(node, program.segment(given))
