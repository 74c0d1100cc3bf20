"""Whoever is killed, and whenever: a second later nothing of a run is left."""

import json
import os
import pty
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile.places import PLACES, REPOSITORY, Place, environment, family, interpreter

GRACE_S = 1.0


class Host:
    """A host process on a terminal of its own, and all that it started."""

    def __init__(self, place: Place, *, last: bool) -> None:
        self.size = 3 + place.namespaces - last
        self.terminal, theirs = pty.openpty()
        command = [interpreter(place), "-m", "tests.sandbox.hanging_host", *place.arguments(), *["--last"] * last]
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            cwd=REPOSITORY,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - no thread runs here yet, and nothing else takes a terminal
        )
        os.close(theirs)
        self.folder: str = self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return str(json.loads(self.process.stdout.readline()))

    def runs(self) -> None:
        """Waits until the snippet is in its loop."""
        assert self._line() == "running"

    def family(self) -> list[int]:
        """Warden, the first process of the namespace where there is one, worker, and run unless that is the worker."""
        return family(self.folder)

    def close(self) -> None:
        if self.terminal >= 0:
            os.close(self.terminal)
            self.terminal = -1
        self.process.kill()
        self.process.communicate()


def _own_terminal() -> None:
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs these tests may have it ignored, as nohup does
    import fcntl  # noqa: PLC0415 - in the child
    import termios  # noqa: PLC0415

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture(params=PLACES, ids=lambda place: place.name)
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.param
    return found


@pytest.fixture(params=[False, True], ids=["forked", "last"])
def host(request: pytest.FixtureRequest, place: Place) -> Iterator[Host]:
    found = Host(place, last=request.param)
    yield found
    found.close()


def left(host: Host) -> tuple[list[int], bool]:
    """Processes that are still there when the grace is over, and whether the folder is."""
    until = time.monotonic() + GRACE_S
    while time.monotonic() < until and (host.family() or Path(host.folder).exists()):
        time.sleep(0.01)
    return host.family(), Path(host.folder).exists()


def kill_host(host: Host) -> None:
    host.process.kill()


def kill_politely(host: Host) -> None:
    host.process.terminate()


def close_terminal(host: Host) -> None:
    os.close(host.terminal)
    host.terminal = -1


@pytest.mark.parametrize("end", [kill_host, kill_politely, close_terminal])
def test_nothing_outlives_the_host(host: Host, end: Callable[[Host], None]) -> None:
    host.runs()
    assert len(host.family()) == host.size
    end(host)
    assert left(host) == ([], False)


@pytest.mark.parametrize("who", [0, 1, 2], ids=["warden", "first or worker", "worker or run"])
def test_nothing_outlives_the_worker(host: Host, who: int) -> None:
    host.runs()
    if who > host.size - 2:
        pytest.skip("that is the run itself")
    os.kill(host.family()[who], signal.SIGKILL)
    until = time.monotonic() + GRACE_S
    while host.family() and time.monotonic() < until:
        time.sleep(0.01)
    assert host.family() == []


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.1, 0.3, 0.5, None])
def test_a_host_killed_at_any_moment_leaves_nothing(host: Host, after_s: float | None) -> None:
    time.sleep(random.random() * 0.7 if after_s is None else after_s)
    kill_host(host)
    assert left(host) == ([], False)


def test_a_host_that_ends_by_itself_leaves_nothing(host: Host) -> None:
    host.runs()
    host.process.send_signal(signal.SIGINT)
    host.process.wait(10)
    assert left(host) == ([], False)
