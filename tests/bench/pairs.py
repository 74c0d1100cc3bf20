"""Times things side by side: each round runs every one of them once, so that a machine's drift hits all alike."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one round of something took: seconds on the clock, and seconds of processor time, its children's too."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run to its end, which has to be with 0; with `pinned` it gets one processor only."""

    words: Sequence[str]
    folder: Path
    pinned: bool = False

    def __call__(self) -> Cost:
        began = time.perf_counter()
        process = subprocess.Popen(
            self.words,
            cwd=self.folder,
            env=environment(self.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=_to_one_core if self.pinned else None,  # noqa: PLW1509 - there are no threads here
        )
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)  # wait() tells nothing of the processor time
        took = time.perf_counter() - began
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{' '.join(self.words)} ended with {process.returncode}:\n{said.decode()}")
        return Cost(took, usage.ru_utime + usage.ru_stime)


def environment(folder: Path) -> dict[str, str]:
    """What a timed program sees. Compiled files are kept, as in any installed copy: without them each start compiles all anew."""
    ours = {"QUIZKIT_DATA_DIR": str(folder / "data"), "PYTHONWARNINGS": "ignore"}
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | ours


def _to_one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def python(*words: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *words]


def costs(measured: Sequence[Callable[[], Cost]], rounds: int) -> list[list[Cost]]:
    """What each of them cost, one a round, after one round that isn't counted."""
    found: list[list[Cost]] = [[] for _ in measured]
    for number in range(rounds + 1):
        for measure, kept in zip(measured, found, strict=True):
            cost = measure()
            if number:
                kept.append(cost)
    return found


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


HEAD = f"{'':<62}{'quizkit':>10}{'beside':>10}{'ratio':>8}{'target':>9}{'cpu':>8}"


def line(name: str, ours: str, theirs: str, found: float, target: float | None = None, burnt: str = "") -> str:
    """One line of a report, under HEAD."""
    aim = f"<= {target:.2f}" if target is not None else ""
    return f"{name:<62}{ours:>10}{theirs:>10}{found:6.2f} x{aim:>9}{burnt:>8}"


def row(name: str, ours: Sequence[Cost], theirs: Sequence[Cost], target: float | None = None) -> str:
    """One line of a report: both medians on the clock, their ratio, what it should be, and the ratio of processor time."""
    walls = [[cost.wall for cost in costs] for costs in (ours, theirs)]
    cpus = [[cost.cpu for cost in costs] for costs in (ours, theirs)]
    mine, other = (f"{statistics.median(wall) * 1000:.0f} ms" for wall in walls)
    burnt = f"{ratio(*cpus):.2f} x" if all(all(cpu) for cpu in cpus) else ""
    return line(name, mine, other, ratio(*walls), target, burnt)
