"""The same parameters declared the other way: `Annotated`, or a marker as the default."""

import ast
from collections.abc import Iterator

from quizkit.check.names import Function
from quizkit.proof.manners.imports import with_import
from quizkit.proof.program import INJECTORS, MARKERS, Parameter, Program, annotated, keyword, last_name, parameters


def in_annotations(program: Program) -> None:
    """`x: Annotated[int, Query(ge=1)] = 5` for `x: int = Query(5, ge=1)`."""
    if not _may_bind(program, "Annotated", "typing"):
        return
    changed = False
    for function in _filled(program):
        news = {parameter.arg.arg: _in_annotation(parameter) for parameter in parameters(function)}
        if any(new is not None for new in news.values()):
            _declare(function, {name: new for name, new in news.items() if new is not None})
            changed = True
    if changed:
        with_import(program.tree, ast.ImportFrom("typing", [ast.alias("Annotated")], 0))


def in_defaults(program: Program) -> None:
    """`x: int = Query(5, ge=1)` for `x: Annotated[int, Query(ge=1)] = 5`."""
    for function in _filled(program):
        news = {parameter.arg.arg: _in_default(parameter) for parameter in parameters(function)}
        _declare(function, {name: new for name, new in news.items() if new is not None})


def _may_bind(program: Program, name: str, module: str) -> bool:
    """Whether a name means what `module` calls so, or nothing yet."""
    imports = [node for node in program.nodes if isinstance(node, ast.ImportFrom) and node.module == module]
    known = any(alias.name == name and alias.asname is None for node in imports for alias in node.names)
    return known or not any(isinstance(node, ast.Name) and node.id == name for node in program.nodes)


def _filled(program: Program) -> Iterator[Function]:
    """The module's functions that nobody but FastAPI calls, by keyword: the order of their parameters is nothing."""
    future = any(isinstance(line, ast.ImportFrom) and line.module == "__future__" for line in program.tree.body)
    if not future:  # annotations that are texts are read elsewhere
        yield from (function for function in program.functions.values() if program.is_only_injected(function))


_Declared = tuple[ast.expr | None, ast.expr | None]


def _in_annotation(parameter: Parameter) -> _Declared | None:
    kind, call = parameter.arg.annotation, parameter.default
    if kind is None or annotated(kind) or isinstance(kind, ast.Constant) or not isinstance(call, ast.Call):
        return None
    if last_name(call.func) in INJECTORS:
        return _marked(kind, call), None
    if last_name(call.func) not in MARKERS or len(call.args) > 1 or any(isinstance(part, ast.Starred) for part in call.args):
        return None
    given = keyword(call, "default")
    default = call.args[0] if call.args else given.value if given is not None else None
    call.args, call.keywords = [], [other for other in call.keywords if other is not given]
    if isinstance(default, ast.Constant) and default.value is ...:
        default = None
    return _marked(kind, call), default


def _marked(kind: ast.expr, call: ast.Call) -> ast.expr:
    return ast.Subscript(ast.Name("Annotated", ast.Load()), ast.Tuple([kind, call], ast.Load()), ast.Load())


def _in_default(parameter: Parameter) -> _Declared | None:
    parts = annotated(parameter.arg.annotation)
    if len(parts) != 2 or not isinstance(parts[1], ast.Call):
        return None
    kind, call, name = parts[0], parts[1], last_name(parts[1].func)
    if name in INJECTORS and parameter.default is None:
        return kind, call
    if name not in MARKERS or call.args or keyword(call, "default") or keyword(call, "default_factory"):
        return None
    if parameter.default is not None:
        call.args = [parameter.default]
    return kind, call


def _declare(function: Function, news: dict[str, _Declared]) -> None:
    """Gives parameters another declaration, all of them by keyword where their order wouldn't do."""
    if not news:
        return
    declared = {parameter.arg.arg: parameter.default for parameter in parameters(function)}
    for arg in [part for part in ast.walk(function.args) if isinstance(part, ast.arg)]:
        if arg.arg in news:
            arg.annotation, declared[arg.arg] = news[arg.arg]
    listed = [*function.args.posonlyargs, *function.args.args]
    defaults = [declared[arg.arg] for arg in listed]
    bare = [default is None for default in defaults]
    if bare == sorted(bare, reverse=True):
        function.args.defaults = [default for default in defaults if default is not None]
    else:
        function.args.kwonlyargs = listed + function.args.kwonlyargs
        function.args.args, function.args.posonlyargs, function.args.defaults = [], [], []
    function.args.kw_defaults = [declared[arg.arg] for arg in function.args.kwonlyargs]
