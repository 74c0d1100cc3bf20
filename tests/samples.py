"""Small decks that tests build on."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from quizkit.check.spec import Check
from quizkit.deck.models import AnyQuestion, Question

Q = TypeVar("Q", bound=Question)

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
DOUBLE = APP + '@app.get("/double/{n}")\ndef double(n: int):\n    return {"double": 2 * n}\n'
DOUBLE_CHECK = {"given": {"n": "int"}, "request": "GET /double/{{n}}", "response": {"status": 200}}

TESTS = """from fastapi.testclient import TestClient

from main import app


def test_it():
    assert TestClient(app).get("/double/4").json() == {"double": 8}
"""

BARE: dict[str, dict[str, Any]] = {
    "recall": {"prompt": "Why?", "answer": "Because."},
    "choice": {"prompt": "Which?", "options": [{"right": "this"}, {"wrong": "that", "why": "it is not"}]},
    "cloze": {"text": "a {{gap}}"},
    "predict": {"snippet": DOUBLE, "ask": [{"request": "GET /double/4"}]},
    "fix": {
        "prompt": "Mend it.",
        "starter": DOUBLE.replace("2 * n", "3 * n"),
        "checks": [
            {"request": "GET /double/4", "response": {"status": 200, "json": {"double": 8}}},
            {"request": "GET /double/x", "response": {"status": 422}},
        ],
        "solutions": [{"edit": [{"from": "3 * n", "to": "2 * n"}]}],
        "wrong": [{"edit": [{"from": "3 * n", "to": "8"}, {"from": "n: int", "to": "n: str"}], "why": "takes all"}],
    },
    "code": {
        "prompt": "Write `GET /double/{n}`.",
        "starter": APP,
        "checks": [
            {"request": "GET /double/4", "response": {"status": 200, "json": {"double": 8}}},
            {"request": "GET /double/x", "response": {"status": 422}},
        ],
        "solutions": [{"code": DOUBLE}],
        "wrong": [{"edit": [{"from": "2 * n", "to": "n"}], "why": "once"}],
    },
    "tests": {
        "prompt": "Test it.",
        "app": DOUBLE,
        "wrong_apps": [{"edit": [{"from": "2 * n", "to": "n + n + 1"}], "why": "one too many"}],
        "starter": "from main import app\n",
        "solutions": [{"code": TESTS}],
    },
}
"""What a question of each kind needs at least, but for id, kind and level."""


def question(kind: str, **fields: Any) -> Any:
    """A question of a kind with `fields` over the bare ones."""
    found: Question = TypeAdapter[Question](AnyQuestion).validate_python(
        {"id": f"a-{kind}", "kind": kind, "level": "mid", **BARE[kind], **fields}
    )
    return found


def check(**fields: Any) -> Any:
    """A check of whichever kind the keys make it."""
    found: Check = TypeAdapter[Check](Check).validate_python(fields)
    return found


def recall(name: str, more: str = "") -> str:
    """The YAML of a `recall` question, five lines and whatever `more` has."""
    return f"  - id: {name}\n    kind: recall\n    level: mid\n    prompt: Why?\n    answer: Because.\n{more}"


def write_deck(path: Path, questions: str, topic: str = "Things", section: int | None = 3) -> Path:
    """A deck file; its first question begins on line 4."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number = "null" if section is None else section
    path.write_text(f"topic: {topic}\nsection: {number}\nquestions:\n{questions}", encoding="utf-8")
    return path
