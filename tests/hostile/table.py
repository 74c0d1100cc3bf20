"""Every hostile snippet, whole, with the outcomes that are allowed to it."""

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent, indent

from tests.hostile import endings, escapes, forgeries

PRELUDE = """\
import ctypes, os, socket, sys
from fastapi import FastAPI, Request, Response
libc = ctypes.CDLL(None, use_errno=True)
def check(result):
    if result < 0: raise OSError(ctypes.get_errno(), 'refused')
    return result
def call(number, *arguments):
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return check(libc.syscall(ctypes.c_long(number), *wide))
app = FastAPI()
"""
HANDLER = "@app.get('/double/{n}')\ndef double(n: int, request: Request):\n"
GOOD = (
    "from fastapi import FastAPI\napp = FastAPI()\n"
    + HANDLER.replace(", request: Request", "")
    + "    return {'double': 2 * n}\n"
)


@dataclass(frozen=True)
class Trick:
    """A snippet that must not pass, and the outcomes of which one is to be told."""

    name: str
    source: str
    outcomes: frozenset[str]


def _attempt(body: str) -> str:
    """A trick's body in a handler that answers right if it gets past the trick."""
    attempt = "def attempt():\n" + indent(dedent(body).strip(), "    ") + "\n"
    return attempt + HANDLER + "    attempt()\n    return {'double': 2 * n}\n"


def _handler(body: str) -> str:
    return HANDLER + indent(dedent(body).strip(), "    ") + "\n    return {'double': 0}\n"


def _module(body: str) -> str:
    return dedent(body).strip() + "\n"


def _rows() -> Iterator[tuple[str, str, str, str]]:
    """Group, name, allowed outcomes, source."""
    kernel = escapes.KERNEL | (escapes.X86_64 if platform.machine() == "x86_64" else {})
    for group, tricks, whole in (
        ("read", escapes.READ, _attempt),
        ("write", escapes.WRITE, _attempt),
        ("process", escapes.PROCESSES, _attempt),
        ("kernel", kernel, _attempt),
        ("handler", endings.HANDLER, _handler),
        ("module", endings.MODULE, _module),
        ("patched", forgeries.PATCHES, _module),
        ("response", forgeries.RESPONSES, _handler),
        ("app", forgeries.APPS, _module),
    ):
        for name, (outcomes, body) in tricks.items():
            yield group, name, outcomes, whole(body)
    for name, (outcomes, body) in forgeries.REPLIES.items():
        yield "reply", name, outcomes, forgeries.FRAME + _module(body)


TRICKS = tuple(
    Trick(f"{group}: {name}", PRELUDE + source, frozenset(outcomes.split("|"))) for group, name, outcomes, source in _rows()
)
NUMBERS = escapes.NUMBERS.get(platform.machine(), {})
