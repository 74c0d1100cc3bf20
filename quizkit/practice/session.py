"""A session as a pure machine: state × event, with the time passed in, gives the next state and what is to be done."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from quizkit.deck.models import Coding, Fix, Question, Recall, Tests
from quizkit.marking.mark import UNREADABLE, ticked, typed_json
from quizkit.practice.schedule import Rating, lowered, suggest
from quizkit.practice.state import (
    Answer,
    Answering,
    Asked,
    Checked,
    Commanded,
    Confirming,
    EditorClosed,
    Effect,
    Event,
    Feedback,
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
    Mode,
    Note,
    Paused,
    Phase,
    Pressed,
    Report,
    Review,
    Save,
    Saved,
    Seconds,
    Show,
    State,
    Ticking,
    TimeUp,
    Told,
    Typed,
    Withdrawal,
)
from quizkit.practice.ticks import asks_for_ticks, is_unmarked, marking, read_ticks
from quizkit.verdict import CheckResult, Outcome, PointResult, Verdict

Step = tuple[State, list[Effect]]

KEY_WORDS: Final = {
    "h": "hint",
    "s": "skip",
    "u": "undo",
    "r": "report",
    "t": "time",
    "p": "pause",
    "q": "quit",
    "?": "help",
}
"""The single keys that stand for a command where no text is typed."""

HELP: Final = """
:hint shows the next hint, each one lowers the score · :back goes to the field before · :skip goes on without an answer ·
:undo takes the last answer back · :report WORDS notes this question for its author · :time says what is left ·
:pause stops an interview's clock · :quit ends here, and what was rated is kept · :: at the start of an answer is a colon ·
:<<END opens an answer of several lines, which a line END closes · :file PATH hands in a file
""".strip().replace("\n", " ")

HELP_ON_RATING: Final = """
1 again, 2 hard, 3 good, 4 easy, Enter as suggested · m changes the mark on your sentences, where it is wrong ·
f asks the follow-up next, where there is one ·
u opens the question again, which counts as a hint · r notes the question for its author, :report WORDS with your reason ·
q ends here, and this answer is kept as suggested
""".strip().replace("\n", " ")

HELP_ON_KEYS: Final = """
a digit chooses, Enter hands in · e opens your editor on the work file · h shows the next hint, each lowers the score ·
s or :skip goes on without an answer · u takes the last answer back · p stops an interview's clock ·
q ends here, and what was rated is kept · a colon begins any command, such as :report WORDS or :time
""".strip().replace("\n", " ")


def start(items: Sequence[Item], mode: Mode, session: str, began: datetime) -> Step:
    """A session over `items`, at second 0. `session` names it in the log, `began` is its wall time."""
    state = State(mode, session, tuple(items), began, ends=mode.length)
    if not items:
        return replace(state, phase=Finished()), [Show(Note("Nothing is due and nothing is new."))]
    return _open(state, 0, 0.0)


def step(state: State, event: Event, now: Seconds) -> Step:
    """What an event leads to. What comes after a deadline is late, whatever it is."""
    if isinstance(event, EditorClosed):
        state = replace(state, editing=False)
    match state.phase:
        case Answering():
            return _answering(state, state.phase, event, now)
        case Grading():
            return _grading(state, state.phase, event, now)
        case Ticking():
            return _ticking(state, state.phase, event, now)
        case Judged():
            return _judged(state, state.phase, event, now)
        case Paused():
            return _paused(state, state.phase, event, now)
        case Confirming():
            return _confirming(state, state.phase, event, now)
        case Finished():
            return state, []
        case _:
            assert_never(state.phase)


# ---- one function a phase ----


def _answering(state: State, phase: Answering, event: Event, now: Seconds) -> Step:
    if _is_late(state, phase, now):
        return _hand_in(state, phase, now, late=True)
    match event:
        case Typed(text):
            same = phase.replaced and text == phase.draft[phase.field]
            return _with(state, replace(phase, draft=_put(phase.draft, phase.field, text), replaced=same)), []
        case HandedIn(text):
            return _handed_in(state, phase, text, now)
        case Pressed(key):
            return _key_while_answering(state, phase, key, now)
        case Commanded(word):
            return _command(state, phase, word, now)
        case Saved(position, source) if position == state.position:
            return _saved(state, phase, source)
        case Graded(number, verdict) if number == phase.number:
            seen = replace(phase, seen=verdict, checking=False)
            return _with(state, seen), [Show(Checked(state.item, verdict, phase.seen))]
        case Interrupted():
            return _ask_to_stop(state, phase)
        case HungUp():
            return _with(state, Finished()), []
        case _:
            return state, []


def _is_late(state: State, phase: Answering, now: Seconds) -> bool:
    deadlines = [deadline for deadline in (phase.until, state.ends) if deadline is not None]
    return bool(deadlines) and now >= min(deadlines)


def _handed_in(state: State, phase: Answering, text: str, now: Seconds) -> Step:
    if is_coded(state.item.question):
        return _hand_in(state, replace(phase, draft=(text,)) if text else phase, now, late=False)
    phase = replace(phase, draft=_put(phase.draft, phase.field, text))
    if words := _unreadable(state.item.fields[phase.field], text):
        return _with(state, replace(phase, replaced=True)), [Show(Note(words))]
    if phase.field + 1 < len(state.item.fields):
        following = phase.field + 1
        return _with(state, replace(phase, field=following, replaced=bool(phase.draft[following]))), []
    return _hand_in(state, phase, now, late=False)


def _unreadable(field: str, text: str) -> str:
    """Why a text can't be what a prediction's field asks for; empty where it can. A slip of the finger is no wrong answer."""
    if field.endswith("status") and text.strip() and not re.match(r"\s*[1-5][0-9][0-9]\b", text):
        return "A status is a number, such as 200."
    if field.endswith("json") and text.lstrip().startswith(("{", "[")) and typed_json(text) is UNREADABLE:
        return "This is not JSON yet: a bracket, a quote or a comma is missing or too many."
    if field.endswith("json") and _PAIR.match(text):
        return "This is not JSON yet: an object stands in braces, and a text with a colon in quotes."
    return ""


_PAIR: Final = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|[^\W\d]\w*)\s*:(?!//)""")
"""A key and its colon, from which braces are left out."""


def _key_while_answering(state: State, phase: Answering, key: str, now: Seconds) -> Step:
    item = state.item
    if key in KEY_WORDS and not _takes_text(item.question):
        return _command(state, phase, KEY_WORDS[key], now)
    if key == "e" and is_coded(item.question):
        return replace(state, editing=True), []
    if item.order:
        return _choose(state, phase, key, now)
    return _handed_in(state, phase, key, now)


def _choose(state: State, phase: Answering, key: str, now: Seconds) -> Step:
    """A digit chooses an option or lets go of it, Enter hands in; a line may hold all digits at once."""
    order = state.item.order
    shown = [int(digit) for digit in key.replace(",", " ").split() if digit.isascii() and digit.isdigit()]
    if any(not 1 <= number <= len(order) for number in shown) or (key.strip() and not shown):
        return state, [Show(Note(f"Type the number of an option, 1 to {len(order)}."))]
    chosen = {int(number) for number in phase.draft[0].split()}
    chosen ^= {order[number - 1] + 1 for number in shown}
    phase = replace(phase, draft=(" ".join(map(str, sorted(chosen))),))
    if not key.strip() or len(shown) > 1 or len(right_options(state.item)) == 1:
        return _hand_in(state, phase, now, late=False)
    return _with(state, phase), []


def _saved(state: State, phase: Answering, source: str) -> Step:
    """A save replaces the draft; where verdicts are shown at once it is checked, and an older check no longer counts."""
    if state.mode.feedback is Feedback.end:
        return _with(state, replace(phase, draft=(source,))), []
    number = state.number + 1
    state = replace(state, number=number)
    phase = replace(phase, draft=(source,), number=number, checking=True)
    return _with(state, phase), [Grade(number, state.item.question, (source,), final=False)]


def _hand_in(state: State, phase: Answering, now: Seconds, *, late: bool) -> Step:
    number = state.number + 1
    took = max(0.0, now - state.opened)
    state = replace(state, number=number, phase=Grading(number, phase.draft, phase.hints, late, took))
    effects: list[Effect] = [Show(TimeUp(phase.draft))] if late else []
    return state, [*effects, Grade(number, state.item.question, phase.draft, final=True)]


def _grading(state: State, phase: Grading, event: Event, now: Seconds) -> Step:
    match event:
        case Graded(number, verdict) if number == phase.number:
            mark = verdict if verdict.points and not is_unmarked(verdict) else None
            if asks_for_ticks(state, verdict):
                marked = Marked(state.item, verdict, phase.answer, phase.late, ticks=True)
                return _with(state, Ticking(verdict, phase, now, mark)), [Show(marked)]
            return _judge(state, Judged(verdict, phase, _suggested(state, verdict, phase), mark=mark), now, shown=False)
        case Interrupted() | HungUp():
            return _with(state, Finished(interrupted=isinstance(event, Interrupted))), []
        case _:
            return state, []


def _ticking(state: State, phase: Ticking, event: Event, now: Seconds) -> Step:
    match event:
        case HandedIn(text) | Pressed(text):
            ticks = read_ticks(text, len(phase.verdict.points))
            if isinstance(ticks, str):
                return state, [Show(Note(ticks))]
            as_marked = phase.mark is not None and not text.strip()
            verdict = phase.verdict if as_marked else ticked(phase.verdict, ticks)
            state = _without_pause(state, now - phase.since)
            judged = Judged(verdict, phase.handed, _suggested(state, verdict, phase.handed), mark=phase.mark)
            return _judge(state, judged, now, shown=as_marked, taught=False)
        case Commanded(word):
            return _command(state, phase, word, now)
        case Interrupted():
            return _ask_to_stop(state, phase)
        case HungUp():
            return _with(state, Finished()), []
        case _:
            return state, []


def _judge(state: State, phase: Judged, now: Seconds, *, shown: bool, taught: bool = True) -> Step:
    """The verdict is there: shown and rated by the person, or in an interview rated as suggested."""
    handed = phase.handed
    if state.mode.feedback is Feedback.end:
        told_later = Told(state.item, phase.verdict, handed.answer, handed.late)
        return _rate(replace(state, told=(*state.told, told_later)), phase, phase.suggested, now)
    marked = Marked(state.item, phase.verdict, handed.answer, handed.late, taught=taught)
    return _with(state, phase), [] if shown else [Show(marked)]


def _judged(state: State, phase: Judged, event: Event, now: Seconds) -> Step:
    match event:
        case Pressed(key) | HandedIn(key):
            return _key_after_verdict(state, phase, key.strip(), now)
        case Commanded(word):
            return _command(state, phase, word, now)
        case Interrupted():
            return _rated_at_the_end(state, phase, now, interrupted=True)
        case HungUp():  # a script that was cut short, or a terminal that is gone: nobody has chosen to leave
            words = "The input ended before this answer was rated, so it isn't kept. An empty line rates it as suggested."
            return _with(state, Finished()), [Show(Note(words))]
        case _:
            return state, []


def _rated_at_the_end(state: State, phase: Judged, now: Seconds, *, interrupted: bool) -> Step:
    """Who leaves at the rating has answered: the answer is kept, rated as suggested."""
    state, saved = _kept(state, phase, phase.suggested, now)
    note = Note(f"Kept, rated {phase.suggested.value} {phase.suggested.name}.")
    return _with(state, Finished(interrupted=interrupted)), [*saved, Show(note)]


def _kept(state: State, phase: Judged, rating: Rating, now: Seconds) -> tuple[State, list[Effect]]:
    """The state with one review more, and what is to be put on disk for it."""
    review = _review(state, phase, rating, now)
    state = replace(state, reviews=(*state.reviews, review), serial=state.serial + 1)
    return state, [Save(review), *([Save(marking(phase, phase.mark, review))] if phase.mark is not None else [])]


def _key_after_verdict(state: State, phase: Judged, key: str, now: Seconds) -> Step:
    if key in ("", "1", "2", "3", "4"):
        return _rate(state, phase, Rating(int(key)) if key else phase.suggested, now)
    if key == "f" and open_follow_up(state, phase) is not None:
        return _with(state, replace(phase, follow=True)), [Show(Note("The follow-up comes next."))]
    if key == "f":
        return state, [Show(Note("This question has no follow-up."))]
    if key == "m" and phase.verdict.points:
        marked = Marked(state.item, phase.verdict, phase.handed.answer, phase.handed.late, taught=False, ticks=True)
        return _with(state, Ticking(phase.verdict, phase.handed, now, phase.mark)), [Show(marked)]
    if key in KEY_WORDS:
        return _command(state, phase, KEY_WORDS[key], now)
    return state, [Show(Note("Type 1, 2, 3 or 4, or Enter for the rating that is suggested."))]


def _rate(state: State, phase: Judged, rating: Rating, now: Seconds) -> Step:
    follow_up = open_follow_up(state, phase)
    if follow_up is not None and phase.follow:
        place = state.position + 1
        state = replace(state, items=(*state.items[:place], follow_up, *state.items[place:]))
    state, saved = _kept(state, phase, rating, now)
    state, effects = _open(state, state.position + 1, now)
    return state, [*saved, *effects]


def _review(state: State, phase: Judged, rating: Rating, now: Seconds) -> Review:
    handed = phase.handed
    return Review(
        id=f"{state.session}-{state.serial}",
        question=state.item.question.id,
        rating=rating,
        score=lowered(phase.verdict.score, handed.hints),
        at=_wall(state, now),
        took_s=handed.took,
        hints=handed.hints,
        late=handed.late,
        session=state.session,
        reasons=reasons(phase.verdict.checks, phase.verdict.points),
        answer=handed.answer,
        counts=state.mode.counts,
    )


def reasons(checks: Sequence[CheckResult], points: Sequence[PointResult]) -> tuple[str, ...]:
    """What an answer lacked, in the deck's words: checks that failed, must points that were missed, wrong ideas."""
    failed = [check.name for check in checks if check.outcome is not Outcome.passed]
    missed = [point.idea for point in points if point.role == "must" and point.state != "found"]
    wrong = [point.idea for point in points if point.is_wrong and point.role != "must"]
    return (*failed, *missed, *wrong)


def _paused(state: State, phase: Paused, event: Event, now: Seconds) -> Step:
    match event:
        case Pressed() | HandedIn() | Commanded():
            state = _without_pause(state, now - phase.since)
            state = _with(state, _later(phase.phase, now - phase.since))
            return state, [Show(Asked(state.item, state.position + 1, len(state.items), again=True))]
        case Interrupted():
            return _ask_to_stop(state, phase)
        case HungUp():
            return _with(state, Finished()), []
        case _:
            return state, []


def _later(phase: Answering, pause: Seconds) -> Answering:
    return replace(phase, until=None if phase.until is None else phase.until + pause)


def _without_pause(state: State, pause: Seconds) -> State:
    """The state with a stretch of time taken out of the interview's clock and the open question's."""
    ends = None if state.ends is None else state.ends + pause
    return replace(state, ends=ends, opened=state.opened + pause)


def _confirming(state: State, phase: Confirming, event: Event, now: Seconds) -> Step:
    if isinstance(phase.phase, Answering) and _is_late(state, phase.phase, now):
        return _hand_in(state, phase.phase, now, late=True)
    match event:
        case Saved(position, source) if position == state.position and isinstance(phase.phase, Answering):
            return _with(state, replace(phase, phase=replace(phase.phase, draft=(source,)))), []
        case Pressed(text) | HandedIn(text) if text.strip().lower() in ("y", "yes"):
            return _with(state, Finished(interrupted=phase.interrupted)), []
        case Pressed() | HandedIn() | Commanded():
            return _with(state, phase.phase), []
        case Interrupted() | HungUp():
            return _with(state, Finished(interrupted=isinstance(event, Interrupted))), []
        case _:
            return state, []


# ---- what several phases share ----


def _ask_to_stop(state: State, phase: Answering | Ticking | Judged | Paused) -> Step:
    """A drill stops at once, since nothing is lost; an interview asks."""
    if state.mode.name == "drill":
        return _with(state, Finished(interrupted=True)), []
    return _with(state, Confirming(phase, interrupted=True)), []


def _command(state: State, phase: Answering | Ticking | Judged, line: str, now: Seconds) -> Step:
    word, _, rest = line.partition(" ")
    match word:
        case "hint" if isinstance(phase, Answering):
            return _hint(state, phase)
        case "back" if isinstance(phase, Answering) and phase.field > 0:
            return _with(state, replace(phase, field=phase.field - 1, replaced=True)), []
        case "skip" if isinstance(phase, Judged):
            return state, [Show(Note("This answer is marked already; 1 to 4 rates it, u opens it again."))]
        case "skip":
            return _skip(state, phase, now)
        case "undo":
            return _undo(state, phase, now)
        case "report":
            draft = phase.draft if isinstance(phase, Answering) else phase.handed.answer
            words = "Noted in reports.jsonl beside your history" + ("." if rest else "; add your reason: :report WORDS")
            return state, [Save(Report(state.item.question.id, draft, _wall(state, now), rest.strip())), Show(Note(words))]
        case "time":
            return state, [Show(Note(_time_left(state, phase, now)))]
        case "pause" if isinstance(phase, Answering) and state.mode.length is not None:
            return _with(state, Paused(now, phase)), []
        case "quit":
            return _quit(state, phase, now)
        case "help":
            return state, [Show(Note(_help(state, phase)))]
        case "pause":
            return state, [Show(Note("A drill has no clock that could be stopped."))]
    return state, [Show(Note(f"Nothing is called :{word} here. :help says what is."))]


def _help(state: State, phase: Answering | Ticking | Judged) -> str:
    """What can be done at this prompt."""
    if isinstance(phase, Judged):
        return HELP_ON_RATING
    keys = isinstance(phase, Answering) and not _takes_text(state.item.question)
    return HELP_ON_KEYS if keys else HELP


def _quit(state: State, phase: Answering | Ticking | Judged, now: Seconds) -> Step:
    if isinstance(phase, Judged):
        return _rated_at_the_end(state, phase, now, interrupted=False)
    if state.mode.name == "mock":
        return _with(state, Confirming(phase, interrupted=False)), []
    return _with(state, Finished()), []


def _hint(state: State, phase: Answering) -> Step:
    hints = state.item.question.hints
    if phase.hints >= len(hints):
        words = "There are no more hints." if hints else "This question has no hints."
        return state, [Show(Note(words))]
    shown = Hinted(hints[phase.hints], phase.hints + 1, len(hints))
    return _with(state, replace(phase, hints=phase.hints + 1)), [Show(shown)]


def _skip(state: State, phase: Answering | Ticking | Judged, now: Seconds) -> Step:
    if isinstance(phase, Ticking):
        state = _without_pause(state, now - phase.since)
    return _open(state, state.position + 1, now)


def _undo(state: State, phase: Answering | Ticking | Judged, now: Seconds) -> Step:
    """Back to the last answer: the one that isn't rated yet, else the last review, which is withdrawn.

    The reference has been seen by then, so the question opens again with one hint more than were used.
    """
    if isinstance(phase, Ticking):
        state = _without_pause(state, now - phase.since)
    if not isinstance(phase, Answering):
        return _open_again(state, state.position, now, phase.handed.answer, phase.handed.hints + 1)
    if not state.reviews:
        return state, [Show(Note("There is nothing to take back."))]
    last = state.reviews[-1]
    position = next(n for n in reversed(range(len(state.items))) if state.items[n].question.id == last.question)
    state = replace(state, reviews=state.reviews[:-1])
    state, effects = _open_again(state, position, now, last.answer, last.hints + 1)
    withdrawn = Save(Withdrawal(last.id, _wall(state, now)))
    return state, [withdrawn, Show(Note(f"The rating of {last.question} is taken back.")), *effects]


def _open_again(state: State, position: int, now: Seconds, answer: Answer, hints: int) -> Step:
    """A question whose answer is taken back: what was typed is still there, and says so itself where it is a work file."""
    state, effects = _open(state, position, now, again=True)
    if not isinstance(state.phase, Answering):
        return state, effects
    draft = answer if _takes_text(state.item.question) and len(answer) == len(state.phase.draft) else state.phase.draft
    words = f"It counts {'one hint' if hints == 1 else f'{hints} hints'} now, as its answer has been seen."
    return _with(state, replace(state.phase, draft=draft, hints=hints, replaced=True)), [*effects, Show(Note(words))]


def _open(state: State, position: int, now: Seconds, *, again: bool = False) -> Step:
    """The question at `position` is shown and its clock starts; past the last one, or the end, the session is over."""
    if position >= len(state.items) or (state.ends is not None and now >= state.ends):
        return replace(state, phase=Finished()), []
    item = state.items[position]
    until = None if item.budget is None else now + item.budget
    draft = tuple(_first_draft(item.question) for _ in item.fields)
    state = replace(state, position=position, opened=now, phase=Answering(draft, until=until), editing=False)
    return state, [Show(Asked(item, position + 1, len(state.items), again))]


def _first_draft(question: Question) -> str:
    return question.starter if isinstance(question, Fix | Coding | Tests) else ""


def _with(state: State, phase: Phase) -> State:
    return replace(state, phase=phase)


def _put(draft: Answer, field: int, text: str) -> Answer:
    return (*draft[:field], text, *draft[field + 1 :])


def _wall(state: State, now: Seconds) -> datetime:
    return state.began + timedelta(seconds=now)


def _suggested(state: State, verdict: Verdict, handed: Grading) -> Rating:
    return suggest(verdict, handed.hints, handed.late, isinstance(state.item.question, Recall))


def open_follow_up(state: State, phase: Judged) -> Item | None:
    """The follow-up that this verdict calls for, where it isn't among the questions already."""
    present = {item.question.id for item in state.items}
    complete = phase.verdict.passed
    for (_, when), item in zip(state.item.entry.follow_ups, state.item.follow_ups, strict=False):
        fits = when == "any" or (when == "complete") == complete
        if fits and item.question.id not in present and not state.item.is_follow_up:
            return item
    return None


def is_coded(question: Question) -> bool:
    """Whether the answer is written in a work file."""
    return isinstance(question, Fix | Coding | Tests)


def _takes_text(question: Question) -> bool:
    return not is_coded(question) and question.kind != "choice"


def right_options(item: Item) -> tuple[int, ...]:
    """The numbers, from 1 in the deck's order, of a choice's right options."""
    options = getattr(item.question, "options", ())
    return tuple(number for number, option in enumerate(options, 1) if option.is_right)


def _time_left(state: State, phase: Answering | Ticking | Judged, now: Seconds) -> str:
    until = phase.until if isinstance(phase, Answering) else None
    parts = [f"{clock(until - now)} for this question"] if until is not None else []
    parts += [f"{clock(state.ends - now)} in all"] if state.ends is not None else []
    return " · ".join(parts) or f"{clock(now)} since the beginning; nothing runs out in a drill."


def clock(seconds: Seconds) -> str:
    """Minutes and seconds, 0 where less is left."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"
