"""The words of a session: what is asked, what happened, what the session wants done. Data only."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Literal

from quizkit.deck.models import Entry, Question
from quizkit.practice.schedule import Memory, Rating
from quizkit.verdict import Verdict

Seconds = float
"""Time since the session began, on a clock that never goes back. The wall time is `State.began` plus this."""

Answer = tuple[str, ...]


class Feedback(IntEnum):
    """When a person is told how an answer came out."""

    each = 1
    end = 2


@dataclass(frozen=True, slots=True)
class Mode:
    """The rules of a session: a drill, or an interview with an end. `horizon` is the day of the real interview.

    `ticks` says that each mark on a person's sentences is put to them as a line, where no key could ask for it.
    """

    name: Literal["drill", "mock"] = "drill"
    feedback: Feedback = Feedback.each
    counts: bool = True
    ticks: bool = False
    length: Seconds | None = None
    horizon: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A question's place in a session. `order` is how a choice's options are shown; `budget` bounds an interview's question."""

    entry: Entry
    question: Question
    fields: tuple[str, ...]
    order: tuple[int, ...] = ()
    memory: Memory | None = None
    budget: Seconds | None = None
    follow_ups: tuple["Item", ...] = ()
    is_follow_up: bool = False


# ---- phases: where a session stands ----


@dataclass(frozen=True, slots=True)
class Answering:
    """The person is at work. `draft` holds one text a field; `number` names the newest check of a save.

    `replaced` says that the open field's text is an older one, which gives way to what is typed.
    """

    draft: Answer
    field: int = 0
    until: Seconds | None = None
    hints: int = 0
    number: int = 0
    checking: bool = False
    seen: Verdict | None = None
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Grading:
    """The answer is handed in and not yet marked."""

    number: int
    answer: Answer
    hints: int
    late: bool
    took: Seconds


@dataclass(frozen=True, slots=True)
class Ticking:
    """The person holds their sentences against the key points. `since` is when that began: an interview's clock stops for it.

    `mark` is what the marker made of them, where it was asked.
    """

    verdict: Verdict
    handed: Grading
    since: Seconds
    mark: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict is there and the rating is asked for. `mark` is what the marker made of sentences, before any change."""

    verdict: Verdict
    handed: Grading
    suggested: Rating
    follow: bool = False
    mark: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """The clock stands still."""

    since: Seconds
    phase: Answering


@dataclass(frozen=True, slots=True)
class Confirming:
    """Whether to stop is asked; the clock runs on."""

    phase: "Answering | Ticking | Judged | Paused"
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing more is asked."""

    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict that is kept for the end of an interview, with the question and the answer."""

    item: Item
    verdict: Verdict
    answer: Answer
    late: bool


Phase = Answering | Grading | Ticking | Judged | Paused | Confirming | Finished


@dataclass(frozen=True, slots=True)
class State:
    """All of a session. `reviews` are those that stand; `number` counts what was given to the grader."""

    mode: Mode
    session: str
    items: tuple[Item, ...]
    began: datetime
    position: int = 0
    opened: Seconds = 0
    phase: Phase = Finished()
    editing: bool = False
    ends: Seconds | None = None
    reviews: tuple["Review", ...] = ()
    told: tuple["Told", ...] = ()
    number: int = 0
    serial: int = 0

    @property
    def item(self) -> Item:
        """The question that is being asked."""
        return self.items[self.position]


# ---- events: what happened ----


@dataclass(frozen=True, slots=True)
class Typed:
    """The text of the open field changed."""

    text: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The text of the open field is handed in."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key, or the line that stands for it where lines are read."""

    key: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """A word behind a colon: hint, skip, undo, report, time, pause, quit, help."""

    word: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The work file of the question at `position` was saved."""

    position: int
    source: str


@dataclass(frozen=True, slots=True)
class Graded:
    """The grader is done with what it was given under this number."""

    number: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class EditorClosed:
    """The editor gave the terminal back."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Ctrl-C."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The input ended or the terminal is gone."""


@dataclass(frozen=True, slots=True)
class Crashed:
    """A thread failed; the player raises the error."""

    error: BaseException


Event = Typed | HandedIn | Pressed | Commanded | Saved | Graded | EditorClosed | Tick | Interrupted | HungUp | Crashed


# ---- effects: what the session wants done ----


@dataclass(frozen=True, slots=True)
class Review:
    """One rated answer, as it is kept for good. `counts` is false where the schedule stays untouched."""

    id: str
    question: str
    rating: Rating
    score: float
    at: datetime
    took_s: float
    hints: int
    late: bool
    session: str
    reasons: tuple[str, ...] = ()
    answer: Answer = ()
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A review that is taken back; the row itself stays."""

    review: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A complaint about a question, for its author, with the person's own words where there are any."""

    question: str
    answer: Answer
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class MarkedPoint:
    """A key point as the marker left it, and as the person did: `found`, `missed` or `contradicted`."""

    idea: str
    role: str
    marked: str
    said: str


@dataclass(frozen=True, slots=True)
class Marking:
    """What the marker made of a reviewed answer beside what the person did, so that it can be judged by its own users."""

    review: str
    confidence: float
    score: float
    said_score: float
    suggested: Rating
    rating: Rating
    points: tuple[MarkedPoint, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Save:
    """Put this on disk before anything else is shown."""

    what: Review | Marking | Withdrawal | Report


@dataclass(frozen=True, slots=True)
class Grade:
    """Mark this answer and say so with the number. `final` is false for a check of a save."""

    number: int
    question: Question
    answer: Answer
    final: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Show the question; `again` where it is shown once more, as it was left."""

    item: Item
    place: int
    total: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Hinted:
    """Show a hint, the `number`th of `total`."""

    text: str
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Checked:
    """Show how a save did, beside the one before."""

    item: Item
    verdict: Verdict
    before: Verdict | None


@dataclass(frozen=True, slots=True)
class Marked:
    """Show the verdict on what was handed in, and what is to be learnt from the question; `ticks` where points are asked next."""

    item: Item
    verdict: Verdict
    answer: Answer
    late: bool
    taught: bool = True
    ticks: bool = False


@dataclass(frozen=True, slots=True)
class TimeUp:
    """Say that the time is up and the answer is handed in as it stands."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Note:
    """Say this."""

    text: str


@dataclass(frozen=True, slots=True)
class Show:
    """Let the person see this."""

    what: Asked | Hinted | Checked | Marked | TimeUp | Note


Effect = Show | Save | Grade


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a reader asks for now.

    `keys` are those that act at once, where no text is typed; `paste` says that a pasted text is an answer all the same,
    `enter` that there is something to hand in, `replaced` that `text` gives way to what is typed.
    `actions` is what can be done, to be shown under it. The two deadlines are the question's and the session's. What was
    typed for another `place` or `stage` must answer nothing here.
    """

    label: str
    keys: str = ""
    text: str = ""
    paste: bool = False
    enter: bool = True
    replaced: bool = False
    multiline: bool = False
    actions: tuple[str, ...] = ()
    until: Seconds | None = None
    ends: Seconds | None = None
    place: int = 0
    stage: str = "answer"
    editing: bool = False
    budget: Seconds | None = None
