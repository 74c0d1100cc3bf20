"""What the worker does for later runs: libraries of a fixed list, once a snippet has asked for them."""

import pytest

from quizkit.sandbox.host import Sandbox
from quizkit.sandbox.policy import LIBRARIES, libraries
from quizkit.sandbox.protocol import Loaded, Request, Response

LOOKS = """
import sys
there = sorted(name for name in ("jwt", "sqlalchemy", "wave") if name in sys.modules)
from fastapi import FastAPI
{imports}
app = FastAPI()


@app.get("/")
def read():
    return there
"""


def found(sandbox: Sandbox, imports: str) -> bytes:
    """Which of three modules were there before the snippet imported any."""
    with sandbox.open({"main.py": LOOKS.format(imports=imports)}) as run:
        assert isinstance(run.load(), Loaded)
        response = run.send(Request("GET", "/"))
        assert isinstance(response, Response)
        return response.body


def test_a_library_is_there_for_the_run_after_the_first_that_names_it() -> None:
    with Sandbox.start() as sandbox:
        assert found(sandbox, "import jwt, wave") == b"[]"
        assert found(sandbox, "import wave") == b'["jwt"]'
        assert found(sandbox, "from sqlalchemy import text") == b'["jwt","sqlalchemy"]'


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("import sqlalchemy", ("sqlalchemy",)),
        ("def f():\n    from sqlalchemy.orm import Session", ("sqlalchemy",)),
        ("import sqlalchemy_utils", ()),
        ("from fastapi.templating import Jinja2Templates", ("fastapi.templating",)),
        ("from fastapi import FastAPI, UploadFile", ("python_multipart",)),
        ("import os, wave\nfrom ctypes import util", ()),
        ("", ()),
    ],
)
def test_libraries_are_told_by_how_they_are_imported(source: str, named: tuple[str, ...]) -> None:
    assert libraries(source) == named
    assert set(named) <= LIBRARIES.keys()
