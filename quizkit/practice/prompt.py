"""What is asked at each moment of a session: the label, the keys that act, what else can be done."""

from dataclasses import replace
from typing import assert_never

from quizkit.deck.models import Choice, Cloze, Coding, Fix, Predict, Question, Recall, Tests
from quizkit.marking.mark import asked_parts
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
            none = "Enter: none of it" if state.phase.mark is None else "Enter: as marked"
            return Prompt("said", stage="ticks", place=state.position, actions=("numbers of what you said, such as 1 3", none))
        case Judged():
            return _judged(state, state.phase)
        case Paused():
            return Prompt("paused", stage="pause", keys="pc", place=state.position, actions=("Enter goes on",))
        case Confirming():
            words = "Stop the interview? Everything is kept. y stops, anything else goes on"
            return Prompt(words, stage="stop", keys="yn", ends=state.ends, place=state.position)
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
    if len(question.ask) == 1:
        return tuple(part for _, part in asked_parts(question))
    requests = [f"{ask.request.method} {ask.request.path}" for ask in question.ask]
    return tuple(f"{requests[number]}  {part}" for number, part in asked_parts(question))


def _answering(state: State, phase: Answering) -> Prompt:
    item = state.item
    timed = Prompt("", until=phase.until, ends=state.ends, place=state.position, budget=item.budget)
    hint = phase.hints < len(item.question.hints)
    mock = state.mode.length is not None
    if is_coded(item.question):
        checked = "Enter hands in the file" if mock else "checking …" if phase.checking else "checked at each save"
        actions = _actions(checked, "Enter hands in" if not mock else "", "e editor", "? help", hint=hint, mock=mock)
        return replace(timed, keys="eh?q" + ("p" if mock else "su"), paste=True, actions=actions, editing=state.editing)
    if item.order:
        return _choosing(state, phase, timed, hint=hint, mock=mock)
    sentences = isinstance(item.question, Recall)
    first, last = (("Enter hands in",), ("Alt-Enter new line",)) if sentences else ((), (":back",) if phase.field else ())
    label, text = item.fields[phase.field], phase.draft[phase.field]
    actions = (*first, *_TYPED, *last)
    return replace(timed, label=label, text=text, replaced=phase.replaced and bool(text), multiline=True, actions=actions)


def _choosing(state: State, phase: Answering, timed: Prompt, *, hint: bool, mock: bool) -> Prompt:
    order = state.item.order
    digits = "".join(str(number) for number in range(1, len(order) + 1))
    several = len(right_options(state.item)) > 1
    actions = _actions(f"1-{len(order)} choose", "Enter hands in" if several else "", "? help", hint=hint, mock=mock)
    shown = sorted(order.index(int(number) - 1) + 1 for number in phase.draft[0].split())
    label = "chosen " + " ".join(map(str, shown)) if shown else "choose"
    return replace(timed, label=label, keys=digits + "h?q" + ("p" if mock else "su"), enter=bool(shown), actions=actions)


def _actions(*first: str, hint: bool, mock: bool) -> tuple[str, ...]:
    """What single keys do. In an interview leaving a question out takes a whole word, lest a stray key does it."""
    more = (":skip", "p pause", "q quit") if mock else ("s skip", "u undo", "q quit")
    return (*filter(None, first), *(("h hint",) if hint else ()), *more)


def _judged(state: State, phase: Judged) -> Prompt:
    days = _days(state)
    names = [f"{rating.value} {rating.name}{days.get(rating, '')}" for rating in Rating]
    follow_up = ("f follow-up",) if open_follow_up(state, phase) and not phase.follow else ()
    mark = ("m mark",) if phase.verdict.points else ()
    actions = (*names, *follow_up, *mark, "? help", "u undo", "r report", "q quit")
    return Prompt(f"[{phase.suggested.value}]", stage="rating", keys="1234fmsurq?", place=state.position, actions=actions)


def _days(state: State) -> dict[Rating, str]:
    if not state.mode.counts:
        return {}
    found = intervals(state.item.memory, state.began, state.mode.horizon)
    return {rating: f" {days} d" for rating, days in found.items()}


def time_marks(budget: Seconds) -> tuple[Seconds, ...]:
    """The seconds left at which plain text says so: half, a quarter, ten."""
    return tuple(sorted({mark for mark in (budget / 2, budget / 4, 10.0) if mark < budget}, reverse=True))
