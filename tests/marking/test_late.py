"""Nothing of the marker is loaded before somebody has typed an answer."""

import subprocess
import sys

from quizkit.deck.models import Recall
from quizkit.marking.mark import LateMarker, SelfMarker
from quizkit.verdict import Outcome, Verdict
from tests.samples import question

PROGRAM = """
import sys
import quizkit.__main__, quizkit.cli.practice, quizkit.terminal.play, quizkit.terminal.screen, quizkit.report.machine
from quizkit.cli.workbench import Workbench
from quizkit.deck.loader import load
deck = load()
marker = Workbench().marker(deck)
recall = deck.question(next(entry.id for entry in deck.entries if entry.kind == "recall"))
heavy = ("Stemmer", "numpy", "tokenizers", "quizkit.marking.words", "quizkit.marking.recall")
marker.mark(recall, "  ")
print([name for name in heavy if name in sys.modules])
verdict = marker.mark(recall, "it is a framework")
print([name for name in heavy if name in sys.modules], len(verdict.points) > 3)
"""


def test_the_marker_is_loaded_at_the_first_typed_answer() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    before, after = done.stdout.splitlines()
    assert before == "[]"
    assert after == "['Stemmer', 'quizkit.marking.words', 'quizkit.marking.recall'] True"


def test_it_is_made_once_and_what_was_said_aloud_is_left_to_the_person() -> None:
    made: list[int] = []

    class Always:
        def mark(self, question: Recall, answer: str) -> Verdict:
            return Verdict(Outcome.passed, 1, message=f"{question.id} {answer}")

    def make() -> Always:
        made.append(1)
        return Always()

    asked = question("recall", key_points={"must": [{"idea": "one"}]})
    assert isinstance(asked, Recall)
    marker = LateMarker(make)
    assert marker.mark(asked, " \n") == SelfMarker().mark(asked, "")
    assert made == []
    assert [marker.mark(asked, text).message for text in ("a", "b")] == ["a-recall a", "a-recall b"]
    assert made == [1]
