"""The built-in deck as a whole: what every section has, and that editors get the schema of today."""

from collections import Counter
from pathlib import Path

import pytest

from quizkit.deck.lint import lint
from quizkit.deck.loader import builtin, load
from quizkit.deck.models import Recall
from quizkit.deck.schema import deck_schema

DECK = load()
QUESTIONS = [(entry, DECK.question(entry.id)) for entry in DECK.entries]


@pytest.mark.parametrize("section", range(1, 38))
def test_every_section_asks_for_its_facts_in_sentences(section: int) -> None:
    recalls = [question for entry, question in QUESTIONS if entry.section == section and isinstance(question, Recall)]
    points = [recall.key_points for recall in recalls if recall.follow_ups and recall.key_points is not None]
    assert any(found.must and found.bonus and found.misconceptions for found in points)


def test_no_answer_is_held_against_too_many_points() -> None:
    for _, question in QUESTIONS:
        if isinstance(question, Recall) and question.key_points is not None:
            points = question.key_points
            assert 3 <= len(points.must) + len(points.bonus) + len(points.misconceptions) <= 8, question.id


def test_there_is_enough_of_each_kind() -> None:
    kinds = Counter(str(entry.kind) for entry in DECK.entries)
    least = {"recall": 35, "code": 12, "predict": 12, "fix": 5, "choice": 10, "cloze": 5}
    assert {kind: kinds[kind] >= count for kind, count in least.items()} == dict.fromkeys(least, True)


def test_every_question_teaches_and_names_the_page() -> None:
    assert [entry.id for entry, question in QUESTIONS if not (question.explanation and question.docs)] == []


def test_nothing_new_is_wrong_with_the_deck() -> None:
    found, _ = lint([builtin()], full=True)
    assert [str(problem) for problem in found] == []


def test_the_files_come_in_the_order_of_their_sections_with_a_schema_for_editors() -> None:
    files = sorted(builtin().glob("*.yaml"))
    assert [int(path.name[:2]) for path in files] == list(range(1, 38))
    sections = {Path(entry.path).name: entry.section for entry in DECK.entries}
    assert [sections[path.name] for path in files] == list(range(1, 38))
    for path in files:
        assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=../deck.schema.json\n")


def test_the_schema_beside_the_deck_is_the_one_of_today() -> None:
    assert (builtin().parent / "deck.schema.json").read_text(encoding="utf-8") == deck_schema() + "\n"
