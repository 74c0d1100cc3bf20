"""Proves a deck: every reference answer passes, every starter and wrong version fails, every key is the same twice."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import assert_never

from quizkit.deck.models import Choice, Cloze, Coding, EditFault, Fix, Predict, Question, Recall, Tests
from quizkit.errors import QuizkitError
from quizkit.grading import grade, grade_coded, grade_tests, responses
from quizkit.marking.mark import asked_parts, mark_choice, mark_cloze, observed, spelt
from quizkit.sandbox.host import Sandbox
from quizkit.sandbox.protocol import Raised
from quizkit.verdict import Outcome, Verdict

COUNTED = ("solutions", "starters", "wrong", "keys")


@dataclass(slots=True)
class Proof:
    """What running a question showed: of each side how many held and how many there are, and what fell short."""

    id: str
    held: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    made: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    messages: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing fell short."""
        return not self.messages

    def count(self, side: str, holds: bool, message: str) -> None:
        """Notes one run."""
        self.made[side] += 1
        self.held[side] += holds
        if not holds:
            self.messages.append(message)


def verify(question: Question, sandbox: Sandbox, rng: Random) -> Proof:
    """Runs all that a question says is right or wrong."""
    proof = Proof(question.id)
    try:
        match question:
            case Fix() | Coding():
                _verify_coded(question, sandbox, rng, proof)
            case Predict():
                _verify_predict(question, sandbox, rng, proof)
            case Choice():
                _verify_choice(question, proof)
            case Cloze():
                _verify_cloze(question, proof)
            case Tests():
                _verify_tests(question, sandbox, rng, proof)
            case Recall():
                pass  # sentences are proved with the marker
            case _:
                assert_never(question)
    except (QuizkitError, EditFault) as error:
        proof.messages.append(str(error))
    return proof


def _verify_coded(question: Fix | Coding, sandbox: Sandbox, rng: Random, proof: Proof) -> None:
    for number, solution in enumerate(question.solutions, 1):
        verdict = grade_coded(question, question.text_of(solution), sandbox, rng)
        proof.count("solutions", verdict.passed, f"solution {number} fails: {reason(verdict)}")
    verdict = grade_coded(question, question.starter, sandbox, rng)
    broken = verdict.outcome is Outcome.error
    proof.count("starters", broken or verdict.outcome is Outcome.failed, f"the starter {_ends(verdict)}")
    for number, wrong in enumerate(question.wrong, 1):
        verdict = grade_coded(question, question.text_of(wrong), sandbox, rng)
        proof.count("wrong", not verdict.passed, f"wrong version {number} {_ends(verdict)} ({wrong.why})")
        if verdict.outcome is Outcome.error and verdict.message and not broken:
            proof.messages.append(f"wrong version {number} doesn't even load: {reason(verdict)}")


def _ends(verdict: Verdict) -> str:
    return "passes" if verdict.passed else f"ends as {verdict.outcome}: {reason(verdict)}"


def reason(verdict: Verdict) -> str:
    """The first thing that a verdict complains of."""
    if verdict.message:
        return verdict.message
    return next((f"{check.name}: {check.message}" for check in verdict.checks if check.outcome is not Outcome.passed), "")


def _verify_tests(question: Tests, sandbox: Sandbox, rng: Random, proof: Proof) -> None:
    """Each solution passes on the app and fails on every wrong one, which also proves the wrong ones wrong."""
    for number, solution in enumerate(question.solutions, 1):
        verdict = grade_tests(question, question.text_of(solution), sandbox, rng)
        proof.count("solutions", verdict.passed, f"solution {number} falls short: {reason(verdict)}")
    verdict = grade_tests(question, question.starter, sandbox, rng)
    proof.count("starters", not verdict.passed, "the starter passes")


def _verify_predict(question: Predict, sandbox: Sandbox, rng: Random, proof: Proof) -> None:
    first, second = (_key(question, sandbox) for _ in range(2))
    proof.count("keys", first == second, f"the snippet answers differently each time: {first} and {second}")
    verdict = grade(question, tuple(first), sandbox, rng)
    proof.count("solutions", verdict.passed, f"the snippet's own answers are refused: {reason(verdict)}")


def _key(question: Predict, sandbox: Sandbox) -> list[str]:
    """The right answer, field by field, as a person would type it."""
    found = responses(question, sandbox)
    if isinstance(found, Raised):
        return [found.exception]
    return [spelt(part, observed(part, found[number]), found[number]) for number, part in asked_parts(question)]


def _verify_choice(question: Choice, proof: Proof) -> None:
    right = " ".join(str(number) for number, option in enumerate(question.options, 1) if option.is_right)
    proof.count("solutions", mark_choice(question, (right,)).passed, "the right options are refused")
    for number, option in enumerate(question.options, 1):
        if not option.is_right:
            proof.count("wrong", not mark_choice(question, (str(number),)).passed, f"the wrong option {number} passes")


def _verify_cloze(question: Cloze, proof: Proof) -> None:
    gaps = question.gaps
    for turn in range(max(len(gap.answers) for gap in gaps)):
        answer = tuple(gap.answers[turn % len(gap.answers)] for gap in gaps)
        proof.count("solutions", mark_cloze(question, answer).passed, f"the answers {answer} are refused")
    proof.count("wrong", not mark_cloze(question, ("",) * len(gaps)).passed, "empty gaps pass")


def verify_all(questions: Sequence[Question], sandbox: Sandbox, rng: Random, workers: int = 2) -> list[Proof]:
    """A proof for each question, in order, with `workers` runs in flight at once."""
    seeds = [rng.random() for _ in questions]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda pair: verify(pair[0], sandbox, Random(pair[1])), zip(questions, seeds, strict=True)))
