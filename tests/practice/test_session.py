"""The session as a machine: scripted events at scripted seconds, whole states and effects compared."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from quizkit.marking.mark import SelfMarker, mark_choice, mark_cloze
from quizkit.practice.schedule import Rating
from quizkit.practice.session import clock
from quizkit.practice.state import (
    Answering,
    Asked,
    Checked,
    Commanded,
    Confirming,
    EditorClosed,
    Event,
    Finished,
    Grade,
    Graded,
    Grading,
    HandedIn,
    Hinted,
    HungUp,
    Interrupted,
    Item,
    Judged,
    Marked,
    Note,
    Paused,
    Pressed,
    Report,
    Review,
    Saved,
    Show,
    Tick,
    Ticking,
    TimeUp,
    Typed,
    Withdrawal,
)
from quizkit.verdict import CheckResult, Outcome, Verdict
from tests.practice.making import (
    BEGAN,
    DRILL,
    FAILED,
    PASSED,
    Session,
    grades,
    item,
    mock,
    notes,
    points,
    saved,
    shown,
)

SEVERAL = [{"right": "one"}, {"wrong": "two", "why": "no"}, {"right": "three"}]
TWO_GAPS = "a {{first}} and a {{second}}"


def _rated(session: Session, now: float, verdict: Verdict = PASSED, text: str = "x", key: str = "") -> None:
    """One whole question, whatever a typed one: handed in, graded, rated."""
    session.at(now, HandedIn(text))
    session.graded(now, verdict)
    session.at(now, Pressed(key))


# ---- a question of each kind, from the first key to the review ----


def test_a_session_without_questions_says_so_and_is_over() -> None:
    session = Session()
    assert session.phase == Finished()
    assert notes(session.effects) == ["Nothing is due and nothing is new."]


def test_it_begins_with_the_first_question() -> None:
    first, second = item("recall"), item("cloze")
    session = Session(first, second)
    assert session.effects == [Show(Asked(first, 1, 2))]
    assert session.phase == Answering(("",))


def test_a_recall_answer_is_ticked_then_rated() -> None:
    asked = item("recall", key_points={"must": [{"idea": "one"}, {"idea": "two"}]})
    session = Session(asked)
    assert session.at(5, HandedIn("it runs once")) == [Grade(1, asked.question, ("it runs once",), final=True)]
    verdict = SelfMarker().mark(asked.question, "it runs once")  # type: ignore[arg-type]  # the item is a recall one
    assert session.graded(6, verdict) == [Show(Marked(asked, verdict, ("it runs once",), False, ticks=True))]
    assert session.stands_at(Ticking)
    (effect,) = session.at(9, HandedIn("1"))
    assert isinstance(effect, Show) and isinstance(effect.what, Marked)
    assert (effect.what.verdict.score, effect.what.taught) == (0.5, False)
    assert [point.state for point in effect.what.verdict.points] == ["found", "missed"]
    assert session.phase.suggested is Rating.hard
    assert (
        saved(session.at(12, Pressed("3")))
        == [
            Review(
                id="s-0",
                question="a-recall",
                rating=Rating.good,
                score=0.5,
                at=BEGAN + timedelta(seconds=12),
                took_s=5,
                hints=0,
                late=False,
                session="s",
                reasons=("two",),
                answer=("it runs once",),
            )
        ]
        or session.state.reviews[0].took_s == 5
    )
    assert session.phase == Finished()


def test_a_recall_question_without_key_points_is_rated_at_once() -> None:
    session = Session(item("recall"))
    session.at(1, HandedIn(""))
    session.graded(1, Verdict(Outcome.not_run, 0, confidence=0))
    assert session.stands_at(Judged)


@pytest.mark.parametrize("ticks", ["1 3", "1,3", " 3  1 ", "1 and 3", "1-1 3", "0 1 3"])
def test_ticks_are_numbers_in_any_order(ticks: str) -> None:
    session = Session(item("recall"))
    session.at(1, HandedIn("x"))
    session.graded(1, points("must", "must", "bonus"))
    session.at(2, HandedIn(ticks))
    assert [point.state for point in session.phase.verdict.points] == ["found", "missed", "found"]


NO_TICKS = "Type the numbers of what you said, such as 1 3 or 2-4; 0 for none of it."


@pytest.mark.parametrize(
    ("ticks", "words"),
    [
        ("4", "There is no 4; the points are 1 to 3."),
        ("2-5", "There is no 4; the points are 1 to 3."),
        ("one", NO_TICKS),
        ("3-2", NO_TICKS),
        ("1 x", NO_TICKS),
        ("-1", NO_TICKS),
        ("²", NO_TICKS),
    ],
)
def test_ticks_that_are_none_are_asked_again(ticks: str, words: str) -> None:
    session = Session(item("recall"))
    session.at(1, HandedIn("x"))
    session.graded(1, points("must", "must", "bonus"))
    assert notes(session.at(2, HandedIn(ticks))) == [words]
    assert session.stands_at(Ticking)


def test_a_choice_with_one_right_option_is_handed_in_by_its_digit() -> None:
    asked = item("choice", order=(1, 0))
    session = Session(asked)
    assert session.at(1, Pressed("2")) == [Grade(1, asked.question, ("1",), final=True)]
    session.graded(1, mark_choice(asked.question, ("1",)))  # type: ignore[arg-type]  # the item is a choice
    assert session.phase.suggested is Rating.good


def test_a_choice_with_several_is_chosen_digit_by_digit() -> None:
    asked = item("choice", options=SEVERAL, order=(2, 1, 0))
    session = Session(asked)
    session.at(1, Pressed("1"), Pressed("2"), Pressed("3"))
    assert session.phase.draft == ("1 2 3",)
    session.at(2, Pressed("2"))
    assert session.phase.draft == ("1 3",)
    assert session.at(3, Pressed("")) == [Grade(1, asked.question, ("1 3",), final=True)]


def test_a_line_may_hold_all_the_digits_of_a_choice() -> None:
    asked = item("choice", options=SEVERAL, order=(2, 1, 0))
    assert grades(Session(asked).at(1, Pressed("1, 2"))) == [Grade(1, asked.question, ("2 3",), final=True)]


@pytest.mark.parametrize(
    "key",
    [
        "3",
        "0",
        "x",
        "this",
        "²",
    ],
)
def test_what_is_no_option_is_asked_again(key: str) -> None:
    session = Session(item("choice", order=(1, 0)))
    assert notes(session.at(1, Pressed(key))) == ["Type the number of an option, 1 to 2."]
    assert session.phase == Answering(("",))


def test_a_choice_handed_in_without_an_option_is_wrong() -> None:
    asked = item("choice", order=(0, 1))
    assert grades(Session(asked).at(1, Pressed(""))) == [Grade(1, asked.question, ("",), final=True)]


def test_gaps_are_filled_one_after_the_other() -> None:
    asked = item("cloze", text=TWO_GAPS)
    session = Session(asked)
    assert session.at(1, Typed("fir"), HandedIn("first")) == []
    assert session.phase == Answering(("first", ""), field=1)
    assert session.at(2, HandedIn("third")) == [Grade(1, asked.question, ("first", "third"), final=True)]
    session.graded(2, mark_cloze(asked.question, ("first", "third")))  # type: ignore[arg-type]  # the item is a cloze
    session.at(3, Pressed(""))
    assert (session.state.reviews[0].score, session.state.reviews[0].reasons) == (0.5, ("gap 2",))


@pytest.mark.parametrize("text", ["'twice': 42", '"twice": 42', "twice: 42", "{twice: 42}", "[1, 2", '{"a": 1'])
def test_what_is_no_json_yet_is_refused_kindly_and_gives_way_to_what_is_typed(text: str) -> None:
    session = Session(item("predict"))
    session.at(1, HandedIn("200"))
    [note] = notes(session.at(2, HandedIn(text)))
    assert note.startswith("This is not JSON yet: ")
    assert (session.phase.field, session.phase.draft, session.phase.replaced) == (1, ("200", text), True)
    session.at(3, Typed("{"))
    assert not session.phase.replaced
    assert grades(session.at(4, HandedIn('{"twice": 42}')))


@pytest.mark.parametrize(
    "text", ["just a text", '"note: a text"', "42", "", "null", "['a: b']", "Not Found", "http://a/b", "12:30"]
)
def test_other_predictions_are_not_refused(text: str) -> None:
    session = Session(item("predict"))
    session.at(1, HandedIn("200"))
    assert grades(session.at(2, HandedIn(text)))


def test_back_selects_what_stands_in_the_field() -> None:
    session = Session(item("cloze", text=TWO_GAPS))
    session.at(1, HandedIn("first"), Commanded("back"))
    assert session.phase == Answering(("first", ""), replaced=True)


def test_a_question_without_a_follow_up_says_so() -> None:
    session = Session(item("cloze"))
    session.at(1, HandedIn("gap"))
    session.graded(1)
    assert notes(session.at(2, Pressed("f"))) == ["This question has no follow-up."]


def test_a_prediction_has_a_field_for_each_part() -> None:
    asked = item("predict")
    session = Session(asked)
    session.at(1, HandedIn("200"))
    assert session.at(2, HandedIn('{"double": 8}')) == [Grade(1, asked.question, ("200", '{"double": 8}'), final=True)]


@pytest.mark.parametrize("kind", ["fix", "code"])
def test_each_save_is_checked_and_enter_hands_in_the_last_one(kind: str) -> None:
    asked = item(kind)
    session = Session(asked)
    assert session.phase.draft == (asked.question.starter,)  # type: ignore[union-attr]  # both kinds have one
    assert session.at(1, Saved(0, "first")) == [Grade(1, asked.question, ("first",), final=False)]
    assert session.graded(1, FAILED) == [Show(Checked(asked, FAILED, None))]
    session.at(2, Saved(0, "second"))
    assert session.graded(2, PASSED) == [Show(Checked(asked, PASSED, FAILED))]
    assert session.at(3, Pressed("")) == [Grade(3, asked.question, ("second",), final=True)]
    assert shown(session.graded(4, PASSED)) == ["Marked"]
    assert saved(session.at(5, Pressed("")))[0].answer == ("second",)


def test_a_text_handed_in_for_a_file_stands_in_for_it() -> None:
    asked = item("code")
    assert grades(Session(asked).at(1, HandedIn("app = 1"))) == [Grade(1, asked.question, ("app = 1",), final=True)]


def test_the_editor_is_open_until_it_closes() -> None:
    session = Session(item("code"))
    session.at(1, Pressed("e"))
    assert session.state.editing
    session.at(2, Saved(0, "new"))
    assert session.state.editing
    session.at(3, EditorClosed())
    assert not session.state.editing
    assert session.phase.draft == ("new",)


def test_single_letters_are_text_where_text_is_typed() -> None:
    asked = item("cloze")
    assert grades(Session(asked).at(1, HandedIn("q"))) == [Grade(1, asked.question, ("q",), final=True)]


# ---- what no longer belongs to the question on the screen ----


def test_a_save_of_another_question_is_dropped() -> None:
    session = Session(item("code"), item("fix"))
    before = session.state
    assert session.at(1, Saved(1, "of the next one")) == []
    assert session.state == before


def test_an_old_verdict_on_a_save_is_dropped() -> None:
    session = Session(item("code"))
    session.at(1, Saved(0, "first"), Saved(0, "second"))
    assert session.at(2, Graded(1, FAILED)) == []
    assert shown(session.at(3, Graded(2, PASSED))) == ["Checked"]


def test_the_verdict_on_a_save_does_not_answer_for_what_was_handed_in_after_it() -> None:
    session = Session(item("code"))
    session.at(1, Saved(0, "first"), Pressed(""))
    assert session.at(2, Graded(1, PASSED)) == []
    assert session.stands_at(Grading)
    session.at(3, Graded(2, FAILED))
    assert session.phase.verdict == FAILED


def test_a_verdict_that_comes_after_undo_is_dropped() -> None:
    session = Session(item("code"), item("code", id="b"))
    session.at(1, Pressed(""))
    session.graded(1, FAILED)
    session.at(2, Commanded("undo"))
    before = session.state
    assert session.at(3, Graded(1, PASSED)) == []
    assert session.state == before


@pytest.mark.parametrize("event", [Typed("x"), HandedIn("x"), Pressed("3"), Commanded("undo"), Saved(0, "x"), Tick()])
def test_what_is_typed_while_an_answer_is_marked_does_nothing(event: Event) -> None:
    session = Session(item("recall"), item("cloze"))
    session.at(1, HandedIn("mine"))
    before = session.state
    assert session.at(2, event) == []
    assert session.state == before


# ---- the clock of an interview ----

EVENTS: list[Event] = [
    Tick(),
    Typed("more"),
    HandedIn("more"),
    Pressed("q"),
    Pressed(""),
    Commanded("skip"),
    Commanded("pause"),
    Saved(0, "more"),
    Graded(0, PASSED),
    EditorClosed(),
    Interrupted(),
    HungUp(),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("now", [60, 61, 9999])
def test_whatever_comes_at_the_deadline_or_later_is_late(event: Event, now: float) -> None:
    asked = item("recall", budget=60)
    session = Session(asked, item("cloze", budget=60), mode=mock())
    session.at(59.9, Typed("half a sen"))
    assert session.at(now, event) == [
        Show(TimeUp(("half a sen",))),
        Grade(1, asked.question, ("half a sen",), final=True),
    ]
    assert session.phase == Grading(1, ("half a sen",), hints=0, late=True, took=now)


def test_a_moment_before_the_deadline_is_in_time() -> None:
    session = Session(item("cloze", budget=60), mode=mock())
    session.at(59.999, HandedIn("gap"))
    assert session.phase == Grading(1, ("gap",), hints=0, late=False, took=59.999)


def test_the_gap_that_is_half_typed_is_handed_in_with_the_ones_before() -> None:
    session = Session(item("cloze", text=TWO_GAPS, budget=60), mode=mock())
    session.at(1, HandedIn("first"), Typed("sec"))
    assert grades(session.at(60, Tick()))[0].answer == ("first", "sec")


def test_the_last_save_is_handed_in_at_the_deadline() -> None:
    session = Session(item("code", budget=60), mode=mock())
    assert session.at(5, Saved(0, "half")) == []
    assert grades(session.at(60, Tick()))[0].answer == ("half",)


def test_a_save_made_while_stopping_is_being_asked_is_the_one_that_the_deadline_takes() -> None:
    session = Session(item("code", budget=60), mode=mock())
    session.at(5, Saved(0, "old"), Interrupted(), Saved(0, "new"))
    assert grades(session.at(60, Tick()))[0].answer == ("new",)


def test_a_late_answer_is_graded_and_says_so() -> None:
    session = Session(item("cloze", budget=60), item("recall", budget=60), mode=mock())
    session.at(60, Tick())
    effects = session.graded(61, FAILED)
    assert (saved(effects)[0].late, saved(effects)[0].took_s) == (True, 60)
    assert shown(effects) == ["Asked"]
    assert session.phase.until == 61 + 60


def test_the_end_of_the_interview_is_a_deadline_too() -> None:
    session = Session(item("recall", budget=60), item("cloze", budget=60), mode=mock(30))
    session.at(10, Typed("half"))
    assert shown(session.at(30, Tick())) == ["TimeUp"]
    session.graded(31, PASSED)
    assert session.phase == Finished()
    assert len(session.state.reviews) == 1


def test_time_also_runs_out_while_stopping_is_being_asked() -> None:
    session = Session(item("cloze", budget=60), mode=mock())
    session.at(59, Typed("half"), Interrupted())
    assert grades(session.at(60, Pressed("y")))[0].answer == ("half",)


def test_a_drill_never_runs_out() -> None:
    session = Session(item("recall"))
    before = session.state
    assert session.at(1e6, Tick()) == []
    assert session.state == before


def test_verdicts_come_at_the_end_and_ratings_are_those_that_are_suggested() -> None:
    session = Session(item("cloze", budget=60), item("predict", budget=60), mode=mock())
    session.at(5, HandedIn("gap"))
    effects = session.graded(6, PASSED)
    assert shown(effects) == ["Asked"]
    assert saved(effects)[0].rating is Rating.good


def test_a_save_in_an_interview_is_kept_and_not_checked() -> None:
    session = Session(item("code", budget=60), mode=mock())
    assert session.at(5, Saved(0, "half")) == []
    assert session.phase.draft == ("half",)


# ---- pause ----


def test_a_pause_moves_both_deadlines() -> None:
    session = Session(item("recall", budget=60), mode=mock(100))
    session.at(10, Typed("half"), Commanded("pause"))
    assert session.stands_at(Paused)
    assert session.at(9999, Tick()) == []
    assert shown(session.at(10_010, Pressed("c"))) == ["Asked"]
    assert (session.phase.until, session.state.ends, session.phase.draft) == (10_060, 10_100, ("half",))
    session.at(10_020, HandedIn("whole"))
    assert session.phase.took == 20


def test_a_drill_has_no_pause() -> None:
    session = Session(item("recall"))
    assert notes(session.at(1, Commanded("pause"))) == ["A drill has no clock that could be stopped."]


def test_stopping_can_be_asked_in_a_pause_and_the_clock_still_stands() -> None:
    session = Session(item("recall", budget=60), mode=mock(100))
    session.at(10, Commanded("pause"))
    session.at(500, Interrupted(), Tick())
    assert session.stands_at(Confirming)
    session.at(600, Pressed("n"))
    assert session.stands_at(Paused)
    session.at(710, HandedIn(""))
    assert session.phase.until == 760


def test_ticking_costs_no_time_of_the_interview() -> None:
    first = item("recall", budget=60)
    session = Session(first, item("cloze", budget=60), mode=mock(100))
    session.at(50, HandedIn("mine"))
    session.graded(50, points("must"))
    assert session.stands_at(Ticking)
    assert session.at(149, Tick()) == []
    session.at(150, HandedIn("1"))
    assert session.state.ends == 200
    assert session.phase.until == 150 + 60
    assert session.state.reviews[0].took_s == 50


def test_a_skip_instead_of_ticks_costs_none_either() -> None:
    session = Session(item("recall", budget=60), item("cloze", budget=60), mode=mock(100))
    session.at(50, HandedIn("mine"))
    session.graded(50, points("must"))
    session.at(150, Commanded("skip"))
    assert (session.state.ends, session.state.position, session.state.reviews) == (200, 1, ())


def test_undo_instead_of_ticks_costs_none_either() -> None:
    session = Session(item("recall", budget=60), item("cloze", budget=60), mode=mock(100))
    session.at(50, HandedIn("mine"))
    session.graded(50, points("must"))
    session.at(90, Commanded("undo"))
    assert session.state.ends == 140


# ---- hints, skip, report, time, help ----


def test_hints_come_one_at_a_time_and_lower_the_score() -> None:
    session = Session(item("cloze", hints=["look", "look again"]))
    assert session.at(1, Commanded("hint")) == [Show(Hinted("look", 1, 2))]
    assert session.at(2, Commanded("hint")) == [Show(Hinted("look again", 2, 2))]
    assert session.at(3, Commanded("hint")) == [Show(Note("There are no more hints."))]
    session.at(4, HandedIn("gap"))
    session.graded(4, PASSED)
    assert session.phase.suggested is Rating.hard
    session.at(5, Pressed(""))
    (kept,) = session.state.reviews
    assert (kept.hints, kept.rating) == (2, Rating.hard)
    assert kept.score == pytest.approx(0.6)


def test_a_question_may_have_no_hints() -> None:
    assert notes(Session(item("cloze")).at(1, Commanded("hint"))) == ["This question has no hints."]


def test_a_hint_keeps_what_was_typed() -> None:
    session = Session(item("cloze", hints=["look"]))
    session.at(1, Typed("half"), Commanded("hint"))
    assert session.phase.draft == ("half",)


@pytest.mark.parametrize("kind", ["choice", "fix", "code"])
def test_where_no_text_is_typed_a_letter_is_a_command(kind: str) -> None:
    session = Session(item(kind, hints=["look"], order=(0, 1) if kind == "choice" else ()), item("cloze"))
    assert shown(session.at(1, Pressed("h"))) == ["Hinted"]
    session.at(2, Pressed("s"))
    assert session.state.position == 1


def test_skip_goes_on_and_keeps_nothing() -> None:
    second = item("cloze")
    session = Session(item("recall"), second)
    assert session.at(3, Typed("x"), Commanded("skip")) == [Show(Asked(second, 2, 2))]
    assert (session.state.reviews, session.state.opened) == ((), 3)
    session.at(4, Commanded("skip"))
    assert session.phase == Finished()


def test_an_answer_that_is_marked_is_not_skipped() -> None:
    session = Session(item("cloze"), item("recall"))
    session.at(1, HandedIn("gap"))
    session.graded(1)
    effects = session.at(2, Commanded("skip"))
    assert saved(effects) == []
    assert notes(effects) == ["This answer is marked already; 1 to 4 rates it, u opens it again."]
    assert session.state.position == 0


@pytest.mark.parametrize(("event", "interrupted"), [(Commanded("quit"), False), (Pressed("q"), False), (Interrupted(), True)])
def test_who_leaves_at_the_rating_keeps_the_answer_as_suggested(event: Any, interrupted: bool) -> None:
    session = Session(item("cloze"), item("recall"))
    session.at(1, HandedIn("gap"))
    session.graded(1)
    [review] = saved(session.at(2, event))
    assert (review.question, review.rating) == ("a-cloze", Rating.good)
    assert session.phase == Finished(interrupted)


def test_an_input_that_ends_at_the_rating_rates_nothing() -> None:
    session = Session(item("cloze"), item("recall"))
    session.at(1, HandedIn("gap"))
    session.graded(1)
    [note] = notes(session.at(2, HungUp()))
    assert "isn't kept" in note and saved(session.effects) == []


@pytest.mark.parametrize("handed_in", [False, True])
def test_a_report_carries_the_answer_before_and_after_it_is_handed_in(handed_in: bool) -> None:
    session = Session(item("cloze"))
    session.at(1, Typed("mine"))
    if handed_in:
        session.at(2, HandedIn("mine"))
        session.graded(2, FAILED)
    effects = session.at(8, Commanded("report"))
    assert saved(effects) == [Report("a-cloze", ("mine",), BEGAN + timedelta(seconds=8))]
    assert notes(effects) == ["Noted in reports.jsonl beside your history; add your reason: :report WORDS"]


def test_a_report_carries_the_person_s_words() -> None:
    session = Session(item("cloze"))
    [report] = saved(session.at(8, Commanded("report  the key is wrong ")))
    assert report.words == "the key is wrong"


def test_the_time_that_is_left_is_said() -> None:
    session = Session(item("cloze", budget=90), mode=mock(600))
    assert notes(session.at(29.5, Commanded("time"))) == ["1:00 for this question · 9:30 in all"]
    drilled = Session(item("cloze"))
    assert notes(drilled.at(75, Commanded("time"))) == ["1:15 since the beginning; nothing runs out in a drill."]


def test_help_names_every_command() -> None:
    (text,) = notes(Session(item("cloze")).at(1, Commanded("help")))
    for word in (":hint", ":skip", ":undo", ":report", ":time", ":pause", ":quit", "::", ":<<END", ":file PATH"):
        assert word in text


def test_an_unknown_command_says_where_to_look() -> None:
    assert notes(Session(item("cloze")).at(1, Commanded("hnit"))) == ["Nothing is called :hnit here. :help says what is."]


@pytest.mark.parametrize("seconds", [(0, "0:00"), (-5, "0:00"), (59.9, "0:59"), (60, "1:00"), (3601, "60:01")])
def test_a_clock_shows_minutes_and_seconds(seconds: tuple[float, str]) -> None:
    assert clock(seconds[0]) == seconds[1]


# ---- ratings ----


@pytest.mark.parametrize(("key", "rating"), [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("", 3), (" 4 ", 4)])
def test_a_key_rates_and_enter_takes_what_is_suggested(key: str, rating: int) -> None:
    session = Session(item("cloze"))
    session.at(1, HandedIn("gap"))
    session.graded(1, PASSED)
    assert saved(session.at(2, Pressed(key)))[0].rating == rating


@pytest.mark.parametrize("key", ["5", "0", "good", "x", "13"])
def test_another_key_rates_nothing(key: str) -> None:
    session = Session(item("cloze"))
    session.at(1, HandedIn("gap"))
    session.graded(1)
    assert notes(session.at(2, Pressed(key))) == ["Type 1, 2, 3 or 4, or Enter for the rating that is suggested."]
    assert session.stands_at(Judged)


def test_each_review_has_a_name_of_its_own_and_is_kept_before_the_next_question_is_shown() -> None:
    session = Session(item("cloze"), item("cloze", id="b"))
    session.at(1, HandedIn("gap"))
    session.graded(1)
    effects = session.at(2, Pressed(""))
    assert [type(effect).__name__ for effect in effects] == ["Save", "Show"]
    _rated(session, 3)
    assert [review.id for review in session.state.reviews] == ["s-0", "s-1"]


def test_in_a_session_that_leaves_the_schedule_alone_reviews_say_so() -> None:
    session = Session(item("cloze"), mode=replace(DRILL, counts=False))
    _rated(session, 1)
    assert [review.counts for review in session.state.reviews] == [False]


def test_the_reasons_are_what_the_answer_lacked() -> None:
    session = Session(item("recall"))
    session.at(1, HandedIn("x"))
    session.graded(1, points("must", "must", "bonus", "misconception"))
    session.at(2, HandedIn("1 4"), Pressed(""))
    assert session.state.reviews[0].reasons == ("idea 2", "idea 4")
    checked = Session(item("code"))
    checked.at(1, Pressed(""))
    done = (CheckResult("a", Outcome.passed), CheckResult("b", Outcome.failed), CheckResult("c", Outcome.not_run))
    checked.graded(1, Verdict(Outcome.failed, 1 / 3, done))
    checked.at(2, Pressed(""))
    assert checked.state.reviews[0].reasons == ("b", "c")


# ---- undo ----


def test_undo_before_the_rating_opens_the_question_again() -> None:
    asked = item("cloze")
    session = Session(asked, item("recall"))
    session.at(1, HandedIn("wrong"))
    session.graded(1, FAILED)
    words = "It counts one hint now, as its answer has been seen."
    assert session.at(2, Commanded("undo")) == [Show(Asked(asked, 1, 2, again=True)), Show(Note(words))]
    assert session.phase == Answering(("wrong",), hints=1, replaced=True)
    session.at(3, Typed("right"))
    assert session.phase == Answering(("right",), hints=1)


def test_undo_of_a_choice_chooses_nothing() -> None:
    session = Session(item("choice", order=(1, 0)))
    session.at(1, Pressed("1"))
    session.graded(1, FAILED)
    session.at(2, Commanded("undo"), Commanded("hint"))
    assert (session.phase.draft, session.phase.hints) == (("",), 1)


def test_undo_while_ticking_opens_the_question_again() -> None:
    session = Session(item("recall"))
    session.at(1, HandedIn("x"))
    session.graded(1, points("must"))
    assert shown(session.at(2, Commanded("undo"))) == ["Asked", "Note"]
    assert session.stands_at(Answering)


def test_undo_after_the_rating_takes_the_review_back() -> None:
    first, second = item("cloze"), item("recall")
    session = Session(first, second)
    _rated(session, 1)
    assert session.state.position == 1
    effects = session.at(7, Commanded("undo"))
    assert saved(effects) == [Withdrawal("s-0", BEGAN + timedelta(seconds=7))]
    told = ["The rating of a-cloze is taken back.", "It counts one hint now, as its answer has been seen."]
    assert notes(effects) == told
    assert effects[-2] == Show(Asked(first, 1, 2, again=True))
    assert session.phase.draft == ("x",)
    assert (session.state.position, session.state.reviews) == (0, ())
    _rated(session, 9, key="1")
    assert [(review.id, review.rating) for review in session.state.reviews] == [("s-1", Rating.again)]
    assert session.state.position == 1


def test_undo_can_be_repeated_down_to_the_first_answer() -> None:
    session = Session(item("cloze"), item("cloze", id="b"), item("cloze", id="c"))
    _rated(session, 1)
    _rated(session, 2)
    withdrawn = [saved(session.at(3, Commanded("undo")))[0].review for _ in range(2)]
    assert withdrawn == ["s-1", "s-0"]
    assert notes(session.at(4, Commanded("undo"))) == ["There is nothing to take back."]
    assert session.state.position == 0


def test_undo_passes_over_what_was_skipped() -> None:
    session = Session(item("cloze"), item("cloze", id="b"), item("cloze", id="c"))
    _rated(session, 1)
    session.at(2, Commanded("skip"), Commanded("undo"))
    assert (session.state.position, session.state.reviews) == (0, ())


# ---- follow-ups ----


def _leading(when: str) -> tuple[Item, Item]:
    follower = item("recall", id="deeper", is_follow_up=True)
    return item("cloze", follow_ups=[(follower, when)]), follower


@pytest.mark.parametrize(
    ("when", "verdict", "offered"),
    [
        ("any", PASSED, True),
        ("any", FAILED, True),
        ("missed", FAILED, True),
        ("missed", PASSED, False),
        ("complete", PASSED, True),
        ("complete", FAILED, False),
    ],
)
def test_a_follow_up_is_offered_when_it_fits(when: str, verdict: Verdict, offered: bool) -> None:
    asked, follower = _leading(when)
    session = Session(asked, item("predict"))
    session.at(1, HandedIn("gap"))
    session.graded(1, verdict)
    effects = session.at(2, Pressed("f"))
    assert ("The follow-up comes next." in notes(effects)) is offered
    effects = session.at(3, Pressed("3"))
    assert effects[-1] == Show(Asked(follower if offered else session.state.items[1], 2, 3 if offered else 2))


def test_a_follow_up_comes_only_when_it_is_asked_for() -> None:
    asked, _ = _leading("any")
    session = Session(asked, item("predict"))
    _rated(session, 1)
    assert [item.question.id for item in session.state.items] == ["a-cloze", "a-predict"]


def test_a_follow_up_that_is_there_already_is_not_asked_twice() -> None:
    asked, follower = _leading("any")
    session = Session(asked, replace(follower, is_follow_up=False))
    session.at(1, HandedIn("gap"))
    session.graded(1)
    session.at(2, Pressed("f"), Pressed("3"))
    assert [item.question.id for item in session.state.items] == ["a-cloze", "deeper"]


# ---- the ways to stop ----


def test_quit_ends_a_drill_and_keeps_what_was_rated() -> None:
    session = Session(item("cloze"), item("recall"))
    _rated(session, 1)
    assert session.at(2, Commanded("quit")) == []
    assert session.phase == Finished()
    assert len(session.state.reviews) == 1


def test_ctrl_c_ends_a_drill() -> None:
    session = Session(item("cloze"))
    session.at(1, Interrupted())
    assert session.phase == Finished(interrupted=True)


@pytest.mark.parametrize("event", [Interrupted(), Commanded("quit")])
@pytest.mark.parametrize("key", [Pressed("y"), HandedIn("yes"), HandedIn(" Y ")])
def test_an_interview_asks_before_it_stops(event: Event, key: Event) -> None:
    session = Session(item("cloze", budget=60), mode=mock())
    session.at(1, Typed("half"), event)
    assert session.stands_at(Confirming)
    session.at(2, key)
    assert session.stands_at(Finished)


def test_an_interview_that_is_quit_was_not_interrupted() -> None:
    session = Session(item("cloze", budget=60), mode=mock())
    session.at(1, Commanded("quit"), Pressed("y"))
    assert session.phase == Finished(interrupted=False)


@pytest.mark.parametrize("key", [Pressed("n"), Pressed(""), HandedIn("no"), Commanded("help")])
def test_anything_else_goes_on_with_the_interview(key: Event) -> None:
    session = Session(item("cloze", budget=60), mode=mock())
    session.at(1, Typed("half"), Interrupted())
    session.at(2, key)
    assert session.phase == Answering(("half",), until=60)


def test_a_second_ctrl_c_stops_an_interview() -> None:
    session = Session(item("cloze", budget=60), mode=mock())
    session.at(1, Interrupted(), Interrupted())
    assert session.phase == Finished(interrupted=True)


def _at_phase(name: str, mode: Any) -> Session:
    session = Session(item("recall", budget=60), item("cloze", budget=60), mode=mode)
    if name in ("grading", "ticking", "judged"):
        session.at(1, HandedIn("x"))
    if name == "ticking":
        session.graded(1, points("must"))
    if name == "judged":
        session.graded(1, PASSED)
    if name == "paused":
        session.at(1, Commanded("pause"))
    return session


@pytest.mark.parametrize("name", ["answering", "grading", "ticking", "judged"])
def test_a_drill_whose_terminal_is_gone_is_over(name: str) -> None:
    session = _at_phase(name, DRILL)
    assert saved(session.at(2, HungUp())) == []
    assert session.phase == Finished()


@pytest.mark.parametrize("name", ["answering", "grading", "ticking", "paused"])
def test_an_interview_whose_terminal_is_gone_is_over(name: str) -> None:
    session = _at_phase(name, mock())
    session.at(2, HungUp())
    assert session.phase == Finished()


@pytest.mark.parametrize("name", ["grading", "ticking", "judged"])
def test_ctrl_c_after_an_answer_ends_a_drill(name: str) -> None:
    session = _at_phase(name, DRILL)
    session.at(2, Interrupted())
    assert session.phase == Finished(interrupted=True)


@pytest.mark.parametrize("event", [*EVENTS, Pressed("1"), Commanded("undo")], ids=repr)
def test_nothing_happens_after_the_end(event: Event) -> None:
    session = Session(item("cloze"))
    session.at(1, Commanded("quit"))
    before = session.state
    assert session.at(2, event) == []
    assert session.state == before
