"""Right answers by people who saw a task's prompt and starter and nothing else: the checks take them all.

Each file of `tests/unseen/` answers the question whose id it is named by. None is edited to please a check: where one fails,
the prompt leaves something open or the check asks for more than it says.
"""

from pathlib import Path
from random import Random

import pytest

from quizkit.deck.loader import load
from quizkit.deck.models import Coding
from quizkit.grading import grade_coded
from quizkit.sandbox.host import Sandbox

DECK = load()
ANSWERS = {path.stem: path for path in sorted((Path(__file__).parent / "unseen").iterdir())}


def test_every_code_question_has_one() -> None:
    assert sorted(ANSWERS) == sorted(entry.id for entry in DECK.entries if entry.kind == "code")


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_written_from_the_prompt_alone_passes(sandbox: Sandbox, name: str) -> None:
    question = DECK.question(name)
    assert isinstance(question, Coding)
    text = ANSWERS[name].read_text(encoding="utf-8")
    own = {question.text_of(solution).strip() for solution in question.solutions}
    assert text.strip() not in own
    verdict = grade_coded(question, text, sandbox, Random(0))
    assert verdict.passed, [(check.name, check.message) for check in verdict.checks if check.message]
