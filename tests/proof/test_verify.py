from pathlib import Path
from random import Random
from typing import Any

import pytest

from quizkit.deck import loader
from quizkit.proof.result import SIDES, Proof, Survivor, deck_passed, killed_share
from quizkit.proof.verify import reason, verify, verify_all
from quizkit.sandbox.host import Sandbox
from quizkit.verdict import CheckResult, Outcome, Verdict
from tests.samples import APP, DOUBLE, question


def _verify(sandbox: Sandbox, kind: str, **fields: Any) -> Proof:
    return verify(question(kind, **fields), sandbox, Random(0))


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("recall", {}),
        ("tests", {"solutions": 1, "starters": 1}),
        ("choice", {"solutions": 1, "wrong": 1}),
        ("cloze", {"solutions": 1, "wrong": 1}),
        ("predict", {"solutions": 1, "keys": 1}),
        ("fix", {"solutions": 1, "starters": 1, "wrong": 5}),
        ("code", {"solutions": 1, "starters": 1, "wrong": 5}),
    ],
)
def test_a_sound_question_is_proved(sandbox: Sandbox, kind: str, held: dict[str, int]) -> None:
    proof = _verify(sandbox, kind)
    assert proof.messages == []
    counted = {side: count for side, count in proof.held.items() if count}
    # How many rewritings and mutants there are is told by their own tests.
    assert {side: count for side, count in counted.items() if side not in ("rewritings", "mutants")} == held
    assert bool(counted.get("rewritings")) == (kind in ("fix", "code"))
    assert bool(counted.get("mutants")) == (kind in ("fix", "code", "tests"))
    assert proof.held | {"mutants": 0} == proof.made | {"mutants": 0}


def test_a_fault_of_the_app_that_no_test_notices_survives(sandbox: Sandbox) -> None:
    refuses = DOUBLE.replace("(n: int):\n", "(n: int):\n    if n > 100:\n        return {'double': 100}\n")
    proof = _verify(sandbox, "tests", app=refuses, prompt="Test that `GET /double/4` is 8, and that above 100 it is 100.")
    assert proof.messages == []
    assert proof.survivors
    assert {survivor.solution for survivor in proof.survivors} == {0}
    assert proof.held["mutants"] > 0


EDIT = [{"from": "2 * n", "to": "n + n"}]


@pytest.mark.parametrize(
    ("fields", "held", "messages"),
    [
        (
            {"solutions": [{"code": DOUBLE}, {"code": APP}]},
            {"solutions": 1, "starters": 1, "wrong": 1},
            ["solution 2 fails: GET /double/4: expected 200, got 404"],
        ),
        ({"starter": DOUBLE}, {"solutions": 1, "starters": 0, "wrong": 1}, ["the starter passes"]),
        (
            {"wrong": [{"edit": EDIT, "why": "the same"}]},
            {"solutions": 1, "starters": 1, "wrong": 0},
            ["wrong version 1 passes (the same)"],
        ),
        (
            {"wrong": [{"edit": [{"from": "2 * n", "to": "2 *"}], "why": "broken"}]},
            {"solutions": 1, "starters": 1, "wrong": 1},
            ["wrong version 1 doesn't even load: this is not Python: line 8: invalid syntax"],
        ),
        (
            {"starter": "def broken(:\n", "wrong": [{"code": "x = 1\n", "why": "w"}]},
            {"solutions": 1, "starters": 1, "wrong": 5},
            [],
        ),
    ],
)
def test_what_falls_short_is_told(sandbox: Sandbox, fields: Any, held: dict[str, int], messages: list[str]) -> None:
    proof = _verify(sandbox, "code", **fields)
    assert (proof.messages, proof.passed) == (messages, not messages)
    shown = ("solutions", "starters", "wrong")
    assert {side: proof.held[side] for side in shown if proof.held[side] or side in held} == held


def test_an_edit_that_does_not_fit_is_told(sandbox: Sandbox) -> None:
    proof = _verify(sandbox, "code", wrong=[{"edit": [{"from": "gone", "to": "x"}], "why": "w"}])
    assert proof.messages == ["'gone' stands 0 times in the text that it edits; it must stand there once"]


def test_a_starter_that_never_ends_is_told(impatient: Sandbox) -> None:
    proof = _verify(impatient, "code", starter="while True:\n    pass\n", wrong=[])
    assert proof.messages == [
        "the starter ends as timeout: while it was imported: no answer before the time was up (1.5 s); "
        "an endless loop? What only takes long gets longer with --timeout"
    ]


def test_a_snippet_that_answers_differently_each_time_is_no_key(sandbox: Sandbox) -> None:
    snippet = APP + 'import os\n\n\n@app.get("/double/4")\ndef f():\n    return os.urandom(8).hex()\n'
    proof = _verify(sandbox, "predict", snippet=snippet)
    assert proof.held["keys"] == 0
    assert proof.messages[0].startswith("the snippet answers differently each time: ['200', '\"")
    assert proof.messages[1].startswith("the snippet's own answers are refused: ")


def test_a_snippet_that_can_not_be_asked_is_told(sandbox: Sandbox) -> None:
    assert _verify(sandbox, "predict", snippet="x = 1\n").messages == [
        "a-predict: the deck's snippet can't be asked: no FastAPI app was found; the file needs a line such as `app = FastAPI()`"
    ]


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ("return None", ["status", "json"]),
        ("return 'text'", ["json"]),
        ("return {'a': [1.0, True, 'é']}", ["json", "text"]),
        ("return Response('plain\\n')", ["json", "text"]),
        ("return Response(status_code=204)", ["status", "json", "text"]),
        ("return Response(headers={'x-a': ' b '})", ["headers.x-a", "headers.x-none"]),
    ],
)
def test_whatever_a_snippet_answers_can_be_typed(sandbox: Sandbox, body: str, about: list[str]) -> None:
    snippet = f'from fastapi import Response\n{APP}@app.get("/")\ndef f():\n    {body}\n'
    assert _verify(sandbox, "predict", snippet=snippet, ask=[{"request": "GET /", "about": about}]).messages == []


def test_an_import_that_fails_is_its_own_key(sandbox: Sandbox) -> None:
    proof = _verify(sandbox, "predict", snippet="{}['a']\n", ask=[], raises="import")
    assert (proof.messages, proof.held["keys"], proof.held["solutions"]) == ([], 1, 1)


def test_every_alternative_of_a_gap_is_tried(sandbox: Sandbox) -> None:
    proof = _verify(sandbox, "cloze", text="{{a || b || c}} {{d || e}}")
    assert (proof.held["solutions"], proof.made["solutions"], proof.messages) == (3, 3, [])


def test_every_wrong_option_is_tried_also_with_several_right_ones(sandbox: Sandbox) -> None:
    options = [{"right": "a"}, {"wrong": "b", "why": "x"}, {"right": "c"}, {"wrong": "d", "why": "x"}]
    proof = _verify(sandbox, "choice", options=options)
    assert (proof.held["solutions"], proof.held["wrong"], proof.messages) == (1, 2, [])


def test_proofs_come_in_the_order_of_their_questions(sandbox: Sandbox) -> None:
    questions = [question(kind, id=f"{kind}-{n}") for n in range(2) for kind in ("fix", "choice", "predict", "code")]
    for workers in (1, 3):
        proofs = verify_all(questions, sandbox, Random(0), workers)
        assert [proof.id for proof in proofs] == [sample.id for sample in questions]
        assert all(proof.passed for proof in proofs)


def test_the_reason_is_the_first_complaint() -> None:
    checks = (
        CheckResult("one", Outcome.passed, message="fine"),
        CheckResult("two", Outcome.failed, message="no"),
        CheckResult("three", Outcome.failed, message="nor this"),
    )
    assert reason(Verdict(Outcome.failed, 0, checks)) == "two: no"
    assert reason(Verdict(Outcome.error, 0, checks, message="empty")) == "empty"
    assert reason(Verdict(Outcome.passed, 1)) == ""


def test_the_example_deck_is_proved(sandbox: Sandbox, shared: Path) -> None:
    deck = loader.load([shared / "deck-example.yaml"])
    proofs = verify_all([deck.question(entry.id) for entry in deck.entries], sandbox, Random(0))
    assert {proof.id: proof.messages for proof in proofs if proof.messages} == {}


def test_a_mutant_that_no_check_sees_is_shown_as_the_line_that_changed(sandbox: Sandbox) -> None:
    checks = [
        {"request": "GET /double/4", "response": {"status": 200, "json_contains": {}}},
        {"request": "GET /double/x", "response": {"status": 422}},
    ]
    proof = _verify(sandbox, "code", prompt="GET /double/{n} gives double: 2 times n, 8 for 4.", checks=checks, wrong=[])
    assert any("2 * n" in survivor.before and survivor.solution == 1 for survivor in proof.survivors)
    assert proof.made["mutants"] - proof.held["mutants"] == len(proof.survivors)


def test_a_few_mutants_of_a_question_may_survive_and_three_of_a_hundred_of_a_deck() -> None:
    def proved(made: int, lived: int) -> Proof:
        proof = Proof("a")
        for number in range(made):
            proof.count_mutant(Survivor(1, "bound", 1, "a", "b") if number < lived else None)
        return proof

    assert [proved(5, 1).passed, proved(5, 2).passed, proved(20, 2).passed, proved(20, 3).passed] == [True, False, True, False]
    assert killed_share([proved(50, 1), proved(50, 2)]) == 0.97
    assert deck_passed([proved(50, 1), proved(50, 2)])
    assert not deck_passed([proved(50, 2), proved(50, 2)])
    assert killed_share([]) == 1


def test_an_unchanged_question_costs_nothing_the_second_time(sandbox: Sandbox, tmp_path: Path) -> None:
    cache = tmp_path / "proofs.sqlite"
    first = verify_all([question("code")], sandbox, Random(0), cache=cache)
    again = verify_all([question("code")], None, Random(0), cache=cache)  # type: ignore[arg-type]
    assert again == first
    assert set(again[0].made) == set(SIDES)


def test_what_fell_short_is_tried_again(sandbox: Sandbox, tmp_path: Path) -> None:
    cache = tmp_path / "proofs.sqlite"
    broken = question("code", starter=DOUBLE)
    assert [verify_all([broken], sandbox, Random(0), cache=cache)[0].messages for _ in range(2)] == [["the starter passes"]] * 2
