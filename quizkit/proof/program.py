"""A right answer as its text and its syntax tree at once: what stands where, and what each name means."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final, NamedTuple, TypeGuard

from quizkit.check.names import Code, Function, parsed

METHODS: Final = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
MARKERS: Final = ("Query", "Path", "Header", "Cookie", "Body", "Form", "File")
INJECTORS: Final = ("Depends", "Security")
CLOCKS: Final = ("time", "monotonic", "perf_counter", "now", "utcnow", "time_ns", "monotonic_ns")


class Edit(NamedTuple):
    """The bytes from `start` to `end` give way to `text`."""

    start: int
    end: int
    text: str


Edits = tuple[Edit, ...]


class Parameter(NamedTuple):
    """One parameter of a function, with its default."""

    arg: ast.arg
    default: ast.expr | None


class Program:
    """Python source with its tree. `prompt` is the task's text, where only what it states may be asked for.

    `documented` says that what /openapi.json shows counts too. Raises SyntaxError where `text` isn't Python.
    """

    def __init__(self, text: str, prompt: str | None = None, *, documented: bool = False) -> None:
        self.documented = documented
        self.tree = parsed(text)
        self.nodes = tuple(walked(self.tree))
        self._prompt = prompt
        self._bytes = text.encode()
        self._starts = [0, *(found.end() for found in re.finditer(rb"\r\n|\r|\n", self._bytes))]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node above each node."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, the nearest first."""
        while (upper := self.parents.get(node)) is not None:
            yield upper
            node = upper

    def function_of(self, node: ast.AST) -> Function | None:
        """The innermost function that a node belongs to."""
        return next((upper for upper in self.above(node) if is_function(upper)), None)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node's bytes begin and end."""
        start = self._starts[getattr(node, "lineno") - 1] + getattr(node, "col_offset")  # noqa: B009
        return start, self._starts[getattr(node, "end_lineno") - 1] + getattr(node, "end_col_offset")  # noqa: B009

    def segment(self, node: ast.AST) -> str:
        """A node's text."""
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def between(self, start: int, end: int) -> str:
        """The text of a range of bytes."""
        return self._bytes[start:end].decode()

    def spliced(self, edits: Edits) -> str:
        """The text after some edits that don't overlap."""
        changed = self._bytes
        for edit in sorted(edits, reverse=True):
            changed = changed[: edit.start] + edit.text.encode() + changed[edit.end :]
        return changed.decode()

    def put(self, node: ast.AST, text: str) -> Edits:
        """`text` in the place of a node."""
        return (Edit(*self.span(node), text),)

    def without(self, node: ast.AST, siblings: Iterable[ast.AST]) -> Edits:
        """A list, or a call's arguments, without one of its elements and its comma."""
        row = sorted(siblings, key=self.span)
        place = row.index(node)
        start, end = self.span(node)
        if place + 1 < len(row):
            return (Edit(start, self.span(row[place + 1])[0], ""),)
        if place:
            return (Edit(self.span(row[place - 1])[1], end, ""),)
        comma = re.match(r"\s*,?", self.between(end, len(self._bytes)))
        return (Edit(start, end + (len(comma[0].encode()) if comma else 0), ""),)

    def without_argument(self, call: ast.Call, argument: ast.AST) -> Edits:
        """A call without one of its arguments."""
        return self.without(argument, [*call.args, *call.keywords])

    def is_in_place(self, node: ast.AST) -> bool:
        """Whether a node's position can be trusted: before Python 3.12 it is a guess inside an f-string."""
        if not any(isinstance(upper, ast.JoinedStr) for upper in self.above(node)):
            return True
        try:
            return isinstance(node, ast.expr) and ast.dump(ast.parse(self.segment(node), mode="eval").body) == ast.dump(node)
        except (SyntaxError, ValueError, UnicodeDecodeError):
            return False

    def states(self, value: object) -> bool:
        """Whether the task's text says a value, or there is no such text."""
        if self._prompt is None:
            return True
        if isinstance(value, bool | None):
            return False
        text = value if isinstance(value, str) else repr(value)
        return bool(text.strip()) and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", self._plain_prompt) is not None

    def speaks_of(self, words: str) -> bool:
        """Whether the task's text matches a regular expression, or there is no such text."""
        return self._prompt is None or re.search(words, self._prompt, re.IGNORECASE) is not None

    @cached_property
    def _plain_prompt(self) -> str:
        return re.sub(r"(?<=\d)[ _,](?=\d{3}\b)", "", self._prompt or "")

    @cached_property
    def models(self) -> dict[str, ast.ClassDef]:
        """The Pydantic models that are defined here, by name."""
        return Code(self.tree).models

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions of the module itself, by name."""
        return {node.name: node for node in self.tree.body if is_function(node)}

    @cached_property
    def asked(self) -> frozenset[Function]:
        """The functions whose parameters FastAPI fills: handlers, and what is named in a `Depends`."""
        injected = {
            last_name(call.args[0]) for call in self.calls(*INJECTORS) if call.args and isinstance(call.args[0], ast.Name)
        }
        found = {node for node in self.nodes if is_function(node) and (routes(node) or node.name in injected)}
        for node in self.nodes:
            if isinstance(node, ast.ClassDef) and node.name not in self.models:
                names = ("__init__", "__call__") if node.name in injected | self._filled_by_type else ("__call__",)
                methods = [part for part in node.body if is_function(part) and part.name in names]
                found |= {part for part in methods if [arg.arg for arg in part.args.args[1:]] != ["scope", "receive", "send"]}
        return frozenset(found)

    @cached_property
    def _filled_by_type(self) -> set[str]:
        """The classes that an empty `Depends()` stands beside."""
        found: set[str] = set()
        for node in self.nodes:
            for parameter in parameters(node) if is_function(node) else ():
                marks = [*annotated(parameter.arg.annotation)[1:], parameter.default]
                if any(isinstance(mark, ast.Call) and last_name(mark.func) in INJECTORS and not mark.args for mark in marks):
                    found |= names_in(parameter.arg.annotation)
        return found

    @cached_property
    def instants(self) -> frozenset[str]:
        """The names that hold what a clock said."""
        assigned = [node for node in self.nodes if isinstance(node, ast.Assign)]
        read = [node for node in assigned if any(_reads_clock(part) for part in ast.walk(node.value))]
        return frozenset(name for node in read for name in names_in(*node.targets))

    def tells_time(self, *nodes: ast.AST) -> bool:
        """Whether some expressions, or the sums that they are part of, speak of an instant, which no check hits."""
        parts = [part for node in nodes for part in ast.walk(self._sum_of(node))]
        return any(_reads_clock(part) or (isinstance(part, ast.Name) and part.id in self.instants) for part in parts)

    def _sum_of(self, node: ast.AST) -> ast.AST:
        while isinstance(upper := self.parents.get(node), ast.BinOp | ast.UnaryOp):
            node = upper
        return node

    def is_only_injected(self, function: Function) -> bool:
        """Whether nobody but FastAPI calls one of the module's functions."""
        uses = [node for node in self.nodes if isinstance(node, ast.Name) and node.id == function.name]
        given = [call.args[0] for call in self.calls(*INJECTORS) if call.args]
        registered = bool(routes(function)) and len(routes(function)) == len(function.decorator_list)
        injected = not function.decorator_list and bool(uses)
        return function in self.tree.body and (registered or injected) and all(use in given for use in uses)

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """The calls of something of one of these names."""
        return (node for node in self.nodes if isinstance(node, ast.Call) and last_name(node.func) in names)


def _reads_clock(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) in CLOCKS


def walked(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, in the order of the text."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [*ast.iter_child_nodes(node)][::-1]


def is_function(node: ast.AST | None) -> TypeGuard[Function]:
    """Whether a node defines a function."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def last_name(node: ast.AST | None) -> str:
    """`c` of `a.b.c`, of `c[int]` and of a call of either."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def root_name(node: ast.AST | None) -> str:
    """`a` of `a.b.c`, of `a[0].b` and of `a().b`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def names_in(*nodes: ast.AST | None) -> set[str]:
    """The bare names that are used below some nodes."""
    return {part.id for node in nodes if node is not None for part in ast.walk(node) if isinstance(part, ast.Name)}


def routes(function: Function) -> list[ast.Call]:
    """A function's decorators that make it a handler."""
    return [call for call in function.decorator_list if is_route(call)]


def is_route(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether a call is `app.get("/path")` or the like."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in (*METHODS, "api_route", "websocket")
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(path := node.args[0].value, str)
        and (path.startswith("/") or (not path and not node.keywords))
    )


def parameters(function: Function) -> list[Parameter]:
    """A function's parameters in order, without `*args` and `**kwargs`."""
    listed = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(listed) - len(function.args.defaults)) + [*function.args.defaults]
    plain = [Parameter(arg, default) for arg, default in zip(listed, defaults, strict=True)]
    only = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return plain + [Parameter(arg, default) for arg, default in only]


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    """A call's keyword argument."""
    return next((given for given in call.keywords if given.arg == name), None)


def annotated(node: ast.AST | None) -> list[ast.expr]:
    """The parts of `Annotated[…]`, the type first."""
    if isinstance(node, ast.Subscript) and last_name(node) == "Annotated" and isinstance(node.slice, ast.Tuple):
        return node.slice.elts
    return []


def quoted(value: str) -> str:
    """A text as a literal, in double quotes where it has none."""
    return repr(value) if '"' in value else f'"{repr(value)[1:-1]}"'
