"""What says the reverse of a reference is noticed; what says the same in other words isn't accused."""

import re
from collections.abc import Callable, Iterator
from random import Random

import pytest

from quizkit.deck.loader import load
from quizkit.deck.models import Recall
from quizkit.marking.contradiction import conflict
from quizkit.marking.text import Lexical, mark_text
from quizkit.marking.words import Vocabulary, read
from quizkit.verdict import Outcome
from tests.marking.copies import negated, opposed, shuffled, swapped

DECK = load()
RECALLS = [question for entry in DECK.entries if isinstance(question := DECK.question(entry.id), Recall)]
SENTENCES = [text for recall in RECALLS for text in re.split(r"(?<=[.;])\s+", recall.answer) if len(text.split()) > 4]


@pytest.mark.parametrize(("copies", "least"), [(negated, 0.95), (opposed, 0.85), (swapped, 0.85)])
def test_copies_of_the_decks_answers_that_say_the_reverse_are_caught(
    copies: Callable[[str], Iterator[str]], least: float
) -> None:
    pairs = [(text, copy) for text in SENTENCES for copy in copies(text)]
    caught = [conflict(read(text), read(copy)) is not None for text, copy in pairs]
    assert len(pairs) > 15
    assert sum(caught) >= least * len(pairs)


def test_an_answer_does_not_contradict_itself() -> None:
    assert [recall.id for recall in RECALLS if conflict(read(recall.answer), read(recall.answer))] == []


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("FastAPI validates the request.", "FastAPI does not validate the request, Django does."),
        ("FastAPI validates the request.", "It is a myth that FastAPI validates the request."),
        ("Dependencies run before the endpoint.", "Dependencies run after the endpoint."),
        ("Starlette calls the endpoint of Pydantic.", "The endpoint of Pydantic calls Starlette."),
    ],
)
def test_a_reversal_is_seen(statement: str, answer: str) -> None:
    assert conflict(read(statement), read(answer)) is not None


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("FastAPI validates the request.", "FastAPI not only validates the request, it documents it."),
        ("The endpoint is called by Starlette.", "Starlette calls the endpoint."),
        ("Lists, sets and tuples are iterable.", "Tuples, lists and sets are iterable."),
        ("It does not block the loop.", "The loop isn't blocked by it."),
    ],
)
def test_the_same_in_other_words_is_not_accused(statement: str, answer: str) -> None:
    assert conflict(read(statement), read(answer)) is None


def test_a_subjects_own_opposites_come_from_its_vocabulary() -> None:
    statement, answer = "A 401 means that nobody is logged in.", "A 403 means that nobody is logged in."
    assert conflict(read(statement), read(answer)) is None
    assert conflict(read(statement), read(answer), Vocabulary(opposite=(("401", "403"),))) is not None


def test_no_heap_no_shuffle_and_no_prompt_is_an_answer() -> None:
    rng, lexical = Random(5), Lexical()
    for recall in RECALLS[::6]:
        others = " ".join(rng.sample([other.answer for other in RECALLS if other is not recall], 10))
        for text in (others, shuffled(recall.answer, rng), recall.prompt, ""):
            assert mark_text([recall.answer], text, lexical, recall.prompt).score <= 0.5, recall.id
        whole = mark_text([recall.answer], recall.answer, lexical, recall.prompt)
        assert whole.outcome is Outcome.passed
        assert sum(point.state == "found" for point in whole.points) >= len(whole.points) - 1, recall.id
        assert whole.score > 0.95


def test_what_a_vocabulary_calls_the_same_is_the_same() -> None:
    words = Vocabulary((("422", "unprocessable entity"), ("DI", "dependency injection")))
    told = mark_text(["It answers 422 by dependency injection."], "unprocessable entity, thanks to DI", Lexical(), "", words)
    assert [point.words for point in told.points] == ["unprocessable entity, thanks to DI"]


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("The lexer runs before the parser.", "The parser runs after the lexer."),
        ("Threads are slower than coroutines here.", "Coroutines are faster than threads here."),
        ("The root is larger than its left child.", "The left child is smaller than the root."),
    ],
)
def test_two_turns_cancel(statement: str, answer: str) -> None:
    assert conflict(read(statement), read(answer)) is None


def test_long_texts_in_another_order_take_no_time() -> None:
    words = [f"w{number}x{number * 7919 % 101}" for number in range(2400)]
    assert conflict(read(" ".join(words)), read(" ".join(reversed(words)))) is None


def test_few_of_a_references_sentences_are_worth_half_at_most() -> None:
    reference = "The router matches the path. The model checks the body. The session is closed at the end. A log line is written."
    answer = (
        "The router, the model, the session and the log; the body, the path, the line, and what is closed or written at the end."
    )
    assert mark_text([reference], answer, Lexical()).score <= 1
    assert mark_text([reference], "A log line is written.", Lexical()).score <= 0.5
