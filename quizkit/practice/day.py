"""A day as a person writes it: a date in the usual ways, a weekday, today, tomorrow."""

import re
from calendar import day_name, month_name
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from quizkit.errors import QuizkitError

_SHORT: Final = 3
"""Letters of a weekday or a month that name it."""
_ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_DOTTED: Final = re.compile(r"(?P<day>\d{1,2})\.\s*(?P<month>\d{1,2})\.?\s*(?P<year>\d{4})?")
_NAMED: Final = (
    re.compile(r"(?P<day>\d{1,2})\.?\s*(?P<month>[a-z]+)\.?,?\s*(?P<year>\d{4})?"),
    re.compile(r"(?P<month>[a-z]+)\.?\s*(?P<day>\d{1,2}),?\s*(?P<year>\d{4})?"),
)


def day(text: str, today: date) -> date:
    """The day that a text names, the next such day where it names no year. Raises QuizkitError for what is none or is over."""
    words = " ".join(text.lower().split())
    found = _spoken(words, today) or _written(words, today)
    if found is None:
        ways = f"{today.isoformat()}, {today.day} {month_name[today.month][:_SHORT]}, friday or tomorrow"
        raise QuizkitError(f'"{text}" is no day.', f"write it as YYYY-MM-DD, or such as {ways}")
    if found < today:
        raise QuizkitError(f"{text} is over.", "name a day that lies ahead")
    return found


def _spoken(words: str, today: date) -> date | None:
    """A day that is named by how far it is: a weekday is the next one, in a week where it is today's."""
    if words in ("today", "tomorrow"):
        return today + timedelta(days=words == "tomorrow")
    weekday = _place(words, list(day_name))
    return None if weekday is None else today + timedelta(days=(weekday - today.weekday()) % 7 or 7)


def _written(words: str, today: date) -> date | None:
    for form in (_ISO, _DOTTED, *_NAMED):
        if found := form.fullmatch(words):
            return _dated(found["day"], found["month"], found["year"], today)
    return None


def _dated(day: str, month: str, year: str | None, today: date) -> date | None:
    months = list(month_name)[1:]
    number = int(month) if month.isdigit() else 1 + place if (place := _place(month, months)) is not None else 0
    years = [int(year)] if year else range(today.year, today.year + 9)  # the 29th of February may be eight years away
    for one in years:
        try:
            found = date(one, number, int(day))
        except ValueError:
            continue
        if year or found >= today:
            return found
    return None


def _place(word: str, names: Sequence[str]) -> int | None:
    """Which of the names a word is, or the first letters of."""
    fitting = [place for place, name in enumerate(names) if len(word) >= _SHORT and name.lower().startswith(word)]
    return fitting[0] if len(fitting) == 1 else None
