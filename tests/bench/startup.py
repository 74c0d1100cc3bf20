"""How long a person waits for a command, beside the least that it could take: python -m tests.bench.startup [ROUNDS].

Two ratios: `quizkit --help` to a Typer and Rich program that only says hello, and `quizkit check` of a snippet with two
checks to the bare script that imports the snippet and sends the same two requests through TestClient.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench.pairs import HEAD, Command, costs, python, row

HELLO = """
from typing import Annotated
import typer
from rich.console import Console

app = typer.Typer(add_completion=False)

@app.command()
def hello(name: Annotated[str, typer.Option(help="Who.")] = "you") -> None:
    "Say hello."
    Console().print(f"hello {name}")

app()
"""

SNIPPET = """# quizkit: bench-item
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{item_id}")
def read_item(item_id: int):
    return {"item_id": item_id}
"""

BARE = """
from fastapi.testclient import TestClient
from snippet import app

with TestClient(app, raise_server_exceptions=False) as client:
    response = client.get("/items/4711")
    assert response.status_code == 200 and response.json() == {"item_id": 4711}
    response = client.get("/items/abc")
    assert response.status_code == 422 and response.json()["detail"][0]["loc"] == ["path", "item_id"]
"""

DECK = """
topic: Bench
questions:
  - id: bench-item
    kind: code
    level: junior
    prompt: "`GET /items/{item_id}` gives the integer back."
    starter: |
      from fastapi import FastAPI

      app = FastAPI()
    checks:
      - given: {item: int}
        request: GET /items/{{item}}
        response: {status: 200, json: {item_id: "{{item}}"}}
      - request: GET /items/abc
        response: {status: 422, json_contains: {detail: [{loc: [path, item_id]}]}}
    solutions:
      - code: |
          from fastapi import FastAPI

          app = FastAPI()


          @app.get("/items/{item_id}")
          def read_item(item_id: int):
              return {"item_id": item_id}
"""

TESTS = """
from fastapi.testclient import TestClient
from snippet import app

client = TestClient(app)


def test_item():
    response = client.get("/items/4711")
    assert response.status_code == 200
    assert response.json() == {"item_id": 4711}


def test_word():
    response = client.get("/items/abc")
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["path", "item_id"]
"""


def write_files(folder: Path) -> None:
    """All that is timed: the snippet, the bare script and the tests beside it, the deck, and the program that says hello."""
    files = {"hello.py": HELLO, "snippet.py": SNIPPET, "bare.py": BARE, "test_snippet.py": TESTS, "deck/bench.yaml": DECK}
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        commands = [
            python("-m", "quizkit", "--help"),
            python("hello.py", "--help"),
            python("-m", "quizkit", "check", "snippet.py", "--deck", "deck"),
            python("bare.py"),
            python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_snippet.py"),
        ]
        helps, hello, check, bare, pytest = costs([Command(words, folder) for words in commands], rounds)
    print(f"medians of {rounds} rounds\n{HEAD}")
    print(row("quizkit --help : a Typer and Rich hello program", helps, hello, 1.3))
    print(row("quizkit check : the bare script with the same requests", check, bare, 1.0))
    print(row("quizkit check : pytest with the checks written as tests", check, pytest, 0.6))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
