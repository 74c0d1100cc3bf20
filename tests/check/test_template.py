import re
from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest

from quizkit.check.template import KINDS, as_text, calculate, draw, fill, names, variables

VALUES: Mapping[str, Any] = {"n": 7, "price": 2.5, "word": "lamp", "yes": True, "none": None, "list": [1, 2]}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{{n}}", 7),
        ("{{ n }}", 7),
        ("{{yes}}", True),
        ("{{none}}", None),
        ("{{list}}", [1, 2]),
        ("/items/{{n}}", "/items/7"),
        ("{{word}}-{{n}}", "lamp-7"),
        ("is {{yes}}, {{none}}, {{price}}", "is true, null, 2.5"),
        (" {{n}}", " 7"),
        ("{n} {{n", "{n} {{n"),
        ("{{1}}", "{{1}}"),
        ({"{{word}}": ["{{n}}", {"a": "{{word}}"}]}, {"lamp": [7, {"a": "lamp"}]}),
        ({"$expr": "price * n"}, {"$expr": 17.5}),
        ({"$expr": "n + 1", "$type": "{{word}}"}, {"$type": "lamp", "$expr": 8}),
        ({"$expr": 3}, {"$expr": 3}),
        (4.5, 4.5),
        (None, None),
    ],
)
def test_values_are_written_in(template: Any, filled: Any) -> None:
    result = fill(template, VALUES)
    assert (result, type(result)) == (filled, type(filled))


def test_a_value_that_looks_like_a_name_stays_as_it_is() -> None:
    assert fill("{{a}} {{b}}", {"a": "{{b}}", "b": 1}) == "{{b}} 1"


def test_a_name_without_a_value_is_refused() -> None:
    with pytest.raises(KeyError, match="other"):
        fill({"a": ["x{{other}}"]}, VALUES)


def test_the_template_itself_is_left_alone() -> None:
    template = {"a": ["{{n}}"]}
    fill(template, VALUES)
    assert template == {"a": ["{{n}}"]}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("/a/{{x}}/{{ y }}", ["x", "y"]),
        ({"{{k}}": ["{{v}}", 3]}, ["k", "v"]),
        ({"$expr": "round(price * count, 2)"}, ["price", "count"]),
        ({"$expr": 3}, []),
        ("{x}", []),
        (None, []),
    ],
)
def test_the_names_that_a_template_needs(template: Any, found: list[str]) -> None:
    assert list(names(template)) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (None, "null"), (4, "4"), (4.5, "4.5"), ("a b", "a b"), ("", "")],
)
def test_a_scalar_as_a_url_has_it(value: Any, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("n // 2 + n % 2", 4),
        ("n / 2", 3.5),
        ("-n", -7),
        ("round(price * 3, 1)", 7.5),
        ("min(n, 3) + max(n, 3) + abs(-1)", 11),
    ],
)
def test_a_sum_is_worked_out(expression: str, value: float) -> None:
    assert calculate(expression, VALUES) == value


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("n ** 2", "'n ** 2' can't be worked out"),
        ("word + 1", "'word' can't be worked out"),
        ("other", "'other' can't be worked out"),
        ("n.real", "'n.real' can't be worked out"),
        ("'a' * n", "\"'a'\" can't be worked out"),
        ("n if n else 1", "can't be worked out"),
        ("[1][0]", "can't be worked out"),
        ("__import__('os')", "can't be worked out"),
        ("round(n, ndigits=1)", "can't be worked out"),
        ("round()", "'round()' can't be worked out: round() missing required argument"),
        ("1 / 0", "'1 / 0' can't be worked out: division by zero"),
        ("1 +", "'1 +' can't be worked out: invalid syntax"),
        ("n; n", "can't be worked out: invalid syntax"),
    ],
)
def test_anything_else_is_no_sum(expression: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        calculate(expression, VALUES)


@pytest.mark.parametrize(("expression", "value"), [("round(a)", float("inf")), ("a / 2", 10**400)])
def test_a_sum_over_numbers_out_of_range_is_refused(expression: str, value: float) -> None:
    with pytest.raises(ValueError, match="can't be worked out"):
        calculate(expression, {"a": value})


def test_the_variables_of_a_sum_are_no_functions() -> None:
    assert sorted(variables("round(a + b) - a")) == ["a", "a", "b"]
    with pytest.raises(ValueError, match="'1 \\+' is not an expression"):
        variables("1 +")


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("int", r"[1-9]\d{3}"),
        ("float", r"\d{1,3}\.\d{1,2}"),
        ("word", r"([b-df-hj-np-tvwz][aeiou]){4}"),
        ("email", r"[a-z]{8}@[a-z]{8}\.example"),
        ("uuid", r"[0-9a-f-]{36}"),
        ("date", r"20[0-2]\d-\d\d-\d\d"),
        ("bool", r"True|False"),
    ],
)
def test_a_value_of_each_kind_has_its_form(kind: str, pattern: str) -> None:
    for seed in range(50):
        assert re.fullmatch(pattern, str(_one(kind, seed)))


def test_every_kind_is_tried_above() -> None:
    assert KINDS == ("int", "float", "word", "email", "uuid", "date", "bool")


def test_values_have_the_types_that_json_has() -> None:
    assert {kind: type(_one(kind, 0)) for kind in KINDS} == {
        "int": int,
        "float": float,
        "word": str,
        "email": str,
        "uuid": str,
        "date": str,
        "bool": bool,
    }
    assert UUID(_one("uuid", 0)).version == 4
    assert date.fromisoformat(_one("date", 0)).year >= 2000


def test_a_float_is_never_whole() -> None:
    assert not any(_one("float", seed).is_integer() for seed in range(300))


def test_a_range_holds_both_its_ends() -> None:
    assert {_one("int", seed, 1, 4) for seed in range(100)} == {1, 2, 3, 4}
    assert all(2 <= _one("float", seed, 2, 5) <= 5 for seed in range(100))


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.9), (0.5, 2.5)])
def test_a_float_stays_in_a_range_whose_ends_are_not_whole(low: float, high: float) -> None:
    assert all(low <= _one("float", seed, low, high) <= high for seed in range(200))


def test_the_values_of_one_check_differ() -> None:
    for seed in range(50):
        values = draw(dict.fromkeys("abc", ("int", 1, 3)), Random(seed))
        assert sorted(values.values()) == [1, 2, 3]


def test_more_names_than_values_still_get_values() -> None:
    values = draw(dict.fromkeys("abc", ("bool", None, None)), Random(1))
    assert set(values.values()) == {True, False}


def test_the_same_seed_draws_the_same_values() -> None:
    kinds: Any = {kind: (kind, None, None) for kind in KINDS}
    assert draw(kinds, Random(5)) == draw(kinds, Random(5))
    assert draw(kinds, Random(5)) != draw(kinds, Random(6))


def _one(kind: str, seed: int, low: float | None = None, high: float | None = None) -> Any:
    return draw({"x": (kind, low, high)}, Random(seed))["x"]
