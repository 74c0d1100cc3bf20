from typing import Any

import pytest

from quizkit.check.jsonpath import find, parse

DOCUMENT: Any = {"items": [{"id": 7, "a b": 1}, {"it's": 2, "": 3}], "x-y": 4, "0": 5, "paths": {"/a": {"get": None}}}


@pytest.mark.parametrize(
    ("path", "steps", "value"),
    [
        ("$", (), DOCUMENT),
        ("$.items", ("items",), DOCUMENT["items"]),
        ("$.items[0].id", ("items", 0, "id"), 7),
        ("$.items[-1]", ("items", -1), DOCUMENT["items"][1]),
        ("$.items[0]['a b']", ("items", 0, "a b"), 1),
        ('$["items"][0]["id"]', ("items", 0, "id"), 7),
        (r"$.items[1]['it\'s']", ("items", 1, "it's"), 2),
        ("$.items[1]['']", ("items", 1, ""), 3),
        ("$.x-y", ("x-y",), 4),
        ("$['0']", ("0",), 5),
        ("$[ 'x-y' ]", ("x-y",), 4),
        ("$.paths['/a'].get", ("paths", "/a", "get"), None),
    ],
)
def test_a_path_leads_to_a_value(path: str, steps: tuple[str | int, ...], value: Any) -> None:
    assert parse(path) == steps
    assert find(path, DOCUMENT) == value


@pytest.mark.parametrize(
    "path", ["$.nothing", "$.items[2]", "$.items[-3]", "$[0]", "$.items.id", "$.items[0].id.more", "$.items['0']"]
)
def test_a_place_that_is_not_there_is_told(path: str) -> None:
    with pytest.raises(LookupError):
        find(path, DOCUMENT)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "'' must begin with $, the whole body"),
        ("items", "'items' must begin with $, the whole body"),
        ("$.", "'$.' is not a path of names and indexes, at '.'"),
        ("$.items[*]", "'$.items[*]' is not a path of names and indexes, at '[*]'"),
        ("$..id", "'$..id' is not a path of names and indexes, at '..id'"),
        ("$.items[0:2]", "'$.items[0:2]' is not a path of names and indexes, at '[0:2]'"),
        ("$.items[?@.id]", "'$.items[?@.id]' is not a path of names and indexes, at '[?@.id]'"),
        ("$.items[0", "'$.items[0' is not a path of names and indexes, at '[0'"),
        ("$['a]", '"$[\'a]" is not a path of names and indexes, at "[\'a]"'),
        ("$.items 0", "'$.items 0' is not a path of names and indexes, at ' 0'"),
        ("$.1", "'$.1' is not a path of names and indexes, at '.1'"),
    ],
)
def test_more_than_names_and_indexes_is_refused(path: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(path)
    assert str(caught.value) == words


@pytest.mark.parametrize(("path", "name"), [(r"$['a\nb']", "a\nb"), (r"$['\u00e9']", "é")])
def test_the_escapes_of_rfc_9535_are_read(path: str, name: str) -> None:
    assert parse(path) == (name,)
