import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from quizkit.deck import loader
from quizkit.deck.models import Entry
from quizkit.errors import ContentError, MissingPath, QuizkitError
from tests.samples import recall, write_deck

FULL = """  - id: full
    kind: fix
    level: senior
    tags: [routing, 1]
    source: ["3", 3.10]
    minutes: 9
    aliases: [old]
    since: 0.120
    prompt: Mend it.
    starter: app = 1
    follow_ups: [{question: full, when: missed}]
    checks:
      - request: {method: POST, path: /, json: null}
        weight: 2
        response: {status: [200, 0xC9], json: null, headers: {x: {$absent: true}}}
      - {steps: [{request: GET /, response: {status: 200, json_contains: {a: 1.50}}, save: {x: $.a}}]}
      - {openapi: {at: $.info, json_contains: {title: {$any: true}}}}
      - {source: {require: [{async def: f}, Depends]}}
      - {given: {n: {int: [1, 9]}, m: word}, each: [{q: 1}], request: "GET /{{n}}{{m}}{{q}}", response: {status: 200}}
      - {request: {path: /, files: {f: {filename: a}, g: [{filename: b}]}}, response: {status: "{{s}}"}, each: [{s: 200}]}
    solutions: [{edit: [{from: "1", to: "2"}]}]
"""


def test_a_file_becomes_rows_and_questions(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "deck" / "03-path_things.yaml", FULL + recall("plain"), topic="Path things")
    deck = loader.load([tmp_path])
    assert deck.entries == (
        Entry(
            id="full",
            deck="deck",
            topic="Path things",
            section=3,
            slug="path_things",
            kind="fix",
            level="senior",
            tags=("routing", "1"),
            source=("3", "3.10"),
            aliases=("old",),
            minutes=9,
            follow_ups=(("full", "missed"),),
            path=str(path),
            position=0,
        ),
        Entry("plain", "deck", "Path things", 3, "path_things", "recall", "mid", (), (), (), 2, (), str(path), 1),
    )
    assert deck.entries[0].as_json() == {
        "id": "full",
        "deck": "deck",
        "topic": "Path things",
        "section": 3,
        "kind": "fix",
        "level": "senior",
        "tags": ["routing", "1"],
        "source": ["3", "3.10"],
    }


def test_a_question_is_the_same_from_the_file_and_from_the_index(tmp_path: Path) -> None:
    write_deck(tmp_path / "deck" / "a.yaml", FULL)
    cache = tmp_path / "cache.db"
    fresh, cached = (loader.load([tmp_path / "deck"], cache) for _ in range(2))
    assert fresh == cached
    found: Any = cached.question("full")
    assert found == fresh.question("full")
    assert found.since == "0.120"
    assert found.checks[0].request.has("json")
    assert found.checks[0].response.has("json")
    assert found.checks[0].response.status == (200, 201)


def test_questions_of_the_example_deck_survive_the_index(shared: Path) -> None:
    deck = loader.load([shared / "deck-example.yaml"])
    assert [entry.kind for entry in deck.entries] == ["recall", "choice", "cloze", "predict", "fix", "code", "tests"]
    for entry in deck.entries:
        body = json.loads(deck.question(entry.id).model_dump_json(by_alias=True, exclude_unset=True))
        assert type(deck.question(entry.id)).model_validate_json(json.dumps(body)) == deck.question(entry.id)


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("10-b.yaml", "02-a.yml", "sub/01-c.yaml"):
        write_deck(tmp_path / name, recall(Path(name).stem[3:]))
    (tmp_path / "notes.txt").write_text("not a deck")
    assert [entry.id for entry in loader.load([tmp_path]).entries] == ["a", "b", "c"]
    assert [entry.id for entry in loader.load([tmp_path / "10-b.yaml"]).entries] == ["b"]


def test_a_question_is_found_by_its_id_and_by_an_alias(tmp_path: Path) -> None:
    write_deck(tmp_path / "a.yaml", recall("new", "    aliases: [old, older]\n"))
    deck = loader.load([tmp_path])
    assert [deck.entry(name).id for name in ("new", "old", "older")] == ["new"] * 3
    assert deck.question("old").id == "new"
    assert "older" in deck
    assert "other" not in deck


def test_an_unknown_id_is_told_with_close_ones(tmp_path: Path) -> None:
    write_deck(tmp_path / "a.yaml", recall("path-order") + recall("path-orders") + recall("zebra"))
    deck = loader.load([tmp_path])
    with pytest.raises(QuizkitError, match=r'^No question has the id "path-oder"\.$') as caught:
        deck.question("path-oder")
    assert caught.value.advice == "Close: path-order, path-orders."
    with pytest.raises(QuizkitError) as caught:
        deck.entry("quite-something-else")
    assert (caught.value.advice, caught.value.exit_code) == ("find one: quizkit list", 2)


@pytest.fixture
def topics(tmp_path: Path) -> loader.Deck:
    write_deck(tmp_path / "03-path-parameters.yaml", recall("p"), topic="Path parameters", section=3)
    write_deck(tmp_path / "04-query.yaml", recall("q") + recall("r"), topic="Query parameters", section=4)
    write_deck(tmp_path / "misc.yaml", recall("m"), topic="Path of all", section=None)
    return loader.load([tmp_path])


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        ([], "pqrm"),
        (["3"], "p"),
        (["04"], "qr"),
        (["query"], "qr"),
        (["QUERY"], "qr"),
        (["path-parameters"], "p"),
        (["path"], "pm"),
        (["Path Of"], "m"),
        (["misc", "3"], "pm"),
        (["q"], "qr"),
    ],
)
def test_topics_are_chosen_by_number_slug_or_start_of_the_title(topics: loader.Deck, names: list[str], ids: str) -> None:
    assert "".join(entry.id for entry in topics.select(names)) == ids


def test_a_name_that_is_no_topic_may_be_a_tag(tmp_path: Path) -> None:
    write_deck(tmp_path / "03-path.yaml", recall("a", "    tags: [security]\n") + recall("b"), topic="Path")
    write_deck(tmp_path / "04-query.yaml", recall("c", "    tags: [security, path]\n"), topic="Query")
    deck = loader.load([tmp_path])
    assert [entry.id for entry in deck.select(["Security"])] == ["a", "c"]
    assert [entry.id for entry in deck.select(["path"])] == ["a", "b"]  # a topic comes first
    with pytest.raises(QuizkitError) as caught:
        deck.select(["securty"])
    assert caught.value.advice.startswith("Close: security,")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("99", "all of them: quizkit list"),
        ("quary", "Close: query."),
        ("path-paramters", "Close: path-parameters, Path parameters, Query parameters."),
    ],
)
def test_a_topic_that_is_none_is_told_with_close_ones(topics: loader.Deck, name: str, advice: str) -> None:
    with pytest.raises(QuizkitError) as caught:
        topics.select(["query", name])
    assert (str(caught.value), caught.value.advice) == (f'No topic is called "{name}".', advice)


def test_a_topic_that_only_looks_like_a_number_is_told(topics: loader.Deck) -> None:
    with pytest.raises(QuizkitError):
        topics.select(["²"])


def test_a_slug_with_capitals_is_found(tmp_path: Path) -> None:
    write_deck(tmp_path / "07-HTTP-methods.yaml", recall("a"), topic="Verbs")
    assert len(loader.load([tmp_path]).select(["HTTP-methods"])) == 1


def test_an_id_that_two_files_use_is_told_in_the_second(tmp_path: Path) -> None:
    first = write_deck(tmp_path / "a.yaml", recall("one") + recall("two"))
    second = write_deck(tmp_path / "b.yaml", recall("three", "    aliases: [one]\n") + recall("two"))
    assert _problems(tmp_path) == [
        f'{second}:4: id "one" is already used in a.yaml:4',
        f'{second}:10: id "two" is already used in a.yaml:9',
    ]
    assert _problems(first) == []


def test_an_id_that_one_file_uses_twice_is_told(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "a.yaml", recall("one") + recall("one"))
    assert _problems(path) == [f'{path}:9: id "one" is already used in a.yaml:4']


def test_an_id_that_a_file_beside_uses_is_told_when_one_file_is_asked_for(tmp_path: Path) -> None:
    first = write_deck(tmp_path / "a.yaml", recall("one"))
    second = write_deck(tmp_path / "b.yaml", recall("one"))
    assert _problems(first) or _problems(second)


def test_a_file_that_is_named_in_two_ways_is_read_once(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    assert loader.problems([path.parent, path.parent / ".." / "deck" / "a.yaml"]) == []


def test_a_follow_up_that_leads_nowhere_is_told_with_its_line(tmp_path: Path) -> None:
    follow_ups = "    follow_ups:\n      - question: two\n      - question: gone\n        when: missed\n"
    path = write_deck(tmp_path / "a.yaml", recall("one", follow_ups))
    write_deck(tmp_path / "b.yaml", recall("other", "    aliases: [two]\n"))
    assert _problems(tmp_path) == [f'{path}:11: a follow-up names "gone", but no question has this id']


def test_a_follow_up_may_lead_to_a_file_beside_the_one_that_is_asked_for(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "a.yaml", recall("one", "    follow_ups: [{question: two}]\n"))
    write_deck(tmp_path / "b.yaml", recall("two"))
    assert [entry.id for entry in loader.load([path]).entries] == ["one"]


def test_every_problem_of_every_file_is_told_in_order(tmp_path: Path) -> None:
    misspelt = recall("one").replace("prompt", "promt")
    first = write_deck(tmp_path / "a.yaml", misspelt + recall("two", "    hint: x\n") + recall("ok"))
    second = write_deck(tmp_path / "b.yaml", recall("three", "    id: four\n    201: x\n"))
    third = tmp_path / "c.yaml"
    third.write_text("topic: a: b\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        loader.load([tmp_path])
    assert str(caught.value).splitlines() == [
        f'{first}:4: missing key "prompt" in questions',
        f'{first}:7: unknown key "promt" in questions; did you mean "prompt"?',
        f'{first}:14: unknown key "hint" in questions; did you mean "hints"?',
        f'{second}:9: the key "id" is already on line 4',
        f'{second}:10: the key 201 is no text; write it in quotes: "201"',
        f'{third}:1: a plain text ends at ": "; write the text as a block (>- or |) or in quotes '
        "(YAML: mapping values are not allowed in this context)",
    ]
    assert caught.value.exit_code == 1
    assert [str(problem) for problem in loader.problems([tmp_path])] == str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("topic: T\nsektion: 3\n", ':2: unknown key "sektion"; did you mean "section"?'),
        ("topic: T\nsection: x\n", ":2: section: should be a whole number, not 'x'"),
        ("section: 3\n", ':1: missing key "topic"'),
    ],
)
def test_what_is_wrong_above_the_questions_hides_none_of_them(tmp_path: Path, head: str, told: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"{head}questions:\n{recall('one').replace('prompt', 'promt')}{recall('two')}", encoding="utf-8")
    found = [str(problem).removeprefix(str(path)) for problem in loader.problems([path])]
    assert told in found
    assert any('unknown key "promt"' in line for line in found)
    assert [entry.id for entry, _ in loader.inspect([path])[0]] == ["two"]


@pytest.mark.parametrize("text", ["- 1\n", "questions: 3\ntopic: T\n", "null\n", "topic: T\n"])
def test_a_file_without_questions_is_told_to_be_that(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert loader.problems([tmp_path / "a.yaml"])
    assert loader.inspect([tmp_path / "a.yaml"])[0] == []


def test_a_file_beside_with_problems_does_not_stand_in_the_way(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "a.yaml", recall("one"))
    (tmp_path / "docker-compose.yaml").write_text("services: {", encoding="utf-8")
    assert len(loader.load([path]).entries) == 1


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingPath, match=r"gone: there is no such file or folder$") as caught:
        loader.load([tmp_path / "gone"])
    assert caught.value.exit_code == 3


def test_a_folder_without_a_deck(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(MissingPath, match=r": no deck file \(\.yaml\) is in this folder$"):
        loader.load([tmp_path])


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"topic: \xff\n")
    with pytest.raises(MissingPath, match=r"a\.yaml: not UTF-8 text \(byte 7\)$"):
        loader.load([path])


def test_what_only_looks_like_a_deck_file_is_never_waited_for(tmp_path: Path) -> None:
    sound = write_deck(tmp_path / "a.yaml", recall("plain"))
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    assert [entry.id for entry in loader.load([sound]).entries] == ["plain"]
    with pytest.raises(MissingPath, match=r"pipe\.yaml: this is no regular file$"):
        loader.load([tmp_path])
    (tmp_path / "pipe.yaml").unlink()
    assert [entry.id for entry in loader.load([tmp_path]).entries] == ["plain"]


def test_a_file_too_long_for_a_deck_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(loader.LARGEST + 1)
    with pytest.raises(MissingPath, match=r"a\.yaml: more than 64 MiB is no deck file$"):
        loader.load([tmp_path])


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "a.yaml", recall("one"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert loader.load([path]).entry("one").topic == "Things"


def test_a_file_beside_that_is_not_utf_8_does_not_stand_in_the_way(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "a.yaml", recall("one"))
    (tmp_path / "b.yaml").write_bytes(b"topic: \xff\n")
    assert len(loader.load([path]).entries) == 1


def test_the_line_of_a_part_of_a_question(tmp_path: Path) -> None:
    write_deck(tmp_path / "a.yaml", recall("one") + FULL)
    entry = loader.load([tmp_path]).entry("full")
    assert [loader.line_of(entry, *place) for place in ((), ("id",), ("checks", 1), ("checks", 99))] == [9, 9, 24, 20]


def test_the_deck_that_comes_with_quizkit_is_there() -> None:
    assert loader.builtin().name == "fastapi"
    assert list(loader.builtin().glob("*.yaml"))


# ---- the index ----


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "deck.db"


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, cache: Path) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    first = loader.load([path], cache)
    stats = path.stat()
    path.write_bytes(b"\xff" * stats.st_size)
    os.utime(path, ns=(stats.st_atime_ns, stats.st_mtime_ns))
    assert loader.load([path], cache) == first


@pytest.mark.parametrize("touched", ["time", "size"])
def test_a_changed_file_is_read_again(tmp_path: Path, cache: Path, touched: str) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    loader.load([path], cache)
    stats = path.stat()
    later = 0 if touched == "size" else 1
    write_deck(path, recall("two" if touched == "time" else "three"))
    os.utime(path, ns=(stats.st_atime_ns, stats.st_mtime_ns + later))
    assert [entry.id for entry in loader.load([path], cache).entries] == ["two" if touched == "time" else "three"]


def test_a_file_with_problems_is_not_kept(tmp_path: Path, cache: Path) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("One"))
    for _ in range(2):
        with pytest.raises(ContentError):
            loader.load([path], cache)


def test_a_file_that_moves_is_told_where_it_is_now(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    loader.load([path], cache)
    monkeypatch.chdir(tmp_path)
    assert loader.load([Path("deck")], cache).entry("one").path == str(Path("deck", "a.yaml"))


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + b"\x00" * 200])
def test_a_corrupt_cache_is_passed_over(tmp_path: Path, cache: Path, content: bytes) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    cache.parent.mkdir()
    cache.write_bytes(content)
    assert [entry.id for entry in loader.load([path], cache).entries] == ["one"]


def test_a_cache_of_another_shape_is_passed_over(tmp_path: Path, cache: Path) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    cache.parent.mkdir()
    with closing(sqlite3.connect(cache)) as database, database:
        database.execute("CREATE TABLE file (name TEXT)")
    assert [entry.id for entry in loader.load([path], cache).entries] == ["one"]


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    assert len(loader.load([path], path / "below-a-file" / "deck.db").entries) == 1
    assert len(loader.load([path], tmp_path).entries) == 1


def test_a_cache_with_a_broken_row_is_passed_over(tmp_path: Path, cache: Path) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    loader.load([path], cache)
    with closing(sqlite3.connect(cache)) as database, database:
        database.execute("UPDATE file SET entries = '['")
    assert [entry.id for entry in loader.load([path], cache).entries] == ["one"]


def test_a_corrupt_cache_is_made_anew(tmp_path: Path, cache: Path) -> None:
    path = write_deck(tmp_path / "deck" / "a.yaml", recall("one"))
    cache.parent.mkdir()
    cache.write_bytes(b"not a database, but longer than its header" * 9)
    loader.load([path], cache)
    with closing(sqlite3.connect(cache)) as database:
        try:
            rows = database.execute("SELECT count(*) FROM file").fetchone()
        except sqlite3.DatabaseError:
            rows = (0,)
    assert rows == (1,)


def test_what_json_can_not_hold_is_refused(tmp_path: Path) -> None:
    text = FULL.replace("json_contains: {a: 1.50}", "json_contains: {a: .inf}")
    assert _problems(write_deck(tmp_path / "a.yaml", text)) != []


def _problems(path: Path) -> list[str]:
    return [str(problem) for problem in loader.problems([path])]
