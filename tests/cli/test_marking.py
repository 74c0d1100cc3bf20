"""quizkit mark: one line in, one line out, whatever the line holds."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

KEY_POINTS = {
    "must": [{"idea": "it runs once for each request"}, {"idea": "use_cache=False turns that off"}],
    "misconceptions": [{"idea": "it is a singleton", "why": "the cache is the request's"}],
}
REFERENCE = "FastAPI validates the request with Pydantic."


def _marked(run: Run, *lines: Any, code: int = 0, more: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    Path("answers.jsonl").write_text(text + "\n", encoding="utf-8", errors="surrogatepass")
    done = run("mark", "answers.jsonl", *more)
    assert done.code == code, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def test_a_line_gets_a_mark_with_its_reasons(run: Run) -> None:
    (found,) = _marked(run, {"reference": REFERENCE, "answer": "the request is validated by Pydantic", "id": 7, "score": 99})
    assert list(found) == ["score", "confidence", "outcome", "found", "missed", "wrong", "id"]
    assert found["outcome"] == "passed" and found["score"] > 0.8 and 0 <= found["confidence"] <= 1
    assert [point["idea"] for point in found["found"]] == ["FastAPI validates the request with Pydantic"]
    assert found["found"][0]["words"] == "request is validated by Pydantic"
    assert (found["missed"], found["wrong"], found["id"]) == ([], [], 7)


def test_the_best_of_several_references_counts_and_a_contradiction_of_any(run: Run) -> None:
    other = "It answers 422 to what does not fit."
    right, wrong = _marked(
        run,
        {"references": [other, REFERENCE], "answer": "FastAPI validates the request with Pydantic"},
        {
            "references": [other, REFERENCE],
            "answer": "It answers 422 to what does not fit. FastAPI never validates the request with Pydantic.",
        },
    )
    assert right["outcome"] == "passed"
    assert wrong["outcome"] == "failed" and wrong["score"] <= 0.4
    assert "never validates" in wrong["wrong"][0]["words"]


def test_key_points_decide_where_there_are_some(run: Run) -> None:
    line = {"key_points": KEY_POINTS, "question": "How often does a dependency run?"}
    full, half, wrong = _marked(
        run,
        {**line, "answer": "once for each request; use_cache=False turns that off"},
        {**line, "answer": "once for each request"},
        {**line, "answer": "it is a singleton"},
    )
    assert (full["outcome"], half["outcome"], wrong["outcome"]) == ("passed", "unsure", "failed")
    assert full["score"] > half["score"] > wrong["score"] == 0
    assert [point["idea"] for point in half["missed"]] == ["use_cache=False turns that off"]
    assert wrong["wrong"] == [{"idea": "it is a singleton", "words": "singleton", "why": "the cache is the request's"}]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "   \n\t ",
        "?!… —",
        "日本語の説明です。リクエストを検証します",
        "הבקשה נבדקת \u202e על ידי",
        "🎉" * 50,
        "def f(x):\n    return {'a': [x, 1e999]}\n```\nwhile True: pass\n```",
        "\x00\x1b[31m\x07",
        "a" * 1_000_000,
        "no not never, " * 70_000,
        "the request " * 90_000,
        "\ud800 half a character",
    ],
)
@pytest.mark.parametrize("against", [{"reference": REFERENCE}, {"key_points": KEY_POINTS}, {"reference": "🎉"}])
def test_anything_can_be_handed_in(run: Run, answer: str, against: dict[str, Any]) -> None:
    (found,) = _marked(run, json.dumps({**against, "answer": answer}))
    assert found["outcome"] in ("failed", "unsure")
    assert 0 <= found["score"] <= 0.5


def test_a_reference_of_a_megabyte_is_read_as_far_as_anybody_reads(run: Run) -> None:
    (found,) = _marked(run, {"reference": "The request is validated. " * 40_000, "answer": "it is validated"})
    assert 0 <= found["score"] <= 1


def test_lines_that_can_not_be_marked_are_told_by_number_and_the_others_are_marked(run: Run) -> None:
    Path("answers.jsonl").write_bytes(
        b'{"reference": "a dog", "answer": "a dog"}\n\nnot json\n[1]\n{"answer": "x"}\n{"reference": "r"}\n'
        b'{"reference": "r", "answer": 3}\n{"reference": "r", "answer": "\xff"}\n'
        + b'{"reference": "r", "answer": "x", "key_points": {"must": []}}\n'
        + b"[" * 100_000
        + b"\n"
    )
    done = run("mark", "answers.jsonl")
    assert done.code == 1
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["outcome"] for line in lines] == ["passed", *["error"] * 8]
    told = [line.partition(": ")[0] for line in done.err.splitlines() if line.startswith("answers.jsonl:")]
    assert told == [f"answers.jsonl:{number}" for number in range(3, 11)]
    assert 'missing key "answer"' in done.err
    assert "key_points.must" in done.err
    assert "Traceback" not in done.err


def test_an_empty_file_gives_nothing_and_a_missing_one_ends_with_3(run: Run) -> None:
    Path("empty.jsonl").write_text("", encoding="utf-8")
    assert run("mark", "empty.jsonl").code == 0
    assert run("mark", "nowhere.jsonl").code == 3
    Path("folder").mkdir()
    assert run("mark", "folder").code == 3


def test_standard_input_is_a_dash(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "quizkit", "--data-dir", str(tmp_path), "mark", "-", "--marker", "lexical"],
        input=json.dumps({"reference": REFERENCE, "answer": REFERENCE}),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert json.loads(done.stdout)["outcome"] == "passed"


def test_a_lines_own_keys_come_back_and_are_json(run: Run) -> None:
    fault, mark = _marked(
        run, '{"id": 3, "answer": "x"}', '{"reference": "r", "answer": "r", "n": NaN, "question": null}', code=1
    )
    assert (fault["outcome"], fault["id"]) == ("error", 3)
    assert mark["n"] == "NaN"


def test_a_deck_that_is_not_there_ends_with_3(run: Run) -> None:
    Path("a.jsonl").write_text("", encoding="utf-8")
    assert run("mark", "a.jsonl", "--deck", "nowhere").code == 3


def test_the_same_text_without_a_word_is_the_same(run: Run) -> None:
    same, other = _marked(run, {"reference": "{}", "answer": "{}"}, {"reference": "{}", "answer": "[]"})
    assert (same["outcome"], other["outcome"]) == ("passed", "unsure")
