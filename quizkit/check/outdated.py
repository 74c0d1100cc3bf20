"""Advice about spellings that FastAPI, Pydantic and Python have left behind."""

import ast
from collections.abc import Iterator
from typing import Final

from quizkit.check.names import Code, Function, dotted, own_nodes
from quizkit.verdict import Advice, Worth

_CHANGING: Final = Worth.changing
_KNOWING: Final = Worth.knowing
_PARAMS: Final = tuple(f"fastapi.{name}" for name in ("Query", "Path", "Header", "Cookie", "Body", "Form", "File"))

# FastAPI 0.165 and Starlette 1.10 warn of each of these; the name's path, the words, what to write instead.
_NAMES: Final = {
    "datetime.datetime.utcnow": (
        "`datetime.utcnow` is deprecated: the time that it gives has no zone, and is taken for local time",
        "`datetime.now(timezone.utc)`",
    ),
    "datetime.datetime.utcfromtimestamp": (
        "`utcfromtimestamp` is deprecated: the time that it gives has no zone",
        "`datetime.fromtimestamp(seconds, timezone.utc)`",
    ),
    "fastapi.responses.ORJSONResponse": (
        "`ORJSONResponse` is deprecated",
        "none at all: with a return type or a `response_model` Pydantic writes the JSON itself, and faster",
    ),
    "fastapi.responses.UJSONResponse": (
        "`UJSONResponse` is deprecated",
        "none at all: with a return type or a `response_model` Pydantic writes the JSON itself, and faster",
    ),
    "sqlalchemy.ext.declarative.declarative_base": (
        "`sqlalchemy.ext.declarative` is deprecated since SQLAlchemy 2.0",
        "`class Base(DeclarativeBase): ...`, from `sqlalchemy.orm`",
    ),
    "pydantic.validator": ("`@validator` is Pydantic 1's", "`@field_validator(...)` over a `@classmethod`"),
    "pydantic.root_validator": ("`@root_validator` is Pydantic 1's", '`@model_validator(mode="after")`'),
    "pydantic.parse_obj_as": ("`parse_obj_as` is Pydantic 1's", "`TypeAdapter(T).validate_python(value)`"),
    "pydantic.BaseSettings": ("`BaseSettings` has left Pydantic", "`from pydantic_settings import BaseSettings`"),
}
_STATUSES: Final = {
    "HTTP_413_REQUEST_ENTITY_TOO_LARGE": "HTTP_413_CONTENT_TOO_LARGE",
    "HTTP_414_REQUEST_URI_TOO_LONG": "HTTP_414_URI_TOO_LONG",
    "HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE": "HTTP_416_RANGE_NOT_SATISFIABLE",
    "HTTP_422_UNPROCESSABLE_ENTITY": "HTTP_422_UNPROCESSABLE_CONTENT",
}
# Methods of a model: those whose name says it all, and those that other things have too.
_PLAIN_METHODS: Final = {
    "dict": "model_dump()",
    "parse_obj": "model_validate(value)",
    "parse_raw": "model_validate_json(text)",
    "from_orm": "model_validate(row)` with `from_attributes=True",
    "schema_json": "model_json_schema()",
    "update_forward_refs": "model_rebuild()",
}
_SHARED_METHODS: Final = {
    "json": "model_dump_json()",
    "copy": "model_copy()",
    "schema": "model_json_schema()",
    "construct": "model_construct(...)",
}


def names(code: Code) -> Iterator[Advice]:
    """Names that are deprecated, wherever they are used."""
    for node in code.nodes:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            path = code.name(node)
            if path in _NAMES:
                yield Advice(_CHANGING, node.lineno, "deprecated", *_NAMES[path])
            elif (short := path.rpartition(".")[2]) in _STATUSES and "status" in path:
                yield Advice(_CHANGING, node.lineno, "deprecated", f"`{short}` is deprecated", f"`{_STATUSES[short]}`")


def startup_events(code: Code) -> Iterator[Advice]:
    """`on_event`, and its forms without a decorator."""
    words, instead = "is deprecated", "a lifespan, one `@asynccontextmanager` function, with the shutdown after its `yield`"
    for call in code.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("on_event", "add_event_handler"):
            yield Advice(_CHANGING, call.lineno, "on-event", f"`{call.func.attr}` {words}", instead)
        elif code.name(call.func) in ("fastapi.FastAPI", "fastapi.APIRouter"):
            for keyword in call.keywords:
                if keyword.arg in ("on_startup", "on_shutdown"):
                    yield Advice(_CHANGING, keyword.value.lineno, "on-event", f"`{keyword.arg}` {words}", instead)


def parameters(code: Code) -> Iterator[Advice]:
    """Keywords of `Query`, `Body` and their like that have another name now."""
    for call in code.calls:
        path = code.name(call.func)
        for keyword in call.keywords if path in _PARAMS else ():
            if keyword.arg == "regex":
                yield Advice(_CHANGING, call.lineno, "regex", "`regex=` is deprecated", "`pattern=`")
            elif keyword.arg == "example":
                yield Advice(_CHANGING, call.lineno, "example", "`example=` is deprecated", "`examples=[...]`, a list")


def fields(code: Code) -> Iterator[Advice]:
    """Keywords of Pydantic's `Field` that have another name now."""
    for call in code.calls:
        for keyword in call.keywords if code.name(call.func) == "pydantic.Field" else ():
            if keyword.arg in ("min_items", "max_items"):
                instead = f"`{keyword.arg.replace('items', 'length')}=`"
                yield Advice(_CHANGING, call.lineno, "pydantic-1", f"`{keyword.arg}=` is Pydantic 1's", instead)
            elif keyword.arg == "example":
                words = "`Field(example=...)` is deprecated: Pydantic has no such keyword any more"
                yield Advice(_CHANGING, call.lineno, "example", words, "`examples=[...]`, a list")


def model_config(code: Code) -> Iterator[Advice]:
    """`class Config` in a Pydantic model."""
    for model in code.models.values():
        for node in model.body:
            if isinstance(node, ast.ClassDef) and node.name == "Config":
                instead = "`model_config = ConfigDict(...)`; in settings `SettingsConfigDict(...)`"
                yield Advice(_CHANGING, node.lineno, "pydantic-1", "`class Config` in a model is Pydantic 1's", instead)


def model_methods(code: Code) -> Iterator[Advice]:
    """`dict()` for `model_dump()` and its like; what other things have too, on what is surely a model alone."""
    if not code.comes_from("pydantic", "sqlmodel", "pydantic_settings"):
        return
    for function in code.functions:
        known = frozenset((*code.models, *_instances(function, code)))
        for node in own_nodes(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield from _method(node.func, dotted(node.func.value) in known)


def _method(func: ast.Attribute, is_model: bool) -> Iterator[Advice]:
    instead = _PLAIN_METHODS.get(func.attr) or (_SHARED_METHODS.get(func.attr) if is_model else None)
    if instead:
        yield Advice(_CHANGING, func.lineno, "pydantic-1", f"`.{func.attr}()` of a model is deprecated", f"`.{instead}`")


def _instances(function: Function, code: Code) -> Iterator[str]:
    """The names in a function that hold a model: parameters that are declared so, and what is assigned from its class."""
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation is not None and dotted(argument.annotation) in code.models:
            yield argument.arg
    for node in own_nodes(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and dotted(node.value.func) in code.models:
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def unmaintained(code: Code) -> Iterator[Advice]:
    """Packages that today's documentation has replaced."""
    packages = {"jose": ("python-jose", "PyJWT: `import jwt`"), "passlib": ("passlib", "pwdlib: `PasswordHash.recommended()`")}
    for node in code.nodes:
        for path in _packages(node):
            if path in packages and isinstance(node, ast.stmt):
                name, instead = packages[path]
                words = f"{name} is no longer maintained"
                yield Advice(_KNOWING, node.lineno, "unmaintained", words, f"{instead}, as in FastAPI's documentation")


def _packages(node: ast.AST) -> Iterator[str]:
    """The packages that a statement imports from."""
    if isinstance(node, ast.ImportFrom):
        yield (node.module or "").partition(".")[0]
    elif isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)


def default_depends(code: Code) -> Iterator[Advice]:
    """`Depends` as a parameter's default."""
    for function in code.functions:
        arguments = function.args
        for default in (*arguments.defaults, *(value for value in arguments.kw_defaults if value is not None)):
            if isinstance(default, ast.Call) and code.name(default.func) in ("fastapi.Depends", "fastapi.Security"):
                yield Advice(
                    _KNOWING,
                    default.lineno,
                    "default-depends",
                    "`Depends` as a default works; with it the function can't be called outside FastAPI without that argument",
                    "`name: Annotated[T, Depends(f)]`, which can be kept under a name and used again",
                )


RULES: Final = (
    names,
    startup_events,
    parameters,
    fields,
    model_config,
    model_methods,
    unmaintained,
    default_depends,
)
"""Every rule about spellings."""
