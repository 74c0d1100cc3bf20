"""Values in a check's text: draws them fresh, writes them in, and works out small sums over them."""

import ast
import json
import operator
import re
import string
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from random import Random

PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """`template`, a JSON value, with each `{{name}}` replaced.

    A name that stands alone keeps its value's type; inside a longer text it is written as JSON would write it, without
    quotes. `{$expr: …}` becomes `{$expr: number}`. Raises KeyError for a name that has no value.
    """
    if isinstance(template, str):
        return _fill_text(template, values)
    if isinstance(template, list):
        return [fill(element, values) for element in template]
    if isinstance(template, dict):
        if "$equal" in template:
            return {key: _fill_as_it_stands(value, values) for key, value in template.items()}
        if isinstance(template.get("$expr"), str):
            return {
                **fill({k: v for k, v in template.items() if k != "$expr"}, values),
                "$expr": calculate(template["$expr"], values),
            }
        return {_fill_key(key, values): fill(value, values) for key, value in template.items()}
    return template


def _fill_as_it_stands(template: Any, values: Mapping[str, Any]) -> Any:
    """Names are written in, and `$expr` is data: below `$equal` nothing is an operator."""
    if isinstance(template, dict):
        return {_fill_key(key, values): _fill_as_it_stands(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill_as_it_stands(element, values) for element in template]
    return fill(template, values)


def names(template: Any) -> Iterator[str]:
    """Each name that `template` needs a value for."""
    if isinstance(template, str):
        yield from PLACEHOLDER.findall(template)
    elif isinstance(template, list):
        for element in template:
            yield from names(element)
    elif isinstance(template, dict):
        for key, value in template.items():
            yield from names(key)
            if key == "$equal":
                yield from PLACEHOLDER.findall(json.dumps(value, ensure_ascii=False))
            elif key == "$expr" and isinstance(value, str):
                yield from variables(value)
            else:
                yield from names(value)


def _fill_text(text: str, values: Mapping[str, Any]) -> Any:
    if alone := PLACEHOLDER.fullmatch(text):
        return values[alone[1]]
    return PLACEHOLDER.sub(lambda found: as_text(values[found[1]]), text)


def _fill_key(key: str, values: Mapping[str, Any]) -> str:
    return PLACEHOLDER.sub(lambda found: as_text(values[found[1]]), key)


def as_text(value: Any) -> str:
    """A JSON scalar as it stands in a URL or a header: true, null, 4.5."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


# ---- small sums ----

_SUMS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_CALLS: Final[dict[str, Callable[..., Any]]] = {"round": round, "min": min, "max": max, "abs": abs}


class NoSum(ValueError):
    """A small sum that can't be worked out."""


def calculate(expression: str, values: Mapping[str, Any]) -> float:
    """The value of a small sum: numbers, names, + - * / // %, brackets, round, min, max, abs.

    Raises NoSum for anything else, and for a name without a number.
    """
    try:
        return float(_value(ast.parse(expression, mode="eval").body, values))
    except (SyntaxError, ArithmeticError, TypeError, RecursionError, MemoryError) as error:
        raise NoSum(f"{expression!r} can't be worked out: {error}") from None


def variables(expression: str) -> list[str]:
    """The names that a small sum uses. Raises ValueError where it isn't one."""
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError:
        raise ValueError(f"{expression!r} is not an expression") from None
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name) if isinstance(values.get(name), int | float):
            return values[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SUMS:
            return _SUMS[type(op)](_value(left, values), _value(right, values))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS:
            return _CALLS[name](*(_value(arg, values) for arg in args))
    raise NoSum(f"{ast.unparse(node)!r} can't be worked out with these values")


# ---- fresh values ----


def draw(kinds: Mapping[str, tuple[str, float | None, float | None]], rng: "Random") -> dict[str, Any]:
    """A fresh value for each name; the values of one check differ from each other where their kind has enough of them.

    `kinds` maps a name to (kind, low, high); low and high are None where no range is given.
    """
    values: dict[str, Any] = {}
    for name, (kind, low, high) in kinds.items():
        for _ in range(100):
            values[name] = _DRAWS[kind](rng, low, high)
            if all(values[name] != values[other] for other in values if other != name):
                break
    return values


def _word(rng: "Random", _low: float | None = None, _high: float | None = None) -> str:
    """Eight letters that read like a word, so that no default value can hit one."""
    consonants = [c for c in string.ascii_lowercase if c not in "aeiouxqy"]
    return "".join(rng.choice(consonants) + rng.choice("aeiou") for _ in range(4))


def _hundredths(rng: "Random", low: float, high: float) -> float:
    """A number with two decimals between the ends; not a whole one, where the range has others, since an int must not pass."""
    first, last = ceil(low * 100), floor(high * 100)
    drawn = rng.randint(first, last)
    return (drawn + (1 if drawn < last else -1) if drawn % 100 == 0 and last > first else drawn) / 100


_DRAWS: Final[dict[str, Callable[["Random", float | None, float | None], Any]]] = {
    "int": lambda rng, low, high: rng.randint(int(1000 if low is None else low), int(9999 if high is None else high)),
    "float": lambda rng, low, high: _hundredths(rng, 1 if low is None else low, 1000 if high is None else high),
    "word": _word,
    "email": lambda rng, _low, _high: f"{_word(rng)}@{_word(rng)}.example",
    "uuid": lambda rng, _low, _high: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "date": lambda rng, _low, _high: (date(2000, 1, 1) + timedelta(days=rng.randrange(9000))).isoformat(),
    "bool": lambda rng, _low, _high: rng.random() < 0.5,
}
KINDS: Final = tuple(_DRAWS)
