"""Copies of a text that say the reverse of it or say nothing, made by rules: what a marker must not be taken in by."""

import re
from collections.abc import Iterator
from random import Random

_AUXILIARY = r"(is|are|was|were|can|will|must|should|may|has|have|does|do|could|would)"
_DOERS = re.compile(
    r"\b(?:it|they|which|that|[A-Za-z]+)\s+([a-z]{3,}?)(s)\b(?=\s+(?:the|a|an|its|each|every|all|one|only|to|in|by|for|with|data|it)\b)"
)
_RELATIONS = (
    "is faster than", "is slower than", "depends on", "calls", "contains", "comes before", "comes after", "runs before",
    "runs after", "inherits from", "points to", "returns", "replaces", "is a kind of", "is part of", "wraps",
    "validates", "overrides", "is larger than", "is smaller than", "before", "after", "is used by", "is stored in",
    "converts to", "sends to", "instead of", "than", "into", "from",
)  # fmt: skip
_OPPOSITES = {
    "more": "less", "less": "more", "before": "after", "after": "before", "first": "last", "last": "first", "always":
    "never", "increases": "decreases", "faster": "slower", "slower": "faster", "larger": "smaller", "smaller": "larger",
    "enters": "leaves", "add": "remove", "adds": "removes", "all": "none", "synchronous": "asynchronous", "beginning":
    "end", "top": "bottom", "front": "back", "private": "public", "public": "private", "same": "different", "different":
    "same", "inside": "outside", "client": "server", "server": "client", "request": "response", "response": "request",
    "higher": "lower", "once": "twice", "required": "optional", "optional": "required", "maximum": "minimum", "static":
    "dynamic", "true": "false", "left": "right", "best": "worst",
}  # fmt: skip


def negated(text: str) -> Iterator[str]:
    """Copies with one statement denied, or an existing denial gone."""
    found = re.search(rf"\b{_AUXILIARY}\b(?!\s+not\b)", text)
    if found:
        yield f"{text[: found.end()]} not{text[found.end() :]}"
        short = {
            "is": "isn't",
            "are": "aren't",
            "can": "can't",
            "will": "won't",
            "must": "mustn't",
            "does": "doesn't",
            "do": "don't",
        }
        if found.group() in short:
            yield f"{text[: found.start()]}{short[found.group()]}{text[found.end() :]}"
    if verb := _DOERS.search(text):
        yield f"{text[: verb.start(1)]}does not {verb.group(1)}{text[verb.end(2) :]}"
        yield f"{text[: verb.start(1)]}never {text[verb.start(1) :]}"
    if denial := re.search(r"\b(is|are|does|do|can|will) not\b", text):
        yield text[: denial.end(1)] + text[denial.end() :]


def opposed(text: str) -> Iterator[str]:
    """Copies with one word replaced by its opposite."""
    for word, opposite in _OPPOSITES.items():
        if found := re.search(rf"\b{word}\b", text):
            yield text[: found.start()] + opposite + text[found.end() :]


def swapped(text: str) -> Iterator[str]:
    """Copies of a one-sentence text whose two sides have changed places around a relation."""
    bare = text.rstrip(".; ")
    for relation in _RELATIONS:
        left, middle, right = bare.partition(f" {relation} ")
        if middle and len(left.split()) > 1 and right.strip() and not re.search(r"[.,;:]", bare):
            yield f"{right[0].upper()}{right[1:]} {relation} {left[0].lower()}{left[1:]}."
            return


def shuffled(text: str, rng: Random) -> str:
    """Its words in any order."""
    words = text.split()
    rng.shuffle(words)
    return " ".join(words)
