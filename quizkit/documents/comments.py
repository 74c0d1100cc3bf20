"""A doctest for FastAPI: the requests and answers that a document's code states in its comments, as checks."""

import ast
import builtins
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markdown_it import MarkdownIt
from pydantic import ValidationError

from quizkit.check.names import parsed
from quizkit.check.spec import METHOD_NAMES, RequestCheck

PYTHON: Final = frozenset({"python", "py", "python3", "py3", ""})


@dataclass(frozen=True, slots=True)
class Stated:
    """A check that comments state, and the line of the document where its request stands."""

    line: int
    check: RequestCheck


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of code of a document, completed so that it can run.

    `source` is what runs, `assumed` the lines that were put before it, `missing` the names that are defined nowhere. A line
    of the source is the document's line `offset` further down.
    """

    line: int
    code: str
    source: str
    assumed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    stated: tuple[Stated, ...] = ()

    @property
    def offset(self) -> int:
        """What to add to a line of `source`."""
        return self.line - 1 - (self.source.count("\n") - self.code.count("\n"))


def blocks(text: str, *, markdown: bool) -> list[Block]:
    """The Python blocks of a Markdown document, or a Python file as one block, each with what its comments state.

    A fragment gets the usual imports, an app, and what earlier blocks define; one of comments alone speaks of the block before.
    """
    pieces = list(_fences(text)) if markdown else [(0, text)]
    found: list[Block] = []
    defined: dict[str, ast.stmt] = {}
    spoken_of = ""
    for line, code in pieces:
        tree = _tree(code)
        if tree is None:
            found.append(Block(line + 1, code, code, stated=tuple(_stated(code, line))))
            spoken_of = code
            continue
        if not tree.body and spoken_of:
            found.append(Block(line + 1, code, spoken_of, stated=tuple(_stated(code, line))))
            continue
        assumed, missing = _completed(tree, defined)
        future, rest = _future_apart(tree, code)
        source = "\n".join([*future, *assumed, rest])
        found.append(Block(line + 1, code, source, assumed, missing, tuple(_stated(code, line))))
        spoken_of = source
        defined |= _definitions(tree)
    return found


def _future_apart(tree: ast.Module, code: str) -> tuple[list[str], str]:
    """The imports from `__future__`, which have to come before whatever is put in front, and the code with blanks for them."""
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    lines = code.splitlines()
    for node in found:
        for number in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[number] = ""
    return [ast.unparse(node) for node in found], "\n".join(lines) + "\n" if found else code


def _fences(text: str) -> Iterator[tuple[int, str]]:
    """The first line, from 0, and the text of each code block that may be Python."""
    for token in MarkdownIt("commonmark").parse(text):
        language = token.info.split()[0].lower() if token.info.strip() else ""
        if token.type == "fence" and language in PYTHON and token.map and (language or _looks_like_python(token.content)):
            yield token.map[0] + 1, token.content


def _looks_like_python(code: str) -> bool:
    """Whether a block that names no language is code and not a tree of folders or an address."""
    return _tree(code) is not None and bool(re.search(r"^\s*(?:@|def |async def |import |from |class )", code, re.MULTILINE))


def _tree(code: str) -> ast.Module | None:
    try:
        return parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


# ---- what the comments state ----

_REQUEST: Final = re.compile(rf"^(?P<method>{'|'.join(METHOD_NAMES)})\s+(?P<path>/\S*)\s*(?P<rest>.*)$")
_BODY: Final = re.compile(r"^(?:Request )?body\s*:\s*(?P<rest>.*)$", re.IGNORECASE)
_RETURNS: Final = re.compile(
    r"^(?:returns?|response|result|gives|answers?)\s*:?\s*(?P<rest>.*)$|^(?:->|=>|→)\s*(?P<arrow>.*)$", re.IGNORECASE
)
_ARROW: Final = re.compile(r"^(?:->|=>|→)\s*")
_STATUS: Final = re.compile(r"(?P<status>[1-5]\d\d)\b")
# In a sentence ("Returns 200 items at most") a number is a status only at its end, before punctuation, JSON or its own phrase.
_STATUS_IN_A_SENTENCE: Final = re.compile(r"(?P<status>[1-5]\d\d)(?=$|\s*[,;:.)(\[{#-]|\s+(?:[A-Z]|error\b))")


@dataclass(slots=True)
class _Statement:
    line: int
    method: str
    path: str
    body: Any = None
    has_body: bool = False
    status: int | None = None
    json: Any = None
    has_json: bool = False

    def checks(self, line: int) -> Iterator[Stated]:
        if self.status is None and not self.has_json:
            return
        request = {"method": self.method, "path": self.path, **({"json": self.body} if self.has_body else {})}
        status: Any = self.status if self.status is not None else list(range(200, 300))
        expected = {"$equal": self.json} if "$" in json.dumps(self.json) else self.json
        response = {"status": status, **({"json": expected} if self.has_json else {})}
        try:
            check = RequestCheck.model_validate({"request": request, "response": response})
        except ValidationError:  # braces in a path, a number that no JSON has: words that are no statement
            return
        yield Stated(line + self.line, check)


def _stated(code: str, line: int) -> Iterator[Stated]:
    """The checks that the comments of `code` state; `line` is the document's line, from 0, where it begins."""
    current: _Statement | None = None
    comments = list(_comments(code))
    for number, (at, text) in enumerate(comments):
        if request := _REQUEST.match(text):
            if current is not None:
                yield from current.checks(line)
            current = _Statement(at, request["method"], request["path"])
            _read_answer(current, _ARROW.sub("", request["rest"].lstrip("# ")), [], sentence=False)
        elif current is not None and (body := _BODY.match(text)):
            if current.has_body and (current.status is not None or current.has_json):
                yield from current.checks(line)
                current = _Statement(at, current.method, current.path)
            current.body, current.has_body = _json_of(body["rest"], _following(comments, number))
        elif current is not None and (answer := _RETURNS.match(text)):
            sentence = answer["arrow"] is None and ":" not in text.partition(" ")[0]
            _read_answer(current, answer["rest"] or answer["arrow"] or "", _following(comments, number), sentence=sentence)
    if current is not None:
        yield from current.checks(line)


def _comments(code: str) -> Iterator[tuple[int, str]]:
    """Each comment's line, from 1, and its text without the sign. Inside a string nothing is one."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string.lstrip("#").strip()
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return


def _following(comments: Sequence[tuple[int, str]], number: int) -> list[str]:
    """The comments on the lines directly below, over which a JSON value may go on."""
    at, found = comments[number][0], []
    for line, text in comments[number + 1 :]:
        at += 1
        if line != at:
            break
        found.append(text)
    return found


def _read_answer(statement: _Statement, text: str, following: Sequence[str], *, sentence: bool) -> None:
    value, found = _json_of(text, following)
    if found and not (isinstance(value, int) and 100 <= value <= 599):
        statement.json, statement.has_json = value, True
        return
    status = (_STATUS_IN_A_SENTENCE if sentence else _STATUS).match(text.lstrip("( "))
    if status is not None:
        statement.status = int(status["status"])
        rest = text.lstrip("( ")[status.end() :].lstrip(" :,-")
        value, found = _json_of(rest, following)
        if found and isinstance(value, dict | list):
            statement.json, statement.has_json = value, True


def _json_of(text: str, following: Sequence[str]) -> tuple[Any, bool]:
    """The JSON value that a comment begins with, also over several lines; whatever words come after it don't count."""
    decoder = json.JSONDecoder()
    lines = [text]
    for more in [None, *following]:
        if more is not None:
            lines.append(more)
        try:
            value, _ = decoder.raw_decode("\n".join(lines).strip())
        except ValueError:
            if not text.startswith(("{", "[")):
                break
            continue
        except RecursionError:
            break
        return value, True
    return None, False


# ---- what a fragment needs to run ----

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


@dataclass(slots=True)
class _Needs:
    lines: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def _completed(tree: ast.Module, defined: dict[str, ast.stmt]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines that give `tree` the names that it lacks, and the names that nothing gives."""
    needs = _Needs(seen=set(_definitions(tree)))
    _need(_free_names(tree), defined, needs)
    return tuple(needs.lines), tuple(needs.missing)


def _need(names: Iterable[str], defined: dict[str, ast.stmt], needs: _Needs) -> None:
    for name in names:
        if name in needs.seen:
            continue
        needs.seen.add(name)
        if name in defined:
            _need(_free_names(ast.Module([defined[name]], [])), defined, needs)
            line = ast.unparse(defined[name])
            needs.lines += [] if line in needs.lines else [line]
        elif name in _IMPORTS:
            needs.lines.append(f"from {_IMPORTS[name]} import {name}")
        elif name in _MODULES:
            needs.lines.append(f"import {name}")
        elif name == "app":
            _need(["FastAPI"], defined, needs)
            needs.lines.append("app = FastAPI()")
        else:
            needs.missing.append(name)


def _free_names(tree: ast.Module) -> list[str]:
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
    free = [node.id for node in read if node.id not in bound and not hasattr(builtins, node.id)]
    return [] if "*" in bound else list(dict.fromkeys(free))  # what a star brings, nobody knows


def _bound_by(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    """What a block binds at its top level and later ones may use. Endpoints and the app are its own."""
    found: dict[str, ast.stmt] = {}
    for statement in tree.body:
        if not _is_endpoint(statement):
            found |= {name: statement for name in _bound_names(statement) if name != "app"}
    return found


def _is_endpoint(statement: ast.stmt) -> bool:
    """Whether a decorator hangs a function on an app or a router, which are other ones in the next block."""
    decorators = statement.decorator_list if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) else []
    return any(isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) for one in decorators)


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
