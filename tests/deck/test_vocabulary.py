"""The terms by which a deck's answers are read: a file beside the deck's, which holds no question."""

from pathlib import Path

import pytest

from quizkit.deck import loader
from quizkit.deck.models import Terms
from quizkit.errors import ContentError
from tests.samples import recall, write_deck


def _deck(folder: Path, terms: str) -> Path:
    write_deck(folder / "01-things.yaml", recall("a"))
    (folder / loader.VOCABULARY).write_text(terms, encoding="utf-8")
    return folder


def test_a_question_knows_its_own_decks_terms(tmp_path: Path) -> None:
    folder = _deck(tmp_path, 'same:\n  - ["404", not found]\nopposite:\n  - [path, query]\n')
    deck = loader.load([folder])
    assert [entry.id for entry in deck.entries] == ["a"]
    assert deck.terms("a") == Terms(same=(("404", "not found"),), opposite=(("path", "query"),))


def test_a_deck_needs_no_terms(tmp_path: Path) -> None:
    write_deck(tmp_path / "01-things.yaml", recall("a"))
    assert loader.load([tmp_path]).terms("a") == Terms()


@pytest.mark.parametrize(
    ("terms", "line"),
    [
        ("same:\n  - [404]\n", 2),
        ("same: 3\n", 1),
        ("opposite:\n  - [a, b, c]\n", 2),
        ("same: []\nopposed: []\n", 2),
        ("same: [a\n", 1),
    ],
)
def test_faults_are_told_by_line_and_the_marker_is_not_run_on_them(tmp_path: Path, terms: str, line: int) -> None:
    folder = _deck(tmp_path, terms)
    found = loader.problems([folder])
    assert found and {problem.path.name for problem in found} == {loader.VOCABULARY}
    assert found[0].line in (line, line + 1)
    assert loader.problems([folder / loader.VOCABULARY]) == found
    with pytest.raises(ContentError):
        loader.load([folder]).terms("a")


def test_the_deck_that_comes_with_quizkit_has_terms() -> None:
    deck = loader.load()
    terms = deck.terms(deck.entries[0].id)
    assert ("dependency injection", "DI") in terms.same
    assert len(terms.same) > 40 and len(terms.opposite) > 10
