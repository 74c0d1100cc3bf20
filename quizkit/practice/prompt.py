"""What is asked at each moment of a session: the label, the keys that act, what else can be done."""

from dataclasses import replace
from typing import assert_never

from quizkit.deck.models import Choice, Cloze, Coding, Fix, Predict, Question, Recall, Tests
from quizkit.practice.schedule import Rating, intervals
from quizkit.practice.session import is_coded, open_follow_up, right_options
from quizkit.practice.state import (
    Answering,
    Confirming,
    Finished,
    Grading,
    Judged,
    Paused,
    Prompt,
    Seconds,
    State,
    Ticking,
)

_TYPED = (":hint", ":skip", ":undo", ":quit", ":help")


def prompt(state: State) -> Prompt | None:
    """What a reader asks for now; None while an answer is being marked, and at the end."""
    match state.phase:
        case Answering():
            return _answering(state, state.phase)
        case Ticking():
            return Prompt("said", ends=None, place=state.position, actions=("numbers of what you said", "Enter: none of it"))
        case Judged():
            return _judged(state, state.phase)
        case Paused():
            return Prompt("paused", keys="pc", place=state.position, actions=("Enter goes on",))
        case Confirming():
            words = "Stop the interview? Everything is kept. y stops, anything else goes on"
            return Prompt(words, keys="yn", ends=state.ends, place=state.position)
        case Grading() | Finished():
            return None
        case _:
            assert_never(state.phase)


def fields(question: Question) -> tuple[str, ...]:
    """The texts that an answer consists of, by the label of each."""
    match question:
        case Recall() | Tests():
            return ("",)
        case Choice():
            return ("choose",)
        case Cloze():
            return tuple(f"gap {number}" for number in range(1, len(question.gaps) + 1))
        case Predict():
            return _predict_fields(question)
        case Fix() | Coding():
            return ("",)
        case _:
            assert_never(question)


def _predict_fields(question: Predict) -> tuple[str, ...]:
    if question.raises:
        return ("exception",)
    several = len(question.ask) > 1
    return tuple(
        f"{ask.request.method} {ask.request.path}  {part}" if several else part for ask in question.ask for part in ask.about
    )


def _answering(state: State, phase: Answering) -> Prompt:
    item = state.item
    actions: tuple[str, ...]
    timed = Prompt("", until=phase.until, ends=state.ends, place=state.position, budget=item.budget)
    if is_coded(item.question):
        actions = (
            "checked at each save",
            "Enter hands in",
            "e editor",
            "h hint",
            "s skip",
            "u undo",
            "q quit",
            "? help",
        )
        if state.mode.length is not None:
            actions = ("Enter hands in the file", "e editor", "h hint", "s skip", "p pause", "q quit", "? help")
        return replace(timed, label="", keys="ehsupq?", paste=True, actions=actions, editing=state.editing)
    if item.order:
        digits = "".join(str(number) for number in range(1, len(item.order) + 1))
        several = len(right_options(item)) > 1
        actions = (
            f"1-{len(item.order)} choose",
            *(("Enter hands in",) if several else ()),
            "h hint",
            "s skip",
            "u undo",
            "q quit",
        )
        shown = sorted(item.order.index(int(number) - 1) + 1 for number in phase.draft[0].split())
        label = "chosen " + " ".join(map(str, shown)) if shown else "choose"
        return replace(timed, label=label, keys=digits + "hsupq?", actions=actions)
    many_lines = isinstance(item.question, Recall)
    actions = (("Enter hands in", "Alt-Enter new line") if many_lines else ()) + _TYPED
    return replace(timed, label=item.fields[phase.field], text=phase.draft[phase.field], multiline=True, actions=actions)


def _judged(state: State, phase: Judged) -> Prompt:
    days = _days(state)
    names = [f"{rating.value} {rating.name}{days.get(rating, '')}" for rating in Rating]
    follow_up = ("f follow-up",) if open_follow_up(state, phase) and not phase.follow else ()
    actions = (*names, *follow_up, "u undo", "r report", "q quit")
    return Prompt(f"[{phase.suggested.value}]", keys="1234fsurq?", place=state.position, actions=actions)


def _days(state: State) -> dict[Rating, str]:
    if not state.mode.counts:
        return {}
    found = intervals(state.item.memory, state.began, state.mode.horizon)
    return {rating: f" {days} d" for rating, days in found.items()}


def time_marks(budget: Seconds) -> tuple[Seconds, ...]:
    """The seconds left at which plain text says so: half, a quarter, ten."""
    return tuple(mark for mark in (budget / 2, budget / 4, 10.0) if mark < budget)
