"""The same session from a pipe: a line is the answer, and nothing waits for a terminal."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.terminal.conftest import QUIZKIT, Place
from tests.terminal.decks import DOUBLE, ODD


def _piped(place: Place, text: str, *args: str, command: str = "drill") -> "subprocess.CompletedProcess[str]":
    """quizkit with a text for standard input; it must never end by a fault of ours, nor print an escape."""
    deck = [] if "--builtin" in args else ["--deck", str(place.deck)]
    rest = [arg for arg in args if arg != "--builtin"]
    done = subprocess.run(
        [*QUIZKIT, command, *deck, *rest],
        input=text,
        capture_output=True,
        encoding="utf-8",
        cwd=place.folder,
        env=place.env,
        timeout=60,
        check=False,
    )
    assert done.returncode not in (1, 70), done.stderr
    assert "\x1b" not in done.stdout
    return done


def _answers(place: Place) -> list[tuple[str, ...]]:
    return [review.answer for review in place.reviews()]


@pytest.mark.parametrize("text", ["it is a framework\n1\n3\n" * 20, "\n" * 100, "1\n" * 100], ids=["text", "empty", "ones"])
def test_three_questions_of_the_deck_that_comes_with_quizkit(place: Place, text: str) -> None:
    done = _piped(place, text, "--limit", "3", "--builtin")
    assert done.returncode == 0
    assert len(place.reviews()) == 3
    assert "3 questions in" in done.stdout


def test_each_kind_from_a_pipe(kinds: Place) -> None:
    answers = ["because", "1,2", "4", "2", "", "1 2", "1", "get", "body", "", "200", '{"double": 8}', ""]
    code = [":<<END", *DOUBLE.splitlines(), "END", "3"]
    done = _piped(kinds, "\n".join([*answers, *code, *code]) + "\n", "--limit", "7")
    assert done.returncode == 0, done.stdout
    reviews = {review.question: review for review in kinds.reviews()}
    assert list(reviews) == ["say-why", "pick-one", "pick-some", "fill-in", "what-comes", "mend-it", "write-it"]
    assert {name: reviews[name].score for name in ("say-why", "fill-in", "what-comes", "mend-it", "write-it")} == {
        "say-why": 1,
        "fill-in": 1,
        "what-comes": 1,
        "mend-it": 1,
        "write-it": 1,
    }
    assert reviews["write-it"].answer == (DOUBLE.removesuffix("\n"),)
    assert int(reviews["say-why"].rating) == 4


def test_empty_lines_hand_in_nothing_and_rate_as_suggested(kinds: Place) -> None:
    done = _piped(kinds, "\n" * 40, "--limit", "7")
    assert done.returncode == 0
    assert [(int(review.rating), review.score) for review in kinds.reviews()] == [(1, 0)] * 5 + [
        (1, 0.5),
        (1, 0),
    ]  # the starter of the sixth fails one check of two


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", []),
        ("first", []),
        ("first\n", []),
        ("first\n3", [("first",)]),
        ("first\n3\n", [("first",)]),
        ("first\n3\nsecond\n", [("first",)]),
        ("first\n\nsecond\n\n", [("first",), ("second",)]),
    ],
)
def test_an_input_that_ends_early_keeps_what_was_rated(recalls: Place, text: str, kept: list[tuple[str, ...]]) -> None:
    done = _piped(recalls, text)
    assert done.returncode == 0
    assert _answers(recalls) == kept


def test_no_input_at_all_is_an_input_that_ends(recalls: Place) -> None:
    done = subprocess.run(
        [*QUIZKIT, "drill", "--deck", "deck"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=recalls.folder,
        env=recalls.env,
        check=False,
    )
    assert (done.returncode, recalls.reviews()) == (0, [])
    assert "Nothing was rated; nothing is changed." in done.stdout


def test_odd_text_arrives_letter_for_letter(recalls: Place) -> None:
    _piped(recalls, f"{ODD}\n\n  two  spaces\t\n\nq\r\n\n")
    assert _answers(recalls) == [(ODD,), ("  two  spaces\t",), ("q",)]


def test_a_long_line_is_not_cut(recalls: Place) -> None:
    long = "word " * 20_000
    _piped(recalls, f"{long}\n\n")
    assert _answers(recalls) == [(long,)]


def test_a_block_is_one_answer(recalls: Place) -> None:
    _piped(recalls, ":<<END\nfirst\n\n:quit\n  END\nlast\nEND\n\n:<<X Y\nother\nX Y\n\n")
    assert _answers(recalls) == [("first\n\n:quit\n  END\nlast",), ("other",)]


def test_a_block_that_is_never_closed_ends_with_the_input(recalls: Place) -> None:
    done = _piped(recalls, ":<<END\nfirst\nsecond\n")
    assert (done.returncode, recalls.reviews()) == (0, [])
    assert "The input ended before this answer was rated" in done.stdout


def test_two_colons_are_one(recalls: Place) -> None:
    _piped(recalls, "::hint is what I'd say\n\n:::\n\n")
    assert _answers(recalls) == [(":hint is what I'd say",), ("::",)]


def test_a_file_is_handed_in(recalls: Place) -> None:
    (recalls.folder / "my answer.txt").write_text("from\na file\n")
    (recalls.home / "notes.txt").write_text("at home")
    _piped(recalls, ":file my answer.txt\n\n:file ~/notes.txt\n\n")
    assert _answers(recalls) == [("from\na file\n",), ("at home",)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.txt", "missing.txt can't be read: No such file or directory."),
        ("/dev/zero", "/dev/zero can't be read: no regular file."),
        ("~nobody-at-all/x", "~nobody-at-all/x can't be read: no such home folder."),
        ("deck", "deck can't be read: Is a directory."),
        ("bytes", "bytes can't be read: not UTF-8 text."),
    ],
)
def test_a_file_that_can_not_be_read_asks_again(recalls: Place, name: str, words: str) -> None:
    (recalls.folder / "bytes").write_bytes(b"\xff\xfe\x00")
    done = _piped(recalls, f":file {name}\nby hand\n\n")
    assert words in done.stdout
    assert _answers(recalls) == [("by hand",)]


def test_a_file_that_can_not_be_read_is_all_that_is_said(recalls: Place) -> None:
    done = _piped(recalls, ":file missing.txt\nby hand\n\n")
    assert "Nothing is called" not in done.stdout


def test_the_commands(recalls: Place) -> None:
    lines = [":hint", ":time", ":help", ":nonsense", "first", "2", ":undo", "again", "", ":skip", ":hint", "third", ":quit", "4"]
    done = _piped(recalls, "\n".join(lines) + "\n")
    assert done.returncode == 0
    for words in (
        "hint 1 of 1  a hint for one",
        "nothing runs out in a drill.",
        ":file PATH",
        "Nothing is called :nonsense here.",
        "The rating of one is taken back.",
        "hint 1 of 1  a hint for three",
    ):
        assert words in " ".join(done.stdout.split(" "))
    assert _answers(recalls) == [("again",), ("third",)]  # who leaves at the rating has answered


def test_what_was_undone_is_withdrawn_and_not_deleted(recalls: Place) -> None:
    import sqlite3  # noqa: PLC0415 - beside its only use
    from contextlib import closing  # noqa: PLC0415

    _piped(recalls, "first\n2\n:undo\n:quit\n")
    assert recalls.reviews() == []
    with closing(sqlite3.connect(recalls.data / "history.sqlite")) as database:
        assert database.execute("SELECT question, rating FROM review").fetchall() == [("one", 2)]
        assert database.execute("SELECT count(*) FROM withdrawal").fetchone() == (1,)


def test_a_report_is_a_line_of_json(recalls: Place) -> None:
    done = _piped(recalls, f"{ODD}\n:report\n3\n:report\n:quit\n")
    assert "Noted" in done.stdout
    first, second = (json.loads(line) for line in (recalls.data / "reports.jsonl").read_text("utf-8").splitlines())
    assert (first["question"], first["answer"]) == ("one", [ODD])
    assert (second["question"], second["answer"]) == ("two", [""])
    assert set(first) == {"question", "answer", "at", "words", "versions"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", first["at"])
    assert {"python", "quizkit", "fastapi"} <= set(first["versions"])


def test_cram_leaves_the_schedule_alone(recalls: Place) -> None:
    _piped(recalls, "x\n4\n" * 3)
    before = _piped(recalls, "", command="due").stdout
    done = _piped(recalls, "x\n1\n" * 3, "--cram")
    assert "3 questions in" in done.stdout
    assert "come back" not in done.stdout
    assert _piped(recalls, "", command="due").stdout == before
    assert [review.counts for review in recalls.reviews()] == [True] * 3 + [False] * 3


def test_the_day_of_the_interview_is_remembered_and_caps_what_comes_back(recalls: Place) -> None:
    from datetime import date, timedelta  # noqa: PLC0415 - beside its only use

    day = date.today() + timedelta(days=3)
    done = _piped(recalls, "x\n4\n", "--by", day.isoformat())
    assert "4 easy 3 d" in done.stdout
    assert "1 of 1" in done.stdout  # three unseen, three days left
    assert "3 days" in _piped(recalls, "", command="stats").stdout
    again = _piped(recalls, "", "--limit", "3")
    assert "Nothing is due and nothing is new." in again.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--by", "soon"], '"soon" is no day.'),
        (["--by", "2020-01-01"], "2020-01-01 is over."),
        (["--kind", "essay"], 'There is no kind "essay".'),
        (["--level", "guru"], 'There is no level "guru".'),
        (["recals"], 'No topic is called "recals".'),
        (["--limit", "0"], "--limit"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_wrong_use_ends_with_2_and_asks_nothing(recalls: Place, args: list[str], words: str) -> None:
    done = _piped(recalls, "x\n3\n", *args)
    assert done.returncode == 2
    assert words in done.stderr
    assert "1 of" not in done.stdout
    assert not Path(recalls.data / "history.sqlite").exists() or recalls.reviews() == []


def test_a_topic_kind_and_level_narrow_what_is_asked(kinds: Place) -> None:
    done = _piped(kinds, ":quit\n", "kin", "--kind", "choice", "--kind", "cloze", "--level", "mid")
    assert "1 of 2" in done.stdout


def test_a_seed_gives_the_same_order(recalls: Place) -> None:
    runs = [_piped(recalls, ":skip\n" * 3, "--seed", "5").stdout for _ in range(2)]
    assert runs[0] == runs[1]


def test_an_interview_from_a_pipe(recalls: Place) -> None:
    done = _piped(recalls, "x\n" * 5, "--minutes", "3", "--seed", "1", command="mock")
    assert done.returncode == 0
    assert "Mock interview 1 · 3 min" in done.stdout
    assert _answers(recalls) == [("x",)] * 3


@pytest.mark.parametrize("answer", ["²", "1²"])
@pytest.mark.parametrize("kind", ["choice", "recall"])
def test_a_digit_that_is_none_ends_no_session(kinds: Place, answer: str, kind: str) -> None:
    done = _piped(kinds, f"x\n{answer}\n\n\n" if kind == "recall" else f"{answer}\n\n\n", "--kind", kind, "--limit", "1")
    assert done.returncode == 0
