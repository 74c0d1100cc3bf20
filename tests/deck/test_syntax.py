from math import inf, isnan
from typing import Any

import pytest
from pydantic import ValidationError

from quizkit.deck.models import DeckFile
from quizkit.deck.syntax import SyntaxFault, lines, parse, validation_faults

KNOWN = frozenset({"topic", "questions", "prompt", "answer", "hints", "explanation", "status", "json"})


@pytest.mark.parametrize(
    "text",
    [
        "no", "yes", "on", "off", "y", "n", "No", "ON", "12:30", "12:30:45", "2026-11-24", "2026-11-24T10:00:00Z",
        "1_000", "0b11", "0x", "1e", "1.2.3", "+", ".", "=", "0o8", "nan", "inf", "<<", "1 000",
    ],
)  # fmt: skip
def test_a_scalar_that_is_a_text_in_yaml_1_2(text: str) -> None:
    assert parse(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("4", 4),
        ("-4", -4),
        ("+4", 4),
        ("0", 0),
        ("007", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("4.5", 4.5),
        (".5", 0.5),
        ("4.", 4.0),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("0.120", 0.12),
        (".inf", inf),
        ("-.inf", -inf),
    ],
)
def test_a_scalar_that_is_more_than_a_text(text: str, value: Any) -> None:
    [found] = parse(f"a: {text}").values()
    assert found == value
    assert isinstance(found, type(value))


def test_not_a_number_is_a_number() -> None:
    assert isnan(parse("a: .nan")["a"])


@pytest.mark.parametrize("text", ["true", "4", "~", "0x1F", "4.5", "null"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_stands_in_quotes_is_a_text(text: str, quote: str) -> None:
    assert parse(f"a: {quote}{text}{quote}") == {"a": text}


@pytest.mark.parametrize("text", ["0x1F", "0.120", "007", "+4", "1e3", "4.", "0o17", "2.50"])
def test_a_number_remembers_how_it_was_typed(text: str) -> None:
    assert parse(f"a: {text}")["a"].text == text


@pytest.mark.parametrize("text", ["4", "-4", "4.5", "0.12"])
def test_a_number_typed_as_it_prints_is_a_plain_one(text: str) -> None:
    assert type(parse(f"a: {text}")["a"]) in (int, float)


def test_a_whole_document() -> None:
    text = """
# a comment
topic: Path parameters
on: [no, 1, {a: b}]
text: |
  two
    lines
folded: >-
  one
  line
anchor: &x {k: v}
alias: *x
"""
    assert parse(text) == {
        "topic": "Path parameters",
        "on": ["no", 1, {"a": "b"}],
        "text": "two\n  lines\n",
        "folded": "one line",
        "anchor": {"k": "v"},
        "alias": {"k": "v"},
    }
    assert parse("") is None
    assert parse("# nothing\n") is None


TEXT_KEY = "a key must be a text; put quotes around {{name}} and the like"
COLON = (
    'a plain text ends at ": "; write the text as a block (>- or |) or in quotes '
    "(YAML: mapping values are not allowed in this context)"
)
FIRST_SIGN = (
    "a plain text can't begin with ` or @ or %; write it as a block (>- or |) or in quotes "
    "(YAML: found character that cannot start any token)"
)
ALIAS = "a plain text can't begin with *, which stands for an anchor; none of this name is there (YAML: found undefined alias)"
BROKEN_OFF = (
    'a text was broken off before its end, by a quote, a "{" or a wrong indent; write it as a block (>- or |) '
    "(YAML: did not find expected key)"
)
BRACES = "inside { } a text with a comma, brace or {{name}} must be in quotes (YAML: did not find expected ',' or '}')"
BRACKETS = "inside [ ] a text with a comma or bracket must be in quotes (YAML: did not find expected ',' or ']')"
CLOSED = "a quote or bracket is never closed (YAML: found unexpected end of stream)"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("a: 1\nb: 2\na: 3\n", [(3, 'the key "a" is already on line 1')]),
        ("a: 1\n'a': 2\n", [(2, 'the key "a" is already on line 1')]),
        ("x:\n  - a: 1\n    a: 2\n  - a: 3\n", [(3, 'the key "a" is already on line 2')]),
        ("a: {b: 1, b: 2}\n", [(1, 'the key "b" is already on line 1')]),
        ("a: 1\na: 2\na: 3\n", [(2, 'the key "a" is already on line 1'), (3, 'the key "a" is already on line 2')]),
        ("201: x\n", [(1, 'the key 201 is no text; write it in quotes: "201"')]),
        ("a:\n  true: 1\n", [(2, 'the key true is no text; write it in quotes: "true"')]),
        ("1.5: x\n~: y\n", [(1, 'the key 1.5 is no text; write it in quotes: "1.5"'),
                            (2, 'the key ~ is no text; write it in quotes: "~"')]),
        ("a: 1\n{{name}}: 2\n", [(2, TEXT_KEY)]),
        ("a: 1\nb: {{name}}\n", [(2, TEXT_KEY)]),
        ("a: 1\nb: {c: {{name}}}\n", [(2, TEXT_KEY)]),
        ("? [a]\n: 1\n", [(1, TEXT_KEY)]),
        ("a: 1\nb: *nothing\n", [(2, ALIAS)]),
        ("a: 1\nb: one: two\n", [(2, COLON)]),
        ("a: 1\nb: `code` first\n", [(2, FIRST_SIGN)]),
        ("a: 1\nb: @decorator\n", [(2, FIRST_SIGN)]),
        ("a: 1\nb: %s\n", [(2, FIRST_SIGN)]),
        ("a: 1\nb: 'quoted' and more\n", [(2, BROKEN_OFF)]),
        ("a: 1\nb: {c: d} more\n", [(2, BROKEN_OFF)]),
        ("a: 1\nb: {c: x{{name}}}\n", [(2, BRACES)]),
        ("a: 1\nb: [c] d\n", [(2, BROKEN_OFF)]),
        ("a: 1\nb: [x: y: z]\n", [(2, BRACKETS)]),
        ("a: 1\nb: 'c\n", [(3, CLOSED)]),
        ("a: !!python/object:os.system x\n",
         [(1, "could not determine a constructor for the tag 'tag:yaml.org,2002:python/object:os.system'")]),
        ("a: &x [*x]\n", [(1, "the anchor here holds an alias of itself")]),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(text: str, faults: list[tuple[int, str]]) -> None:
    assert _faults(text) == faults


def test_several_faults_are_told_at_once() -> None:
    text = "a: 1\n201: x\na: 2\nb:\n  - {c: {{d}}}\n  - e: 1\n    e: 2\n"
    assert [line for line, _ in _faults(text)] == [2, 3, 5, 7]


def test_a_text_that_breaks_off_is_told_where_it_does() -> None:
    assert _faults("a: 1\na: 2\nb: c: d\ne: f: g\n") == [(3, COLON)]


def test_a_text_nested_without_end_is_a_fault() -> None:
    assert [line for line, _ in _faults("[" * 100_000)] == [1]


def test_a_second_document_is_a_fault() -> None:
    assert _faults("a: 1\n---\nb: 2\n") == [(2, "but found another document")]


@pytest.mark.parametrize("character", ["\x07", "\x1b"])
def test_a_character_that_no_text_can_hold_is_told_with_its_line(character: str) -> None:
    [(line, _)] = _faults(f"a: 1\nb: 2\nc: x{character}y\n")
    assert line == 3


def test_a_number_too_long_to_read_is_a_fault() -> None:
    assert _faults("a: 1\nb: " + "9" * 5000) != []


def test_a_tab_is_told_as_a_tab() -> None:
    [(line, words)] = _faults("a:\n\tb: 1\n")
    assert line == 2
    assert "tab" in words


@pytest.mark.parametrize("text", ["!!set {a}", "!!binary aGk=", "!!timestamp 2026-11-24"])
def test_a_value_is_always_one_that_json_has(text: str) -> None:
    try:
        value = parse(f"a: {text}")["a"]
    except SyntaxFault:
        return
    assert isinstance(value, str | int | float | bool | list | dict | None)


def test_the_line_of_each_key_and_element() -> None:
    text = "topic: T\nquestions:\n  - id: a\n    tags: [x,\n      y]\n  - {id: b}\n"
    assert lines(text) == {
        (): 1,
        ("topic",): 1,
        ("questions",): 2,
        ("questions", 0): 3,
        ("questions", 0, "id"): 3,
        ("questions", 0, "tags"): 4,
        ("questions", 0, "tags", 0): 4,
        ("questions", 0, "tags", 1): 5,
        ("questions", 1): 6,
        ("questions", 1, "id"): 6,
    }
    assert lines("") == {}


HEAD = "topic: T\nquestions:\n"
SOUND = "  - id: z\n    kind: recall\n    level: mid\n    prompt: p\n    answer: a\n"
RECALL = "  - id: a\n    kind: recall\n    level: mid\n    prompt: p\n    answer: a\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [(1, "should be a mapping of keys to values")]),
        ("topic: T\n", [(1, 'missing key "questions"')]),
        ("topic: ''\nquestions: []\n",
         [(1, "topic: is empty"), (2, "questions: should not be an empty list")]),
        (HEAD + "  - id: a\n    level: mid\n", [(3, 'missing key "kind" in questions')]),
        (HEAD + "  - id: a\n    kind: recal\n", [(3, 'unknown kind "recal"; did you mean "recall"?')]),
        (HEAD + "  - kind: poem\n",
         [(3, 'unknown kind "poem"; the kinds are recall, choice, cloze, predict, fix, code, tests')]),
        (HEAD + RECALL.replace("prompt", "promt"),
         [(3, 'missing key "prompt" in questions'), (6, 'unknown key "promt" in questions; did you mean "prompt"?')]),
        (HEAD + RECALL + "    xyzzy: 1\n", [(8, 'unknown key "xyzzy" in questions')]),
        (HEAD + RECALL.replace("mid", "middle"),
         [(5, "level: input should be 'junior', 'mid' or 'senior', not 'middle'")]),
        (HEAD + RECALL.replace("answer: a", "answer: [a]"), [(7, "answer: should be a text, not 'list'")]),
        (HEAD + RECALL + "    minutes: soon\n", [(8, "minutes: should be a whole number, not 'soon'")]),
        (HEAD + RECALL + "    tags: routing\n", [(8, "tags: should be a list, not 'routing'")]),
        (HEAD + RECALL + "    key_points: x\n",
         [(8, "key_points: should be a mapping of keys to values, not 'x'")]),
        (HEAD + RECALL + "    key_points:\n      must:\n        - idea: b\n        - idea: b\n          why: c\n",
         [(12, 'unknown key "why" in must')]),
    ],
)  # fmt: skip
def test_what_the_format_refuses_is_told_in_the_deck_s_own_words(text: str, faults: list[tuple[int, str]]) -> None:
    assert sorted(_validation(text + SOUND * text.startswith(HEAD))) == faults


def test_a_key_that_belongs_elsewhere_gets_the_nearest_one_too() -> None:
    [(_, words)] = _validation(HEAD + RECALL + "    hint: look\n" + SOUND)
    assert words == 'unknown key "hint" in questions; did you mean "hints"?'


def test_a_list_that_is_too_short_is_not_called_empty() -> None:
    text = HEAD + "  - {id: a, kind: choice, level: mid, prompt: p, options: [{right: x}]}\n"
    [(_, words)] = _validation(text + SOUND)
    assert "empty" not in words
    assert "not 'list'" not in words


def test_a_list_whose_elements_are_all_wrong_is_not_called_empty_too() -> None:
    assert _validation(HEAD + RECALL.replace("mid", "middle")) == [
        (5, "level: input should be 'junior', 'mid' or 'senior', not 'middle'")
    ]


@pytest.mark.parametrize("text", ["**bold** words", "*slanted* words", "*"])
def test_a_text_that_begins_with_a_star_gets_the_advice_on_stars(text: str) -> None:
    [(line, words)] = _faults(f"a: 1\nb: {text}\n")
    assert line == 2
    assert words.startswith("a plain text can't begin with *")


BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (BOMB, 6, "aliases repeat far too much"),
        (f"a: &a {'x' * 100_000}\nb: &b [{'*a, ' * 1000}]\nc: [{'*b, ' * 1000}]\n", 2, "aliases repeat far too much"),
        ("a: 1\nb: &b {c: *b}\n", 2, "holds an alias of itself"),
        ("a: 1\nb: " + "[" * 200 + "]" * 200, 2, "is nested too deep"),
        ("a0: &a0 []\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 500)), 101, "is nested too deep"),
        ("a: " + "[" * 100_000, 1, "exceeded maximum nesting depth"),
    ],
)
def test_what_is_small_as_a_text_and_endless_as_a_value_is_refused(text: str, line: int, words: str) -> None:
    [(found, message)] = _faults(text)
    assert (found, words in message) == (line, True), (found, message)


def test_ordinary_anchors_are_kept() -> None:
    services = "".join(f"s{number}: *base\n" for number in range(200))
    found = parse(f"base: &base {{image: python, ports: [80, 443]}}\n{services}")
    assert found["s199"] == found["base"] == {"image": "python", "ports": [80, 443]}
    assert parse("[" * 90 + "]" * 90)


def _faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(SyntaxFault) as caught:
        parse(text)
    return [(fault.line, fault.message) for fault in caught.value.faults]


def _validation(text: str, known: frozenset[str] = KNOWN) -> list[tuple[int, str]]:
    with pytest.raises(ValidationError) as caught:
        DeckFile.model_validate(parse(text))
    return [(fault.line, fault.message) for fault in validation_faults(caught.value, lines(text), lambda _place: known)]
