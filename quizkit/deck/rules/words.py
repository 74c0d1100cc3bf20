"""Texts as the rules compare them."""

import re
from collections.abc import Iterator
from typing import Final

Finding = tuple[tuple[str | int, ...], str]
"""A place inside a question, and what is wrong there and what to do."""

_CODE: Final = re.compile(r"`([^`]+)`")
_WORD: Final = re.compile(r"[A-Za-z0-9_]+(?:['’][a-z]+)?")
_COMMON_WORDS: Final = (
    "about after again against all also always and another any are because been before being between both but came can "
    "cannot come comes could did does doing done down each either else even ever every few for from get gets give given "
    "gives goes had has have having here how into its itself just know less let like made make makes many may mean means "
    "more most must need needs never none not nothing now off one only other our out over own per put said say says "
    "should since some still such take takes than that the their them then there these they thing things this those through "
    "too two under until upon use used uses using very via want wants was well were what when where whether which while who "
    "whose why will with within without would yet you your"
)
_COMMON: Final = frozenset(_COMMON_WORDS.split())


def squeezed(text: str) -> str:
    """A text without any space."""
    return re.sub(r"\s+", "", text)


def code_spans(text: str) -> list[str]:
    """What stands between backticks."""
    return _CODE.findall(text)


def stands_in(part: str, text: str) -> bool:
    """Whether a text holds another as whole words, letter for letter but for spaces; `shop.py` and shop's don't hold `shop`."""
    pattern = r"\s+".join(map(re.escape, part.split()))
    return bool(pattern) and re.search(rf"(?<!\w)(?<!\w\.){pattern}(?!\w|[.'’]\w)", text) is not None


def content_words(text: str) -> Iterator[str]:
    """The words that carry a sentence, without their endings: `declared` and `declaration` are one."""
    for word in _WORD.findall(text.lower()):
        if (len(word) > 2 or word.isdigit()) and word not in _COMMON:
            yield re.sub(r"(?<=\w{4})(?:ations?|ions?|ings?|ed|es|s|ly|e)$", "", word)
