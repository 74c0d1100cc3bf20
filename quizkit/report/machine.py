"""Results for other programs: JSON with a format version."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from quizkit.check.match import ABSENT
from quizkit.deck.models import Entry
from quizkit.proof.verify import Proof
from quizkit.verdict import CheckResult, Outcome, Verdict

FORMAT_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """The verdict on one file, or why there is none."""

    file: str
    question: str | None
    verdict: Verdict


def to_json(result: Mapping[str, Any]) -> str:
    """One object, indented, with the format's version first."""
    return json.dumps({"format_version": FORMAT_VERSION, **result}, indent=2, ensure_ascii=True, default=_absent)


def _absent(value: Any) -> Any:
    return None if value is ABSENT else repr(value)


def verdicts(results: Sequence[FileVerdict]) -> dict[str, Any]:
    """What `quizkit check --format json` prints."""
    return {"results": [_verdict(result) for result in results]}


def _verdict(result: FileVerdict) -> dict[str, Any]:
    verdict = result.verdict
    return {
        "file": result.file,
        "question": result.question,
        "outcome": verdict.outcome,
        "score": round(verdict.score, 4),
        "passed": sum(check.outcome is Outcome.passed for check in verdict.checks),
        "total": len(verdict.checks),
        "message": verdict.message,
        "checks": [_check(check) for check in verdict.checks],
        "duration_s": round(verdict.duration_s, 4),
        "sandbox": list(verdict.sandbox),
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "name": check.name,
        "outcome": check.outcome,
        "line": check.line,
        "message": check.message,
        "hint": check.hint,
        "request": check.request,
        "expected": check.expected,
        "actual": check.actual,
        "traceback": check.traceback,
    }


def questions(entries: Iterable[Entry]) -> dict[str, Any]:
    """What `quizkit list --format json` prints."""
    return {"questions": [entry.as_json() for entry in entries]}


def proofs(found: Sequence[Proof]) -> dict[str, Any]:
    """What `quizkit verify --format json` prints."""
    return {"questions": [_proof(proof) for proof in found]}


def _proof(proof: Proof) -> dict[str, Any]:
    counts = {side: {"held": proof.held[side], "made": proof.made[side]} for side in proof.made}
    return {"id": proof.id, "outcome": "passed" if proof.passed else "failed", **counts, "messages": proof.messages}
