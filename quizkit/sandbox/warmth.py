"""What the worker does once so that its forks needn't: imports, and first uses of what is made lazily."""

import gc
import importlib
import mimetypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from quizkit.sandbox.policy import LIBRARIES


def import_fastapi() -> None:
    """Imports what nearly every answer imports."""
    with _models_built_when_used():
        import fastapi.middleware.cors  # noqa: PLC0415
        import fastapi.responses  # noqa: PLC0415
        import fastapi.security  # noqa: PLC0415
        import fastapi.testclient  # noqa: F401, PLC0415
    mimetypes.init()
    gc.freeze()


@contextmanager
def _models_built_when_used() -> Iterator[None]:
    """Classes that are made in here take pydantic's own `defer_build` from their base.

    FastAPI describes all of OpenAPI in such models, and to build them is a tenth of its import; few runs ask for the
    document, and the first that does builds them then.
    """
    from pydantic import BaseModel  # noqa: PLC0415 - half of what FastAPI's import takes

    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]


class Warmth:
    """What is still to be done for later runs. A cold check has one run, which none of this may delay."""

    def __init__(self) -> None:
        self._due: list[Callable[[], None]] = [_drive_an_app]
        self._asked: set[str] = set()

    def __bool__(self) -> bool:
        """Whether nothing is left to be done."""
        return not self._due

    def ask(self, names: Iterable[str]) -> None:
        """Notes the libraries that a run is going to import, of those that may be imported where nothing confines them."""
        new = [name for name in names if name in LIBRARIES and name not in self._asked]
        self._asked.update(new)
        self._due += [partial(_import_all, LIBRARIES[name]) for name in new]

    def catch_up(self) -> None:
        """Does all of it. Frozen, what was made is left alone by a fork's collector, and stays shared memory."""
        while self._due:
            self._due.pop()()
        gc.freeze()


def _import_all(modules: Iterable[str]) -> None:
    for module in modules:
        with suppress(Exception):  # a library that is missing or broken is the snippet's affair
            importlib.import_module(module)


def _drive_an_app() -> None:
    """Body, path, query, lifespan and the document, of an app that is then dropped: each has lazy parts of its own."""
    from fastapi import FastAPI  # noqa: PLC0415
    from fastapi.testclient import TestClient  # noqa: PLC0415

    app = FastAPI()

    @dataclass
    class Body:
        name: str

    @app.post("/{number}")
    def warm(number: int, body: Body, q: str = "") -> dict[str, Any]:
        return {"number": number, "q": q, "body": body}

    with TestClient(app, raise_server_exceptions=False) as client:
        client.post("/1?q=a", json={"name": "a"})
        client.get("/openapi.json")
