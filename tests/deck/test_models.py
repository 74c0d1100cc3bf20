from typing import Any

import pytest
from pydantic import ValidationError

from quizkit.deck.models import (
    DEFAULT_MINUTES,
    KINDS,
    Edit,
    EditFault,
    Gap,
    apply,
    minutes,
)
from tests.samples import APP, BARE, DOUBLE, question


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_each_kind_needs_little(kind: str) -> None:
    found = question(kind)
    assert (found.id, found.kind, found.level, found.tags, found.hints) == (f"a-{kind}", kind, "mid", (), ())


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_a_kind_needs_can_be_left_out(kind: str) -> None:
    for key in BARE[kind].keys() - {"wrong"}:
        fields = {name: value for name, value in BARE[kind].items() if name != key}
        with pytest.raises(ValidationError):
            type(question(kind)).model_validate({"id": "a", "kind": kind, "level": "mid", **fields})


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_says_how_long_it_takes_or_its_kind_does(kind: str) -> None:
    assert minutes(question(kind)) == DEFAULT_MINUTES[kind]  # type: ignore[index]
    assert minutes(question(kind, minutes=17)) == 17


@pytest.mark.parametrize("name", ["a", "path-order", "4", "2fa-login-3"])
def test_an_id(name: str) -> None:
    assert question("recall", id=name).id == name


@pytest.mark.parametrize("name", ["", "A", "a_b", "a--b", "-a", "a-", "a b", "é", "a/b"])
def test_what_is_no_id(name: str) -> None:
    for field in ({"id": name}, {"aliases": [name]}, {"follow_ups": [{"question": name}]}):
        _refused("recall", f'"{name}" is no id; use small letters, digits and single hyphens', **field)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("recall", {"prompt": " \n"}, "is empty"),
        ("recall", {"level": "expert"}, "Input should be 'junior', 'mid' or 'senior'"),
        ("recall", {"minutes": 0}, "greater than or equal to 1"),
        ("recall", {"minutes": 91}, "less than or equal to 90"),
        ("recall", {"key_points": {"must": []}}, "at least 1 item"),
        ("recall", {"key_points": {"must": [{"idea": ""}]}}, "is empty"),
        ("recall", {"key_points": {"must": [{"idea": "a"}], "misconceptions": [{"idea": "b"}]}}, "why"),
        ("recall", {"follow_ups": [{"question": "a", "when": "never"}]}, "'any', 'missed' or 'complete'"),
        ("recall", {"options": []}, "Extra inputs are not permitted"),
        ("choice", {"options": [{"right": "a"}]}, "at least 2 items"),
        ("choice", {"options": [{"right": str(n)} for n in range(10)]}, "at most 9 items"),
        ("choice", {"options": [{"wrong": "a", "why": "x"}, {"wrong": "b", "why": "x"}]}, "no option is right"),
        ("choice", {"options": [{"right": "a"}, {"wrong": "a", "why": "x"}]}, "two options have the same text"),
        ("choice", {"options": [{"right": "a"}, {"wrong": "b"}]}, "a wrong option says why it is wrong"),
        ("choice", {"options": [{"right": "a", "wrong": "b", "why": "x"}, {}]}, "an option is either right or wrong"),
        ("cloze", {"text": "no gap { {a} }"}, "the text has no {{gap}}"),
        ("cloze", {"text": r"no gap \{{a}}"}, "the text has no {{gap}}"),
        ("cloze", {"text": "{{ }}"}, "a gap has an empty answer"),
        ("cloze", {"text": "{{a || }}"}, "a gap has an empty answer"),
        ("predict", {"ask": []}, "needs either ask or raises: import"),
        ("predict", {"raises": "import"}, "needs either ask or raises: import"),
        ("predict", {"ask": [{"request": "GET /", "about": []}]}, "at least 1 item"),
        ("predict", {"ask": [{"request": "GET /", "about": ["body"]}]}, "String should match pattern"),
        ("fix", {"checks": []}, "at least 1 item"),
        ("fix", {"solutions": []}, "at least 1 item"),
        ("fix", {"solutions": [{}]}, "needs either code or edit"),
        ("fix", {"solutions": [{"code": "a", "edit": [{"from": "a", "to": "b"}]}]}, "needs either code or edit"),
        ("fix", {"solutions": [{"edit": []}]}, "edit is an empty list"),
        ("fix", {"solutions": [{"code": "a", "of": "starter"}]}, "of goes with edit"),
        ("code", {"wrong": [{"code": "a"}]}, "why"),
        ("tests", {"wrong_apps": []}, "at least 1 item"),
    ],
)
def test_a_question_that_is_refused(kind: str, fields: Any, words: str) -> None:
    _refused(kind, words, **fields)


def test_texts_are_kept_as_they_are_written() -> None:
    found = question("recall", since=0.118, docs=4, tags=[1, True], formerly=False)
    assert (found.since, found.docs, found.tags, found.formerly) == ("0.118", "4", ("1", "true"), "false")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a {{b}} c", ("a ", Gap(("b",), False), " c")),
        ("{{ b || c d ||e}}", ("", Gap(("b", "c d", "e"), False), "")),
        ("{{a}}{{b}}", ("", Gap(("a",), False), "", Gap(("b",), False), "")),
        ("`x: {{int}}` or {{str}}", ("`x: ", Gap(("int",), True), "` or ", Gap(("str",), False), "")),
        ("`/f/{p:{{path}}}`", ("`/f/{p:", Gap(("path",), True), "}`")),
        (r"\{{name}} is {{a}}", ("{{name}} is ", Gap(("a",), False), "")),
        ("```python\nx = {{1}}\n```\n{{b}}", ("```python\nx = ", Gap(("1",), True), "\n```\n", Gap(("b",), False), "")),
        ("a ` here\n\n{{b}}", ("a ` here\n\n", Gap(("b",), False), "")),
        ("{{a\nb}}", ("", Gap(("a\nb",), False), "")),
    ],
)
def test_a_text_is_cut_at_its_gaps(text: str, pieces: tuple[str | Gap, ...]) -> None:
    found = question("cloze", text=text)
    assert found.pieces == pieces
    assert found.gaps == tuple(piece for piece in pieces if isinstance(piece, Gap))


def test_edits_are_made_in_turn() -> None:
    assert apply(_edits(("a", "b"), ("bb", "c")), "ab") == "c"


@pytest.mark.parametrize(("old", "count"), [("x", 0), ("a", 2), ("", 4)])
def test_an_edit_fits_exactly_once(old: str, count: int) -> None:
    with pytest.raises(EditFault) as caught:
        apply(_edits((old, "y")), "aab")
    assert str(caught.value) == (f"{old!r} stands {count} times in the text that it edits; it must stand there once")


def _edits(*pairs: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit.model_validate({"from": old, "to": new}) for old, new in pairs)


ONE = [{"from": "2 * n", "to": "4 * n"}]


def test_in_fix_all_versions_edit_the_starter_unless_they_say_otherwise() -> None:
    found = question(
        "fix",
        starter=DOUBLE,
        solutions=[{"edit": ONE}, {"code": "x"}],
        wrong=[
            {"edit": ONE, "why": "w"},
            {"edit": [{"from": "4 * n", "to": "5"}], "of": "solution", "why": "w"},
        ],
    )
    versions = (*found.solutions, *found.wrong)
    assert [found.text_of(version) for version in versions] == [
        DOUBLE.replace("2 * n", "4 * n"),
        "x",
        DOUBLE.replace("2 * n", "4 * n"),
        DOUBLE.replace("2 * n", "5"),
    ]


def test_in_code_the_first_solution_edits_the_starter_and_the_others_edit_it() -> None:
    found = question(
        "code",
        starter=DOUBLE,
        solutions=[{"edit": ONE}, {"edit": [{"from": "4 * n", "to": "n * 4"}]}],
        wrong=[{"edit": [{"from": "4 * n", "to": "5"}], "why": "w"}, {"edit": ONE, "of": "starter", "why": "w"}],
    )
    assert [found.text_of(version) for version in (*found.solutions, *found.wrong)] == [
        DOUBLE.replace("2 * n", "4 * n"),
        DOUBLE.replace("2 * n", "n * 4"),
        DOUBLE.replace("2 * n", "5"),
        DOUBLE.replace("2 * n", "4 * n"),
    ]


def test_in_tests_wrong_apps_edit_the_app() -> None:
    found = question(
        "tests",
        starter="client = 1\n",
        solutions=[{"edit": [{"from": "1", "to": "2"}], "of": "starter"}, {"edit": [{"from": "2", "to": "3"}], "of": "solution"}],
        wrong_apps=[{"edit": ONE, "why": "w"}],
    )  # fmt: skip
    assert [found.text_of(version) for version in (*found.solutions, *found.wrong_apps)] == [
        "client = 2\n",
        "client = 3\n",
        DOUBLE.replace("2 * n", "4 * n"),
    ]


@pytest.mark.parametrize("kind", ["fix", "tests"])
def test_a_first_solution_that_edits_itself_is_a_fault(kind: str) -> None:
    try:
        found = question(kind, solutions=[{"edit": ONE, "of": "solution"}])
    except ValidationError:
        return
    with pytest.raises(EditFault):
        found.text_of(found.solutions[0])


@pytest.mark.parametrize("kind", ["fix", "code"])
def test_only_tests_have_an_app_to_edit(kind: str) -> None:
    _refused(kind, "app", starter=APP + DOUBLE, wrong=[{"edit": ONE, "of": "app", "why": "w"}])


def _refused(kind: str, words: str, **fields: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        question(kind, **fields)
    assert words in str(caught.value)
