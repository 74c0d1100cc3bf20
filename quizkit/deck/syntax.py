"""YAML as decks are written in it: YAML 1.2's scalars, text keys, no key twice, and where each thing stands."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import yaml
from pydantic import ValidationError
from yaml import CSafeLoader

Place = tuple[str | int, ...]
KeysAt = Callable[[Place], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a line of a text, counted from 1."""

    line: int
    message: str


_LONGEST_NUMBER: Final = 400
_DEEPEST: Final = 100
_MOST_REPEATED: Final = 20_000
"""How many values a document may have beyond one for each of its characters: with aliases 300 bytes can stand for millions."""
_LONG: Final = 64


class SyntaxFault(Exception):
    """A text that isn't YAML as decks use it, with every fault that could be told."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(fault.message for fault in faults))
        self.faults = faults


class _Int(int):
    text: str


class _Float(float):
    text: str


class _Loader(CSafeLoader):
    """libyaml's loader with the core schema of YAML 1.2, which finds all duplicate keys and keys that are no text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way to replace its YAML 1.1 table

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.faults: list[Fault] = []

    def text_key(self, node: yaml.Node) -> str:
        """The key that `node` spells; notes a fault where it isn't a text."""
        if not isinstance(node, yaml.ScalarNode):
            self.faults.append(Fault(node.start_mark.line + 1, "a key must be a text; put quotes around {{name}} and the like"))
            return ""
        if node.tag != "tag:yaml.org,2002:str":
            self.faults.append(
                Fault(node.start_mark.line + 1, f'the key {node.value} is no text; write it in quotes: "{node.value}"')
            )
        return str(node.value)


def _construct_mapping(loader: _Loader, node: yaml.MappingNode) -> Iterator[dict[str, Any]]:
    result: dict[str, Any] = {}
    yield result
    first_lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key, line = loader.text_key(key_node), key_node.start_mark.line + 1
        if key in first_lines:
            loader.faults.append(Fault(line, f'the key "{key}" is already on line {first_lines[key]}'))
        first_lines[key] = line
        result[key] = loader.construct_object(value_node, deep=True)


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> Any:
    text = node.value
    if len(text) > _LONGEST_NUMBER:
        loader.faults.append(Fault(node.start_mark.line + 1, f"a number of {len(text)} digits is too long"))
        return 0
    value = _Int(int(text[2:], 8) if text.startswith("0o") else int(text[2:], 16) if text.startswith("0x") else int(text))
    return _as_typed(value, text)


def _construct_float(_loader: _Loader, node: yaml.ScalarNode) -> Any:
    return _as_typed(_Float(node.value.replace(".inf", "inf").replace(".nan", "nan")), node.value)


def _as_typed(value: Any, text: str) -> Any:
    """A plain number where it prints as it was typed, else one that remembers its text."""
    plain = int(value) if isinstance(value, int) else float(value)
    if str(plain) == text:
        return plain
    value.text = text
    return value


_CORE: Final = (
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tfTF"),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|^[-+]?\.inf$|^\.nan$", "-+.0123456789"),
)
for _name, _pattern, _firsts in _CORE:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), ["" if c == "\0" else c for c in _firsts])
# Only what JSON has: no sets, dates, bytes or ordered maps, whatever a tag asks for.
_Loader.yaml_constructors = {None: CSafeLoader.yaml_constructors[None]}
for _name in ("null", "str", "seq"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_name}", CSafeLoader.yaml_constructors[f"tag:yaml.org,2002:{_name}"])
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)
_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)
_Loader.add_constructor("tag:yaml.org,2002:bool", lambda _loader, node: node.value.lower() == "true")


def parse(text: str) -> Any:
    """The document as Python values. Raises SyntaxFault with everything that keeps it from being one."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is not None:
            _Measure(text).of(root)
        value = None if root is None else loader.construct_document(root)
    except yaml.reader.ReaderError as error:
        raise SyntaxFault([_unreadable(error, text)]) from None
    except yaml.MarkedYAMLError as error:
        raise SyntaxFault([*loader.faults, _fault(error, text)]) from None
    except yaml.YAMLError as error:
        raise SyntaxFault([Fault(1, str(error))]) from None
    finally:
        loader.dispose()
    if loader.faults:
        raise SyntaxFault(loader.faults)
    return value


class _Measure:
    """Measures a document before anything walks it, each alias counted as what it repeats."""

    def __init__(self, text: str) -> None:
        self._most = len(text) + _MOST_REPEATED
        self._known: dict[int, tuple[int, int] | None] = {}

    def of(self, node: yaml.Node, depth: int = 1) -> tuple[int, int]:
        """How much a node stands for, and over how many levels. A long text counts as several values.

        Raises SyntaxFault where it is too deep, holds itself, or is made far longer than its text by aliases.
        """
        if id(node) not in self._known:
            if depth > _DEEPEST:
                raise _too_deep(node)
            self._known[id(node)] = None  # until what is in it has been measured
            self._known[id(node)] = self._measured(node, depth)
        found = self._known[id(node)]
        if found is None:
            raise SyntaxFault([Fault(_line_of(node), "the anchor here holds an alias of itself")])
        return found

    def _measured(self, node: yaml.Node, depth: int) -> tuple[int, int]:
        size, height = 1, 1
        for part in _parts(node):
            if isinstance(part, yaml.ScalarNode):  # most are: they cost no call
                size += 1 + len(part.value) // _LONG
            else:
                held, levels = self.of(part, depth + 1)
                size, height = size + held, max(height, levels + 1)
        if height > _DEEPEST:
            raise _too_deep(node)
        if size > self._most:
            raise SyntaxFault([Fault(_line_of(node), "aliases repeat far too much here; write out what is meant")])
        return size, height


def _too_deep(node: yaml.Node) -> SyntaxFault:
    return SyntaxFault([Fault(_line_of(node), f"is nested too deep; {_DEEPEST} levels are the most")])


def _line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    """The nodes that a node holds; a scalar's are none."""
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _unreadable(error: yaml.reader.ReaderError, text: str) -> Fault:
    """A character that YAML has no place for. libyaml counts in bytes; the line is that of the first such character."""
    found = _NO_YAML.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else 1
    return Fault(line, f"the character {found[0] if found else error.character!r} can't stand in YAML")


_NO_YAML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


_BROKEN_TEXT: Final = (
    ("mapping values are not allowed", 'a plain text ends at ": "; write the text as a block (>- or |) or in quotes'),
    ("found character", "a plain text can't begin with ` or @ or %; write it as a block (>- or |) or in quotes"),
    ("did not find expected alphabetic", "a plain text can't begin with * or &; write it as a block (>- or |) or in quotes"),
    (
        "found undefined alias",
        "a plain text can't begin with *, which stands for an anchor; none of this name is there",
    ),
    (
        "did not find expected key",
        'a text was broken off before its end, by a quote, a "{" or a wrong indent; write it as a block (>- or |)',
    ),
    ("did not find expected ',' or '}'", "inside { } a text with a comma, brace or {{name}} must be in quotes"),
    ("did not find expected ',' or ']'", "inside [ ] a text with a comma or bracket must be in quotes"),
    ("found unexpected end of stream", "a quote or bracket is never closed"),
)


def _fault(error: yaml.MarkedYAMLError, text: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = min(mark.line + 1, text.count("\n") + 1) if mark else 1
    problem = (error.problem or "").strip()
    if problem.startswith("found character") and _at(mark, text) == "\t":
        return Fault(line, "a tab can't indent YAML; use spaces")
    advice = next((words for start, words in _BROKEN_TEXT if problem.startswith(start)), "")
    return Fault(line, f"{advice} (YAML: {problem})" if advice else problem)


def _at(mark: yaml.Mark | None, text: str) -> str:
    lines = text.split("\n")
    return lines[mark.line][mark.column : mark.column + 1] if mark and mark.line < len(lines) else ""


def lines(text: str) -> dict[Place, int]:
    """The line of each key and element, by its path from the root. For error messages only: it costs as much as parsing."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    found: dict[Place, int] = {}
    stack: list[tuple[Place, yaml.Node]] = [((), root)] if root is not None else []
    while stack:
        place, node = stack.pop()
        found.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                found[(*place, str(key.value))] = key.start_mark.line + 1
                stack.append(((*place, str(key.value)), value))
        elif isinstance(node, yaml.SequenceNode):
            stack.extend(((*place, index), value) for index, value in enumerate(node.value))
    return found


def validation_faults(error: ValidationError, line_of: dict[Place, int], keys_at: KeysAt) -> list[Fault]:
    """What pydantic refused, each at the line of the deepest thing that the text really has.

    `keys_at` gives the keys that the format knows at a place of pydantic's, for "did you mean".
    """
    details = error.errors(include_url=False, include_input=True)
    deeper = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
    return [
        _validation_fault(detail, line_of, keys_at)
        for detail in details
        if not (detail["type"] == "too_short" and detail["loc"] in deeper)  # its elements were faulty, not missing
    ]


def _validation_fault(detail: Any, line_of: dict[Place, int], keys_at: KeysAt) -> Fault:
    place: Place = ()
    for step in detail["loc"]:
        if (*place, step) in line_of:
            place = (*place, step)
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    return Fault(line_of.get(place, 1), _words(detail, last, place, keys_at))


def _words(detail: Any, last: str, place: Place, keys_at: KeysAt) -> str:
    where = f"{_owner(place)}: " if place else ""
    match detail["type"]:
        case "extra_forbidden":
            close = get_close_matches(last, keys_at(detail["loc"][:-1]), n=1, cutoff=0.6)
            advice = f'; did you mean "{close[0]}"?' if close else ""
            return f'unknown key "{last}"{_inside(place[:-1])}{advice}'
        case "missing":
            return f'missing key "{last}"{_inside(place)}'
        case "union_tag_not_found":
            return f'missing key "kind"{_inside(place)}'
        case "union_tag_invalid":
            tag = str(detail["ctx"]["tag"])
            choices = detail["ctx"]["expected_tags"].replace("'", "")
            close = get_close_matches(tag, choices.split(", "), n=1)
            return f'unknown kind "{tag}"; ' + (f'did you mean "{close[0]}"?' if close else f"the kinds are {choices}")
        case "value_error":
            return where + str(detail["ctx"]["error"])
        case "check_kind":
            return str(detail["msg"])
        case "too_short":
            least = detail["ctx"]["min_length"]
            return where + ("should not be an empty list" if least == 1 else f"should have at least {least} elements")
    shown = detail["input"] if isinstance(detail["input"], str | int | float | bool) else type(detail["input"]).__name__
    message = _TYPE_WORDS.get(detail["type"]) or detail["msg"][:1].lower() + detail["msg"][1:]
    return f"{where}{message}" + (
        f", not {shown!r}" if isinstance(shown, str | int | float | bool) and detail["input"] is not None else ""
    )


_TYPE_WORDS: Final = {
    "string_type": "should be a text",
    "int_type": "should be a whole number",
    "tuple_type": "should be a list",
    "dict_type": "should be a mapping of keys to values",
    "model_type": "should be a mapping of keys to values",
    "model_attributes_type": "should be a mapping of keys to values",
    "bool_type": "should be true or false",
}


def _owner(place: Place) -> str:
    named = [step for step in place if isinstance(step, str)]
    return named[-1] if named else "the file"


def _inside(place: Place) -> str:
    named = [step for step in place if isinstance(step, str)]
    return f" in {named[-1]}" if named else ""
