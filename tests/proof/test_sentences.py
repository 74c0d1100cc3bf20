"""A recall question is proved by its own reference and its own wrong ideas."""

from typing import Any

from quizkit.deck.models import Recall, Terms
from quizkit.proof.result import Proof
from quizkit.proof.sentences import verify_recall
from tests.samples import question

POINTS: dict[str, Any] = {
    "must": [{"idea": "once for each request"}, {"idea": "use_cache=False turns the cache off"}],
    "misconceptions": [{"idea": "it runs once per application", "why": "no"}],
}
ANSWER = "It runs once for each request, and use_cache=False turns the cache off."


def _proof(answer: str = ANSWER, prompt: str = "How often does it run?", terms: Terms | None = None, **points: Any) -> Proof:
    asked = question("recall", answer=answer, prompt=prompt, key_points={**POINTS, **points})
    assert isinstance(asked, Recall)
    proof = Proof("q")
    verify_recall(asked, terms or Terms(), proof)
    return proof


def test_a_sound_question_is_proved() -> None:
    proof = _proof()
    assert proof.messages == []
    assert (proof.held["solutions"], proof.held["wrong"]) == (2, 2)


def test_a_point_that_the_reference_lacks_is_told_with_its_place() -> None:
    proof = _proof("It runs once for each request.")
    message = 'the reference answer doesn\'t say "use_cache=False turns the cache off", in none of its wordings'
    assert proof.messages == [message]
    assert proof.places == {message: ("key_points", "must", 1)}


def test_a_reference_that_says_the_reverse_or_a_wrong_idea_falls_short() -> None:
    assert 'seems to say the reverse of "once for each request"' in _proof("It runs not once for each request.").messages[0]
    proof = _proof(f"{ANSWER} Sure, it runs once per application.")
    assert any('is accused of "it runs once per application"' in message for message in proof.messages)


def test_a_wrong_idea_that_is_a_right_one_is_not_caught() -> None:
    proof = _proof(misconceptions=[{"idea": "once for each request", "why": "no"}])
    assert proof.messages != []


def test_a_prompt_that_is_its_own_answer_passes_and_is_told() -> None:
    assert "the prompt repeated passes" not in _proof().messages


def test_a_decks_terms_count() -> None:
    points: dict[str, Any] = {"must": [{"idea": "it is 404"}]}
    assert _proof("You get not found for it.", **points).messages != []
    assert _proof("You get not found for it.", terms=Terms(same=(("404", "not found"),)), **points).messages == []
