"""Numbers that are wrong by a little: statuses, bounds, counts."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from quizkit.proof.program import MARKERS, Edits, Program, annotated, last_name

CONSTRAINED: Final = (*MARKERS, "Field", "StringConstraints", "constr", "conint", "confloat", "conlist", "conset", "condecimal")
BOUNDS: Final = ("ge", "gt", "le", "lt", "min_length", "max_length")
_UNNUMBERED: Final = ("pattern", "regex", "multiple_of", "max_digits", "decimal_places", "strict", "discriminator")
TWINS: Final = {"ge": "gt", "gt": "ge", "le": "lt", "lt": "le"}
_LOWER: Final = ("ge", "gt", "min_length")
# The status that somebody who is unsure takes instead.
_CONFUSED: Final = {
    **{200: 201, 201: 200, 202: 200, 204: 200, 301: 302, 302: 307, 303: 307, 304: 200, 307: 302, 308: 307},
    **{400: 422, 401: 403, 403: 401, 404: 400, 405: 404, 409: 400, 410: 404, 412: 409, 413: 400, 415: 400, 422: 400},
    **{429: 503, 500: 400, 501: 500, 502: 500, 503: 500, 504: 503, 1000: 1001, 1003: 1008, 1008: 1000, 1011: 1008},
}
# What no request can see, or only by luck.
UNSEEN: Final = ("sleep", "timedelta", "token_bytes", "token_hex", "token_urlsafe", "urandom", "pbkdf2_hmac", "scrypt", "count")


def status(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Another status code."""
    if isinstance(node, ast.Constant) and type(node.value) is int and _is_status(program, node):
        yield program.put(node, str(_CONFUSED.get(node.value, node.value + 1)))
    elif isinstance(node, ast.Attribute) and (found := re.match(r"(?:HTTP|WS)_(\d+)_", node.attr)):
        code = int(found[1])
        yield program.put(node, str(_CONFUSED.get(code, code + 1)))


def _is_status(program: Program, node: ast.Constant) -> bool:
    parent = program.parents[node]
    if isinstance(parent, ast.IfExp):
        return node.value in _CONFUSED
    if isinstance(parent, ast.keyword):
        return parent.arg in ("status_code", "status") or (parent.arg == "code" and node.value in _CONFUSED)
    if isinstance(parent, ast.Assign):
        return last_name(parent.targets[0]) in ("status_code", "status") and program.states(node.value)
    if not isinstance(parent, ast.Call) or node not in parent.args:
        return False
    name, place = last_name(parent.func), parent.args.index(node)
    return (name.endswith("Exception") and place == 0) or (name.endswith("Response") and place == 1) or name == "close"


def constraint(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Without a constraint, unless it is a number: a bound moved by one is harder to notice than none."""
    if isinstance(node, ast.Call) and last_name(node.func) in CONSTRAINED:
        for given in node.keywords:
            free = given.arg in BOUNDS and (_number(given.value) is None or _is_float(program, node))
            if free or given.arg in _UNNUMBERED:
                yield program.without_argument(node, given)
    parts = annotated(node)
    for part in parts[1:]:
        if last_name(part) in ("AfterValidator", "BeforeValidator", "WrapValidator", "PlainSerializer"):
            yield program.without(part, parts)


def bound(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A constraint's number moved by one, both ways."""
    if not isinstance(node, ast.keyword) or node.arg not in BOUNDS or (value := _number(node.value)) is None:
        return
    call = program.parents[node]
    if not isinstance(call, ast.Call) or last_name(call.func) not in CONSTRAINED:
        return
    step = 1 if node.arg in _LOWER else -1
    if (twin := TWINS.get(node.arg)) is not None:
        yield program.put(node, f"{twin}={program.segment(node.value)}")
        if not _is_float(program, call):  # there is no float next to another that an author would think of
            yield program.put(node.value, str(value + step if node.arg in ("gt", "lt") else value - step))
        return
    for moved in (value - step, value + step):
        if moved > 0:
            yield program.put(node.value, str(moved))
    if node.arg == "min_length" and value == 1 and isinstance(call, ast.Call):
        yield program.without_argument(call, node)


def _number(node: ast.AST) -> int | float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _is_float(program: Program, call: ast.Call) -> bool:
    """Whether a constrained value needn't be whole."""
    for upper in program.above(call):
        if parts := annotated(upper):
            return _says_float(parts[0])
        if isinstance(upper, ast.arg | ast.AnnAssign):
            return _says_float(upper.annotation)
        if isinstance(upper, ast.arguments):
            defaults = [*upper.defaults, *upper.kw_defaults]
            named = [*[*upper.posonlyargs, *upper.args][len(upper.args) - len(upper.defaults) :], *upper.kwonlyargs]
            return any(_says_float(arg.annotation) for arg, given in zip(named, defaults, strict=False) if given is call)
    return False


def _says_float(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(last_name(part) in ("float", "Decimal") for part in ast.walk(annotation))


def pattern(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A regular expression without an anchor, or with a count moved by one."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return
    parent = program.parents[node]
    anchored = isinstance(parent, ast.keyword) and parent.arg in ("pattern", "regex")
    called = isinstance(parent, ast.Call) and last_name(parent.func) in ("compile", "fullmatch", "match", "search")
    text = program.segment(node)
    if anchored:
        body = re.fullmatch(r"""(r?)(["'])(.*)\2""", text)
        if body and body[3].startswith("^"):
            yield program.put(node, f"{body[1]}{body[2]}{body[3][1:]}{body[2]}")
        if body and body[3].endswith("$"):
            yield program.put(node, f"{body[1]}{body[2]}{body[3][:-1]}{body[2]}")
    if anchored or called:
        for found in re.finditer(r"(?<=[{,])\d+(?=[,}])", text):
            step = 1 if text[found.end()] == "}" else -1
            if int(found[0]) + step >= 0:
                yield program.put(node, f"{text[: found.start()]}{int(found[0]) + step}{text[found.end() :]}")


def integer(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A whole number that the task states, one more."""
    if not isinstance(node, ast.Constant) or type(node.value) is not int or not program.is_in_place(node):
        return
    if not _is_status(program, node) and _is_told(program, node, node.value):
        yield program.put(node, str(node.value + 1))


def _is_told(program: Program, node: ast.Constant, value: int) -> bool:
    """Whether a number is one of the task's own, and no other rule's. Small ones stand in prompts by chance."""
    parent = program.parents[node]
    if isinstance(parent, ast.Compare | ast.UnaryOp | ast.arguments | ast.FormattedValue | ast.AnnAssign):
        return False
    if isinstance(parent, ast.keyword) and parent.arg in (*BOUNDS, "default", "max_age", "multiple_of", "timeout"):
        return False
    around = [parent, *program.above(parent)]
    if any(isinstance(upper, ast.Call) and last_name(upper.func) in (*UNSEEN, *CONSTRAINED) for upper in around):
        return False
    if any(isinstance(upper, ast.keyword) and upper.arg in ("connect_args", "responses", "openapi_extra") for upper in around):
        return False
    if isinstance(parent, ast.BinOp):
        if program.tells_time(parent) or all(isinstance(side, ast.Constant) for side in (parent.left, parent.right)):
            return False
        return isinstance(parent.op, ast.Add | ast.Sub) or program.states(value)
    return value >= 2 and program.states(value)
