"""The places where the hostile snippets are run: as root and as an ordinary user, with namespaces and without."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Place:
    """Who runs quizkit, and whether the kernel lets it have namespaces."""

    name: str
    user: bool
    namespaces: bool

    def arguments(self) -> list[str]:
        """The driver's options."""
        becomes_user = self.user and os.geteuid() == 0
        return ["--user"] * becomes_user + ["--no-namespaces"] * (not self.namespaces)


PLACES = tuple(
    Place(f"{'user' if user else 'root'}, {'namespaces' if namespaces else 'no namespaces'}", user, namespaces)
    for user in (False, True)
    for namespaces in (True, False)
)


class Driver:
    """A driver process in one place. `held` names the protections that it found there."""

    def __init__(self, place: Place, *options: str) -> None:
        command = [interpreter(place), "-m", "tests.hostile.driver", *place.arguments(), *options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), cwd=REPOSITORY
        )
        self.held: list[str] = self._answer()

    def grade(self, sources: list[str]) -> list[dict[str, Any]]:
        """What comes of snippets that run side by side, and of a good one right after each."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(sources) + "\n")
        self.process.stdin.flush()
        told: list[dict[str, Any]] = self._answer()
        return told

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the driver died ({self.process.wait()})"
        return json.loads(line)

    def close(self) -> None:
        """Ends it, as a host ends that is done."""
        with suppress(BrokenPipeError):
            self.process.communicate(timeout=20)


def family(folder: str) -> list[int]:
    """Warden, first process, worker and runs of the sandbox with this folder, in the order in which they were started."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return sorted(pid for pid in pids if _belongs(pid, folder))


def _belongs(pid: int, folder: str) -> bool:
    try:
        return Path(folder).name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def environment() -> dict[str, str]:
    """What another Python needs to find this checkout and the packages of this one."""
    site = [path for path in sys.path if path.endswith("-packages")]
    path = os.pathsep.join([str(REPOSITORY), *site])
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def interpreter(place: Place) -> str:
    """A Python that can be run there: this one may lie in a folder that is only root's."""
    if place.user is False and os.geteuid() != 0:
        pytest.skip("needs root")
    if not (place.user and os.geteuid() == 0):
        return sys.executable
    if not _open_to_all(REPOSITORY):
        pytest.skip("an ordinary user can't read this checkout")
    version = f"python3.{sys.version_info.minor}"
    for path in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        if Path(path).exists() and _open_to_all(Path(path).resolve()):
            return path
    pytest.skip(f"no {version} that an ordinary user can run")


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))
