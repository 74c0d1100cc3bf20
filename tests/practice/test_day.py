"""A day as a person writes it."""

from datetime import date

import pytest

from quizkit.errors import QuizkitError
from quizkit.practice.day import day

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-12-04", (2026, 12, 4)),
        ("2026-12-4", (2026, 12, 4)),
        ("today", (2026, 11, 25)),
        ("Tomorrow", (2026, 11, 26)),
        ("friday", (2026, 11, 27)),
        ("Fri", (2026, 11, 27)),
        ("wed", (2026, 12, 2)),
        ("4.12.", (2026, 12, 4)),
        ("4.12", (2026, 12, 4)),
        ("04.12.2026", (2026, 12, 4)),
        ("4 Dec", (2026, 12, 4)),
        ("4. december", (2026, 12, 4)),
        ("Dec 4", (2026, 12, 4)),
        ("December 4, 2027", (2027, 12, 4)),
        (" 4  dec  2026 ", (2026, 12, 4)),
        ("3 Jan", (2027, 1, 3)),
        ("25.11.", (2026, 11, 25)),
        ("24.11.", (2027, 11, 24)),
        ("29 feb", (2028, 2, 29)),
    ],
)
def test_a_day_is_read_in_the_usual_ways(text: str, found: tuple[int, int, int]) -> None:
    assert day(text, TODAY) == date(*found)


@pytest.mark.parametrize(
    "text", ["", "soon", "fr", "ju 4", "4", "31.11.", "2026-13-01", "30 feb", "0 dec", "4 foo", "99999-1-1", "²"]
)
def test_what_is_no_day_is_told_with_some_that_are(text: str) -> None:
    with pytest.raises(QuizkitError) as caught:
        day(text, TODAY)
    assert str(caught.value) == f'"{text}" is no day.'
    assert "2026-11-25, 25 Nov, friday or tomorrow" in caught.value.advice


@pytest.mark.parametrize("text", ["2026-11-24", "24.11.2026", "1 Dec 2025"])
def test_a_day_that_is_over_is_told(text: str) -> None:
    with pytest.raises(QuizkitError, match="is over"):
        day(text, TODAY)
