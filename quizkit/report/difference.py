"""Where two values differ: both spelt on one line, what is the same in them cut short, what isn't marked. Draws nothing."""

import json
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, islice, zip_longest
from typing import Any, Final, NamedTuple

from quizkit.check.match import ABSENT, is_operator, match
from quizkit.report.text import visible

ROOM: Final = 500
"""What is shown at the most of a value of which no place can be named."""
_WHOLE: Final = 200
"""A value that is no longer than this is shown whole, however little of it differs."""
_AROUND: Final = 40
"""What is shown of the same on either side of a difference, where the whole is too long."""
_COMPARED: Final = 200
"""The words after the first difference that are held against each other: difflib's time grows faster than their square."""


@dataclass(frozen=True, slots=True)
class Side:
    """One value on a line. A mark is a stretch of it that the other side lacks; an empty one, that something lacks there."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class _Word(NamedTuple):
    """The smallest part of a spelt value. Words are the same where their keys are; a free one may be there or not."""

    text: str
    key: Any
    kind: str = ""
    free: bool = False


class _Stretch(NamedTuple):
    """What both sides have between two places where they begin or end to be the same."""

    expected: str
    actual: str
    same: bool


def difference(expected: Any, actual: Any, *, pattern: bool = False, partial: bool = False, cut: str = "…") -> tuple[Side, Side]:
    """Both sides with what differs marked; `cut` stands where something of a long value is left out.

    Two values that have nothing in common bear no marks. With `pattern`, `expected` may hold operators, and one that is
    met is no difference; with `partial`, neither are keys that only `actual` has.
    """
    if isinstance(expected, str) and isinstance(actual, str):
        found = _of_texts(spelt(expected), spelt(actual))
    else:
        found = _of_values(expected, actual, pattern, partial)
    if not any(_says_something(stretch.expected) for stretch in found if stretch.same):
        return brief(expected, cut), brief(actual, cut)
    long = max(sum(len(stretch.expected) for stretch in found), sum(len(stretch.actual) for stretch in found)) > _WHOLE
    left, right = [(one.expected, one.same) for one in found], [(one.actual, one.same) for one in found]
    return _side(left, long, cut), _side(right, long, cut)


def _says_something(text: str) -> bool:
    """Whether what two values share is more than the quotes and brackets that all have."""
    return len(text) > _AROUND or re.search(r"\w", text) is not None


def brief(value: Any, cut: str = "…") -> Side:
    """A value without marks, on a few lines at the most."""
    text = spelt(value)
    return Side(text if len(text) <= ROOM else text[:ROOM] + cut)


_SPELLING: Final = json.JSONEncoder(ensure_ascii=False, default=repr)


def spelt(value: Any) -> str:
    """A value as JSON on one line, with escapes for what can't be seen."""
    if value is ABSENT:
        return "nothing"
    try:
        return visible(_SPELLING.encode(value))
    except (ValueError, RecursionError):
        return repr(type(value))


# ---- two texts ----

_PARTS: Final = re.compile(r"\\u[0-9a-f]{4}|\\.|\w+|\s+|.", re.DOTALL)


def _of_texts(expected: str, actual: str) -> list[_Stretch]:
    """A window from a little before the first difference on is compared, word by word and within the words."""
    begin = max(0, _common(expected, actual) - _AROUND)
    end = begin + _AROUND + 2 * _COMPARED
    left, right = ([_Word(part, part, "part") for part in _PARTS.findall(side[begin:end])] for side in (expected, actual))
    rest = _Stretch(expected[end:], actual[end:], True)
    changes = _changes(left, right, more=bool(rest.expected or rest.actual))
    return [_Stretch(expected[:begin], actual[:begin], True), *changes, rest]


def _common(left: Sequence[Any], right: Sequence[Any]) -> int:
    """The length of what both begin with; by halves, as slices compare much faster than characters one by one."""
    return bisect_left(range(1, min(len(left), len(right)) + 1), True, key=lambda n: left[:n] != right[:n])


# ---- two JSON values ----


class _Met(NamedTuple):
    """A value that is one word: what is the same on both sides, an operator and what meets it, or what is free to be there."""

    text: str
    key: object
    free: bool = False


def _of_values(expected: Any, actual: Any, pattern: bool, partial: bool) -> list[_Stretch]:
    try:
        left, right = _paired(expected, actual, pattern, partial)
        return _of_words(_words(left), _words(right))
    except RecursionError:  # nested deeper than anyone reads
        return _of_texts(spelt(expected), spelt(actual))


def _paired(expected: Any, actual: Any, pattern: bool, partial: bool) -> tuple[Any, Any]:
    """Both, with `actual`'s keys in the order of `expected`'s, and what is no difference in spite of its looks set apart."""
    if pattern and is_operator(expected):
        met = actual is not ABSENT and not match(expected, actual, partial=partial)
        key = object()
        return (_Met(spelt(expected), key), _Met(spelt(actual), key)) if met else (expected, actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        shared = {key: _paired(expected[key], actual[key], pattern, partial) for key in expected if key in actual}
        more = {key: value for key, value in actual.items() if key not in shared}
        extra = {key: _Met(spelt(value), object(), True) for key, value in more.items()} if partial else more
        left = {key: shared[key][0] if key in shared else value for key, value in expected.items()}
        return left, {key: pair[1] for key, pair in shared.items()} | extra
    if isinstance(expected, list) and isinstance(actual, list):
        begin = _common(expected, actual)
        lead = spelt(expected[:begin])[1:-1]
        if lead != spelt(actual[:begin])[1:-1]:  # for Python true is 1, too
            begin, lead = 0, ""
        end = begin + _COMPARED
        pairs = [_paired(*pair, pattern, partial) for pair in zip(expected[begin:end], actual[begin:end], strict=False)]
        same, end = ([_Met(lead, lead)] if lead else []), begin + len(pairs)
        return [*same, *(left for left, _ in pairs), *expected[end:]], [*same, *(right for _, right in pairs), *actual[end:]]
    return expected, actual


def _words(value: Any) -> Iterator[_Word]:
    if isinstance(value, _Met):
        yield _Word(value.text, value.key, free=value.free)
    elif isinstance(value, dict):
        yield _Word("{", "{")
        for number, (name, inner) in enumerate(value.items()):
            free = isinstance(inner, _Met) and inner.free
            if number:
                yield _Word(", ", ",", free=free)
            yield _Word(spelt(name), ("name", name), "string", free)
            yield _Word(": ", ":", free=free)
            yield from _words(inner)
        yield _Word("}", "}")
    elif isinstance(value, list):
        yield _Word("[", "[")
        for number, inner in enumerate(value):
            if number:
                yield _Word(", ", ",")
            yield from _words(inner)
        yield _Word("]", "]")
    else:
        kind = "string" if isinstance(value, str) else "number" if type(value) in (int, float) else ""
        yield _Word(spelt(value), (kind, value if kind else spelt(value)), kind)


def _of_words(expected: Iterator[_Word], actual: Iterator[_Word]) -> list[_Stretch]:
    """What is the same at the beginning is passed over as it comes, so that a difference may be as late as it likes."""
    lead: deque[tuple[str, str]] = deque(maxlen=_COMPARED)
    for one, other in zip_longest(expected, actual):
        if one is None or other is None or one.key != other.key:
            left = [*filter(None, (one,)), *islice(expected, _COMPARED)]
            right = [*filter(None, (other,)), *islice(actual, _COMPARED)]
            rest = _Stretch(_text(islice(expected, _COMPARED)), _text(islice(actual, _COMPARED)), True)
            changes = _changes(left, right, more=bool(rest.expected or rest.actual))
            return [*(_Stretch(*texts, True) for texts in lead), *changes, rest]
        lead.append((one.text, other.text))
    return [_Stretch(*texts, True) for texts in lead]


# ---- both ----


def _text(words: Iterable[_Word]) -> str:
    return "".join(word.text for word in words)


def _changes(expected: Sequence[_Word], actual: Sequence[_Word], *, more: bool) -> Iterator[_Stretch]:
    """`more` says that words follow which aren't here; what differs at the very end may then be the same with them."""
    codes = SequenceMatcher(None, [w.key for w in expected], [w.key for w in actual], autojunk=False).get_opcodes()
    changed = [code for code in codes if code[0] != "equal"]
    for code in codes:
        operation, begin, end, other_begin, other_end = code
        left, right = expected[begin:end], actual[other_begin:other_end]
        if operation == "equal" or (more and code is codes[-1] and len(changed) > 1):
            yield _Stretch(_text(left), _text(right), True)
        else:
            yield from _change(left, right)


def _change(left: Sequence[_Word], right: Sequence[_Word]) -> list[_Stretch]:
    if right and right[-1].free:
        bound = [word for word in right if not word.free]  # what is free stands at an object's end
        free = _Stretch("", _text(word for word in right if word.free), True)
        return [*(_change(left, bound) if left or bound else ()), free]
    kinds = {word.kind for word in (*left, *right)}
    single = len(left) == len(right) == 1
    if single and kinds == {"string"}:
        return _of_texts(left[0].text, right[0].text)
    texts = (_text(left), _text(right))
    if (single and kinds == {"number"}) or (kinds == {"part"} and "\\" not in texts[0] + texts[1]):
        return _trimmed(*texts)
    return [_Stretch(*texts, False)]


def _trimmed(left: str, right: str) -> list[_Stretch]:
    begin = _common(left, right)
    lead, left, right = left[:begin], left[begin:], right[begin:]
    end = _common(left[::-1], right[::-1])
    rest = left[len(left) - end :]
    middle = _Stretch(left.removesuffix(rest), right.removesuffix(rest), False)
    return [_Stretch(lead, lead, True), middle, _Stretch(rest, rest, True)]


def _side(stretches: Iterable[tuple[str, bool]], long: bool, cut: str) -> Side:
    """One side's line. Where it is `long`, only what is around the differences is shown of the same."""
    stood = ((text, same) for text, same in stretches if text or not same)
    merged = [("".join(text for text, _ in group), same) for same, group in groupby(stood, key=lambda one: one[1])]
    line, marks = "", []
    for number, (text, same) in enumerate(merged):
        shown = text
        if long:
            shown = _around(text, number == 0, number == len(merged) - 1, cut) if same else _begun(text, cut)
        if not same:
            marks.append((len(line), len(line) + len(shown)))
        line += shown
    if len(line) > ROOM:
        return Side(line[:ROOM] + cut, tuple((begin, min(end, ROOM)) for begin, end in marks if begin < ROOM))
    return Side(line, tuple(marks))


def _around(text: str, first: bool, last: bool, cut: str) -> str:
    head = "" if first else text[:_AROUND]
    tail = "" if last else text[-_AROUND:]
    return text if len(text) <= len(head) + len(tail) + len(cut) else head + cut + tail


def _begun(text: str, cut: str) -> str:
    return text if len(text) <= ROOM // 2 else text[: ROOM // 2] + cut
