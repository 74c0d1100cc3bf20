"""What programs are told of a verdict."""

import json
from typing import Any

import pytest

from quizkit.report.machine import FORMATS
from quizkit.verdict import CheckResult, FileVerdict, Outcome, Verdict

ANY_SUCCESS = list(range(200, 300))


def _printed(kind: str, expected: Any, actual: Any = None) -> str:
    check = CheckResult("x", Outcome.failed, message="differs", expected=expected, actual=actual)
    return FORMATS[kind]([FileVerdict("a.py", "q", Verdict(Outcome.failed, 0, (check,)))])


@pytest.mark.parametrize("kind", FORMATS)
def test_any_success_is_a_word_and_no_hundred_numbers(kind: str) -> None:
    printed = _printed(kind, {"status": ANY_SUCCESS, "json": {"a": 1}})
    assert "a success (2xx)" in printed and "299" not in printed


def test_several_statuses_stay_a_list() -> None:
    told = json.loads(_printed("json", {"status": [200, 201]}))
    assert told["results"][0]["checks"][0]["expected"] == {"status": [200, 201]}


def test_json_has_the_whole_value_and_a_message_its_beginning() -> None:
    text = "x" * 50_000 + "y"
    told = json.loads(_printed("json", {"status": 200, "text": text}, {"status": 200, "text": text}))["results"][0]["checks"][0]
    assert told["expected"]["text"] == told["actual"]["text"] == text
    assert all(len(_printed(kind, {"text": text}, {"text": text})) < 10_000 for kind in ("junit", "github"))
