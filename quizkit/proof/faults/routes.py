"""Routes that are declared wrongly: their method, their order, what they let out, what they are given."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from quizkit.check.names import Function, own_nodes
from quizkit.proof.program import (
    INJECTORS,
    METHODS,
    Edit,
    Edits,
    Program,
    annotated,
    is_function,
    is_route,
    keyword,
    last_name,
    names_in,
    routes,
)

_OTHER_METHOD: Final = {"get": "post", "post": "put", "put": "patch", "patch": "put", "delete": "post", "head": "get"}
_OPTIONS: Final = {
    "response option": (
        *("response_model_exclude_unset", "response_model_exclude_none", "response_model_exclude_defaults"),
        *("response_model_exclude", "response_model_include", "response_model_by_alias", "response_class", "media_type"),
        *("exclude_unset", "exclude_none", "exclude_defaults", "exclude", "include", "by_alias"),
    ),
    "cookie": ("httponly", "max_age", "samesite", "secure", "domain", "expires"),
    "alias": ("alias", "validation_alias", "serialization_alias", "validation_alias", "alias_generator"),
    "header": ("headers", "background", "convert_underscores"),
    "guard": ("dependencies", "scopes", "use_cache", "auto_error", "scope"),
    "cors": (
        *("allow_origins", "allow_methods", "allow_headers", "allow_credentials", "expose_headers", "allow_origin_regex"),
        *("allowed_hosts", "minimum_size"),
    ),
    "setting": (
        *("lifespan", "exception_handlers", "middleware", "openapi_url", "docs_url", "redoc_url", "redirect_slashes"),
        *("extra", "from_attributes", "str_strip_whitespace", "env_prefix", "env_file", "populate_by_name", "use_enum_values"),
        *("embed", "validate_assignment", "frozen", "unique", "prefix", "root_path", "exc_info", "default_response_class"),
    ),
}
_NAMED: Final = {name: rule for rule, names in _OPTIONS.items() for name in names}
# What only the document shows.
_DOCUMENTING: Final = (
    *("title", "description", "summary", "tags", "responses", "deprecated", "operation_id", "examples", "openapi_extra"),
    *("json_schema_extra", "openapi_tags", "version", "servers", "contact", "license_info", "terms_of_service"),
    *("response_description", "include_in_schema", "generate_unique_id_function", "openapi_examples", "example"),
)


def method(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Another method. It also shows whether any check asks this route; another path would show no more."""
    if not is_route(node) or not isinstance(node.func, ast.Attribute):
        return
    if (other := _OTHER_METHOD.get(node.func.attr)) is not None:
        end = program.span(node.func)[1]
        yield (Edit(end - len(node.func.attr), end, other),)
    listed = keyword(node, "methods")
    if listed is not None and isinstance(listed.value, ast.List | ast.Tuple | ast.Set):
        for element in listed.value.elts:
            if isinstance(element, ast.Constant) and str(element.value).lower() in METHODS:
                yield program.put(element, f'"{_OTHER_METHOD.get(str(element.value).lower(), "get").upper()}"')


def converter(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A path parameter that takes no slashes."""
    if is_route(node) and ":path}" in (text := program.segment(node.args[0])):
        yield program.put(node.args[0], text.replace(":path}", "}"))


def order(program: Program, node: ast.AST) -> Iterator[Edits]:
    """A fixed path below the pattern that takes it."""
    if not isinstance(node, ast.Module):
        return
    handlers = [line for line in node.body if is_function(line) and len(routes(line)) == len(line.decorator_list) == 1]
    for place, upper in enumerate(handlers):
        for lower in handlers[place + 1 :]:
            if _is_shadowed(routes(upper)[0], routes(lower)[0]):
                yield _swapped(program, upper, lower)
                break


def _is_shadowed(fixed: ast.Call, pattern: ast.Call) -> bool:
    paths = [str(call.args[0].value) for call in (fixed, pattern) if isinstance(call.args[0], ast.Constant)]
    if ast.dump(fixed.func) != ast.dump(pattern.func) or "{" in paths[0] or "{" not in paths[1]:
        return False
    taken = re.sub(r"\\\{\w+(:path)?\\\}", lambda found: ".+" if found[1] else "[^/]+", re.escape(paths[1]).replace(r"\:", ":"))
    return re.fullmatch(taken, paths[0]) is not None


def _swapped(program: Program, upper: Function, lower: Function) -> Edits:
    texts, spans = [], []
    for function in (upper, lower):
        start, end = program.span(function.decorator_list[0])[0] - 1, program.span(function)[1]
        spans.append((start, end))
        texts.append(program.between(start, end))
    return Edit(*spans[0], texts[1]), Edit(*spans[1], texts[0])


def response_model(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Without the model that filters what goes out."""
    if not is_function(node):
        return
    for call in routes(node):
        if (given := keyword(call, "response_model")) is not None and _filters(program, node, given.value):
            yield program.without_argument(call, given)
    if node.returns is not None and routes(node) and _filters(program, node, node.returns):
        start, end = program.span(node.returns)
        before = program.between(0, start)
        yield (Edit(len(before[: before.rindex("->")].rstrip().encode()), end, ""),)


def _filters(program: Program, function: Function, announced: ast.expr) -> bool:
    """Whether something with more fields may go in than the announced model lets out."""
    models = names_in(announced) & program.models.keys()
    returned = [node.value for node in own_nodes(function) if isinstance(node, ast.Return) and node.value is not None]
    more = any(_fields(program, name) < other for name in models for other in _shapes(program))
    return more and any(not isinstance(value, ast.Dict) and not _mentions(program, value, models) for value in returned)


def _fields(program: Program, name: str) -> set[str]:
    """The fields of a class that is defined here, its bases' included."""
    node = next((node for node in program.nodes if isinstance(node, ast.ClassDef) and node.name == name), None)
    if node is None:
        return set()
    own = set[str]()
    for line in node.body:
        own |= names_in(*line.targets) if isinstance(line, ast.Assign) else set()
        own |= names_in(line.target) if isinstance(line, ast.AnnAssign) else set()
    own = {field for field in own if not field.startswith("__") and field != "model_config"}
    return own.union(*(_fields(program, last_name(base)) for base in node.bases))


def _shapes(program: Program) -> list[set[str]]:
    """The fields of each class, and the keys of each literal."""
    classes = [_fields(program, node.name) for node in program.nodes if isinstance(node, ast.ClassDef)]
    dicts = [node.keys for node in program.nodes if isinstance(node, ast.Dict)]
    return classes + [
        {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)} for keys in dicts
    ]


def _mentions(program: Program, value: ast.expr, models: set[str]) -> bool:
    """Whether an expression speaks of a model, itself or through what its names are annotated with or assigned."""
    names = _words(value)
    for node in program.nodes:
        if isinstance(node, ast.arg) and node.arg in names:
            names |= names_in(node.annotation)
        elif isinstance(node, ast.AnnAssign | ast.Assign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if _words(*targets) & names:
                names |= names_in(node.value, node.annotation if isinstance(node, ast.AnnAssign) else None)
        elif is_function(node) and node.name in names:
            names |= names_in(node.returns)
    return bool(names & models)


def _words(*nodes: ast.AST) -> set[str]:
    """The names and the attributes below some nodes."""
    attributes = {part.attr for node in nodes for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return attributes | names_in(*nodes)


def option(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Without an argument that makes a difference."""
    if not isinstance(node, ast.Call):
        return
    for given in node.keywords:
        if given.arg in _NAMED and not _is_idle(program, node, given):
            yield program.without_argument(node, given)


def _is_idle(program: Program, call: ast.Call, given: ast.keyword) -> bool:
    """Whether leaving an argument out changes nothing that somebody asks for."""
    name = last_name(call.func)
    if given.arg in ("exclude", "include", "exclude_unset", "exclude_none", "exclude_defaults", "by_alias"):
        return name not in ("model_dump", "model_dump_json", "jsonable_encoder", "dict", "json")
    if given.arg in ("scopes", "use_cache", "scope"):
        return name not in INJECTORS
    if given.arg == "prefix":  # a prefix is part of a path, and `method` shows whether that is asked for
        return True
    if given.arg in ("docs_url", "redoc_url"):
        return not program.states(getattr(given.value, "value", None) or given.arg)
    if given.arg == "from_attributes":  # FastAPI reads attributes anyway
        return not any(program.calls("model_validate"))
    if given.arg == "headers" and isinstance(given.value, ast.Dict):
        keys = [key.value for key in given.value.keys if isinstance(key, ast.Constant)]
        return bool(keys) and not any(program.states(key) for key in keys)
    if given.arg in ("max_age", "expires", "domain", "samesite") and name != "set_cookie":
        return True
    return given.arg in ("extra", "scope", "version") and name in ("info", "warning", "error", "debug", "encode", "decode")


def documented_option(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Without an argument that only the document shows."""
    if isinstance(node, ast.Call):
        for given in node.keywords:
            value = given.value.value if isinstance(given.value, ast.Constant) else True
            if given.arg in _DOCUMENTING and (isinstance(value, bool) or program.states(value)):
                yield program.without_argument(node, given)


def dependency(program: Program, node: ast.AST) -> Iterator[Edits]:
    """Without a dependency that stands in a list for its effect."""
    if isinstance(node, ast.keyword) and node.arg == "dependencies" and isinstance(node.value, ast.List):
        if len(node.value.elts) > 1:  # one alone is left out with the list
            yield from (program.without(element, node.value.elts) for element in node.value.elts)
    elif isinstance(node, ast.arg) and len(parts := annotated(node.annotation)) > 1:
        if last_name(parts[1]) in INJECTORS and node.annotation is not None:
            yield program.put(node.annotation, f"{program.segment(parts[0])} = None")
    elif isinstance(node, ast.arguments):
        for default in [*node.defaults, *node.kw_defaults]:
            if isinstance(default, ast.Call) and last_name(default.func) in INJECTORS:
                yield program.put(default, "None")
