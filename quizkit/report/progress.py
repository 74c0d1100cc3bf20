"""The end of a session and where a person stands, one screen each."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from rich.console import Group, RenderableType
from rich.text import Text

from quizkit.deck.models import Entry
from quizkit.practice.marker_record import MarkerRecord
from quizkit.practice.scorecard import Scorecard, Standing, TopicScore
from quizkit.practice.session import clock
from quizkit.practice.state import Told
from quizkit.report.layout import TEXT_WIDTH, Hanging, rule
from quizkit.report.marks import advice, marked, points
from quizkit.report.question import heading
from quizkit.report.text import plain, plural, sign
from quizkit.report.verdict import checks

_LABEL: int = 14
_BAR: int = 10


def summary(card: Scorecard, today: date, *, width: int) -> RenderableType:
    """The end of a drill."""
    if not card.answered:
        return Text("  Nothing was rated; nothing is changed.")
    minutes, seconds = divmod(int(card.took), 60)
    questions = f"{card.answered} question{'' if card.answered == 1 else 's'}"
    parts: list[RenderableType] = [rule(f"{questions} in {minutes} min {seconds} s", width=width), Text()]
    in_part = f"   in part {card.in_part}" if card.in_part else ""
    figures = f"right at once {card.at_once}   with hints {card.with_hints}{in_part}   again {card.again}"
    parts.append(Text(f"  {figures}   score {card.score:.1f} of {card.answered}"))
    weak = [topic for topic in card.topics if topic.share < 1][:3]
    parts += _line("weakest", " · ".join(f"{t.topic} {t.score:.1f} of {t.answers}" for t in weak))
    parts += _line("come back", ", ".join(f"{count} {day_words(day, today)}" for day, count in card.due[:4]))
    if card.missed:
        parts += _line("not yet", "  ".join(name for name, _ in card.missed[:4]))
        parts += _line("look it up", f"quizkit show {card.missed[0][0]} --answer")
    return Group(*parts)


def welcome(asked: Sequence[Entry], known: int, horizon: date | None) -> RenderableType:
    """What a drill is about to ask, and how one leaves it."""
    if not asked:
        return Text()
    count = f"{plural(len(asked), 'question')}, {known} due and {len(asked) - known} new"
    day = "" if horizon else " Name the day of your interview: quizkit drill --by DATE."
    return Hanging("", f"{count}. :quit leaves at any time, and what was rated is kept.{day}", "dim", indent=2)


def interview_day(day: date, today: date, new_a_day: int) -> RenderableType:
    """How the day of an interview was understood, and what it asks for."""
    left = (day - today).days
    when = "today" if not left else f"in {plural(left, 'day')}; {plural(new_a_day, 'new question')} a day show you all of them"
    return Hanging(
        "", f"Your interview: {day:%A} {day.day} {day:%B}{'' if day.year == today.year else f' {day.year}'}, {when}.", indent=2
    )


def told(verdicts: Sequence[Told], *, width: int) -> RenderableType:
    """At an interview's end, each answer that wasn't right in full, or could be better: what was said, what is right."""
    parts: list[RenderableType] = []
    for one in verdicts:
        if not one.verdict.passed or one.verdict.advice:
            parts += [heading(one.item.entry, one.item.entry.id, width=width), *_told(one), Text()]
    return Group(*parts)


def _told(one: Told) -> Iterator[RenderableType]:
    if one.verdict.advice:
        yield advice(one.verdict)
        return
    if one.verdict.points:
        yield points(one.verdict)
    elif one.item.order:
        yield marked(one.verdict, one.item.order)
    elif one.item.question.kind in ("fix", "code", "tests"):
        yield checks(one.verdict)
    else:
        yield marked(one.verdict)
    yield Hanging("", f"quizkit show {one.item.entry.id} --answer", "dim", indent=2)


def marking(record: MarkerRecord) -> RenderableType:
    """How the marker did, by what people changed of its marks."""
    if not record.answers.of:
        return Text("  No sentences were marked yet: quizkit drill --kind recall")
    rows = (
        ("answers", record.answers, "marked", "of them you changed the mark"),
        ("not sure", record.unsure, "marked so", "changed"),
        ("points", record.found, "found", "that you had not made"),
        ("", record.missed, "not found", "that you had made"),
        ("wrong ideas", record.accused, "seen", "that you had not voiced"),
        ("ratings", record.ratings, "suggested", "you gave another"),
    )
    parts: list[RenderableType] = []
    for label, count, what, changed in rows:
        parts += _line(label or " ", f"{count.of} {what}, {count.changed} {changed}")
    parts += _line("score", f"{record.distance:.2f} away from yours on average")
    parts += _line("most changed", "  ".join(f"{name} {times}" for name, times in record.questions))
    return Group(*parts)


def _line(label: str, text: str) -> Iterator[RenderableType]:
    if text:
        yield Hanging(f"{label:<{_LABEL}}", text, indent=2)


def interview(card: Scorecard, length_min: int, number: int, *, width: int) -> RenderableType:
    """The end of an interview: a row a topic, the weakest first, and what was missed."""
    answered = f"answered {card.answered} of {card.asked}"
    title = f"Mock interview {number} · {length_min} min"
    if not card.answered:
        return Group(rule(title, width=width), Text(), Text(f"  {answered}; nothing is changed"))
    parts: list[RenderableType] = [rule(f"{title} · {card.share * 100:.0f} %", width=width), Text()]
    missed = dict(card.missed)
    parts.append(Text(f"  {'topic':<28}{'score':<{_BAR + 8}}planned", style="dim"))
    parts += [_topic(topic) for topic in card.topics]
    parts.append(Text())
    parts.append(Text(f"  {answered} in {clock(card.took)}   late {card.late}   hints {card.hints}"))
    for name, reasons in list(missed.items())[:8]:
        parts += [Hanging(f"{sign('missed')} ", f"{name}: {'; '.join(reasons) or 'not right yet'}", indent=2)]
    if missed:
        parts.append(Text(f"  look one up: quizkit show {next(iter(missed))} --answer"))
    return Group(*parts)


def _topic(topic: TopicScore) -> Text:
    bar = sign("bar") * round(topic.share * _BAR)
    return plain(f"  {topic.topic[:26]:<28}{bar:<{_BAR}} {topic.share * 100:>3.0f} %   {topic.answers}")


def standing(found: Standing, today: date) -> RenderableType:
    """Where a person stands and the next command."""
    title = f"quizkit · FastAPI interview · {found.topics} topics, {found.questions} questions"
    parts: list[RenderableType] = [Text(title, style="bold"), Text()]
    parts += _line("interview", _interview_words(found))
    parts += _line("due today", f"{found.due:<10}quizkit drill")
    parts += _line("never seen", f"{found.unseen:<10}quizkit drill --new")
    weak = ", ".join(f"{topic.topic} {topic.share * 100:.0f} %" for topic in found.weakest)
    parts += _line("weakest", weak)
    if found.last_mock is None:
        parts += _line("mock", f"{'none yet':<10}quizkit mock --minutes 30")
    else:
        day, share = found.last_mock
        parts += _line("last mock", f"{day_words(day, today)}, {share * 100:.0f} %   quizkit mock")
    return Group(*parts)


def _interview_words(found: Standing) -> str:
    if found.interview is None:
        return "no day is set     quizkit drill --by YYYY-MM-DD"
    day = f"{found.interview:%A} {found.interview.day} {found.interview:%B}"
    if found.days_left is None:
        return f"{day} is over; the next one: quizkit drill --by YYYY-MM-DD"
    if found.days_left == 0:
        return f"{day}, today"
    days = f"{found.days_left} day{'' if found.days_left == 1 else 's'}"
    pace = f"; at {found.new_a_day} new a day all will be seen" if found.unseen else "; all is seen"
    return f"{day}, {days}{pace}"


def stats(found: Standing, topics: Sequence[TopicScore], today: date) -> RenderableType:
    """Progress: how much was seen, what is due when, and each topic's latest scores."""
    share = found.seen / found.questions if found.questions else 0
    parts: list[RenderableType] = []
    parts += _line("seen", f"{found.seen} of {found.questions} questions, {share * 100:.0f} %; answers so far: {found.answers}")
    parts += _line("interview", _interview_words(found))
    parts.append(Text())
    parts += _days(found.forecast, today)
    if topics:
        parts.append(Text())
        parts.append(Text(f"  {'topic, weakest first':<28}{'score':<{_BAR + 8}}questions", style="dim"))
        parts += [_topic(topic) for topic in topics]
    return Group(*parts)


def forecast(found: Standing, today: date) -> RenderableType:
    """What is due, today and on the days that follow."""
    return Group(*_days(found.forecast, today), *_line("never seen", f"{found.unseen:<10}quizkit drill --new"))


def _days(forecast: Iterable[tuple[date, int]], today: date) -> Iterator[Text]:
    days = list(forecast)
    most = max((count for _, count in days), default=0) or 1
    for day, count in days:
        bar = sign("bar") * round(count / most * (TEXT_WIDTH - 40))
        yield Text(f"  {day_words(day, today).removeprefix('on '):<{_LABEL}}{count:>4}  {bar}".rstrip())


def day_words(day: date, today: date) -> str:
    """A day as one says it."""
    if day == today:
        return "today"
    if day == today + timedelta(days=1):
        return "tomorrow"
    if today < day < today + timedelta(days=7):
        return f"on {day:%A}"
    if today - timedelta(days=7) < day < today:
        return f"{day:%A}"
    return f"{day.day} {day:%B}"


def plan(entries: Sequence[Entry], length_min: int, seed: int) -> RenderableType:
    """What an interview will ask, before its clock starts."""
    kinds = [entry.kind for entry in entries]
    mix = " · ".join(f"{kind} {kinds.count(kind)}" for kind in dict.fromkeys(kinds))
    first = f"Mock interview · {length_min} min · {plural(len(entries), 'question')} · seed {seed}"
    return Group(Text(first, style="bold"), Text(f"  {mix}"), Text("  The clock runs from the first question on."))
