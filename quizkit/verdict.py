"""What came of an answer: outcomes, marks, and the reasons for them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Outcome(StrEnum):
    """How a check, or an answer as a whole, ended. The values are the words of the JSON report."""

    passed = "passed"
    failed = "failed"
    error = "error"
    timeout = "timeout"
    memory = "memory"
    killed = "killed"
    blocked = "blocked"
    deck_error = "deck_error"
    not_run = "not_run"
    no_expectation = "no_expectation"
    unsure = "unsure"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where what came back differs: its path from the response's root, and both sides."""

    path: tuple[str | int, ...]
    expected: Any
    actual: Any
    message: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check ended. `line` is the line of the person's own file that is to blame, where one is known."""

    name: str
    outcome: Outcome
    weight: float = 1
    message: str = ""
    hint: str = ""
    line: int | None = None
    request: str = ""
    expected: Any = None
    actual: Any = None
    mismatches: tuple[Mismatch, ...] = ()
    traceback: str = ""


GAP: Final = " … "
"""What stands in a quotation for what is left out."""


@dataclass(frozen=True, slots=True)
class PointResult:
    """What became of one key point of a `recall` question.

    `role` is `must`, `bonus`, `misconception` or, for a statement of the reference answer, `reference`; `state` is `found`,
    `missed`, `contradicted` or `unmarked`; `words` are those of the answer that decided it, with `GAP` for what is left out.
    """

    idea: str
    role: str
    state: str
    words: str = ""
    why: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether the answer said something wrong here: the reverse of a point, or a misconception."""
        return is_wrong(self.role, self.state)


def is_wrong(role: str, state: str) -> bool:
    """Whether a point of a role, in a state, is one where the answer said something wrong."""
    return state == "contradicted" or (role in ("misconception", "reference") and state == "found")


class Worth(StrEnum):
    """The two grades of advice: what is a fault, a risk or on its way out, and what today's documentation writes otherwise."""

    changing = "worth changing"
    knowing = "worth knowing"


@dataclass(frozen=True, slots=True)
class Advice:
    """What a right answer could do better, at a line of it, and what to write instead. It never changes a verdict.

    `file` is the one in which the line stands, where the answer has several.
    """

    grade: Worth
    line: int
    rule: str
    words: str
    instead: str
    file: str = ""

    @property
    def message(self) -> str:
        """The whole advice as two sentences."""
        return f"{self.words}. Better: {self.instead}."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of an answer. `score` runs from 0 to 1, as does `confidence`, where 1 is certain.

    `output` is what the person's code printed, as far as it was kept.
    """

    outcome: Outcome
    score: float
    checks: tuple[CheckResult, ...] = ()
    points: tuple[PointResult, ...] = ()
    message: str = ""
    output: str = ""
    confidence: float = 1
    duration_s: float = 0
    sandbox: tuple[str, ...] = ()
    advice: tuple[Advice, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the answer is right in full."""
        return self.outcome is Outcome.passed


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """The verdict on one file; on a block of a document, that begins at `line`."""

    file: str
    question: str | None
    verdict: Verdict
    line: int | None = None

    @property
    def name(self) -> str:
        """The file, or the block in it."""
        return self.file if self.line is None else f"{self.file}:{self.line}"
