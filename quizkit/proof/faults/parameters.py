"""What comes in and is declared wrongly: where it comes from, its type, its default, whether it must be there."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from quizkit.proof.program import (
    INJECTORS,
    MARKERS,
    Edit,
    Edits,
    Parameter,
    Program,
    annotated,
    is_function,
    is_route,
    keyword,
    last_name,
    names_in,
    parameters,
    quoted,
)

_SCALARS: Final = {"str", "int", "float", "bool", "None", "EmailStr", "UUID", "date", "datetime", "Decimal"}
_SPECIAL: Final = {
    *("Request", "Response", "WebSocket", "BackgroundTasks", "HTTPConnection", "SecurityScopes", "UploadFile", "self", "cls"),
    *("Session", "AsyncSession", "JSONResponse"),
}
_LOOSER: Final = {
    **{"int": "str", "float": "str", "bool": "str", "EmailStr": "str", "PositiveInt": "int", "NonNegativeInt": "int"},
    **{"HttpUrl": "str", "UUID": "str", "date": "str", "datetime": "str", "Decimal": "str", "PositiveFloat": "float"},
    **{"AwareDatetime": "datetime", "FutureDate": "date", "PastDate": "date"},
}


def marker(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Looked for in the query, and not where it was said."""
    if not is_function(node) or node not in program.asked:
        return
    for parameter in parameters(node):
        parts = annotated(parameter.arg.annotation)
        if len(parts) == 2 and _matters(program, parts[1], parts[0]) and parameter.arg.annotation is not None:
            yield program.put(parameter.arg.annotation, program.segment(parts[0]))
        elif parameter.default is not None and _matters(program, parameter.default, parameter.arg.annotation):
            given = _default_of(parameter.default)
            yield program.put(parameter.default, program.segment(given) if given is not None else "...")


def _matters(program: Program, call: ast.expr, kind: ast.expr | None) -> bool:
    """Whether FastAPI would look elsewhere without this marker."""
    name = last_name(call)
    if not isinstance(call, ast.Call | ast.Name) or name not in MARKERS:
        return False
    if name in ("Header", "Cookie", "Form"):
        return not _is_model(program, kind) or name != "Body"
    plain = names_in(kind) <= _SCALARS
    return plain if name == "Body" else name == "Query" and not plain


def _is_model(program: Program, kind: ast.expr | None) -> bool:
    return bool(names_in(kind) & program.models.keys())


def _default_of(call: ast.expr | None) -> ast.expr | None:
    """The default that stands inside `Query(…)`."""
    if not isinstance(call, ast.Call):
        return None
    if call.args:
        return call.args[0]
    given = keyword(call, "default")
    return given.value if given is not None else None


def required(program: Program, node: ast.AST) -> Iterator[Edits]:
    """What may be left out must be there, and the other way round."""
    if is_function(node) and node in program.asked:
        for parameter in parameters(node):
            yield from _turned_parameter(program, parameter)
    elif isinstance(node, ast.ClassDef) and node.name in _inputs(program):
        for field in node.body:
            if isinstance(field, ast.AnnAssign) and last_name(field.annotation) != "ClassVar":
                yield from _turned_field(program, field)


def _path_names(program: Program) -> set[str]:
    paths = [call.args[0].value for call in program.nodes if is_route(call) and isinstance(call.args[0], ast.Constant)]
    return {name for path in paths for name in re.findall(r"\{(\w+)", str(path))}


def _turned_parameter(program: Program, parameter: Parameter) -> Iterator[Edits]:
    kind, default = parameter.arg.annotation, parameter.default
    if parameter.arg.arg in _SPECIAL or names_in(kind) & (_SPECIAL | {*INJECTORS}) or last_name(default) in INJECTORS:
        return
    if parameter.arg.arg in _path_names(program) or _is_model(program, kind):
        return  # a path has no defaults, and a body that isn't there lacks its fields
    if default is None:
        if kind is not None and not _is_alias(program, kind):
            end = program.span(kind)[1]
            yield (Edit(end, end, " = None"),)
    elif last_name(default) not in MARKERS:
        yield (Edit(program.span(parameter.arg)[1], program.span(default)[1], ""),)
    elif isinstance(default, ast.Call):
        given = _default_of(default)
        if given is not None:
            yield program.put(given, "...")
        elif keyword(default, "default_factory") is None:
            start = program.span(default.func)[1] + 1
            rest = ", " if default.keywords else ""
            yield (Edit(start, start, f"None{rest}"),)


def _is_alias(program: Program, kind: ast.expr) -> bool:
    """Whether a type is a name for `Annotated[…, Depends(…)]`, where a default means something else."""
    if not isinstance(kind, ast.Name):
        return False
    assigned = [line for line in program.tree.body if isinstance(line, ast.Assign) and names_in(*line.targets) == {kind.id}]
    return any(names_in(line.value) & {*INJECTORS, *_SPECIAL} for line in assigned)


def _turned_field(program: Program, field: ast.AnnAssign) -> Iterator[Edits]:
    end = program.span(field.annotation)[1]
    if field.value is None:
        yield (Edit(end, end, " = None"),)
        return
    if last_name(field.value) != "Field":
        yield (Edit(end, program.span(field.value)[1], ""),)
        return
    given = _default_of(field.value)
    if given is not None:
        yield program.put(given, "...")
    elif isinstance(field.value, ast.Call) and keyword(field.value, "default_factory") is None:
        start = program.span(field.value.func)[1] + 1
        yield (Edit(start, start, "None, " if field.value.keywords else "None"),)


def _inputs(program: Program) -> set[str]:
    """The models that come in: those that parameters name, and what these consist of."""
    asked = [parameter for function in program.asked for parameter in parameters(function)]
    named = set().union(*(names_in(parameter.arg.annotation) for parameter in asked)) if asked else set()
    aliases = {
        name: names_in(line.value)
        for line in program.tree.body
        if isinstance(line, ast.Assign)
        for name in names_in(*line.targets)
        if annotated(line.value) or isinstance(line.value, ast.BinOp)
    }
    settings = {name for name, node in program.models.items() if "BaseSettings" in {last_name(base) for base in node.bases}}
    found, waiting = set[str](), named | settings
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting |= aliases.get(name, set())
        if name in program.models:
            node = program.models[name]
            waiting |= names_in(*node.bases, *(line.annotation for line in node.body if isinstance(line, ast.AnnAssign)))
    return found & program.models.keys()


def default(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Another default."""
    if isinstance(node, ast.arguments) and (function := program.parents.get(node)) in program.asked and is_function(function):
        for parameter in parameters(function):
            inner = _default_of(parameter.default) if last_name(parameter.default) in MARKERS else parameter.default
            yield from _other_default(program, inner, parameter.arg.annotation)
    elif isinstance(node, ast.ClassDef) and node.name in program.models:
        for field in node.body:
            if isinstance(field, ast.AnnAssign):
                inner = _default_of(field.value) if last_name(field.value) == "Field" else field.value
                yield from _other_default(program, inner, field.annotation)


def _other_default(program: Program, given: ast.expr | None, kind: ast.expr | None) -> Iterator[Edits]:
    if not isinstance(given, ast.Constant) or given.value in (None, ...):
        return
    choices = [choice for choice in _choices(kind) if choice.value != given.value]
    if isinstance(given.value, bool):
        yield program.put(given, str(not given.value))
    elif choices:
        yield program.put(given, program.segment(choices[0]))
    elif isinstance(given.value, int | float):
        yield program.put(given, str(given.value + 1))
    elif isinstance(given.value, str) and (program.states(given.value) or not given.value):
        yield program.put(given, quoted("other"))


def _choices(kind: ast.expr | None) -> list[ast.Constant]:
    """The values of a `Literal[…]`."""
    found = [part for part in ast.walk(kind) if isinstance(part, ast.Subscript)] if kind is not None else []
    slices = [part.slice for part in found if last_name(part) == "Literal"]
    values = [value for part in slices for value in (part.elts if isinstance(part, ast.Tuple) else [part])]
    return [value for value in values if isinstance(value, ast.Constant)]


def kind(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A type that takes more, or one of several choices that isn't taken."""
    if is_function(node) and node in program.asked:
        own = [parameter for parameter in parameters(node) if last_name(parameter.default) not in INJECTORS]
        yield from _looser(program, [(parameter.arg.annotation, parameter.default) for parameter in own])
    elif isinstance(node, ast.ClassDef) and node.name in _inputs(program):
        fields = [field for field in node.body if isinstance(field, ast.AnnAssign)]
        yield from _looser(program, [(field.annotation, field.value) for field in fields])
    elif isinstance(node, ast.Assign) and annotated(node.value):
        yield from _looser(program, [(node.value, None)])


def _looser(program: Program, kinds: list[tuple[ast.expr | None, ast.expr | None]]) -> Iterator[Edits]:
    for whole, given in kinds:
        if whole is None or names_in(whole) & {*INJECTORS}:
            continue
        parts = annotated(whole)
        for part in ast.walk(parts[0] if parts else whole):
            if isinstance(part, ast.Name) and part.id in _LOOSER:
                yield program.put(part, _LOOSER[part.id])
            elif isinstance(part, ast.Subscript) and last_name(part) == "Literal":
                yield program.put(part, "str")
                choices = _choices(part)
                usual = {part.value for part in (given, _default_of(given)) if isinstance(part, ast.Constant)}
                for choice in choices:
                    if len(choices) > 1 and choice.value not in usual:  # nobody asks for what comes anyway
                        yield program.without(choice, choices)
