"""What the names in a source stand for: imports followed, functions told apart by what FastAPI does with them."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

Function = ast.FunctionDef | ast.AsyncFunctionDef

_ROUTES: Final = frozenset(("get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "websocket"))
# A bare name is one that came by `import *`.
_MODELS: Final = ("pydantic.BaseModel", "pydantic_settings.BaseSettings", "sqlmodel.SQLModel", "BaseModel", "BaseSettings")


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each imported name, and the path that it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def dotted(node: ast.AST) -> str:
    """`a.b.c` as it is written; empty for anything that is no such chain."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


LONGEST: Final = 1 << 16
"""How many characters of Python are parsed. A megabyte may cost a gigabyte, and where it is one f-string more than a minute."""


def parsed(text: str) -> ast.Module:
    """The tree of a source, whose odd escapes are nobody's affair here. Raises SyntaxError, and ValueError for a NUL."""
    if len(text) > LONGEST:
        raise SyntaxError(f"{len(text):,} characters are more than the {LONGEST:,} that are read")
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(text)


def own_nodes(function: Function | ast.Lambda) -> Iterator[ast.AST]:
    """What runs when the function does, in the order of the text: its body without what functions and classes in it hold."""
    waiting: list[ast.AST] = [*reversed(function.body)] if isinstance(function.body, list) else [function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            waiting += [*ast.iter_child_nodes(node)][::-1]


@dataclass(frozen=True)
class Code:
    """A parsed source, with what several rules ask of it worked out once."""

    tree: ast.Module
    imported: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "imported", dict(imports(self.tree)))

    def name(self, node: ast.AST | None) -> str:
        """The path of a name or a chain of attributes, with imports followed: `sleep` is `time.sleep`."""
        head, _, rest = dotted(node).partition(".") if node is not None else ("", "", "")
        return ".".join(filter(None, (self.imported.get(head, head), rest)))

    def comes_from(self, *packages: str) -> bool:
        """Whether anything is imported from one of these packages."""
        return any(path.partition(".")[0] in packages for path in self.imported.values())

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        """Every call."""
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function."""
        return tuple(node for node in self.nodes if isinstance(node, Function))

    @cached_property
    def awaited(self) -> frozenset[int]:
        """The identities of the nodes that are awaited as they stand."""
        return frozenset(id(node.value) for node in self.nodes if isinstance(node, ast.Await))

    @cached_property
    def globals(self) -> dict[str, ast.expr]:
        """Each name that the module itself assigns, and its first value."""
        found: dict[str, ast.expr] = {}
        for node in self.tree.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            for target in (
                node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
            ):
                if isinstance(target, ast.Name) and value is not None:
                    found.setdefault(target.id, value)
        return found

    @cached_property
    def models(self) -> dict[str, ast.ClassDef]:
        """The classes that are Pydantic models, by their names."""
        found: dict[str, ast.ClassDef] = {}
        for node in (node for node in self.nodes if isinstance(node, ast.ClassDef)):
            bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
            if any(self.name(base) in _MODELS or dotted(base) in found for base in bases):
                found[node.name] = node
        return found

    @cached_property
    def injected(self) -> frozenset[str]:
        """The names of the functions that are handed to `Depends` or `Security`."""
        wanted = ("fastapi.Depends", "fastapi.Security", "fastapi.params.Depends")
        return frozenset(dotted(call.args[0]) for call in self.calls if call.args and self.name(call.func) in wanted)

    def is_route(self, function: Function) -> bool:
        """Whether FastAPI calls the function for a request."""
        calls = (decorator.func for decorator in function.decorator_list if isinstance(decorator, ast.Call))
        return any(isinstance(func, ast.Attribute) and func.attr in _ROUTES for func in calls)

    def is_called_by_fastapi(self, function: Function) -> bool:
        """Whether FastAPI calls it, as a route or as a dependency; where it is a plain `def`, in a thread."""
        return self.is_route(function) or function.name in self.injected
