"""Times whole processes side by side: each round runs every command once, so that a machine's drift hits all alike."""

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


def seconds(commands: Sequence[Sequence[str]], rounds: int, folder: Path) -> list[list[float]]:
    """For each command its wall times, one a round, after one round that isn't counted. Every command has to exit with 0."""
    environment = {**os.environ, "QUIZKIT_DATA_DIR": str(folder / "data"), "PYTHONWARNINGS": "ignore"}
    times: list[list[float]] = [[] for _ in commands]
    for number in range(rounds + 1):
        for command, found in zip(commands, times, strict=True):
            began = time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
            if number:
                found.append(time.perf_counter() - began)
    return times


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def row(name: str, ours: Sequence[float], theirs: Sequence[float]) -> str:
    """One line of a report: both medians in milliseconds, and the ratio."""
    medians = (statistics.median(ours) * 1000, statistics.median(theirs) * 1000)
    return f"{name:<58} {medians[0]:6.0f} ms  {medians[1]:6.0f} ms   {ratio(ours, theirs):.2f} x"
