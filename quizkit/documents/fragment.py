"""What a fragment of a document needs to run: the usual imports, an app, and what earlier blocks define."""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

_NAMES: Final = {
    "fastapi": """FastAPI APIRouter Depends HTTPException Request Response status Query Path Body Header Cookie Form File
        UploadFile BackgroundTasks WebSocket WebSocketDisconnect Security""",
    "fastapi.responses": "JSONResponse HTMLResponse PlainTextResponse RedirectResponse StreamingResponse FileResponse",
    "fastapi.security": """OAuth2PasswordBearer OAuth2PasswordRequestForm HTTPBasic HTTPBasicCredentials HTTPBearer
        APIKeyHeader""",
    "fastapi.testclient": "TestClient",
    "fastapi.middleware.cors": "CORSMiddleware",
    "starlette.middleware.base": "BaseHTTPMiddleware",
    "pydantic": "BaseModel Field EmailStr ValidationError ConfigDict field_validator model_validator SecretStr",
    "typing": "Annotated Any Dict List Literal Optional Set Tuple Union",
    "datetime": "datetime date timedelta timezone",
    "enum": "Enum IntEnum StrEnum",
}
_IMPORTS: Final = {name: module for module, names in _NAMES.items() for name in names.split()}
_MODULES: Final = frozenset({"asyncio", "time", "json", "os", "uuid", "logging", "secrets", "re", "math", "random"})
_MOST: Final = 200
"""So many definitions of other blocks are put before one; a document that needs more was made to hold somebody up."""
_MOST_IN_ALL: Final = 50_000
_LOOKED_AT: Final = 200
_VERBS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "websocket"})
_FILLS: Final = frozenset({"include_router", "add_api_route", "append", "extend", "update", "add", "insert", "setdefault"})
"""Methods whose call as a statement belongs to what an object is, so whoever needs the object needs it."""


@dataclass(frozen=True, slots=True)
class Addition:
    """Lines that a fragment gets, and the document's line where they stand; 0 for what stands nowhere in it."""

    text: str
    line: int = 0

    @property
    def is_usual(self) -> bool:
        """Whether anybody would have written it: an import, an app."""
        return not self.line or self.text.startswith(("from ", "import "))


@dataclass(frozen=True)
class _Definition:
    """A statement of an earlier block, whose text is only cut out where it is needed."""

    statement: ast.stmt
    lines: Sequence[str]
    line: int

    @cached_property
    def addition(self) -> Addition:
        """The statement as it is written, so that its lines are the document's."""
        statement = self.statement
        first = min([statement.lineno, *(node.lineno for node in getattr(statement, "decorator_list", []))])
        kept = [*self.lines[first - 1 : statement.end_lineno]]
        kept[-1] = kept[-1].encode()[: statement.end_col_offset].decode()
        if first == statement.lineno:
            kept[0] = kept[0].encode()[statement.col_offset :].decode()
        return Addition("\n".join(kept), self.line + first - 1)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The names that it needs."""
        return tuple(free_names(ast.Module([self.statement], [])))


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """A function that hangs on the app, and the requests that reach it."""

    methods: frozenset[str]
    path: re.Pattern[str]
    definition: _Definition


@dataclass(frozen=True, slots=True)
class Completion:
    """What comes before a fragment and after it, and the names that nothing gives."""

    before: tuple[Addition, ...]
    after: tuple[Addition, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Needs:
    seen: set[str]
    taken: int = 0
    added: dict[Addition, None] = field(default_factory=dict)  # in order, each once
    missing: list[str] = field(default_factory=list)


class Library:
    """What the blocks of a document have defined so far. An app and its endpoints are each block's own, unless they are asked."""

    def __init__(self) -> None:
        """Begins with nothing."""
        self._definitions: dict[str, _Definition] = {}
        self._hung: dict[str, dict[str, _Definition]] = {}
        self._endpoints: list[_Endpoint] = []
        self._handlers: dict[str, _Definition] = {}
        self._taken = 0

    def learn(self, tree: ast.Module, code: str, line: int) -> None:
        """Takes in a block whose first line is the document's `line`."""
        lines = code.split("\n")
        for statement in tree.body:
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                continue
            definition = _Definition(statement, lines, line)
            owner = _owner(statement)
            if owner == "app":
                self._hang_on_app(statement, definition)
            elif owner in self._hung:
                if len(self._hung[owner]) < _MOST:
                    self._hung[owner][_key(statement)] = definition
            elif not (owner and _is_endpoint(statement)):
                self._define(statement, definition)

    def _define(self, statement: ast.stmt, definition: _Definition) -> None:
        for name in _bound_names(statement):
            if name != "app":
                self._definitions[name] = definition
                self._hung.pop(name, None)
                if isinstance(statement, ast.Assign | ast.AnnAssign):
                    self._hung[name] = {}

    def _hang_on_app(self, statement: ast.stmt, definition: _Definition) -> None:
        for decorator in getattr(statement, "decorator_list", []):
            if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                argument = decorator.args[0] if decorator.args else None
                if decorator.func.attr == "exception_handler" and isinstance(argument, ast.Name):
                    self._handlers[argument.id] = definition
        self._endpoints += [_Endpoint(methods, path, definition) for owner, methods, path in _routes(statement) if owner == "app"]

    def complete(self, tree: ast.Module, requests: Sequence[tuple[str, str]]) -> Completion:
        """What `tree` lacks, also to answer the requests, which are methods and addresses."""
        bound = {name for statement in tree.body for name in _bound_names(statement)}
        needs, free = _Needs(seen=set(bound)), free_names(tree)
        after: list[Addition] = []
        self._need(free, needs)
        if "app" not in bound:
            router = _ROUTER if _ROUTER_MADE in needs.added else _lone_router(tree)
            if requests and router and ("app" not in needs.seen or _ROUTER_MADE in needs.added):
                self._need(["app"], needs)
                after.append(Addition(f"app.include_router({router})"))
            for definition in self._asked_of_app(tree, requests, free):
                self._need(["app", *definition.reads], needs)
                after.append(definition.addition)
        return Completion(tuple(needs.added), tuple(after), () if _has_star(tree) else tuple(needs.missing))

    def _asked_of_app(self, tree: ast.Module, requests: Sequence[tuple[str, str]], free: Iterable[str]) -> list[_Definition]:
        """The earlier blocks' endpoints for requests for which this one has none, and their handlers of what it raises."""
        own = [(methods, path) for statement in tree.body for _, methods, path in _routes(statement)]
        found: dict[Addition, _Definition] = {}
        for method, address in requests[:_LOOKED_AT]:
            path = address.partition("?")[0]
            if any(_reached(methods, pattern, method, path) for methods, pattern in own):
                continue
            for endpoint in self._endpoints[: -_LOOKED_AT - 1 : -1]:
                if _reached(endpoint.methods, endpoint.path, method, path):
                    found[endpoint.definition.addition] = endpoint.definition
                    break
        raised = [*free, *(name for definition in found.values() for name in definition.reads)]
        for name in raised:
            if name in self._handlers and name in self._definitions:
                found[self._handlers[name].addition] = self._handlers[name]
        return list(found.values())

    def _need(self, names: Iterable[str], needs: _Needs) -> None:
        for name in names:
            if name in needs.seen:
                continue
            needs.seen.add(name)
            if name in self._definitions:
                self._take(self._definitions[name], needs)
                for hung in self._hung.get(name, {}).values():
                    self._take(hung, needs)
            elif name in _IMPORTS:
                needs.added[Addition(f"from {_IMPORTS[name]} import {name}")] = None
            elif name in _MODULES:
                needs.added[Addition(f"import {name}")] = None
            elif name == "app":
                self._need(["FastAPI"], needs)
                needs.added[Addition("app = FastAPI()")] = None
            elif name == _ROUTER:
                self._need(["APIRouter"], needs)
                needs.added[_ROUTER_MADE] = None
            else:
                needs.missing.append(name)

    def _take(self, definition: _Definition, needs: _Needs) -> None:
        needs.taken += 1  # before what it needs is taken, so that a long chain ends too
        self._taken += 1
        if needs.taken <= _MOST and self._taken <= _MOST_IN_ALL:
            self._need(definition.reads, needs)
            needs.added[definition.addition] = None


_ROUTER: Final = "router"
_ROUTER_MADE: Final = Addition("router = APIRouter()")
"""What a fragment's `@router.get` hangs on, where the document never makes it."""


def _owner(statement: ast.stmt) -> str:
    """The name of what a statement adds to: an app or a router by a decorator, a list or a dict by a method or a key."""
    match statement:
        case ast.FunctionDef(decorator_list=decorators) | ast.AsyncFunctionDef(decorator_list=decorators):
            names = [one.func.value for one in decorators if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
            return next((name.id for name in names if isinstance(name, ast.Name)), "")
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method))) if method in _FILLS:
            return name
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name)) | ast.Attribute(value=ast.Name(id=name))]):
            return name
    return ""


def _key(statement: ast.stmt) -> str:
    """What a later statement of the same owner replaces: a function of the same name."""
    named = getattr(statement, "name", None)
    return named if isinstance(named, str) else f"line {statement.lineno} {id(statement)}"


def _is_endpoint(statement: ast.stmt) -> bool:
    """Whether a decorator hangs a function on an app or a router that the document doesn't show."""
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in _VERBS
        for one in getattr(statement, "decorator_list", [])
    )


def _routes(statement: ast.stmt) -> Iterator[tuple[str, frozenset[str], re.Pattern[str]]]:
    """What the decorators of a function hang it on, the methods, and the addresses that reach it."""
    for one in getattr(statement, "decorator_list", []):
        match one:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=verb), args=[ast.Constant(value=str(path)), *_]):
                if verb in _VERBS:
                    methods = frozenset() if verb == "api_route" else frozenset({verb.upper()})
                    yield owner, methods, _address(path)


def _address(path: str) -> re.Pattern[str]:
    """What reaches a path: a step with a parameter is any step, and where a parameter holds paths, all that comes after it."""
    whole, _, _ = re.sub(r"\{[^{}]*:path\}", "\0", path.rstrip("/")).partition("\0")
    steps = ["[^/]+" if "{" in step else re.escape(step) for step in whole.split("/")]
    return re.compile("/".join(steps) + (".*" if ":path}" in path else "/?"))


def _reached(methods: frozenset[str], pattern: re.Pattern[str], method: str, path: str) -> bool:
    return (not methods or method in methods) and pattern.fullmatch(path) is not None


def _lone_router(tree: ast.Module) -> str:
    """The router that a fragment makes, where it makes one and no app includes it."""
    routers = [
        name.id
        for statement in tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
        if getattr(statement.value.func, "id", getattr(statement.value.func, "attr", "")) == "APIRouter"
        for name in statement.targets
        if isinstance(name, ast.Name)
    ]
    return routers[0] if len(routers) == 1 else ""


def _has_star(tree: ast.Module) -> bool:
    """Whether an import brings names that nobody knows."""
    return any(
        alias.name == "*" for statement in ast.walk(tree) if isinstance(statement, ast.ImportFrom) for alias in statement.names
    )


def free_names(tree: ast.Module) -> list[str]:
    """The names that are read somewhere and bound nowhere in `tree`, in the order of reading."""
    nodes = list(ast.walk(tree))
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    bound |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
    bound |= {node.name for node in nodes if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name}
    bound |= {node.rest for node in nodes if isinstance(node, ast.MatchMapping) and node.rest}
    bound |= {"__file__", "__doc__", "__name__"}
    bound |= {_bound_by(alias) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    read = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    read.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in read if node.id not in bound and not hasattr(builtins, node.id)))


def _bound_by(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds in the module, also within try, if, for and with."""
    match statement:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from map(_bound_by, aliases)
        case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
            yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
            for node in ast.walk(statement):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield from map(_bound_by, node.names)
                elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    yield node.name
        case _:
            yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
