"""A small deck with a question of each kind, and what answers each."""

from pathlib import Path
from typing import Final

ODD: Final = "[red]not red[/red] :smile: [/x] 日本語 🎉 é {{n}} \\[a]"
"""Text that Rich or a terminal would change if it were taken for more than text."""

DOUBLE: Final = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/double/{n}")
def double(n: int):
    return {"double": 2 * n}
"""

CODE: Final = """\
  - id: write-it
    kind: code
    level: senior
    minutes: 8
    prompt: Write `GET /double/{n}`.
    starter: |
      from fastapi import FastAPI

      app = FastAPI()
    hints: [a path parameter, twice n]
    checks:
      - {given: {n: int}, request: "GET /double/{{n}}", response: {status: 200, json: {double: {$expr: 2 * n}}}}
      - {request: GET /double/x, response: {status: 422}}
    solutions:
      - code: |
__SOLUTION__
"""

KINDS: Final = """\
  - id: say-why
    kind: recall
    level: mid
    hints: [think of the router, think of the list]
    prompt: "Why [this](x) or `Annotated[int]`, and what of [bold]text[/bold] :tada: 日本語?"
    answer: Because the order counts, and the first match wins.
    key_points:
      must: [{idea: the order counts}, {idea: the first match wins}]
      misconceptions: [{idea: the longest match wins, why: nothing is measured}]
    follow_ups: [{question: say-more, when: any}]
  - id: pick-one
    kind: choice
    level: junior
    prompt: Which status says that something was made?
    options:
      - right: 201 [Created]
      - {wrong: 200 :ok, why: it says only that all went well}
      - {wrong: "204", why: it says that nothing comes back}
  - id: pick-some
    kind: choice
    level: mid
    prompt: Which of these methods are safe?
    options:
      - right: GET
      - right: HEAD
      - {wrong: POST, why: it changes something}
  - id: fill-in
    kind: cloze
    level: mid
    hints: [the first is a verb]
    text: "`app.{{get}}` reads, and a model's {{body || payload}} is JSON."
  - id: what-comes
    kind: predict
    level: junior
    snippet: |
__DOUBLE__
    ask:
      - request: GET /double/4
  - id: mend-it
    kind: fix
    level: mid
    prompt: Make it double.
    starter: |
__TRIPLE__
    hints: [look at the factor]
    checks:
      - {given: {n: int}, request: "GET /double/{{n}}", response: {status: 200, json: {double: {$expr: 2 * n}}}}
      - {request: GET /double/x, response: {status: 422}}
    solutions:
      - edit: [{from: 3 * n, to: 2 * n}]
__CODE__
  - id: say-more
    kind: recall
    level: senior
    prompt: And when does it not?
    answer: Never.
"""


def _indented(text: str, spaces: int) -> str:
    return "".join(f"{' ' * spaces}{line}" if line.strip() else line for line in text.splitlines(keepends=True)).rstrip("\n")


def _write(folder: Path, questions: str, name: str) -> Path:
    """A deck file of its own, in the folder `deck`."""
    filled = questions.replace("__DOUBLE__", _indented(DOUBLE, 6)).replace("__SOLUTION__", _indented(DOUBLE, 10))
    filled = filled.replace("__TRIPLE__", _indented(DOUBLE.replace("2 * n", "3 * n"), 6))
    path = folder / "deck" / f"01-{name.lower()}.yaml"
    path.parent.mkdir()
    path.write_text(f"topic: {name}\nsection: 1\nquestions:\n{filled}", encoding="utf-8")
    return path


def write_kinds(folder: Path) -> Path:
    """A deck with a question of each kind."""
    return _write(folder, KINDS.replace("__CODE__", CODE), "Kinds")


def write_code(folder: Path) -> Path:
    """A deck with the one question to write code for."""
    return _write(folder, CODE, "Kinds")


RECALLS: Final = ("one", "two", "three")


def write_recalls(folder: Path, names: tuple[str, ...] = RECALLS, *, minutes: int = 1) -> Path:
    """A deck of questions that take any text, each with a prompt that names it and no key points to tick."""
    rows = [
        f"  - {{id: {name}, kind: recall, level: mid, minutes: {minutes}, prompt: 'Say {name}, please.', "
        f"answer: The answer to {name}., hints: [a hint for {name}]}}\n"
        for name in names
    ]
    return _write(folder, "".join(rows), "Recalls")
