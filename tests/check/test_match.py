from typing import Any

import pytest

from quizkit.check.match import ABSENT, MOST, faults, is_operator, match, same
from quizkit.verdict import Mismatch

DEEP: Any = [[[1]], {"a": [{"b": None}]}]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (4, 4.0),
        (0, -0.0),
        (2**60, float(2**60)),
        ("é", "é"),
        (None, None),
        (True, True),
        ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1.0}),
        ([], []),
        (DEEP, DEEP),
    ],
)
def test_values_that_are_the_same_json(left: Any, right: Any) -> None:
    assert same(left, right)
    assert same(right, left)
    assert match(left, right) == ()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (True, 1),
        (False, 0),
        (False, None),
        (0, None),
        ("", None),
        ("4", 4),
        ([], {}),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": True}),
        ({"a": None}, {}),
        (0.1 + 0.2, 0.3),
        ("é", "e\u0301"),
        (2**53, 2**53 + 1),
        (float(2**53), 2**53 + 1),
    ],
)
def test_values_that_are_different_json(left: Any, right: Any) -> None:
    assert not same(left, right)
    assert not same(right, left)
    assert match(left, right) != ()


FITTING: list[tuple[Any, Any]] = [
    ({"$type": "string"}, ""),
    ({"$type": "integer"}, 4),
    ({"$type": "integer"}, 4.0),
    ({"$type": "number"}, 4.5),
    ({"$type": "boolean"}, False),
    ({"$type": "null"}, None),
    ({"$type": "array"}, []),
    ({"$type": "object"}, {}),
    ({"$type": ["null", "string"]}, None),
    ({"$matches": "^a.c"}, "abcd"),
    ({"$matches": "b"}, "abc"),
    ({"$length": 2}, "éa"),
    ({"$length": 0}, []),
    ({"$length": 1}, {"a": 1}),
    ({"$length": {"$gte": 1, "$lte": 3}}, [1, 2]),
    ({"$gt": 1}, 1.5),
    ({"$gte": 1}, 1),
    ({"$lt": 2}, 1),
    ({"$lte": 2}, 2.0),
    ({"$gte": "2026-01-01", "$lt": "2027-01-01"}, "2026-11-24"),
    ({"$in": [1, "a", None]}, None),
    ({"$in": [1]}, 1.0),
    ({"$any": True}, None),
    ({"$not": 1}, True),
    ({"$not": {"$type": "null"}}, 0),
    ({"$any_order": [1, 2, 2]}, [2, 1, 2]),
    ({"$any_order": []}, []),
    ({"$in_order": [1, 2]}, [1, 5, 2, 7]),
    ({"$in_order": []}, [1]),
    ({"$in_order": [{"$gt": 1}, 1]}, [1, 2, 1]),
    ({"$each": {"$gt": 0}}, [1, 2]),
    ({"$each": {"$gt": 0}}, []),
    ({"$some": {"id": 2}}, [{"id": 1}, {"id": 2}]),
    ({"$none": {"id": 3}}, [{"id": 1}]),
    ({"$none": 1}, []),
    ({"$contains": "bc"}, "abcd"),
    ({"$contains": {"id": 1}}, [{"id": 1}]),
    ({"$contains": {"$gt": 4}}, [1, 5]),
    ({"$equal": {"$type": "x"}}, {"$type": "x"}),
    ({"$equal": None}, None),
    ({"$type": "string", "$matches": "^a", "$length": 3}, "abc"),
]


@pytest.mark.parametrize(("pattern", "value"), FITTING)
def test_a_value_fits_an_operator(pattern: Any, value: Any) -> None:
    assert match(pattern, value) == ()
    assert list(faults(pattern)) == []


@pytest.mark.parametrize(
    ("pattern", "value", "message"),
    [
        ({"$type": "string"}, 1, "expected the type string"),
        ({"$type": "integer"}, 4.5, "expected the type integer"),
        ({"$type": "integer"}, True, "expected the type integer"),
        ({"$type": "integer"}, "4", "expected the type integer"),
        ({"$type": "number"}, False, "expected the type number"),
        ({"$type": "boolean"}, 0, "expected the type boolean"),
        ({"$type": "null"}, 0, "expected the type null"),
        ({"$type": "array"}, {}, "expected the type array"),
        ({"$type": "object"}, [], "expected the type object"),
        ({"$type": ["null", "string"]}, 1, "expected the type ['null', 'string']"),
        ({"$matches": "^b"}, "ab", "expected a text that matches ^b"),
        ({"$matches": "1"}, 1, "expected a text that matches 1"),
        ({"$length": 2}, "a", "has the length 1, expected 2"),
        ({"$length": 2}, 12, "has no length"),
        ({"$length": {"$gte": 1}}, [], "has the length 0, expected {'$gte': 1}"),
        ({"$gt": 1}, 1, "expected more than 1"),
        ({"$gt": 1}, "2", "expected more than 1"),
        ({"$gt": 0}, True, "expected more than 0"),
        ({"$gte": 1}, 0.5, "expected at least 1"),
        ({"$lt": 1}, 1, "expected less than 1"),
        ({"$lte": 1}, None, "expected at most 1"),
        ({"$in": [1, 2]}, True, "expected one of [1, 2]"),
        ({"$in": []}, 1, "expected one of []"),
        ({"$absent": True}, None, "is not expected"),
        ({"$not": {"a": 1}}, {"a": 1.0}, "expected anything but this"),
        ({"$any_order": [1, 2]}, [1, 2, 2], "expected 2 elements in any order"),
        ({"$in_order": [1, 2]}, [2, 1], "expected such an element after the 1 before it"),
        ({"$in_order": [3]}, [2, 1], "expected such an element"),
        ({"$in_order": [1, 1]}, [1], "expected such an element after the 1 before it"),
        ({"$in_order": [1]}, "1", "expected a list"),
        ({"$any_order": [1, 1, 2]}, [1, 2, 2], "expected these elements in any order"),
        ({"$any_order": [1]}, {"a": 1}, "expected 1 elements in any order"),
        ({"$each": 1}, {"a": 1}, "expected a list"),
        ({"$some": 1}, [], "expected some element like this"),
        ({"$some": 1}, 1, "expected some element like this"),
        ({"$none": 1}, 1, "expected a list"),
        ({"$contains": "x"}, "abc", "expected a text that contains 'x'"),
        ({"$contains": 2}, [1], "expected some element like this"),
        ({"$contains": "a"}, {"a": 1}, "expected some element like this"),
        ({"$expr": 3}, 3.1, ""),
        ({"$expr": 1}, True, ""),
        ({"$expr": 3}, "3", ""),
        ({"$equal": {"$type": "x"}}, {"$type": "y"}, ""),
        ({"$equal": 1}, True, ""),
    ],
)
def test_a_value_misses_an_operator(pattern: Any, value: Any, message: str) -> None:
    [found] = match(pattern, value)
    assert (found.path, found.actual, found.message) == ((), value, message)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ({"$absent": True}, True),
        ({"$absent": False}, False),
        ({"$any": True}, False),
        ({"$type": "null"}, False),
        ({"$not": 1}, False),
        ({"$in": [None]}, False),
        ({"$length": 0}, False),
        ({"$each": 1}, False),
        ({"$equal": None}, False),
        (None, False),
        ({}, False),
        ([], False),
    ],
)
@pytest.mark.parametrize("partial", [True, False])
def test_a_key_that_is_not_there(pattern: Any, fits: bool, partial: bool) -> None:
    assert (match({"a": pattern}, {}, partial=partial) == ()) is fits


def test_absent_false_only_wants_the_key() -> None:
    assert match({"a": {"$absent": False}}, {"a": None}) == ()


def test_exact_tells_of_every_place_that_differs() -> None:
    expected = {"id": 1, "items": [{"name": "a"}, {"name": "b"}], "gone": True}
    actual = {"id": 2, "items": [{"name": "a", "extra": 0}, {"name": "c"}, 3]}
    assert set(map(_told, match(expected, actual))) == {
        (("id",), 1, 2, ""),
        (("items", 0, "extra"), "nothing", 0, "is not expected"),
        (("items", 1, "name"), "b", "c", ""),
        (("items", 2), "nothing", 3, "is not expected"),
        (("gone",), True, "nothing", "is missing"),
    }


@pytest.mark.parametrize(("worked_out", "value"), [(0.3, 0.1 + 0.2), (6, 6), (6, 6.0), (0, 0)])
def test_a_sum_allows_for_the_last_digits_of_floats(worked_out: float, value: float) -> None:
    assert match({"$expr": worked_out}, value) == ()


def test_in_part_passes_over_keys_at_every_depth_but_not_over_elements() -> None:
    expected = {"detail": [{"loc": ["path", {"$any": True}]}]}
    fitting = {"detail": [{"loc": ["path", "id"], "msg": "x"}], "more": 1}
    assert match(expected, fitting, partial=True) == ()
    assert match(expected, fitting) != ()
    longer = {"detail": [{"loc": ["path", "id"]}, {"loc": ["path", "n"]}]}
    assert [m.path for m in match(expected, longer, partial=True)] == [("detail", 1)]
    deeper = {"detail": [{"loc": ["path", "id", 0]}]}
    assert [m.path for m in match(expected, deeper, partial=True)] == [("detail", 0, "loc", 2)]


@pytest.mark.parametrize("operator", ["$some", "$contains"])
def test_in_part_reaches_into_operators_that_look_for_an_element(operator: str) -> None:
    pattern, value = {operator: {"id": 1}}, [{"id": 1, "name": "a"}]
    assert match(pattern, value, partial=True) == ()
    assert match(pattern, value) != ()


def test_in_part_reaches_into_each_any_order_none_and_not() -> None:
    value = [{"id": 2, "n": 1}, {"id": 1, "n": 2}]
    assert match({"$any_order": [{"id": 1}, {"id": 2}]}, value, partial=True) == ()
    assert match({"$each": {"n": {"$gt": 0}}}, value, partial=True) == ()
    assert [m.path for m in match({"$none": {"id": 1}}, value, partial=True)] == [(1,)]
    assert match({"$none": {"id": 1}}, value) == ()
    assert match({"$not": {"id": 1}}, value[1], partial=True) != ()


def test_any_order_finds_the_one_way_that_elements_pair_up() -> None:
    greedy_fails = {"$any_order": [{"$gt": 0}, {"$gt": 1}, {"$gt": 2}]}
    assert match(greedy_fails, [3, 2, 1]) == ()
    assert match(greedy_fails, [1, 2, 3]) == ()
    assert match(greedy_fails, [2, 2, 2]) != ()


def test_each_names_the_element_that_differs() -> None:
    [found] = match({"items": {"$each": {"price": {"$gt": 0}}}}, {"items": [{"price": 1}, {"price": -1}]})
    assert found == Mismatch(("items", 1, "price"), 0, -1, "expected more than 0")


def test_a_list_too_short_lacks_its_last_elements() -> None:
    assert [_told(m) for m in match([1, 2], [1])] == [((1,), 2, "nothing", "is missing")]


def test_the_path_begins_where_one_says() -> None:
    assert match({"a": 1}, {"a": 2}, path=("json",))[0].path == ("json", "a")


@pytest.mark.parametrize("key", ["$ref", "$defs", "$schema", "$id", "$anchor", "$comment"])
def test_the_keys_of_json_schema_are_data(key: str) -> None:
    assert not is_operator({key: "x"})
    assert list(faults({key: {"a": 1}})) == []
    assert match({key: "#/a"}, {key: "#/a"}) == ()
    assert match({key: "#/a"}, {key: "#/b"}) != ()


@pytest.mark.parametrize(
    ("pattern", "path", "message"),
    [
        ({"a": [{"$mathces": "x"}]}, ("a", 0, "$mathces"), 'unknown operator "$mathces"; did you mean "$matches"?'),
        ({"$zzz": 1}, ("$zzz",), 'unknown operator "$zzz"; to compare with data that has such a key, use $equal'),
        ({"$type": "str"}, ("$type",), "'str' is no type; the types are string, integer, number, boolean, null, array, object"),
        ({"$type": ["null", 3]}, ("$type",), "3 is no type; the types are string, integer, number, boolean, null, array, object"),
        ({"$matches": "("}, ("$matches",), "not a regular expression: missing ), unterminated subpattern at position 0"),
        ({"$matches": 3}, ("$matches",), "$matches takes a regular expression, as a text"),
        ({"$in": "abc"}, ("$in",), "$in takes a list"),
        ({"$any_order": {"a": 1}}, ("$any_order",), "$any_order takes a list"),
        ({"$in_order": 1}, ("$in_order",), "$in_order takes a list"),
        ({"$any": 1}, ("$any",), "$any takes true"),
        ({"$absent": "yes"}, ("$absent",), "$absent takes true or false"),
        ({"$expr": 3}, ("$expr",), '$expr takes a text such as "price * count"'),
        ({"$each": {"a": {"$typo": 1}}}, ("$each", "a", "$typo"), 'unknown operator "$typo"; did you mean "$type"?'),
        ({"$not": {"$in": 1}}, ("$not", "$in"), "$in takes a list"),
        ({"$gt": 1, "b": 2}, ("b",), 'unknown operator "b"; to compare with data that has such a key, use $equal'),
    ],
)  # fmt: skip
def test_a_fault_of_a_pattern_is_named(pattern: Any, path: tuple[str | int, ...], message: str) -> None:
    assert list(faults(pattern)) == [(path, message)]


def test_every_fault_of_a_pattern_is_told() -> None:
    assert [path for path, _ in faults({"a": {"$in": 1}, "b": [{"$x": 1}, {"$any": 2}]})] == [
        ("a", "$in"),
        ("b", 0, "$x"),
        ("b", 1, "$any"),
    ]


def test_data_under_equal_is_not_looked_at() -> None:
    assert list(faults({"$equal": {"$nonsense": 1}})) == []


@pytest.mark.parametrize("pattern", [{"$type": "integer"}, {"$expr": 3.5}])
def test_an_integer_beyond_all_floats_is_compared_too(pattern: Any) -> None:
    assert isinstance(match(pattern, 10**400), tuple)


def test_keys_that_are_not_expected_come_in_the_order_of_the_response() -> None:
    keys = [f"key{number}" for number in range(30)]
    assert [m.path for m in match({}, dict.fromkeys(keys, 1))] == [(key,) for key in keys]


@pytest.mark.parametrize(
    "pattern", [{"$any": False}, {"$gt": [1]}, {"$lte": True}, {"$length": "two"}, {"$type": []}, {"$gte": None}]
)
def test_an_operand_that_nothing_can_fit_is_a_fault(pattern: Any) -> None:
    assert list(faults(pattern)) != []


def _told(mismatch: Mismatch) -> tuple[Any, ...]:
    expected, actual = ("nothing" if side is ABSENT else side for side in (mismatch.expected, mismatch.actual))
    return mismatch.path, expected, actual, mismatch.message


def test_no_more_differences_are_looked_for_than_are_kept() -> None:
    looked: list[int] = []

    class Counted(list[int]):
        def __getitem__(self, index: Any) -> Any:
            looked.append(index)
            return super().__getitem__(index)

    assert len(match([], Counted(range(10_000)))) == MOST
    assert len(looked) == MOST
