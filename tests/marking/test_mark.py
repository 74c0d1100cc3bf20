import warnings
from typing import Any

import pytest

from quizkit.marking.mark import (
    SelfMarker,
    mark_choice,
    mark_cloze,
    mark_exception,
    mark_predict,
    observed,
    ticked,
)
from quizkit.sandbox.protocol import Response
from quizkit.verdict import CheckResult, Outcome, PointResult, Verdict
from tests.samples import question

POINTS = {
    "must": [{"idea": "one"}, {"idea": "two", "accept": ["zwei"]}],
    "bonus": [{"idea": "more"}],
    "misconceptions": [{"idea": "wrong", "why": "because"}],
}


def test_a_sentence_is_left_to_the_person() -> None:
    assert SelfMarker().mark(question("recall", key_points=POINTS), "whatever") == Verdict(
        Outcome.not_run,
        0,
        points=(
            PointResult("one", "must", "unmarked"),
            PointResult("two", "must", "unmarked"),
            PointResult("more", "bonus", "unmarked"),
            PointResult("wrong", "misconception", "unmarked", why="because"),
        ),
        confidence=0,
    )
    assert SelfMarker().mark(question("recall"), "") == Verdict(Outcome.not_run, 0, confidence=0)


@pytest.mark.parametrize(
    ("ticks", "outcome", "score"),
    [
        ({1, 2}, Outcome.passed, 1),
        ({1, 2, 3}, Outcome.passed, 1),
        ({1}, Outcome.failed, 0.5),
        ({3}, Outcome.failed, 0),
        (set[int](), Outcome.failed, 0),
        ({1, 2, 4}, Outcome.failed, 0.5),
        ({4}, Outcome.failed, 0),
        ({1, 2, 99}, Outcome.passed, 1),
    ],
)
def test_what_the_person_ticks_is_the_score(ticks: set[int], outcome: Outcome, score: float) -> None:
    verdict = ticked(SelfMarker().mark(question("recall", key_points=POINTS), ""), ticks)
    assert (verdict.outcome, verdict.score, verdict.confidence) == (outcome, score, 1)
    assert [point.state for point in verdict.points] == ["found" if number in ticks else "missed" for number in range(1, 5)]


def test_an_answer_without_key_points_is_never_passed_by_ticks() -> None:
    assert ticked(SelfMarker().mark(question("recall"), ""), {1}) == Verdict(Outcome.failed, 0)


OPTIONS = [
    {"right": "a", "why": "so"},
    {"wrong": "b", "why": "not so"},
    {"right": "c"},
    {"wrong": "d", "why": "never"},
]


@pytest.mark.parametrize(
    ("answer", "outcome", "score"),
    [
        (("1 3",), Outcome.passed, 1),
        (("3,1",), Outcome.passed, 1),
        (("1", "3"), Outcome.passed, 1),
        (("1 1 3",), Outcome.passed, 1),
        (("1",), Outcome.failed, 0.5),
        (("1 2",), Outcome.failed, 0),
        (("1 2 3",), Outcome.failed, 0.5),
        (("1 2 3 4",), Outcome.failed, 0),
        (("13",), Outcome.failed, 0),
        (("",), Outcome.failed, 0),
        ((), Outcome.failed, 0),
        (("a",), Outcome.failed, 0),
        (("1 3 9",), Outcome.failed, 0.5),
    ],
)
def test_options_are_marked(answer: tuple[str, ...], outcome: Outcome, score: float) -> None:
    verdict = mark_choice(question("choice", options=OPTIONS), answer)
    assert (verdict.outcome, verdict.score, verdict.confidence) == (outcome, score, 1)


def test_each_option_says_why() -> None:
    assert mark_choice(question("choice", options=OPTIONS), ("1 2",)).checks == (
        CheckResult("a", Outcome.passed, message="so", expected=True, actual=True),
        CheckResult("b", Outcome.failed, message="not so", expected=False, actual=True),
        CheckResult("c", Outcome.failed, message="is right", expected=True, actual=False),
        CheckResult("d", Outcome.passed, message="never", expected=False, actual=False),
    )


def test_a_number_of_thousands_of_digits_is_a_wrong_choice() -> None:
    assert mark_choice(question("choice"), ("1" * 5000,)).outcome is Outcome.failed


@pytest.mark.parametrize(
    ("text", "answer", "right"),
    [
        ("a {{gap}}", "gap", True),
        ("a {{gap}}", "  GAP ", True),
        ("a {{gap}}", "`gap`", True),
        ("a {{no gap}}", "no   gap", True),
        ("a {{no gap}}", "nogap", True),
        ("a {{thread pool}}", "thread-pool", True),
        ("an {{OpenAPI}}", "open api", True),
        ("a {{X-Request-ID}}", "x request id", True),
        ("a {{gap}}", "gap.", True),
        ("a {{gap}}", "gap,", True),
        ("a {{gap}}", "'gap'.", True),
        ("a {{gap}}", '"gap."', True),
        ("a {{gap}}", "a gap", True),
        ("a {{gap}}", "The  gap.", True),
        ("{{the gap}}", "gap", True),
        ("{{an hour}}", "Hour", True),
        ("{{a}}", "a", True),
        ("{{a}}", "", False),
        ("{{a}}", "the", False),
        ("{{another}}", "other", False),
        ("{{async}}", "a sync", False),
        ("{{12}}", "1 2", False),
        ("{{1-2}}", "12", False),
        ("{{-1}}", "1", False),
        ("{{1.5}}", "15", False),
        ("{{...}}", ".", False),
        ("{{.}}", "...", False),
        ("{{not required}}", "required", False),
        ("`a {{gap}}`", "gap.", False),
        ("`a {{x-y}}`", "xy", False),
        ("a {{gap}}", "gaps", False),
        ("a {{gap}}", "", False),
        ("a {{with || without}}", "without", True),
        ("a {{don't}}", "don’t", True),
        ("a {{“so”}}", '"so"', True),
        ("a {{re-use}}", "re–use", True),
        ("a {{é}}", "e\u0301", True),
        ("a {{straße}}", "STRASSE", True),
        ("`a {{Gap}}`", "Gap", True),
        ("`a {{Gap}}`", "gap", False),
        ("`a {{x = 1}}`", "x=1", True),
        ("`a {{x=1}}`", " x  = 1 ", True),
        ("`a {{x}}`", "`x`", True),
        ("`a {{'x'}}`", '"x"', False),
        ("`a {{'x'}}`", "’x’", False),
        ("`a {{x-y}}`", "x–y", False),
        ("```\n{{async def}}\n```", "async  def", True),
    ],
)
def test_a_gap_is_marked(text: str, answer: str, right: bool) -> None:
    verdict = mark_cloze(question("cloze", text=text), (answer,))
    assert (verdict.passed, verdict.score) == (right, float(right))


@pytest.mark.parametrize(
    ("text", "answer", "message"),
    [
        ("{{Starlette}}", "starlete", 'close: "starlete" is written Starlette'),
        ("{{Starlette}}", "Satrlette", 'close: "Satrlette" is written Starlette'),
        ("{{thread pool || pool}}", "the thraed-pool.", 'close: "the thraed-pool." is written thread pool'),
        ("`{{Depends}}`", "depends", "only the capitals differ: it is Depends"),
        ("`{{Depends}}`", "Dpends", 'close: "Dpends" is written Depends'),
        ("{{Starlette}}", "stalete", ""),
        ("{{async}}", "sync", ""),
        ("{{put}}", "post", ""),
        ("{{get}}", "set", ""),
        ("{{10000}}", "1000", ""),
        ("{{sha256}}", "sha265", ""),
        ("{{Starlette}}", "", ""),
        ("{{Starlette}}", "Starlette", ""),
    ],
)
def test_what_is_all_but_right_is_wrong_and_told(text: str, answer: str, message: str) -> None:
    [check] = mark_cloze(question("cloze", text=text), (answer,)).checks
    assert check.message == message
    assert (check.outcome is Outcome.passed) == (answer == "Starlette")


def test_every_gap_counts_and_none_is_passed_over() -> None:
    sample = question("cloze", text="{{a || A}} {{b}} {{c}}")
    assert mark_cloze(sample, (" a ", "x")) == Verdict(
        Outcome.failed,
        1 / 3,
        (
            CheckResult("gap 1", Outcome.passed, expected="a", actual="a"),
            CheckResult("gap 2", Outcome.failed, expected="b", actual="x"),
            CheckResult("gap 3", Outcome.failed, expected="c", actual=""),
        ),
    )
    assert mark_cloze(sample, ("a", "b", "c", "more")).passed


JSON = Response(200, (("Content-Type", "application/json"), ("X-A", "1")), b'{"n": 4, "ok": true, "no": null}', 0)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('{"n": 4, "ok": true, "no": null}', True),
        ('{"ok": true, "no": null, "n": 4.0}', True),
        ("{'n': 4, 'ok': True, 'no': None}", True),
        (' {"n":4,"ok":true,"no":null}\n', True),
        ('{"n": 4, "ok": 1, "no": null}', False),
        ('{"n": "4", "ok": true, "no": null}', False),
        ('{"n": 4, "ok": true}', False),
        ("{n: 4, ok: true, no: null}", False),
        ("", False),
        ("[" * 5000, False),
        ("{" * 5000, False),
    ],
)
def test_json_is_compared_as_json(text: str, right: bool) -> None:
    assert _predict(JSON, "json", text).passed is right


@pytest.mark.parametrize(
    ("body", "text", "right"),
    [
        (b'"hello"', "hello", True),
        (b'"hello"', '"hello"', True),
        (b'"hello"', "'hello'", True),
        (b'"4"', "4", False),
        (b'"4"', '"4"', True),
        (b"null", "null", True),
        (b"null", "None", True),
        (b"null", "", False),
        (b"true", "1", False),
        (b"4", "4.0", True),
        (b"", "", True),
        (b"", "null", False),
        (b"Internal Server Error", "Internal Server Error", True),
        (b"Internal Server Error", "internal server error", False),
    ],
)
def test_a_body_that_is_no_object(body: bytes, text: str, right: bool) -> None:
    assert _predict(Response(200, (), body, 0), "json", text).passed is right


@pytest.mark.parametrize(
    ("part", "text", "right"),
    [
        ("status", "200", True),
        ("status", " 200 ", True),
        ("status", "201", False),
        ("status", "200.0", False),
        ("status", "", False),
        ("headers.x-a", "1", True),
        ("headers.X-A", "2", False),
        ("headers.x-b", "", True),
        ("headers.x-b", "1", False),
        ("headers.content-type", "application/json", True),
        ("text", '{"n": 4, "ok": true, "no": null}', True),
        ("text", '{"n":4,"ok":true,"no":null}', False),
    ],
)
def test_another_part_is_compared_as_text(part: str, text: str, right: bool) -> None:
    assert _predict(JSON, part, text).passed is right


def test_each_part_of_each_request_is_a_field() -> None:
    ask = [{"request": "GET /a"}, {"request": "POST /b", "about": ["status", "headers.x-a"]}]
    verdict = mark_predict(question("predict", ask=ask), ("200", "200", "{}"), (JSON, JSON))
    assert verdict == Verdict(
        Outcome.failed,
        0.5,
        (
            CheckResult("GET /a · status", Outcome.passed, expected="200", actual="200"),
            CheckResult("POST /b · status", Outcome.passed, expected="200", actual="200"),
            CheckResult(
                "GET /a · json", Outcome.failed, expected='{"n": 4, "ok": true, "no": null}', actual="{}"
            ),
            CheckResult("POST /b · headers.x-a", Outcome.failed, expected="1", actual=""),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("part", "body", "found"),
    [
        ("status", b"", 200),
        ("json", b'{"a": 1}', {"a": 1}),
        ("json", b"plain", "plain"),
        ("json", b"", ""),
        ("text", b'{"a": 1}', '{"a": 1}'),
        ("headers.x", b"", None),
    ],
)
def test_what_a_response_shows(part: str, body: bytes, found: Any) -> None:
    assert observed(part, Response(200, (), body, 0)) == found


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (("ValueError",), True),
        ((" valueerror ",), True),
        (("builtins.ValueError",), True),
        (("TypeError",), False),
        (("",), False),
        ((), False),
    ],
)
def test_an_exception_is_known_by_its_name(answer: tuple[str, ...], right: bool) -> None:
    assert mark_exception(answer, "ValueError").passed is right


def test_a_text_that_ends_in_a_new_line_can_be_typed() -> None:
    assert _predict(Response(200, (), b"id,name\n", 0), "json", "id,name").passed


def test_a_backslash_in_an_answer_is_no_warning_of_ours() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        _predict(JSON, "json", "{'a': '\\d'}")
    assert heard == []


def _predict(response: Response, part: str, text: str) -> Verdict:
    sample = question("predict", ask=[{"request": "GET /", "about": [part]}])
    return mark_predict(sample, (text,), (response,))
