"""Compares what came back with what was expected, and says every place where they differ."""

import math
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final

from quizkit.verdict import Mismatch

Path = tuple[str | int, ...]

MOST: Final = 50
"""How many differences are kept: nobody reads more, and a hostile response may have millions."""

ABSENT: Final = type("Absent", (), {"__repr__": lambda _self: "nothing"})()
"""Stands for a key or an element that isn't there."""

PLAIN_KEYS: Final = frozenset({"$ref", "$defs", "$schema", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$comment"})
"""JSON Schema's own keys, which are data in an OpenAPI document and never operators."""

_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: _is_number(v) and (isinstance(v, int) or v.is_integer()),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}


def match(expected: Any, actual: Any, *, partial: bool = False, path: Path = ()) -> tuple[Mismatch, ...]:
    """The places where `actual` isn't what `expected` asks for, MOST at the most; empty where all is well.

    Both are JSON values. `expected` may hold operators (a mapping with `$` keys). With `partial`, of an object only the
    listed keys count, at every depth; of a list all elements do. Numbers compare by value, so 4 equals 4.0, and true is not 1.
    """
    return tuple(islice(_differences(expected, actual, partial, path), MOST))


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal as JSON: 4 is 4.0, true is not 1, the order of keys is nothing."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if _is_number(left) and _is_number(right):
        return bool(left == right)
    return type(left) is type(right) and bool(left == right)


def is_operator(value: Any) -> bool:
    """Whether a JSON value of a deck is a mapping of operators rather than data."""
    return isinstance(value, dict) and any(key.startswith("$") and key not in PLAIN_KEYS for key in value)


def faults(pattern: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """What an author wrote wrongly in a pattern: unknown operators, operands of the wrong type, a bad regular expression."""
    if is_operator(pattern):
        for key, operand in pattern.items():
            yield from _operator_faults(key, operand, (*path, key))
    elif isinstance(pattern, dict):
        for key, value in pattern.items():
            yield from faults(value, (*path, key))
    elif isinstance(pattern, list):
        for index, value in enumerate(pattern):
            yield from faults(value, (*path, index))


def _differences(expected: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if is_operator(expected):
        for name, operand in expected.items():
            yield from _OPERATORS[name](operand, actual, partial, path)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        yield from _object_differences(expected, actual, partial, path)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _list_differences(expected, actual, partial, path)
    elif actual is ABSENT:
        yield Mismatch(path, expected, ABSENT, "is missing")
    elif not same(expected, actual):
        yield Mismatch(path, expected, actual)


def _object_differences(expected: dict[str, Any], actual: dict[str, Any], partial: bool, path: Path) -> Iterator[Mismatch]:
    for key, value in expected.items():
        yield from _differences(value, actual.get(key, ABSENT), partial, (*path, key))
    if not partial:
        for key, value in actual.items():
            if key not in expected:
                yield Mismatch((*path, key), ABSENT, value, "is not expected")


def _list_differences(expected: list[Any], actual: list[Any], partial: bool, path: Path) -> Iterator[Mismatch]:
    for index, value in enumerate(expected):
        yield from _differences(value, actual[index] if index < len(actual) else ABSENT, partial, (*path, index))
    for index in range(len(expected), len(actual)):
        yield Mismatch((*path, index), ABSENT, actual[index], "is not expected")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# One function an operator: (operand, actual, partial, path) -> what differs.


def _simple(test: Callable[[Any, Any], bool], words: str) -> Callable[[Any, Any, bool, Path], Iterator[Mismatch]]:
    def operator(operand: Any, actual: Any, _partial: bool, path: Path) -> Iterator[Mismatch]:
        if actual is ABSENT or not test(operand, actual):
            yield Mismatch(path, operand, actual, f"expected {words} {_brief(operand)}")

    return operator


def _brief(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else repr(value)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(operand: Any, actual: Any) -> bool:
        comparable = (_is_number(operand) and _is_number(actual)) or (isinstance(operand, str) and isinstance(actual, str))
        return comparable and compare(actual, operand)

    return test


def _type(operand: Any, actual: Any) -> bool:
    names = operand if isinstance(operand, list) else [operand]
    return any(_TYPES[name](actual) for name in names)


def _any(_operand: Any, actual: Any, _partial: bool, path: Path) -> Iterator[Mismatch]:
    if actual is ABSENT:
        yield Mismatch(path, ABSENT, ABSENT, "is missing")


def _absent(operand: Any, actual: Any, _partial: bool, path: Path) -> Iterator[Mismatch]:
    if operand is True and actual is not ABSENT:
        yield Mismatch(path, ABSENT, actual, "is not expected")
    elif operand is False and actual is ABSENT:
        yield Mismatch(path, ABSENT, ABSENT, "is missing")


def _not(operand: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if actual is ABSENT or not match(operand, actual, partial=partial):
        yield Mismatch(path, operand, actual, "expected anything but this")


def _length(operand: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if not isinstance(actual, str | list | dict):
        yield Mismatch(path, operand, actual, "has no length")
    elif match(operand, len(actual), partial=partial):
        yield Mismatch(path, operand, actual, f"has the length {len(actual)}, expected {_brief(operand)}")


def _any_order(operand: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if not isinstance(actual, list) or len(actual) != len(operand):
        yield Mismatch(path, operand, actual, f"expected {len(operand)} elements in any order")
    elif not _pairs_up(operand, actual, partial):
        yield Mismatch(path, operand, actual, "expected these elements in any order")


def _pairs_up(expected: list[Any], actual: list[Any], partial: bool) -> bool:
    """Whether each expected element can have an actual one of its own (augmenting paths in a bipartite graph)."""
    fits = [[i for i, value in enumerate(actual) if not match(pattern, value, partial=partial)] for pattern in expected]
    taken: dict[int, int] = {}

    def place(pattern: int, seen: set[int]) -> bool:
        for i in fits[pattern]:
            if i not in seen:
                seen.add(i)
                if i not in taken or place(taken[i], seen):
                    taken[i] = pattern
                    return True
        return False

    return all(place(pattern, set()) for pattern in range(len(expected)))


def _each(operand: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if not isinstance(actual, list):
        yield Mismatch(path, operand, actual, "expected a list")
    else:
        for index, value in enumerate(actual):
            yield from _differences(operand, value, partial, (*path, index))


def _some(operand: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if not isinstance(actual, list) or all(match(operand, value, partial=partial) for value in actual):
        yield Mismatch(path, operand, actual, "expected some element like this")


def _none(operand: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if not isinstance(actual, list):
        yield Mismatch(path, operand, actual, "expected a list")
    else:
        for index, value in enumerate(actual):
            if not match(operand, value, partial=partial):
                yield Mismatch((*path, index), operand, value, "expected no element like this")


def _contains(operand: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if isinstance(actual, str) and isinstance(operand, str):
        if operand not in actual:
            yield Mismatch(path, operand, actual, f"expected a text that contains {operand!r}")
    else:
        yield from _some(operand, actual, partial, path)


def _in_order(operand: Any, actual: Any, partial: bool, path: Path) -> Iterator[Mismatch]:
    if not isinstance(actual, list):
        yield Mismatch(path, operand, actual, "expected a list")
        return
    left = iter(actual)
    for number, pattern in enumerate(operand, 1):
        if not any(not match(pattern, value, partial=partial) for value in left):
            words = "expected such an element" if number == 1 else f"expected such an element after the {number - 1} before it"
            yield Mismatch(path, pattern, actual, words)
            return


def _expression(operand: Any, actual: Any, _partial: bool, path: Path) -> Iterator[Mismatch]:
    """`$expr` arrives here worked out; floats may differ in their last digits, since an answer may add in another order."""
    if not _is_number(actual) or not _close(operand, actual):
        yield Mismatch(path, operand, actual)


def _close(operand: float, actual: float) -> bool:
    try:
        return math.isclose(operand, actual, rel_tol=1e-9, abs_tol=1e-12)
    except OverflowError:  # an integer that no float can hold
        return False


def _equal(operand: Any, actual: Any, _partial: bool, path: Path) -> Iterator[Mismatch]:
    if actual is ABSENT or not same(operand, actual):
        yield Mismatch(path, operand, actual)


_OPERATORS: Final[dict[str, Callable[[Any, Any, bool, Path], Iterator[Mismatch]]]] = {
    "$type": _simple(_type, "the type"),
    "$matches": _simple(lambda pattern, v: isinstance(v, str) and re.search(pattern, v) is not None, "a text that matches"),
    "$gt": _simple(_ordered(lambda a, b: a > b), "more than"),
    "$gte": _simple(_ordered(lambda a, b: a >= b), "at least"),
    "$lt": _simple(_ordered(lambda a, b: a < b), "less than"),
    "$lte": _simple(_ordered(lambda a, b: a <= b), "at most"),
    "$in": _simple(lambda choices, v: any(same(choice, v) for choice in choices), "one of"),
    "$any": _any,
    "$absent": _absent,
    "$not": _not,
    "$length": _length,
    "$any_order": _any_order,
    "$in_order": _in_order,
    "$each": _each,
    "$some": _some,
    "$none": _none,
    "$contains": _contains,
    "$expr": _expression,
    "$equal": _equal,
}


def _operator_faults(name: str, operand: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if name not in _OPERATORS:
        close = get_close_matches(name, _OPERATORS, n=1, cutoff=0.5)
        advice = f'; did you mean "{close[0]}"?' if close else "; to compare with data that has such a key, use $equal"
        yield path, f'unknown operator "{name}"{advice}'
    elif fault := _operand_fault(name, operand):
        yield path, fault
    elif name in ("$not", "$length", "$each", "$some", "$none", "$contains", "$any_order", "$in_order"):
        yield from faults(operand, path)


def _operand_fault(name: str, operand: Any) -> str:
    if name == "$type":
        names = operand if isinstance(operand, list) and operand else [operand]
        unknown = [n for n in names if not isinstance(n, str) or n not in _TYPES]
        return f"{unknown[0]!r} is no type; the types are {', '.join(_TYPES)}" if unknown else ""
    if name == "$matches":
        return _pattern_fault(operand)
    if name in ("$in", "$any_order", "$in_order") and not isinstance(operand, list):
        return f"{name} takes a list"
    if (name == "$any" and operand is not True) or (name == "$absent" and not isinstance(operand, bool)):
        return f"{name} takes true" + (" or false" if name == "$absent" else "")
    if name in ("$gt", "$gte", "$lt", "$lte") and not (_is_number(operand) or isinstance(operand, str)):
        return f"{name} takes a number, or a text to compare texts with"
    if name == "$length" and not (_is_number(operand) or isinstance(operand, dict) or _is_name(operand)):
        return "$length takes a number, or operators on it such as {$gte: 1}"
    if name == "$expr" and not isinstance(operand, str):
        return '$expr takes a text such as "price * count"'
    return ""


def _is_name(operand: Any) -> bool:
    return isinstance(operand, str) and operand.startswith("{{")


def _pattern_fault(pattern: Any) -> str:
    if not isinstance(pattern, str):
        return "$matches takes a regular expression, as a text"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}"
    return ""
