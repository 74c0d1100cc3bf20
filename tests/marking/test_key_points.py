"""Key points in people's answers: the half of the questions that nothing was tuned on decides; and what each part is for."""

from random import Random

import pytest

from quizkit.deck.models import KeyPoints, Recall
from quizkit.marking.key_points import sight_points
from quizkit.marking.recall import by_points
from quizkit.marking.words import Vocabulary
from quizkit.verdict import Outcome, PointResult
from tests.marking.copies import shuffled
from tests.marking.people import RIGHT, answers, deck, figures, terms

POINTS = KeyPoints.model_validate(
    {
        "must": [
            {"idea": "it runs once for each request", "accept": ["one call a request", "the result is kept for the request"]},
            {"idea": "use_cache=False turns that off", "accept": ["switch the cache off with use_cache=False"]},
        ],
        "bonus": [{"idea": "Security scopes make entries of their own"}],
        "misconceptions": [
            {
                "idea": "it runs once for the whole application",
                "accept": ["it is a singleton"],
                "why": "the cache is the request's",
            }
        ],
    }
)
QUESTION = "A dependency is used twice in one request. How often does it run, and how do you change that?"


def _states(answer: str, vocabulary: Vocabulary | None = None) -> list[str]:
    found = sight_points(POINTS, answer, QUESTION, vocabulary=vocabulary or Vocabulary())
    return [sighting.result.state for sighting in found]


def test_on_questions_that_were_set_aside_the_targets_are_met(capsys: pytest.CaptureFixture[str]) -> None:
    held_out = [answer for answer in answers() if answer.is_held_out]
    result = figures(held_out)
    with capsys.disabled():
        print(f"\nkey points, questions set aside: {result}")
    assert len({answer.question.id for answer in answers()}) >= 60
    assert 0.35 < len(held_out) / len(answers()) < 0.65
    assert result.found >= 0.85
    assert result.ticked <= 0.05
    assert result.caught >= 0.70
    assert result.accused <= 0.02


def test_the_mark_follows_what_a_careful_reader_would_give() -> None:
    scores: dict[str, list[float]] = {}
    for answer in answers():
        question = answer.question
        verdict = by_points(answer.points, answer.text, question.prompt, [question.answer], terms(answer))
        scores.setdefault(answer.kind, []).append(verdict.score)
        assert 0 <= verdict.score <= 1 and 0 <= verdict.confidence <= 1
        if answer.kind == "off":
            assert verdict.score <= 0.5 and not verdict.passed
    mean = {kind: sum(given) / len(given) for kind, given in scores.items()}
    assert mean["full"] > 0.85
    assert 0.3 < mean["partial"] < 0.6
    assert mean["misconception"] < 0.3
    assert mean["off"] < 0.1


def test_right_answers_are_hardly_ever_held_down() -> None:
    full = [answer for answer in answers() if answer.kind in RIGHT]
    failed = [
        answer
        for answer in full
        if by_points(answer.points, answer.text, answer.question.prompt, [answer.question.answer], terms(answer)).outcome
        is Outcome.failed
    ]
    assert len(failed) <= 2


def test_a_point_is_found_in_other_words_with_the_words_that_decided() -> None:
    found = sight_points(
        POINTS, "Just one call per request, since FastAPI keeps it. use_cache=False would turn it off.", QUESTION
    )
    assert [sighting.result for sighting in found] == [
        PointResult("it runs once for each request", "must", "found", "one call per request"),
        PointResult("use_cache=False turns that off", "must", "found", "use_cache=False would turn it off"),
        PointResult("Security scopes make entries of their own", "bonus", "missed"),
        PointResult("it runs once for the whole application", "misconception", "missed", why="the cache is the request's"),
    ]


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        ("It is a singleton, it runs once for the whole application.", ["missed", "missed", "missed", "found"]),
        ("It is no singleton: it runs once for each request.", ["found", "missed", "missed", "missed"]),
        ("It doesn't run once for the whole application but once for each request.", ["found", "missed", "missed", "missed"]),
        ("It does not run once for each request.", ["contradicted", "missed", "missed", "missed"]),
        ("", ["missed", "missed", "missed", "missed"]),
        ("🎉 ¡Olé! 日本語", ["missed", "missed", "missed", "missed"]),
        ("I like it a lot and so does my team.", ["missed", "missed", "missed", "missed"]),
    ],
)
def test_denials_and_reversals(answer: str, states: list[str]) -> None:
    assert _states(answer) == states


def test_a_deck_s_own_terms_say_the_same() -> None:
    points = KeyPoints.model_validate({"must": [{"idea": "answers 422"}, {"idea": "by dependency injection"}]})
    words = Vocabulary((("422", "unprocessable entity"), ("DI", "dependency injection")))
    answer = "You get unprocessable entity. DI does that."
    assert [one.result.state for one in sight_points(points, answer)] == ["missed", "missed"]
    assert [one.result.state for one in sight_points(points, answer, vocabulary=words)] == ["found", "found"]


def test_not_found_is_a_status_and_denies_nothing() -> None:
    points = KeyPoints.model_validate({"must": [{"idea": "an unknown id answers 404"}]})
    words = Vocabulary((("404", "not found"),))
    assert [one.result.state for one in sight_points(points, "an unknown id answers not found", vocabulary=words)] == ["found"]


def test_what_a_person_could_only_have_copied_or_poured_out_is_held_down() -> None:
    recalls = [question for entry in deck().entries if isinstance(question := deck().question(entry.id), Recall)]
    for at, question in enumerate(recalls[::7]):
        assert question.key_points is not None
        mixed = shuffled(question.answer, Random(at))
        others = " ".join(other.answer for other in recalls[at + 1 : at + 21] if other is not question)
        for answer in (mixed, question.prompt, others):
            verdict = by_points(question.key_points, answer, question.prompt, [question.answer])
            assert verdict.score <= 0.5 and not verdict.passed, (question.id, answer[:40])


def test_notes_that_say_it_all_are_not_held_down_for_their_form() -> None:
    verdict = by_points(POINTS, "- once/request, result kept\n- off: use_cache=False", QUESTION)
    assert verdict.passed
    assert verdict.score > 0.85


def test_a_contradicted_reference_is_told_and_caps_the_mark() -> None:
    reference = "The value is kept for the request. A second use does not call it again."
    verdict = by_points(POINTS, "The value is not kept for the request, use_cache=False.", QUESTION, [reference])
    assert verdict.outcome is Outcome.failed
    assert verdict.score <= 0.4
    told = [point for point in verdict.points if point.is_wrong]
    assert [point.words for point in told] == ["The value is not kept for the request, use_cache=False"]


WRONG = KeyPoints.model_validate(
    {
        "must": [{"idea": "use a lock"}, {"idea": "FastAPI validates the data", "accept": ["Pydantic validates the input"]}],
        "misconceptions": [{"idea": "call time.sleep inside an async endpoint", "why": "it blocks"}],
    }
)


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        ("Never call time.sleep inside an async endpoint. Use a lock.", ["found", "missed", "missed"]),
        ("It is not true that FastAPI validates the data.", ["missed", "contradicted", "missed"]),
        ("I don't think that FastAPI validates the data.", ["missed", "contradicted", "missed"]),
        ("FastAPI does not validate.", ["missed", "missed", "missed"]),
        ("Some call time.sleep inside an async endpoint, but that's wrong.", ["missed", "missed", "missed"]),
        ("A common mistake is to think that you can call time.sleep inside an async endpoint.", ["missed", "missed", "missed"]),
        ("You call time.sleep inside an async endpoint. That is a myth.", ["missed", "missed", "missed"]),
        ("You call time.sleep inside an async endpoint.", ["missed", "missed", "found"]),
    ],
)
def test_a_refusal_turns_what_it_refuses(answer: str, states: list[str]) -> None:
    assert [one.result.state for one in sight_points(WRONG, answer)] == states
