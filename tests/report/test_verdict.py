"""What is printed of data: letter for letter, and nothing in it acts."""

import io
import re
from pathlib import Path
from typing import Final

import pytest
from rich.console import Console, RenderableType

from quizkit.check.match import ABSENT
from quizkit.deck.models import Choice, Cloze, Entry
from quizkit.errors import ContentError, MissingPath, Problem
from quizkit.report import layout, marks
from quizkit.report import question as asking
from quizkit.report.complaint import complaint
from quizkit.report.text import inline, one_line, plain, safe, visible
from quizkit.report.verdict import checks, file_verdict
from quizkit.verdict import Advice, CheckResult, Mismatch, Outcome, PointResult, Verdict, Worth
from tests.samples import question

NASTY = "\x1b[31m\x1b]8;;http://x\x07[red]x[/red] [/] :smile: \x9b5A \u202eolleh\u2066 \x00 日本"
SHOWN = "[red]x[/red] [/] :smile:"


def _print(what: RenderableType, *, width: int = 80, terminal: bool = False) -> str:
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=terminal, no_color=True, highlight=False, markup=False, emoji=False).print(
        what, crop=False
    )
    return file.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain [x] :y: é 🎉 日本\nline", "plain [x] :y: é 🎉 日本\nline"),
        ("a\tb", "a    b"),
        ("a\r\nb", "a\nb"),
        ("a\x1b[31mb", "a�[31mb"),
        ("\x00\x07\x08\x7f\x9b", "�����"),
        ("\u202e\u2066\u200f\ufeff", "����"),
        ("\ud800", "�"),
        ("a\u2028b\u2029c\u061cd", "a�b�c�d"),
        ("ad\u200bm\u2060in\xad \u3164", "ad�m�in� �"),
        ("ad\u200dmin x\u200c", "ad�min x�"),
        ("hi\U000e0041\U000e007f", "hi��"),
        ("a\ufe0f\ufe0f\ufe01", "a\ufe0f�"),
        ("e" + "\u0301" * 2000, "e" + "\u0301" * 8 + "�"),
    ],
)
def test_what_could_steer_a_terminal_is_replaced(text: str, expected: str) -> None:
    assert safe(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d👩\u200d👧 ❤️ 1️⃣ 🏳️\u200d🌈 🏴\u200d☠️",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم",
        "क्\u200dष",
        "שָׁלוֹם مرحبا",
        "Việt ǭ̈",
    ],
)
def test_scripts_and_emoji_keep_what_they_need(text: str) -> None:
    assert (safe(text), visible(text)) == (text, text)


def test_what_differs_unseen_is_spelt_out() -> None:
    assert visible("a\u200bb\U000e0041\x9b") == "a\\u200bb\\U000e0041\\u009b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\nb", "a b"), ("::error::x", "./::error::x"), ("\n ##[error]x", "./  ##[error]x"), ("a\r\n::error::x", "a ::error::x")],
)
def test_a_name_begins_no_line_of_its_own(text: str, shown: str) -> None:
    assert one_line(text) == shown


PARTS: Final[dict[str, RenderableType]] = {
    "plain": plain(NASTY),
    "inline": inline(NASTY),
    "prose": layout.prose(NASTY.replace("[/]", "[/] ")),
    "code": layout.code(NASTY),
    "hanging": layout.Hanging("* ", NASTY),
    "checks": checks(Verdict(Outcome.failed, 0, (CheckResult(NASTY, Outcome.failed, message=NASTY, request=NASTY, hint=NASTY),))),
    "message": checks(Verdict(Outcome.error, 0, message=NASTY)),
    "advice": marks.advice(Verdict(Outcome.passed, 1, advice=(Advice(Worth.changing, 1, NASTY, NASTY, NASTY),))),
    "points": marks.points(Verdict(Outcome.failed, 0, points=(PointResult(NASTY, "must", "missed"),))),
    "marked": marks.marked(Verdict(Outcome.failed, 0, (CheckResult(NASTY, Outcome.failed, expected=NASTY, actual=NASTY),))),
    "recall": asking.question(question("recall", prompt=NASTY)),
    "choice": asking.question(question("choice", options=[{"right": NASTY}, {"wrong": "y", "why": NASTY}])),
    "teaching": asking.teaching(question("recall", answer=NASTY, explanation=NASTY)),
}


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("width", [40, 80])
def test_data_is_shown_and_does_nothing(name: str, width: int) -> None:
    printed = _print(PARTS[name], width=width)
    assert "".join(SHOWN.split()) in "".join(printed.split())
    assert not set("\x1b\x07\x9b\x00\u202e\u2066") & set(printed)


def test_code_is_never_wrapped_by_word_nor_changed() -> None:
    source = 'def f(a: "x | y") -> dict[str, int]:\n    return {"[bold]": 1, ":ok:": 2}  # ' + "long " * 30
    assert _print(layout.code(source)) == "".join(f"  {line}\n" for line in source.rstrip().splitlines())
    on_a_terminal = _print(layout.code(source), width=40, terminal=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", on_a_terminal) == _print(layout.code(source))  # which breaks it, and copies it whole


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(
    "prompt", ["```python\n{}\n```", "- an item\n\n  ```python\n  {}\n  ```", "1. an item\n\n   ```python\n   {}\n   ```"]
)
def test_code_in_a_prompt_is_whole_however_long(prompt: str, terminal: bool) -> None:
    line = "app.add_middleware(CORSMiddleware, " + ", ".join(f'allow_{n}=["https://example.com"]' for n in range(9)) + ")"
    printed = _print(layout.prose(prompt.format(line)), width=60, terminal=terminal)
    assert line in re.sub(r"\x1b\[[0-9;]*m", "", printed)


def test_a_gap_shows_its_number_and_nothing_of_the_answer() -> None:
    asked = question("cloze", text="`app.{{get}}` and {{word || other}} and \\{{braces}}")
    assert isinstance(asked, Cloze)
    printed = _print(asking.question(asked))
    assert "app.[1]____" in printed
    assert "[2]____ and {{braces}}" in printed
    assert "get" not in printed and "word" not in printed


def test_options_come_in_the_order_that_is_given_and_do_not_say_which_is_right() -> None:
    asked = question("choice")
    assert isinstance(asked, Choice)
    assert _print(asking.question(asked, (1, 0))).split("\n")[2:4] == ["    1  that", "    2  this"]


def test_a_mismatch_says_where_and_both_sides() -> None:
    check = CheckResult(
        "GET /a",
        Outcome.failed,
        message="JSON differs",
        mismatches=(Mismatch(("json", "items", 0, "n"), 1, True), Mismatch(("headers", "gone"), "x", ABSENT, "is missing")),
        expected={"json": {"items": [{"n": 1}]}},
        actual={"status": 200, "json": {"items": [{"n": True}]}},
    )
    lines = [line.strip() for line in _print(checks(Verdict(Outcome.failed, 0, (check,)))).splitlines()]
    assert all(lines)
    assert "expected   1" in lines
    assert "got        true" in lines
    assert "got        nothing" in lines


def test_where_no_app_loaded_it_is_said_once() -> None:
    verdict = Verdict(Outcome.error, 0, (CheckResult("a", Outcome.not_run), CheckResult("b", Outcome.not_run)), message="no app")
    assert _print(checks(verdict)).split() == ["✗", "no", "app"]


def test_the_same_advice_is_said_once_with_all_its_lines() -> None:
    found = [
        Advice(grade, line, "r", words, "c")
        for grade, line, words in zip((Worth.changing, Worth.changing, Worth.knowing), (3, 9, 4), "aab", strict=True)
    ]
    assert _print(marks.advice(Verdict(Outcome.passed, 1, advice=tuple(found)))).splitlines() == [
        "  Worth changing",
        "  ~ lines 3, 9: a. Better: c.",
        "  Worth knowing",
        "  · line 4: b. Better: c.",
    ]


def test_a_file_can_be_called_anything() -> None:
    found = Verdict(Outcome.failed, 0, (CheckResult("x", Outcome.failed, traceback="E\n  main.py:3   x"),))
    asked = Entry("a", "d", "T", 1, "t", "code", "mid", (), (), (), 1, (), "t.yaml", 0)
    assert _print(file_verdict("d/a\n✓ b.py", asked, found)).splitlines() == [
        "✗ d/a ✓ b.py · a · T   0 of 1, 0.00 s",
        "  ✗ x   failed",
        "        E",
        "          a ✓ b.py:3   x",
    ]


def test_of_an_endless_message_the_beginning_is_said() -> None:
    found = Verdict(Outcome.failed, 0, (CheckResult("x", Outcome.failed, message="y" * 4000),), message="z" * 4000)
    assert len(_print(checks(found))) < 1200


def test_each_complaint_is_one_line() -> None:
    assert complaint(MissingPath("::error::a\n::error::b.py: gone", "do\nthis")) == "./::error::a ::error::b.py: gone\n  do this"
    problems = [Problem(Path("a\nb.yaml"), 1, "x"), Problem(Path("c.yaml"), 2, "y")]
    assert complaint(ContentError(problems)) == "a b.yaml:1: x\nc.yaml:2: y"
