"""Where a person stands: the bare command, stats, due, history reset, and wrong use."""

import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from quizkit.practice.schedule import Rating
from quizkit.practice.state import MarkedPoint, Marking, Review
from quizkit.store import Store
from tests.cli.conftest import Run

NOW = datetime.now()


def _review(question: str, score: float = 1.0, days_ago: int = 0, rating: Rating = Rating.good) -> Review:
    at = NOW - timedelta(days=days_ago)
    return Review(f"s-{question}-{days_ago}", question, rating, score, at, 5.0, 0, False, "drill-1")


@pytest.fixture
def store(here: Path) -> Store:
    return Store.open(here / "data" / "history.sqlite")


def _add(store: Store, *reviews: Review) -> None:
    with store:
        for review in reviews:
            store.append(review)


def test_the_bare_command_says_where_one_stands_and_what_to_do(run: Run) -> None:
    done = run()
    assert done.code == 0
    assert "37 topics" in done.out.splitlines()[0]
    for words in ("quizkit drill", "quizkit drill --new", "quizkit mock", "quizkit drill --by YYYY-MM-DD"):
        assert words in done.out
    assert len(done.out.splitlines()) <= 24


def test_stats(run: Run, store: Store) -> None:
    with store:
        store.set_interview_day(date.today() + timedelta(days=9), NOW)
        store.append(_review("say-why", 0.5, days_ago=5))
        store.append(_review("fill-in"))
    done = run("stats", "--deck", "deck")
    assert done.code == 0
    assert "2 of 8 questions, 25 %" in done.out
    assert "9 days; at 1 new a day all will be seen" in done.out
    assert "Kinds" in done.out and "75 %" in done.out
    assert len(done.out.splitlines()) <= 24


def test_due(run: Run, store: Store) -> None:
    _add(store, _review("say-why", days_ago=5), _review("fill-in", rating=Rating.again))
    done = run("due", "--deck", "deck")
    assert done.code == 0
    rows = {line.split()[0]: line.split()[1] for line in done.out.splitlines() if line.split()[0] in ("today", "tomorrow")}
    assert rows == {"today": "1", "tomorrow": "1"}
    assert "never seen" in done.out


def test_a_day_that_is_over_is_said(run: Run, store: Store) -> None:
    with store:
        store.set_interview_day(date.today() - timedelta(days=1), NOW)
    assert "is over" in run("stats", "--deck", "deck").out


@pytest.mark.parametrize(
    ("args", "left"),
    [
        (["--question", "say-why"], ["fill-in"]),
        (["--question", "say-why", "--question", "fill-in"], []),
        (["kinds"], []),
        (["--all"], []),
    ],
)
def test_reset_starts_over_and_deletes_nothing(run: Run, here: Path, store: Store, args: list[str], left: list[str]) -> None:
    _add(store, _review("say-why"), _review("fill-in"))
    done = run("history", "reset", *args, "--deck", "deck")
    assert done.code == 0
    with Store.open(here / "data" / "history.sqlite") as again:
        assert [review.question for review in again.reviews()] == left
    with closing(sqlite3.connect(here / "data" / "history.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM review").fetchone() == (2,)


@pytest.mark.parametrize(
    ("args", "typed", "left"),
    [(["--all"], "y", 0), (["--all"], "n", 3), (["--all"], "", 3), (["--all", "--yes"], None, 0), (["kinds"], None, 0)],
)
def test_on_a_terminal_reset_of_all_asks_first(
    run: Run, here: Path, store: Store, monkeypatch: pytest.MonkeyPatch, args: list[str], typed: str | None, left: int
) -> None:
    _add(store, _review("say-why", days_ago=2), _review("say-why"), _review("fill-in"))
    asked: list[str] = []
    monkeypatch.setattr("quizkit.cli.workbench.Workbench.is_attended", lambda _bench: True)

    def answer(question: str) -> str | None:
        asked.append(question)
        return typed

    monkeypatch.setattr("builtins.input", answer)
    done = run("history", "reset", *args, "--deck", "deck")
    assert done.code == 0
    assert asked == ([] if typed is None else ["3 answers to 2 questions will no longer count. Begin anew? y/n "])
    assert ("Anew: 3 answers to 2 questions." in done.out) == (left == 0)
    with Store.open(here / "data" / "history.sqlite") as again:
        assert len(again.reviews()) == left


def test_reset_of_what_was_never_answered_says_so(run: Run, store: Store) -> None:
    _add(store)
    assert run("history", "reset", "--all", "--deck", "deck").out == "None of these was answered; nothing is changed.\n"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["drill", "--tag", "nonesuch"], "No question has --tag nonesuch."),
        (["drill", "--kind", "recall", "--tag", "a", "--tag", "b"], "No question has --tag a --tag b."),
        (["drill", "--kind", "choice", "--level", "senior"], "No question has --kind choice and --level senior at once."),
        (["drill", "kinds", "--tag", "x"], "No question of these topics has --tag x."),
    ],
)
def test_what_leaves_no_question_is_named(run: Run, args: list[str], words: str) -> None:
    done = run(*args, "--deck", "deck")
    assert (done.code, words in done.err) == (2, True)


def test_an_interview_too_short_for_any_question_is_said_to_be_that(run: Run) -> None:
    done = run("mock", "--minutes", "1", "--topic", "kinds", "--level", "senior", "--deck", "deck")
    assert done.code == 2
    assert "No question takes 1 minute or less." in done.err
    assert "try --minutes" in done.err


@pytest.mark.parametrize(("by", "left"), [("tomorrow", 1), ((date.today() + timedelta(days=3)).isoformat(), 3)])
def test_a_drill_says_how_it_understood_the_day(run: Run, by: str, left: int) -> None:
    done = run("drill", "--by", by, "--deck", "deck")
    day = date.today() + timedelta(days=left)
    assert f"Your interview: {day:%A} {day.day} {day:%B}" in done.out
    assert f"in {left} day" in done.out and f"{-(-8 // left)} new questions a day" in " ".join(done.out.split())


def test_reset_has_to_be_told_what(run: Run, store: Store, here: Path) -> None:
    _add(store, _review("say-why"))
    done = run("history", "reset", "--deck", "deck")
    assert done.code == 2
    assert "--all" in done.err
    with Store.open(here / "data" / "history.sqlite") as again:
        assert [review.question for review in again.reviews()] == ["say-why"]


def test_reset_of_what_there_is_not(run: Run, store: Store, here: Path) -> None:
    _add(store, _review("say-why"))
    done = run("history", "reset", "--question", "say-wyh", "--deck", "deck")
    assert done.code == 2
    assert "Close: say-why" in done.err
    with Store.open(here / "data" / "history.sqlite") as again:
        assert len(again.reviews()) == 1


@pytest.mark.parametrize("command", ["stats", "due", "drill"])
def test_a_history_that_is_none_is_said(run: Run, here: Path, command: str) -> None:
    (here / "data").mkdir()
    (here / "data" / "history.sqlite").write_text("not a database, and long enough to be looked at" * 30)
    done = run(command, "--deck", "deck")
    assert done.code == 2
    assert "history.sqlite can't be opened" in done.err
    assert "--data-dir" in done.err


def test_the_option_names_the_folder(run: Run, here: Path) -> None:
    assert run("--data-dir", str(here / "elsewhere"), "stats", "--deck", "deck").code == 0
    assert (here / "elsewhere" / "history.sqlite").is_file()
    assert not (here / "data" / "history.sqlite").exists()


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["--nonsense"],
        ["stats", "--nonsense"],
        ["history", "nonsense"],
        ["mock", "--minutes", "0"],
        ["mock", "--level", "x"],
    ],
)
def test_wrong_use_ends_with_2(run: Run, args: list[str]) -> None:
    done = run(*args)
    assert done.code == 2
    assert done.err != ""


@pytest.mark.parametrize("command", [[], ["drill"], ["mock"], ["check"], ["start"], ["show"], ["list"], ["history", "reset"]])
def test_help(run: Run, command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.code == 0
    assert "Usage" in done.out


def test_stats_say_how_the_marker_did(run: Run, store: Store) -> None:
    assert "No sentences were marked yet" in run("stats", "--marking").out
    points = (MarkedPoint("the order counts", "must", "found", "found"), MarkedPoint("first", "must", "missed", "found"))
    review = _review("say-why")
    with store:
        store.append(review)
        store.append(Marking(review.id, 0.5, 0.5, 1, Rating.good, Rating.good, points, NOW))
    done = run("stats", "--marking")
    assert done.code == 0
    words = " ".join(done.out.split())
    assert "answers 1 marked, 1 of them you changed the mark" in words
    assert "1 found, 0 that you had not made" in words and "1 not found, 1 that you had made" in words
    assert "0.50 away from yours on average" in words
    assert "say-why 1" in words
