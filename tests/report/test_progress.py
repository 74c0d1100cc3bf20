"""Days and standings in words."""

from datetime import date, timedelta

import pytest
from rich.console import Console

from quizkit.practice.scorecard import Scorecard, Standing, TopicScore
from quizkit.practice.state import Told
from quizkit.report.progress import day_words, interview, standing, summary, told
from quizkit.verdict import Advice, Outcome, Verdict, Worth
from tests.practice.making import item

TODAY = date(2026, 11, 25)  # a Wednesday


def _text(what: object) -> str:
    console = Console(width=80, highlight=False, markup=False, emoji=False, no_color=True)
    with console.capture() as captured:
        console.print(what)
    return captured.get()


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "tomorrow"), (2, "on Friday"), (6, "on Tuesday"), (7, "2 December"), (-1, "Tuesday"), (-7, "18 November")],
)
def test_a_day_as_one_says_it(days: int, words: str) -> None:
    assert day_words(TODAY + timedelta(days=days), TODAY) == words


def _card(**more: object) -> Scorecard:
    made = {
        "mode": "drill",
        "asked": 10,
        "answered": 10,
        "took": 492.0,
        "score": 7.4,
        "at_once": 6,
        "with_hints": 2,
        "in_part": 0,
        "again": 2,
        "hints": 3,
        "late": 0,
        "topics": (TopicScore("[red]Routes[/red]", 3, 1.0), TopicScore("CORS", 1, 1.0)),
        "missed": (("mw-order", ("a :reason:",)),),
        "due": ((TODAY + timedelta(days=1), 4), (TODAY + timedelta(days=2), 3)),
    }
    return Scorecard(**{**made, **more})  # type: ignore[arg-type]  # a dict of each field's own type


def test_the_end_of_a_drill() -> None:
    lines = _text(summary(_card(), TODAY, width=80)).splitlines()
    assert lines[0].startswith("── 10 questions in 8 min 12 s ──")
    assert len(lines[0]) == 80
    text = "\n".join(lines)
    for words in ("right at once 6   with hints 2   again 2", "score 7.4 of 10", "[red]Routes[/red] 1.0 of 3"):
        assert words in text
    assert "4 tomorrow, 3 on Friday" in text
    assert "CORS" not in text
    assert "quizkit show mw-order --answer" in text


def test_what_was_right_in_part_is_told_where_there_is_some() -> None:
    text = _text(summary(_card(at_once=5, in_part=1), TODAY, width=80))
    assert "right at once 5   with hints 2   in part 1   again 2" in text


def test_an_interview_that_is_given_up_says_how_much_was_answered() -> None:
    text = _text(interview(_card(mode="mock", asked=7, answered=0, score=0.0), 30, 1, width=80))
    assert "answered 0 of 7" in text
    assert "%" not in text
    begun = _text(interview(_card(mode="mock", asked=7, answered=2, score=1.0), 30, 1, width=80))
    assert "answered 2 of 7" in begun and "planned" in begun


def test_the_end_of_a_drill_in_which_nothing_was_answered() -> None:
    assert _text(summary(_card(answered=0), TODAY, width=80)).strip() == "Nothing was rated; nothing is changed."


def test_the_end_of_an_interview() -> None:
    text = _text(interview(_card(mode="mock", score=6.2), 45, 12, width=80))
    assert "── Mock interview 12 · 45 min · 62 % ──" in text
    assert "[red]Routes[/red]" in text and "33 %" in text
    assert "mw-order: a :reason:" in text


@pytest.mark.parametrize(
    ("days", "words"),
    [(9, "Friday 4 December, 9 days; at 20 new a day all will be seen"), (1, "1 day;"), (0, "today"), (None, "no day is set")],
)
def test_where_one_stands_before_the_interview(days: int | None, words: str) -> None:
    found = Standing(
        topics=35,
        questions=248,
        seen=68,
        due=12,
        days_left=days,
        interview=None if days is None else TODAY + timedelta(days=days),
        new_a_day=20,
        weakest=(TopicScore("Dependencies", 2, 0.82),),
        forecast=(),
        answers=90,
        last_mock=(TODAY - timedelta(days=3), 0.62),
    )
    text = _text(standing(found, TODAY))
    assert words in text
    assert "35 topics, 248 questions" in text
    assert "Dependencies 41 %" in text
    assert "Sunday, 62 %" in text


def test_an_interview_ends_with_the_advice_on_what_passed_and_says_nothing_of_what_is_fine() -> None:
    advice = (Advice(Worth.knowing, 4, "r", "It works", "today's way"),)
    verdicts = [Told(item("code"), Verdict(Outcome.passed, 1, advice=found), ("x",), late=False) for found in ((), advice)]
    assert _text(told(verdicts[:1], width=60)).strip() == ""
    assert _text(told(verdicts, width=60)).splitlines()[1:3] == ["  Worth knowing", "  · line 4: It works. Better: today's way."]
