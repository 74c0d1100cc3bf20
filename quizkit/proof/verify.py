"""Proves a deck: right answers and their rewritings pass, wrong ones and mutants fail, every key is the same twice."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Final, assert_never

from quizkit.deck.models import Choice, Cloze, Coding, EditFault, Fix, Predict, Question, Recall, Terms, Tests
from quizkit.errors import QuizkitError
from quizkit.grading import catches, grade, grade_coded, grade_tests, responses
from quizkit.marking.mark import asked_parts, mark_choice, mark_cloze, observed, spelt
from quizkit.proof import kept
from quizkit.proof.result import Proof, Survivor
from quizkit.proof.rewritings import NOT_TOGETHER, TOGETHER
from quizkit.proof.sentences import verify_recall
from quizkit.proof.variants import changed_lines
from quizkit.proof.versions import cheats_of, equivalents, mutants_of, mutants_of_app, rewritings_of
from quizkit.sandbox.host import Sandbox
from quizkit.sandbox.protocol import Raised
from quizkit.verdict import Outcome, Verdict

NO_TERMS: Final = Terms()
MUTANT_S: Final = 3.0
"""A mutant that takes longer fails; a right answer has the sandbox's whole limit."""


def verify(question: Question, sandbox: Sandbox, rng: Random, terms: Terms = NO_TERMS) -> Proof:
    """Runs all that a question says is right or wrong; sentences are read by the `terms` of its deck."""
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
                verify_recall(question, terms, proof)
            case _:
                assert_never(question)
    except (QuizkitError, EditFault) as error:
        proof.messages.append(str(error))
    return proof


def _verify_coded(question: Fix | Coding, sandbox: Sandbox, rng: Random, proof: Proof) -> None:
    solutions = [question.text_of(solution) for solution in question.solutions]
    for number, text in enumerate(solutions, 1):
        verdict = grade_coded(question, text, sandbox, rng)
        proof.count("solutions", verdict.passed, f"solution {number} fails: {reason(verdict)}")
        if verdict.passed:
            _verify_rewritings(question, number, text, sandbox, rng, proof)
    verdict = grade_coded(question, question.starter, sandbox, rng)
    broken = verdict.outcome is Outcome.error
    proof.count("starters", broken or verdict.outcome is Outcome.failed, f"the starter {_ends(verdict)}")
    for number, wrong in enumerate(question.wrong, 1):
        verdict = grade_coded(question, question.text_of(wrong), sandbox, rng)
        proof.count("wrong", not verdict.passed, f"wrong version {number} {_ends(verdict)} ({wrong.why})")
        if verdict.outcome is Outcome.error and verdict.message and not broken:
            proof.messages.append(f"wrong version {number} doesn't even load: {reason(verdict)}")
    if not proof.messages:
        _verify_cheats(question, solutions[0], sandbox, rng, proof)
        _verify_mutants(question, solutions, sandbox, rng, proof)


def _verify_rewritings(question: Fix | Coding, number: int, text: str, sandbox: Sandbox, rng: Random, proof: Proof) -> None:
    """What says the same in another way has to pass too.

    All the ways together are tried first; where that passes, only those that it doesn't hold are tried alone.
    """
    left = list(rewritings_of(question, text))
    if left and left[-1].rule == TOGETHER and grade_coded(question, left[-1].source, sandbox, rng).passed:
        proof.count("rewritings", True, "")
        left = [made for made in left if made.rule in NOT_TOGETHER]
    for made in left:
        verdict = grade_coded(question, made.source, sandbox, rng)
        words = f"solution {number}, rewritten ({made.rule}, line {made.line}), fails: {reason(verdict)}"
        proof.count("rewritings", verdict.passed, f"{words}\n{changed_lines(made.before, made.after)}")


def _verify_cheats(question: Fix | Coding, solution: str, sandbox: Sandbox, rng: Random, proof: Proof) -> None:
    hurried = sandbox.within(MUTANT_S)
    for what, text in cheats_of(question, solution):
        verdict = grade_coded(question, text, hurried, rng, thorough=False)
        proof.count("wrong", not verdict.passed, f"a cheat passes: {what}")


def _verify_mutants(question: Fix | Coding, solutions: Sequence[str], sandbox: Sandbox, rng: Random, proof: Proof) -> None:
    """What differs in one thing has to fail, unless its author says that it behaves the same."""
    hurried = sandbox.within(MUTANT_S)
    same = equivalents(question)
    tried = set(solutions)
    for number, text in enumerate(solutions, 1):
        for made in mutants_of(question, text):
            if made.source in tried:
                continue
            tried.add(made.source)
            if made.source in same:
                proof.equivalent += 1
                continue
            verdict = grade_coded(question, made.source, hurried, rng, thorough=False)
            proof.count_mutant(Survivor(number, made.rule, made.line, made.before, made.after) if verdict.passed else None)


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
    if not proof.messages:
        _verify_app_mutants(question, sandbox, proof)


def _verify_app_mutants(question: Tests, sandbox: Sandbox, proof: Proof) -> None:
    """What differs from the right app in one thing has to make some solution's tests fail."""
    hurried = sandbox.within(MUTANT_S)
    tests = [question.text_of(solution) for solution in question.solutions]
    for made in mutants_of_app(question):
        caught = any(catches(text, made.source, hurried) for text in tests)
        proof.count_mutant(None if caught else Survivor(0, made.rule, made.line, made.before, made.after))


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


def verify_all(
    questions: Sequence[Question],
    sandbox: Sandbox,
    rng: Random,
    workers: int = 2,
    *,
    terms: Callable[[str], Terms] = lambda _: NO_TERMS,
    cache: Path | None = None,
    done: Callable[[], None] = lambda: None,
) -> list[Proof]:
    """A proof for each question, in order, with `workers` runs in flight at once; `done` is called after each.

    `terms` gives those of the deck to which a question belongs, by its id. `cache` is a file that spares proving again what
    hasn't changed.
    """
    keys = {question.id: kept.key(question, terms(question.id)) for question in questions} if cache else {}
    known = kept.load(cache, keys)
    seeds = [rng.random() for _ in questions]

    def prove(question: Question, seed: float) -> Proof:
        proof = known.get(question.id) or verify(question, sandbox, Random(seed), terms(question.id))
        done()
        return proof

    with ThreadPoolExecutor(workers) as pool:
        proofs = list(pool.map(prove, questions, seeds))
    kept.keep(cache, keys, [proof for proof in proofs if proof.id not in known])
    return proofs
