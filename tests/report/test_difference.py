"""Where two values differ, however deep or late, and how little of the rest is shown."""

import time
from typing import Any

import pytest

from quizkit.check.match import ABSENT
from quizkit.report.difference import ROOM, Side, difference


def _marked(side: Side) -> str:
    """A side's text with its marks in ⟦⟧."""
    text = side.text
    for begin, end in reversed(side.marks):
        text = f"{text[:begin]}⟦{text[begin:end]}⟧{text[end:]}"
    return text


def _both(expected: Any, actual: Any, **how: Any) -> list[str]:
    return [_marked(side) for side in difference(expected, actual, **how)]


MANY = {f"key{number}": {"id": number} for number in range(100)}
LONG = "lorem ipsum " * 2000


@pytest.mark.parametrize(
    ("expected", "actual", "shown"),
    [
        ("Hello, World!", "Hello, Wrld!", ['"Hello, W⟦o⟧rld!"', '"Hello, W⟦⟧rld!"']),
        ("Hello", "Hello, all", ['"Hello⟦⟧"', '"Hello⟦, all⟧"']),
        ("Zoë and Bob", "Zoe and Bab", ['"Zo⟦ë⟧ and B⟦o⟧b"', '"Zo⟦e⟧ and B⟦a⟧b"']),
        ("Hello", "...", ['"Hello"', '"..."']),
        (5591, 5519, ["55⟦91⟧", "55⟦19⟧"]),
        (1, True, ["1", "true"]),
        (True, False, ["true", "false"]),
        ("x", ABSENT, ['"x"', "nothing"]),
        ({"item_id": 4}, {"detail": "Not Found"}, ['{"item_id": 4}', '{"detail": "Not Found"}']),
        ({"a": 1, "b": "x"}, {"b": "y", "a": 1.0}, ['{"a": 1, "b": "⟦x⟧"}', '{"a": 1.0, "b": "⟦y⟧"}']),
        ({"a": 1, "b": 2}, {"a": 1}, ['{"a": 1⟦, "b": 2⟧}', '{"a": 1⟦⟧}']),
        ([1, 2, 3], [2, 3], ["[⟦1, ⟧2, 3]", "[⟦⟧2, 3]"]),
        ([1, [2, {"a": "cat"}]], [1, [2, {"a": "car"}]], ['[1, [2, {"a": "ca⟦t⟧"}]]', '[1, [2, {"a": "ca⟦r⟧"}]]']),
    ],
)
def test_what_differs_is_marked_where_it_is(expected: Any, actual: Any, shown: list[str]) -> None:
    assert _both(expected, actual) == shown


@pytest.mark.parametrize(
    ("expected", "actual", "left", "right"),
    [
        (LONG + "dolor sit", LONG + "dolar sit", "dol⟦o⟧r sit", "dol⟦a⟧r sit"),
        ("x" * 20_000 + "a" + "y" * 20_000, "x" * 20_000 + "b" + "y" * 20_000, "x⟦a⟧y", "x⟦b⟧y"),
        ("-" * 5000 + "a", "-" * 5000 + "b", '--⟦a⟧"', '--⟦b⟧"'),
        (LONG, LONG[:-5], 'lorem i⟦psum ⟧"', 'lorem i⟦⟧"'),
        (MANY, {**MANY, "key77": {"id": 78}}, '"key77": {"id": 7⟦7⟧}', '"key77": {"id": 7⟦8⟧}'),
        (
            MANY,
            {key: value for key, value in MANY.items() if key != "key50"},
            '}, ⟦"key50": {"id": 50}, ⟧"key51"',
            '}, ⟦⟧"key51"',
        ),
        (list(range(300)), list(range(1, 300)), "[⟦0, ⟧1, 2", "[⟦⟧1, 2"),
        ([*range(9000), "a"], [*range(9000), "b"], '8999, "⟦a⟧"]', '8999, "⟦b⟧"]'),
    ],
)
def test_of_a_long_value_only_what_is_around_the_difference_is_shown(expected: Any, actual: Any, left: str, right: str) -> None:
    shown = _both(expected, actual)
    assert left in shown[0]
    assert right in shown[1]
    assert all("…" in side and len(side) < 300 for side in shown)


def test_both_ends_of_a_long_value_are_shown_where_both_differ() -> None:
    left, right = _both({**MANY, "a": 1, "z": 12}, {**MANY, "a": 2, "z": 13})
    assert left.endswith("1⟦2⟧}") and right.endswith("1⟦3⟧}")


@pytest.mark.parametrize(
    ("expected", "actual", "partial", "shown"),
    [
        (
            {"id": {"$type": "integer"}, "name": "Ann"},
            {"name": "Bob", "id": 7},
            False,
            ['{"id": {"$type": "integer"}, "name": "⟦Ann⟧"}', '{"id": 7, "name": "⟦Bob⟧"}'],
        ),
        ({"id": {"$gt": 9}, "n": 1}, {"id": 7, "n": 1}, False, ['{"id": ⟦{"$gt": 9}⟧, "n": 1}', '{"id": ⟦7⟧, "n": 1}']),
        ({"id": 1, "n": "a"}, {"x": [1], "id": 1, "n": "b"}, True, ['{"id": 1, "n": "⟦a⟧"}', '{"id": 1, "n": "⟦b⟧", "x": [1]}']),
        ({"id": 1}, {"id": 1, "x": 2}, False, ['{"id": 1⟦⟧}', '{"id": 1⟦, "x": 2⟧}']),
    ],
)
def test_what_an_operator_lets_by_and_what_is_free_to_be_there_is_no_difference(
    expected: Any, actual: Any, partial: bool, shown: list[str]
) -> None:
    assert _both(expected, actual, pattern=True, partial=partial) == shown


def test_what_cannot_be_seen_is_told_apart() -> None:
    assert _both("a\u202eb", "a\u2066b") == ['"a⟦\\u202e⟧b"', '"a⟦\\u2066⟧b"']
    assert _both("a\nb", "a\tb") == ['"a⟦\\n⟧b"', '"a⟦\\t⟧b"']


def test_a_dollar_in_data_is_no_operator() -> None:
    assert _both({"$foo": 1, "b": "x"}, {"$foo": 1, "b": "y"}) == ['{"$foo": 1, "b": "⟦x⟧"}', '{"$foo": 1, "b": "⟦y⟧"}']


def _deep(levels: int, inner: Any) -> Any:
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("x" * 2_000_000 + "a", "x" * 2_000_000 + "b"),
        ("ab " * 100_000, "ba " * 100_000),
        ("a" * 200_000, "b" * 200_000),
        ([{"n": number % 3} for number in range(20_000)], [{"n": number % 5} for number in range(20_000)]),
        (_deep(900, 1), _deep(901, 1)),
        (_deep(900, "a"), "a"),
    ],
)
def test_nothing_takes_long_or_many_lines(expected: Any, actual: Any) -> None:
    began = time.monotonic()
    sides = difference(expected, actual)
    assert time.monotonic() - began < 3
    assert all(len(side.text) <= ROOM + 1 for side in sides)
    assert all(0 <= begin <= end <= len(side.text) for side in sides for begin, end in side.marks)
