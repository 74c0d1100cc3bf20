"""Runs quizkit with a clock that a test moves: the seconds stand in the file that CLOCK_FILE names."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from quizkit.__main__ import _run
from quizkit.cli.workbench import Workbench

if TYPE_CHECKING:
    from quizkit.terminal.inbox import Clock


class ScriptedWorkbench(Workbench):
    """A workbench whose session clock is the file's number; all else is real."""

    def start_clock(self) -> "Clock":
        return self.seconds

    def seconds(self) -> float:
        return float(Path(os.environ["CLOCK_FILE"]).read_text())


if __name__ == "__main__":
    bench = ScriptedWorkbench()
    try:
        code = _run(sys.argv[1:], bench)
    finally:
        bench.close()
    sys.exit(code)
