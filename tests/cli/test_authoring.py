"""list, lint, verify and schema."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from quizkit.deck.models import KINDS, Kind
from tests.cli.conftest import Run

FORMAT = ["id", "deck", "topic", "section", "kind", "level", "tags", "source"]


def test_list_names_the_37_topics_and_every_question_of_the_deck_that_comes_with_quizkit(run: Run) -> None:
    done = run("list", "--format", "json")
    assert done.code == 0
    report = json.loads(done.out)
    assert list(report) == ["format_version", "questions"]
    assert report["format_version"] == 1
    questions = report["questions"]
    assert all(list(question) == FORMAT for question in questions)
    assert len({question["topic"] for question in questions}) == 37
    sections = [question["section"] for question in questions]
    assert sections == sorted(sections, key=lambda section: (section is None, section))
    files = sorted(Path(__file__).parents[2].joinpath("questions", "fastapi").glob("*.yaml"))
    written = [question["id"] for file in files for question in yaml.safe_load(file.read_text("utf-8"))["questions"]]
    assert [question["id"] for question in questions] == written
    assert len(set(written)) == len(written)
    assert {question["deck"] for question in questions} == {"fastapi"}


def test_the_deck_has_what_the_issue_asks_for(run: Run) -> None:
    questions = json.loads(run("list", "--format", "json").out)["questions"]
    count = {kind: sum(question["kind"] == kind for question in questions) for kind in KINDS}
    least: dict[Kind, int] = {"code": 12, "predict": 12, "fix": 5, "choice": 10, "cloze": 5}
    assert {kind: number for kind, number in least.items() if count[kind] < number} == {}
    recalled = {question["topic"] for question in questions if question["kind"] == "recall"}
    assert recalled == {question["topic"] for question in questions}


def test_list_for_a_person(run: Run) -> None:
    done = run("list", "--deck", "deck")
    assert done.code == 0
    assert done.out.splitlines()[0].split() == ["1", "Kinds"]
    assert done.out.splitlines()[-1] == "8 questions in 1 topic"


@pytest.mark.parametrize(
    ("args", "count"),
    [
        (["--kind", "choice"], 2),
        (["--kind", "choice", "--kind", "code"], 3),
        (["--level", "senior"], 2),
        (["--kind", "choice", "--level", "mid"], 1),
        (["--tag", "none"], 0),
        (["1"], 8),
        (["kinds"], 8),
        (["KI"], 8),
    ],
)
def test_list_is_narrowed(run: Run, args: list[str], count: int) -> None:
    done = run("list", "--deck", "deck", "--format", "json", *args)
    assert done.code == 0
    assert len(json.loads(done.out)["questions"]) == count


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nothing"], 'No topic is called "nothing".'),
        (["99"], 'No topic is called "99".'),
        (["--format", "xml"], "xml"),
        (["--nonsense"], "--nonsense"),
        (["--kind", "essay"], "essay"),
    ],
)
def test_list_used_wrongly(run: Run, args: list[str], words: str) -> None:
    done = run("list", "--deck", "deck", *args)
    assert done.code == 2
    assert words in done.err


def test_lint_of_a_sound_deck(run: Run) -> None:
    done = run("lint", "deck")
    assert (done.code, done.out) == (0, "8 questions, no problems\n")


def test_lint_asks_a_finished_deck_for_more(run: Run) -> None:
    done = run("lint", "deck", "--full")
    assert done.code == 1
    assert "deck/01-kinds.yaml:4: say-why: there is no explanation: say why the answer is right" in done.out
    assert "say-more: a recall has a follow-up: what would an interviewer ask next?" in done.out


def test_lint_says_every_problem_with_its_line(run: Run) -> None:
    path = Path("deck/02-broken.yaml")
    path.write_text(
        "topic: Broken\nquestions:\n"
        "  - id: say-why\n    kind: recall\n    level: mid\n    prompt: Why?\n    answer: So.\n"
        "  - id: other\n    kind: recall\n    level: middle\n    promt: Why?\n    answer: So.\n"
    )
    done = run("lint", "deck")
    assert done.code == 1
    *problems, count = done.out.splitlines()
    assert all(line.startswith("deck/") for line in problems)
    assert any(line.startswith("deck/02-broken.yaml:11:") and "promt" in line and "prompt" in line for line in problems)
    assert any(line.startswith("deck/02-broken.yaml:10:") for line in problems)
    assert count == f"{len(problems)} problems in 1 file"
    drilled = run("drill", "--deck", "deck")
    assert drilled.code == 1
    assert "deck/02-broken.yaml:11:" in drilled.err


@pytest.mark.parametrize("command", ["lint", "verify"])
@pytest.mark.parametrize("path", ["missing", "missing.yaml", "empty"])
def test_a_deck_that_is_not_there_ends_with_3(run: Run, command: str, path: str) -> None:
    Path("empty").mkdir()
    done = run(command, path)
    assert (done.code, done.out) == (3, "")
    assert path in done.err


def test_verify_of_a_sound_deck(run: Run) -> None:
    done = run("verify", "deck", "--format", "json")
    assert done.code == 0
    report = json.loads(done.out)
    assert report["format_version"] == 1
    found = {question["id"]: question for question in report["questions"]}
    assert len(found) == 8
    for question in found.values():
        assert {"id", "outcome", "solutions", "starters", "wrong", "messages"} <= set(question)
        assert (question["outcome"], question["messages"]) == ("passed", [])


def test_verify_fails_where_a_wrong_version_passes(run: Run) -> None:
    path = Path("deck/01-kinds.yaml")
    solution = "      - edit: [{from: 3 * n, to: 2 * n}]\n"
    wrong = "    wrong:\n      - edit: [{from: 3 * n, to: n + n}]\n        why: it is no product\n"
    path.write_text(path.read_text().replace(solution, solution + wrong))
    done = run("verify", "deck")
    assert done.code == 1
    assert "mend-it" in done.out and "wrong version 1 passes" in done.out


def test_the_schema_takes_the_decks_that_load(run: Run, here: Path) -> None:
    done = run("schema")
    assert done.code == 0
    schema = json.loads(done.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    deck = yaml.safe_load((here / "deck" / "01-kinds.yaml").read_text())
    assert [error.message for error in validator.iter_errors(deck)] == []
    deck["questions"][0]["promt"] = deck["questions"][0].pop("prompt")
    assert not validator.is_valid(deck)


@pytest.mark.parametrize("format", ["rich", "json"])
def test_verify_tells_file_and_line_of_a_point_that_the_reference_lacks(run: Run, format: str) -> None:
    deck = Path("points.yaml")
    deck.write_text(
        "topic: T\nsection: 1\nquestions:\n  - id: r\n    kind: recall\n    level: mid\n    prompt: How often?\n"
        "    answer: Once for each request.\n    key_points:\n      must:\n        - idea: once for each request\n"
        "        - idea: use_cache=False turns the cache off\n",
        encoding="utf-8",
    )
    done = run("verify", "points.yaml", "--format", format)
    assert done.code == 1
    assert "points.yaml:12: the reference answer doesn't say" in done.out
