"""The history in a real SQLite file: what is appended stays, whatever happens to the process."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from quizkit.errors import QuizkitError
from quizkit.practice.schedule import Rating, remember
from quizkit.practice.state import MarkedPoint, Marking, Review, Withdrawal
from quizkit.store import Store, Unwritable

NOW = datetime(2026, 11, 25, 9, 0, 0, 250_000)


def _review(name: str, **more: Any) -> Review:
    made: dict[str, Any] = {
        "id": f"s-{name}",
        "question": name,
        "rating": Rating.good,
        "score": 0.75,
        "at": NOW,
        "took_s": 12.5,
        "hints": 1,
        "late": True,
        "session": "drill-1",
    }
    return Review(**{**made, **more})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
        yield opened


def test_a_review_comes_back_as_it_went_in(store: Store, path: Path) -> None:
    row = _review("a", reasons=("idea “one”", "[b]"), answer=("200", '{\n  "n": 1}', "🎉 日本語 \x00"), counts=False)
    store.append(row)
    assert store.reviews() == [row]
    with Store.open(path) as again:
        assert again.reviews() == [row]


def test_reviews_come_oldest_first_whatever_their_order_in_the_file(store: Store) -> None:
    whole_second = NOW.replace(microsecond=0)
    for number, at in enumerate((NOW + timedelta(days=1), NOW, whole_second)):
        store.append(_review(str(number), at=at))
    assert [review.question for review in store.reviews()] == ["2", "1", "0"]


def test_a_review_is_never_written_twice(store: Store) -> None:
    store.append(_review("a"))
    with pytest.raises(sqlite3.IntegrityError):
        store.append(_review("a", score=1.0))
    assert [review.score for review in store.reviews()] == [0.75]


def test_a_withdrawal_hides_the_review_and_deletes_nothing(store: Store, path: Path) -> None:
    store.append(_review("a"))
    store.append(_review("b"))
    store.append(Withdrawal("s-a", NOW))
    assert [review.question for review in store.reviews()] == ["b"]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM review").fetchone() == (2,)


def test_a_reset_hides_what_lies_before_it_and_nothing_after(store: Store, path: Path) -> None:
    store.append(_review("a"))
    store.append(_review("b"))
    store.reset(["a"], NOW + timedelta(hours=1))
    assert [review.question for review in store.reviews()] == ["b"]
    later = _review("a", id="s-later", at=NOW + timedelta(hours=2))
    store.append(later)
    assert store.reviews()[-1] == later
    assert len(store.reviews()) == 2
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM review").fetchone() == (3,)


def test_the_memory_follows_from_the_reviews(store: Store) -> None:
    second = NOW + timedelta(days=3)
    store.append(_review("a"))
    store.append(_review("a", id="s-2", rating=Rating.hard, at=second))
    assert store.memories({"a": "a"}) == {"a": remember(remember(None, Rating.good, NOW), Rating.hard, second)}


def test_a_withdrawn_review_leaves_no_memory(store: Store) -> None:
    store.append(_review("a"))
    store.append(Withdrawal("s-a", NOW))
    assert store.memories({"a": "a"}) == {}


def test_what_was_crammed_leaves_the_memory_alone(store: Store) -> None:
    store.append(_review("a"))
    before = store.memories({"a": "a"})
    store.append(_review("a", id="s-2", rating=Rating.again, at=NOW + timedelta(hours=1), counts=False))
    assert store.memories({"a": "a"}) == before


def test_an_alias_carries_the_history_over_to_the_new_id(store: Store) -> None:
    second = NOW + timedelta(days=3)
    store.append(_review("old"))
    store.append(_review("new", at=second))
    expected = remember(remember(None, Rating.good, NOW), Rating.good, second)
    assert store.memories({"old": "new", "new": "new"}) == {"new": expected}


def test_a_question_that_left_the_deck_keeps_its_reviews(store: Store) -> None:
    store.append(_review("gone"))
    assert store.memories({"a": "a"}) == {}
    assert [review.question for review in store.reviews()] == ["gone"]


def test_the_horizon_caps_what_is_due(store: Store) -> None:
    store.append(_review("a", rating=Rating.easy))
    horizon = NOW.date() + timedelta(days=2)
    assert store.memories({"a": "a"}, horizon)["a"].due == horizon


def test_the_day_of_the_interview_is_the_one_said_last(store: Store, path: Path) -> None:
    assert store.interview_day() is None
    store.set_interview_day(date(2026, 12, 4), NOW)
    store.set_interview_day(date(2026, 12, 1), NOW)
    assert store.interview_day() == date(2026, 12, 1)
    with Store.open(path) as again:
        assert again.interview_day() == date(2026, 12, 1)


# ---- files that are no history ----


def _refused(path: Path) -> QuizkitError:
    with pytest.raises(QuizkitError) as caught:
        Store.open(path)
    return caught.value


def test_a_file_that_is_no_database_is_named_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"my shopping list, which is long enough to be looked at" * 20)
    before = path.read_bytes()
    error = _refused(path)
    assert str(path) in str(error) and "file is not a database" in str(error)
    assert "--data-dir" in error.advice
    assert path.read_bytes() == before


def test_a_history_from_a_newer_quizkit_is_not_touched(path: Path) -> None:
    with Store.open(path) as store:
        store.append(_review("a"))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    error = _refused(path)
    assert "newer quizkit" in str(error)
    assert error.advice == "update quizkit"
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (99,)
        assert database.execute("SELECT count(*) FROM review").fetchone() == (1,)


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "can't be opened" in str(_refused(tmp_path / "file" / "history.sqlite"))


def test_a_folder_in_the_place_of_the_file(path: Path) -> None:
    path.mkdir(parents=True)
    assert "can't be opened" in str(_refused(path))


def test_a_full_disk_is_said_as_such_and_what_was_there_stays(store: Store) -> None:
    store.append(_review("a"))
    (pages,) = store._database.execute("PRAGMA page_count").fetchone()
    store._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unwritable, match=r"history\.sqlite can't be written: database or disk is full\.$") as caught:
        store.append(_review("b", answer=("x" * 100_000,)))
    assert (caught.value.exit_code, caught.value.advice[:9]) == (3, "make room")
    assert [review.question for review in store.reviews()] == ["a"]
    store._database.execute("PRAGMA max_page_count = 100000")
    store.append(_review("b", answer=("x" * 100_000,)))
    assert [review.question for review in store.reviews()] == ["a", "b"]


def test_a_history_that_may_only_be_read_is_read(path: Path) -> None:
    with Store.open(path) as store:
        store.append(_review("a"))
        store._database.execute("PRAGMA query_only = 1")
        with pytest.raises(Unwritable, match="can't be written: attempt to write a readonly database") as caught:
            store.reset(["a"], NOW)
        assert [review.question for review in store.reviews()] == ["a"]
    assert "--data-dir" in caught.value.advice


@pytest.mark.parametrize("change", ["at = 'yesterday'", "reasons = '['", "rating = 3, answer = '7'"])
def test_a_row_that_somebody_broke_is_said(path: Path, change: str) -> None:
    with Store.open(path) as store:
        store.append(_review("a"))
        store._database.execute(f"UPDATE review SET {change}")
        with pytest.raises(QuizkitError, match="holds a row that is no review"):
            store.reviews()


# ---- several processes, and ones that are killed ----


def test_two_stores_at_once_see_each_others_rows(store: Store, path: Path) -> None:
    with Store.open(path) as other:
        store.append(_review("a"))
        other.append(_review("b"))
        assert len(store.reviews()) == len(other.reviews()) == 2


def test_many_appends_at_once_all_arrive(path: Path) -> None:
    Store.open(path).close()

    def append(number: int) -> None:
        with Store.open(path) as store:
            for step in range(10):
                store.append(_review(f"{number}-{step}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(4)))
    with Store.open(path) as store:
        assert len(store.reviews()) == 40


def test_a_new_file_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    barrier = Barrier(4)

    def open_it(path: Path) -> None:
        barrier.wait()
        Store.open(path).close()

    with ThreadPoolExecutor(4) as pool:
        for number in range(4):
            list(pool.map(open_it, [tmp_path / f"{number}.sqlite"] * 4))


_APPENDS_FOR_EVER = """
import sys
from datetime import datetime
from pathlib import Path
from quizkit.practice.schedule import Rating
from quizkit.practice.state import Review
from quizkit.store import Store, Unwritable

store = Store.open(Path(sys.argv[1]))
number = 0
while True:
    row = Review(str(number), "q", Rating.good, 1.0, datetime(2026, 11, 25), 1.0, 0, False, "drill-1")
    store.append(row)
    print(number, flush=True)
    number += 1
"""


def test_a_killed_process_loses_nothing_that_was_appended(path: Path) -> None:
    command = [sys.executable, "-c", _APPENDS_FOR_EVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    last = max(int(line) for line in said if line.endswith("\n"))
    assert last >= 19
    with Store.open(path) as store:
        kept = {int(review.id) for review in store.reviews()}
    assert kept >= set(range(last + 1))
    assert len(kept) <= last + 2


def _marking(review: str, **more: Any) -> Marking:
    points = (MarkedPoint("idea “one”", "must", "found", "missed"), MarkedPoint("wrong", "misconception", "missed", "missed"))
    made: dict[str, Any] = {
        "review": review,
        "confidence": 0.8,
        "score": 0.75,
        "said_score": 0.5,
        "suggested": Rating.good,
        "rating": Rating.hard,
        "points": points,
        "at": NOW,
    }
    return Marking(**{**made, **more})


def test_how_an_answer_was_marked_comes_back_with_its_question(store: Store, path: Path) -> None:
    marking = _marking("s-a")
    for row in (_review("a"), marking, _review("b"), _marking("s-b")):
        store.append(row)
    assert store.markings() == [("a", marking), ("b", _marking("s-b"))]
    store.append(Withdrawal("s-b", NOW))
    with Store.open(path) as again:
        assert again.markings() == [("a", marking)]


def test_a_history_from_before_there_were_marks_is_brought_up(path: Path) -> None:
    with Store.open(path) as store:
        store.append(_review("a"))
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript("DROP TABLE marking; PRAGMA user_version = 1;")
    with Store.open(path) as store:
        assert [review.question for review in store.reviews()] == ["a"]
        store.append(_marking("s-a"))
        assert len(store.markings()) == 1
