"""How well free text is marked, on graded answers: python -m tests.bench.marking [--fit] [--data FILE.csv].

The data is a CSV with `question`, `desired_answer`, `student_answer`, `score_avg` (0 to 5), such as that of Mohler, Bunescu and
Mihalcea (2011), which isn't ours to ship. Ten folds by question text, nothing learnt from the question that is marked, the mean
of ten groupings; beside token recall in the same run. `--fit` prints the constants that `quizkit.marking` holds, fitted to all
of the data.
"""

import argparse
import csv
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from quizkit.marking.likeness import Link, stems
from quizkit.marking.semantic import Semantic, is_installed
from quizkit.marking.text import Lexical, Similarity, cap, scaled
from quizkit.marking.words import NO_VOCABULARY, read

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "mohler.csv"
GROUPINGS = 10
FOLDS = 10
RIGHT = 0.7
"""The share of full marks from which an answer is called right."""


class Graded:
    """The answers, their marks from 0 to 1, and which question each belongs to."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))
        self.marks = np.array([float(row["score_avg"]) for row in self.rows]) / 5
        questions = [" ".join(row["question"].split()) for row in self.rows]
        self.names = sorted(set(questions))
        self.question = np.array([self.names.index(question) for question in questions])

    def folds(self, seed: int) -> Any:
        """For each answer its fold: whole questions, in an order of `seed`."""
        return (np.random.default_rng(seed).permutation(len(self.names)) % FOLDS)[self.question]


def fitted(measures: Any, marks: Any) -> Link:
    """Weights of at least 0 and a bias, by least squares on the logistic link."""
    wide = np.c_[measures, np.ones(len(measures))]
    start = np.r_[np.ones(measures.shape[1]), 0]
    bounds = ([0.0] * measures.shape[1] + [-20.0], [40.0] * measures.shape[1] + [20.0])
    found = least_squares(lambda weights: 1 / (1 + np.exp(-wide @ weights)) - marks, start, bounds=bounds).x
    return Link(tuple(float(weight) for weight in found[:-1]), float(found[-1]))


def figures(data: Graded, measures: Any, caps: Any) -> tuple[float, float]:
    """Pearson's r and the RMSE on the scale of 0 to 5, both as means over the groupings."""
    correlations, errors = [], []
    for seed in range(GROUPINGS):
        folds, given = data.folds(seed), np.zeros(len(data.marks))
        for fold in range(FOLDS):
            out = folds == fold
            link = fitted(measures[~out], data.marks[~out])
            least = link([0.0] * measures.shape[1])
            for at in np.flatnonzero(out):
                score = min(scaled(link(measures[at]), link), caps[at])
                given[at] = least + score * (link([1.0] * measures.shape[1]) - least)
        correlations.append(np.corrcoef(given, data.marks)[0, 1])
        errors.append(5 * np.sqrt(np.mean((given - data.marks) ** 2)))
    return float(np.mean(correlations)), float(np.mean(errors))


def token_recall(row: dict[str, str]) -> tuple[float]:
    """The share of the reference's tokens that the answer has: what one would write in five minutes."""
    wanted, given = (set(re.findall(r"\w+", row[name].lower())) for name in ("desired_answer", "student_answer"))
    return (len(wanted & given) / max(1, len(wanted)),)


def measured(similarity: Similarity) -> Callable[[dict[str, str]], Sequence[float]]:
    """The measures of a row's answer beside its reference."""
    return lambda row: similarity.measures(row["desired_answer"], row["student_answer"], row["question"], NO_VOCABULARY)


def row_cap(row: dict[str, str]) -> float:
    """The most that the guards let a row's answer score."""
    wanted, given, asked = (read(row[name]) for name in ("desired_answer", "student_answer", "question"))
    return cap(wanted, given, stems(asked), NO_VOCABULARY).most


def row_score(row: dict[str, str]) -> float:
    """What a row's answer would score without the guards."""
    lexical = Lexical()
    return scaled(lexical.link(measured(lexical)(row)), lexical.link)


def main() -> None:
    """Prints the figures, and with `--fit` the constants."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    if not options.data.is_file():
        print(f"skipped: {options.data.name} isn't there; give --data FILE.csv")
        return
    data = Graded(options.data)
    caps = np.array([row_cap(row) for row in data.rows])
    right = data.marks >= 0.9
    scores = np.array([row_score(row) for row in data.rows])
    held = (scores[right] > caps[right]).mean()
    print(f"{len(data.rows)} answers to {len(data.names)} questions; of the right ones the guards hold down {held:.2%}")
    markers: list[tuple[str, Callable[[dict[str, str]], Sequence[float]], bool]] = [
        ("token recall", token_recall, False),
        ("lexical", measured(Lexical()), True),
    ]
    if is_installed():
        markers.append(("semantic", measured(Semantic()), True))
    print(f"{'marker':14} {'r':>6} {'RMSE':>6} {'r, guarded':>11} {'RMSE':>6} {'ms':>6}")
    for name, measure, guarded in markers:
        measure(data.rows[0])
        began = time.perf_counter()
        values = np.array([measure(row) for row in data.rows])
        took = (time.perf_counter() - began) / len(data.rows) * 1000
        plain = figures(data, values, np.ones(len(values)))
        capped = figures(data, values, caps if guarded else np.ones(len(values)))
        print(f"{name:14} {plain[0]:6.3f} {plain[1]:6.3f} {capped[0]:11.3f} {capped[1]:6.3f} {took:6.2f}")
        if options.fit and guarded:
            print_constants(data, values)


def print_constants(data: Graded, values: Any) -> None:
    """The link fitted to all answers, and how likely a score is to belong to a right one."""
    link = fitted(values, data.marks)
    scores = np.array([[scaled(link(row), link)] for row in values])
    sure = fitted(scores, (data.marks >= RIGHT).astype(float))
    for name, found in (("link", link), ("sureness", sure)):
        print(f"    {name} = Link({tuple(round(weight, 2) for weight in found.weights)}, {found.bias:.2f})")


if __name__ == "__main__":
    main()
