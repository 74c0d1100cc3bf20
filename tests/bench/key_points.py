"""How well key points are found in people's answers: python -m tests.bench.key_points [--fit].

The answers are those of `tests/marking/answers`. Half of their questions were set aside before anything was tuned; both halves
are shown. `--fit` prints the links that `quizkit.marking.key_points` holds, fitted to the other half by logistic regression.
"""

import argparse
import time
from statistics import median
from typing import Any

import numpy as np
from scipy.optimize import minimize

from quizkit.marking.key_points import LEAST, claims_of
from tests.marking.people import Answer, answers, figures, sighted, terms

RIDGE = 1e-4


def fitted(measures: Any, made: Any) -> Any:
    """Weights and a bias by logistic regression."""
    wide = np.c_[measures, np.ones(len(made))]

    def loss(weights: Any) -> float:
        return float(np.logaddexp(0, -(2 * made - 1) * (wide @ weights)).mean() + RIDGE * (weights[:-1] ** 2).sum())

    return minimize(loss, np.zeros(wide.shape[1])).x


def print_links(given: list[Answer]) -> None:
    """The two links, fitted to what a reader ticked in these answers."""
    right: list[tuple[float, int, float]] = []
    wrong: list[tuple[float, int, float]] = []
    for answer in given:
        question = answer.question
        claims = claims_of(answer.points, answer.text, question.prompt, question.answer, terms(answer))
        made = sum(sighting.likely >= LEAST for sighting in sighted(answer) if sighting.result.role != "misconception")
        for number, (role, size) in enumerate(claims, 1):
            said = float(number in answer.says)
            (wrong if role == "misconception" else right).append((size, made, said))
    for name, rows, columns in (("FOUND", right, [0]), ("VOICED", wrong, [0, 1])):
        table = np.array(rows)
        *weights, bias = fitted(table[:, columns], table[:, 2])
        print(f"    {name} = Link({tuple(round(float(weight), 2) for weight in weights)}, {bias:.2f})")


def main() -> None:
    """Prints the figures, and with `--fit` the links."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    tuned = [answer for answer in answers() if not answer.is_held_out]
    held_out = [answer for answer in answers() if answer.is_held_out]
    print(f"tuned on   {figures(tuned)}")
    print(f"held out   {figures(held_out)}")
    took = []
    for answer in answers():
        began = time.perf_counter()
        sighted(answer)
        took.append(time.perf_counter() - began)
    print(f"an answer takes {median(took) * 1000:.1f} ms, one in twenty {sorted(took)[-len(took) // 20] * 1000:.1f} ms or more")
    if options.fit:
        print_links(tuned)


if __name__ == "__main__":
    main()
