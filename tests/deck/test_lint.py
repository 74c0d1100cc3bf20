from pathlib import Path
from typing import Any

import pytest

from quizkit.deck.lint import findings, lint
from quizkit.deck.models import KINDS
from quizkit.errors import MissingPath
from tests.samples import question, recall, write_deck

GONE = [{"from": "gone", "to": "x"}]
NOT_ONCE = "'gone' stands 0 times in the text that it edits; it must stand there once"
ONLY_STATUS = "every check states only a status, which an app that always answers it would pass"
BARE_CHECK = {"request": "GET /", "response": {"status": 200}}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_question_has_no_findings(kind: str) -> None:
    assert list(findings(question(kind))) == []


@pytest.mark.parametrize(
    ("kind", "fields", "found"),
    [
        ("fix", {"solutions": [{"code": "x"}, {"edit": GONE}]}, [(("solutions", 1), NOT_ONCE)]),
        ("fix", {"wrong": [{"edit": GONE, "why": "w"}]}, [(("wrong", 0), NOT_ONCE)]),
        ("code", {"equivalent": [{"edit": GONE, "why": "w"}]}, [(("equivalent", 0), NOT_ONCE)]),
        (
            "code",
            {"wrong": [{"edit": [{"from": "n", "to": "m"}], "why": "w"}]},
            [(("wrong", 0), "'n' stands 5 times in the text that it edits; it must stand there once")],
        ),
        ("tests", {"wrong_apps": [{"edit": GONE, "why": "w"}]}, [(("wrong_apps", 0), NOT_ONCE)]),
        ("tests", {"solutions": [{"edit": GONE, "of": "starter"}]}, [(("solutions", 0), NOT_ONCE)]),
        ("code", {"checks": [BARE_CHECK]}, [(("checks",), ONLY_STATUS)]),
        ("fix", {"checks": [BARE_CHECK, {"source": {"require": ["Depends"]}}]}, [(("checks",), ONLY_STATUS)]),
        ("fix", {"checks": [{"steps": [BARE_CHECK, BARE_CHECK]}]}, [(("checks",), ONLY_STATUS)]),
        ("code", {"hints": ["look", "  x\n=  1 "], "solutions": [{"code": "x = 1"}], "wrong": []},
         [(("hints", 1), "this hint is a whole solution")]),
        ("choice", {"options": [{"right": "All of the above"}, {"wrong": "x", "why": "y"}]},
         [(("options", 0), "options are shuffled, so one can't speak of the others")]),
        ("choice", {"options": [{"right": "x"}, {"wrong": "None of these", "why": "y"}]},
         [(("options", 1), "options are shuffled, so one can't speak of the others")]),
        ("choice", {"options": [{"right": "x"}, {"wrong": "both A and C", "why": "y"}]},
         [(("options", 1), "options are shuffled, so one can't speak of the others")]),
        ("recall", {"key_points": {"must": [{"idea": "a"}, {"idea": "b"}], "bonus": [{"idea": "a"}]}},
         [(("key_points",), "the idea 'a' stands there twice")]),
    ],
)  # fmt: skip
def test_a_rule_finds_what_is_wrong(kind: str, fields: Any, found: list[Any]) -> None:
    assert list(findings(question(kind, **fields))) == found


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("code", {"checks": [BARE_CHECK, {**BARE_CHECK, "response": {"status": 200, "text": "a"}}]}),
        ("code", {"checks": [{"steps": [BARE_CHECK, {**BARE_CHECK, "response": {"status": 404}}]}]}),
        ("code", {"checks": [{"openapi": {"at": "$.info", "json_contains": {}}}]}),
        ("code", {"hints": ["return {'double': 2 * n}"]}),
        ("choice", {"options": [{"right": "All of the app's routes"}, {"wrong": "none of it", "why": "y"}]}),
    ],
)
def test_a_rule_leaves_what_is_right_alone(kind: str, fields: Any) -> None:
    assert list(findings(question(kind, **fields))) == []


def test_checks_of_different_statuses_can_not_all_be_passed_by_one_answer() -> None:
    checks = [BARE_CHECK, {"request": "GET /gone", "response": {"status": 404}}]
    assert list(findings(question("code", checks=checks))) == []


def test_findings_are_told_at_their_lines(tmp_path: Path) -> None:
    path = write_deck(
        tmp_path / "a.yaml",
        recall("fine")
        + """  - id: pick
    kind: choice
    level: mid
    prompt: Which?
    options:
      - right: this
      - wrong: none of the above
        why: because
  - id: twice
    kind: recall
    level: mid
    prompt: p
    answer: a
    key_points:
      must: [{idea: a}, {idea: a}]
""",
    )
    problems, read = lint([path])
    assert read == 3
    assert [str(problem) for problem in problems] == [
        f"{path}:15: pick: options are shuffled, so one can't speak of the others",
        f"{path}:22: twice: the idea 'a' stands there twice",
    ]


def test_what_is_sound_beside_a_problem_is_read_all_the_same(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "a.yaml", recall("one") + recall("one"))
    problems, read = lint([path])
    assert ([problem.line for problem in problems], read) == ([9], 2)


def test_a_sound_deck_has_no_problems(tmp_path: Path) -> None:
    write_deck(tmp_path / "a.yaml", recall("one") + recall("two"))
    assert lint([tmp_path]) == ([], 2)
    with pytest.raises(MissingPath):
        lint([tmp_path / "gone"])


def test_the_example_deck_is_sound(shared: Path) -> None:
    assert lint([shared / "deck-example.yaml"]) == ([], 7)
