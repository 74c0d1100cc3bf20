"""A doctest for FastAPI: the code of a document, completed so that it can run, with what the document states of it."""

import ast
import io
import textwrap
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from quizkit.check.names import parsed
from quizkit.documents.expectations import Conversation, Line, Stated, Unread, listen, listen_to_fence
from quizkit.documents.fences import Piece, pieces
from quizkit.documents.fragment import Addition, Completion, Library


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of code of a document, completed so that it can run.

    `source` is what runs; `lines` says of each of its lines on which of the document's it stands, where it stands there.
    `added` was put around the code, `missing` are the names that are defined nowhere, and `fault` is why it is no Python.
    """

    line: int
    code: str
    source: str
    lines: tuple[int, ...] = ()
    added: tuple[Addition, ...] = ()
    missing: tuple[str, ...] = ()
    stated: tuple[Stated, ...] = ()
    unread: tuple[Unread, ...] = ()
    fault: str = ""

    @property
    def assumed(self) -> tuple[str, ...]:
        """The texts that were put around the code."""
        return tuple(addition.text for addition in self.added)

    def place(self, line: int) -> int:
        """The document's line for a line of the source."""
        return (self.lines[line - 1] if 0 < line <= len(self.lines) else 0) or self.line


@dataclass(slots=True)
class _Draft:
    """A block while the document is read: what is said of it may go on after its fence."""

    line: int
    code: str
    tree: ast.Module | None
    talk: Conversation = field(default_factory=Conversation)


def blocks(text: str, *, markdown: bool) -> list[Block]:
    """The Python blocks of a Markdown document, or a Python file as one block, each with what is said of it.

    A fragment gets the usual imports, an app, and what earlier blocks define; one of comments alone speaks of the block before.
    Commands, HTTP and JSON in fences of their own speak of the block before, too.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found: list[Block] = []
    library, before = Library(), None
    for draft in _drafts(pieces(text) if markdown else [Piece(0, "python", text)]):
        draft.talk.close()
        speaks_of_before = before is not None and draft.tree is not None and not draft.tree.body
        spoken_of = before if before is not None and speaks_of_before else draft
        found.append(_block(draft, spoken_of, library))
        if not speaks_of_before:
            before = draft
            if draft.tree is not None:
                library.learn(draft.tree, draft.code, draft.line)
    return found


def _drafts(found: Sequence[Piece]) -> Iterator[_Draft]:
    """Each block of Python with what its comments say, and the fences after it."""
    draft: _Draft | None = None
    for piece in found:
        if piece.kind == "python":
            if draft is not None:
                yield draft
            code = piece.text if _tree(piece.text) is not None else textwrap.dedent(piece.text)
            draft = _Draft(piece.line + 1, code, _tree(code))
            listen([(draft.line + line - 1, said) for line, said in _comments(code)], draft.talk)
        elif draft is not None:
            listen_to_fence(piece.kind, piece.line + 1, piece.text, piece.words, draft.talk)
    if draft is not None:
        yield draft


def _block(draft: _Draft, spoken_of: _Draft, library: Library) -> Block:
    stated, unread = tuple(draft.talk.stated), tuple(draft.talk.unread)
    if spoken_of.tree is None:
        lines = tuple(range(spoken_of.line, spoken_of.line + spoken_of.code.count("\n") + 1))
        fault = _fault(spoken_of)
        return Block(draft.line, draft.code, spoken_of.code, lines, stated=stated, unread=unread, fault=fault)
    requests = [(one.check.request.method, one.check.request.path) for one in stated]
    completion = library.complete(spoken_of.tree, requests)
    source, lines = _joined(spoken_of, completion)
    added = completion.before + completion.after if spoken_of is draft else completion.after
    return Block(draft.line, draft.code, source, lines, added, completion.missing, stated, unread)


def _joined(draft: _Draft, completion: Completion) -> tuple[str, tuple[int, ...]]:
    """What runs, and the document's line of each of its lines."""
    futures, code = _future_apart(draft.tree, draft.code) if draft.tree else ([], draft.code)
    parts = [Addition(text) for text in futures]
    parts += [*completion.before, Addition(code, draft.line), *completion.after]
    lines = [part.line and part.line + number for part in parts for number in range(part.text.count("\n") + 1)]
    return "\n".join(part.text for part in parts), tuple(lines)


def _future_apart(tree: ast.Module, code: str) -> tuple[list[str], str]:
    """The imports from `__future__`, which have to come before whatever is put in front, and the code with `()` for each.

    Over several lines that is a bracket over as many, so that whatever else stands there stays where it is.
    """
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    lines = [line.encode() for line in code.split("\n")] if found else []
    for node in reversed(found):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
        between = [b""] * (last - first - 1)
        lines[first : last + 1] = [head + b"(", *between, b")" + tail] if last > first else [head + b"()" + tail]
    return [ast.unparse(node) for node in found], b"\n".join(lines).decode() if found else code


def _tree(code: str) -> ast.Module | None:
    try:
        return parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _fault(draft: _Draft) -> str:
    """Why a block can't be read as Python."""
    try:
        parsed(draft.code)
    except SyntaxError as error:
        return f"this is not Python: line {draft.line + (error.lineno or 1) - 1}: {error.msg}"
    except ValueError as error:
        return f"this is not Python: {error}"
    except (RecursionError, MemoryError):
        return "this is nested too deep for Python"
    return ""


def _comments(code: str) -> Iterator[Line]:
    """Each comment's line, from 1, and its text without the sign. Inside a string nothing is one."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string.lstrip("#").strip()
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return
