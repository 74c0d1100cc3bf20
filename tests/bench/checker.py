"""What checking a snippet costs, beside the bare script that sends the same requests: python -m tests.bench.checker [ROUNDS].

All in one run, by the clock and by processor time: cold checks, on all cores and pinned to one, beside the script and beside
pytest; warm runs, with and without SQLAlchemy; from a save to its verdict under `--watch`; memory; forty requests at once.
"""

import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO

from quizkit.check.spec import Check
from quizkit.deck.loader import builtin, load
from quizkit.deck.models import Coding
from quizkit.grading import grade_source
from quizkit.sandbox.host import Sandbox
from quizkit.sandbox.protocol import Burst, Loaded, Request, Responses
from tests.bench.pairs import HEAD, Command, Cost, costs, environment, line, python, row
from tests.bench.startup import BARE, SNIPPET, write_files

DATABASE = """
from sqlalchemy import String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
Base.metadata.create_all(engine)


def names():
    with Session(engine) as session:
        return [item.name for item in session.query(Item)]


names()
"""

SLEEPER = """
import time
from fastapi import FastAPI

app = FastAPI()


@app.get("/wait")
def wait():
    time.sleep(0.05)
    return {"waited": True}
"""

BARE_AT_ONCE = """
import time
from concurrent.futures import ThreadPoolExecutor
from fastapi.testclient import TestClient
from sleeper import app

with TestClient(app) as client:
    client.get("/wait")
    began = time.perf_counter()
    with ThreadPoolExecutor(40) as pool:
        assert all(response.status_code == 200 for response in pool.map(client.get, ["/wait"] * 40))
    print(time.perf_counter() - began)
"""


def cold(folder: Path, rounds: int) -> Iterator[str]:
    """Whole processes, from nothing to their end."""
    check = python("-m", "quizkit", "check", "snippet.py", "--deck", "deck")
    commands = {
        "bare": Command(python("bare.py"), folder),
        "small": Command(check, folder),
        "built-in": Command([*check, "--deck", str(builtin())], folder),
        "pytest": Command(python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_snippet.py"), folder),
    }
    if hasattr(os, "sched_setaffinity"):
        commands["bare pinned"] = Command(python("bare.py"), folder, pinned=True)
        commands["pinned"] = Command(check, folder, pinned=True)
    took = dict(zip(commands, costs(list(commands.values()), rounds), strict=True))
    yield row("cold check, a small deck : the bare script", took["small"], took["bare"], 1.0)
    yield row("cold check, the built-in deck too : the bare script", took["built-in"], took["bare"], 1.0)
    if "pinned" in took:
        yield row("cold check, pinned to one core : the bare script, pinned too", took["pinned"], took["bare pinned"], 1.35)
    yield row("cold check, a small deck : pytest", took["small"], took["pytest"], 0.6)
    yield row("pytest : the bare script", took["pytest"], took["bare"])


def warm(folder: Path, rounds: int) -> Iterator[str]:
    """Runs in a worker that is there already."""
    (folder / "with_database.py").write_text(SNIPPET + DATABASE, encoding="utf-8")
    (folder / "bare_database.py").write_text(BARE.replace("snippet", "with_database"), encoding="utf-8")
    checks = _checks(folder)
    with Sandbox.start() as sandbox:
        plain, bare, database, bare_database = costs(
            [
                _grading(checks, SNIPPET, sandbox),
                Command(python("bare.py"), folder),
                _grading(checks, SNIPPET + DATABASE, sandbox),
                Command(python("bare_database.py"), folder),
            ],
            rounds,
        )
    yield row("warm run : the bare script", plain, bare, 0.12)
    yield row("warm run with SQLAlchemy : the bare script with it", database, bare_database, 0.15)


def _checks(folder: Path) -> Sequence[Check]:
    question = load([folder / "deck"]).question("bench-item")
    assert isinstance(question, Coding)
    return question.checks


def _grading(checks: Sequence[Check], text: str, sandbox: Sandbox) -> Callable[[], Cost]:
    """One warm run. Its processor time is the worker's, which nobody can tell here."""

    def run() -> Cost:
        began = time.perf_counter()
        verdict = grade_source(checks, text, sandbox, random.Random())
        took = time.perf_counter() - began
        assert verdict.passed, verdict
        return Cost(took, 0)

    return run


def watched(folder: Path, rounds: int) -> Iterator[str]:
    """From the moment that a file is written until the verdict's line is there to be read."""
    path = folder / "watched.py"
    path.write_text(SNIPPET, encoding="utf-8")
    command = python("-m", "quizkit", "check", str(path), "--deck", "deck", "--watch")
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, bufsize=0
    ) as process:
        assert process.stdout is not None
        _verdict_line(process.stdout)
        numbers = itertools.count()

        def save() -> Cost:
            time.sleep(0.1)  # as a person would, not on the heels of the last verdict
            began = time.perf_counter()
            assert process.stdout is not None
            path.write_text(f"{SNIPPET}# {next(numbers)}\n", encoding="utf-8")
            _verdict_line(process.stdout)
            return Cost(time.perf_counter() - began, 0)

        saves, bare = costs([save, Command(python("bare.py"), folder)], rounds)
        process.terminate()
    yield row("from save to verdict, --watch : the bare script", saves, bare, 0.25)


def _verdict_line(output: IO[bytes]) -> None:
    while "2 of 2" not in output.readline().decode():
        continue


def memory(folder: Path, rounds: int) -> Iterator[str]:
    """The most that a cold check and all its processes hold at once, each shared page counted once."""
    check = python("-m", "quizkit", "check", "snippet.py", "--deck", "deck")
    pairs = [(_peak(check, folder), _peak(python("bare.py"), folder)) for _ in range(rounds)]
    ours, bare = (median(pair[side] for pair in pairs) for side in (0, 1))
    found = median(a / b for a, b in pairs)
    yield line("memory of a cold check, sum of PSS : the bare script", f"{ours:.1f} MiB", f"{bare:.1f} MiB", found, 1.9)


def _peak(command: Sequence[str], folder: Path) -> float:
    peak = 0
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            peak = max(peak, sum(_kibibytes(pid, "smaps_rollup", "Pss:") for pid in _family(process.pid)))
            time.sleep(0.004)
    assert process.returncode == 0
    return peak / 1024


def _family(root: int) -> list[int]:
    """A process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with _that_may_end():
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _kibibytes(pid: int, file: str, name: str) -> int:
    with _that_may_end():
        for field in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if field.startswith(name):
                return int(field.split()[1])
    return 0


@contextmanager
def _that_may_end() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError):  # the process is gone, or half gone
        return


def flat(folder: Path) -> Iterator[str]:
    """The worker's own memory, early and late."""
    checks = _checks(folder)
    with Sandbox.start() as sandbox:
        run = _grading(checks, SNIPPET, sandbox)
        held, took = [], []
        for number in range(1, 1001):
            took.append(run().wall)
            if number in (10, 1000):
                held.append(sum(_kibibytes(pid, "status", "VmRSS:") for pid in _family(os.getpid())[1:]) / 1024)
    late, early = held[1], held[0]
    yield line("resident memory after 1,000 runs : after 10", f"{late:.1f} MiB", f"{early:.1f} MiB", late / early)
    late, early = median(took[-100:]) * 1000, median(took[10:110]) * 1000
    yield line("a warm run after 900 : after 10", f"{late:.1f} ms", f"{early:.1f} ms", late / early)


def at_once(folder: Path, rounds: int) -> Iterator[str]:
    """Forty requests to a sync endpoint that sleeps 50 ms."""
    (folder / "sleeper.py").write_text(SLEEPER, encoding="utf-8")
    (folder / "at_once.py").write_text(BARE_AT_ONCE, encoding="utf-8")

    def bare() -> Cost:
        said = subprocess.run(python("at_once.py"), cwd=folder, env=environment(folder), capture_output=True, check=True)
        return Cost(float(said.stdout), 0)

    with Sandbox.start() as sandbox:

        def confined() -> Cost:
            with sandbox.open({"main.py": SLEEPER}) as run:
                loaded = run.load()
                assert isinstance(loaded, Loaded), loaded
                run.send(Request("GET", "/wait"))
                began = time.perf_counter()
                replies = run.send(Burst(Request("GET", "/wait"), 40))
                took = time.perf_counter() - began
            assert isinstance(replies, Responses), replies
            assert {response.status for response in replies.responses} == {200}
            return Cost(took, 0)

        ours, theirs = costs([confined, bare], rounds)
    yield row("40 requests at once to a sync endpoint : the same, bare", ours, theirs)


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        print(f"medians of {rounds} rounds, {len(os.sched_getaffinity(0))} cores\n{HEAD}")
        for lines in (
            cold(folder, rounds),
            warm(folder, rounds),
            watched(folder, rounds),
            memory(folder, max(3, rounds // 3)),
            flat(folder),
            at_once(folder, max(3, rounds // 2)),
        ):
            for text in lines:
                print(text, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
