"""What proving the built-in deck costs, beside its reference solutions alone: python -m tests.bench.proof [--solutions].

Both on all cores, over the same warm worker, one after the other; with `--solutions` only the second.
"""

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

from quizkit.deck.loader import load
from quizkit.deck.models import Coding, Fix, Question, Tests
from quizkit.grading import grade
from quizkit.proof.verify import verify_all
from quizkit.sandbox.host import Sandbox


def solutions(questions: list[Question]) -> list[tuple[Question, str]]:
    """Each coded question with each of its reference solutions."""
    coded = [question for question in questions if isinstance(question, Coding | Fix | Tests)]
    return [(question, question.text_of(solution)) for question in coded for solution in question.solutions]


def solutions_alone(questions: list[Question], sandbox: Sandbox) -> float:
    """Seconds to run them all."""
    began = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        verdicts = list(pool.map(lambda pair: grade(pair[0], (pair[1],), sandbox, Random(0)), solutions(questions)))
    assert all(verdict.passed for verdict in verdicts)
    return time.perf_counter() - began


def whole(questions: list[Question], sandbox: Sandbox) -> float:
    """Seconds to prove the deck, nothing kept from before."""
    began = time.perf_counter()
    verify_all(questions, sandbox, Random(0), os.cpu_count() or 1)
    return time.perf_counter() - began


def main() -> None:
    """Prints both, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--solutions", action="store_true")
    options = parser.parse_args()
    deck = load()
    questions = [deck.question(entry.id) for entry in deck.entries]
    with Sandbox.start() as sandbox:
        alone = solutions_alone(questions, sandbox)
        print(f"{len(solutions(questions))} reference solutions alone: {alone:.1f} s", flush=True)
        if not options.solutions:
            took = whole(questions, sandbox)
            print(f"the whole deck proved: {took:.1f} s, {took / alone:.1f} times as long")


if __name__ == "__main__":
    main()
