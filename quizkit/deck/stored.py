"""A question as the index keeps it: one that was found sound once is put together again without being judged again.

To judge it pydantic has to build the format's validators, which takes as long as a tenth of a cold check.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from quizkit.check.spec import Model
from quizkit.deck.models import Question

# A tuple or an object is written as an object of one key, which says what it is; a model under its own name.
_TUPLE: Final = "tuple"
_DICT: Final = "dict"


def pack(question: Question) -> str:
    """The question as JSON, with nothing but what its author wrote."""
    return json.dumps(_packed(question), ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> Question:
    """The question that `pack` was given. `text` has to be its work: nothing is checked."""
    question: Question = _unpacked(json.loads(text))
    return question


def _packed(value: Any) -> Any:
    if isinstance(value, Model):
        written = value.model_fields_set
        return {type(value).__name__: {name: _packed(part) for name, part in value if name in written}}
    if isinstance(value, tuple):
        return {_TUPLE: [_packed(part) for part in value]}
    if isinstance(value, dict):
        return {_DICT: {name: _packed(part) for name, part in value.items()}}
    return [_packed(part) for part in value] if isinstance(value, list) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(part) for part in value]
    if not isinstance(value, dict):
        return value
    ((kind, parts),) = value.items()
    if kind == _TUPLE:
        return tuple(_unpacked(part) for part in parts)
    fields = {name: _unpacked(part) for name, part in parts.items()}
    return fields if kind == _DICT else _models()[kind].model_construct(set(fields), **fields)


@cache
def _models() -> dict[str, type[Model]]:
    """The format's models by their names."""
    return {model.__name__: model for model in _beneath(Model)}


def _beneath(model: type[Model]) -> Iterator[type[Model]]:
    for child in model.__subclasses__():
        yield child
        yield from _beneath(child)
