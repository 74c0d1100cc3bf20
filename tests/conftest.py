"""What all tests share: a home folder that is nobody's, and warm sandboxes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from quizkit.sandbox.host import Sandbox
from quizkit.sandbox.protocol import Loaded

SMALL_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes what belongs to the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        patch.setenv("XDG_RUNTIME_DIR", str(home / "runtime"))
        patch.setenv("QUIZKIT_DATA_DIR", str(home / "quizkit"))
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A warm worker for real runs."""
    with Sandbox.start() as started:
        _wait_until_warm(started)
        yield started


@pytest.fixture(scope="session")
def impatient() -> Iterator[Sandbox]:
    """A warm worker whose runs are ended soon."""
    with Sandbox.start(time_limit_s=1.5) as started:
        _wait_until_warm(started)
        yield started


def _wait_until_warm(sandbox: Sandbox) -> None:
    for _ in range(20):
        with sandbox.open({"main.py": SMALL_APP}) as run:
            if isinstance(run.load(), Loaded):
                return
    raise RuntimeError("the worker never answered")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the design and the example deck, which lies beside the repository while quizkit is made."""
    folder = Path(__file__).resolve().parents[1] / ".." / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is not beside this checkout")
    return folder
