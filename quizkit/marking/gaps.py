"""What fills a gap: exactly what the deck says in code, in prose whatever differs from it by no more than its spelling."""

import re
import unicodedata
from typing import Final

import jellyfish

from quizkit.deck.models import Gap

_EQUAL_SIGNS: Final = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-"})
_ARTICLE: Final = re.compile(r"(?:an?|the) (?=\w)")
_JOINT: Final = re.compile(r"(?<=[^\W\d])[ -]+(?=\w)|(?<=\w)[ -]+(?=[^\W\d])")
"""A space or a hyphen inside a name: `thread-pool`. Between digits it tells one number from two."""
_SLIPPED_FROM: Final = 5
"""Letters of a word from which one that is wrong is a slip of the finger. Of shorter ones it makes another word: GET, SET."""


def fits(gap: Gap, text: str) -> bool:
    """Whether a text fills a gap."""
    return any(_squeezed(text, gap.in_code) == _squeezed(right, gap.in_code) for right in gap.answers)


def nearness(gap: Gap, text: str) -> str:
    """What a text that doesn't fill the gap lacks to fill it, where that is next to nothing."""
    said = _squeezed(text, gap.in_code)
    for right in gap.answers:
        wanted = _squeezed(right, gap.in_code)
        if said and said.casefold() == wanted.casefold():
            return f"only the capitals differ: it is {right}"
        if _is_slip(said, wanted):
            return f'close: "{text.strip()}" is written {right}'
    return ""


def _is_slip(said: str, wanted: str) -> bool:
    """Whether one letter is wrong, missing, too many or misplaced. The first one is hardly ever missed: async, sync."""
    if len(wanted) < _SLIPPED_FROM or abs(len(said) - len(wanted)) > 1 or said[:1] != wanted[:1]:
        return False
    return not re.search(r"[\W\d]", wanted) and jellyfish.damerau_levenshtein_distance(said, wanted) == 1


def _squeezed(text: str, in_code: bool) -> str:
    """What counts of a gap's text: in code all but spaces, in prose neither case nor article, quotes, joints or a full stop."""
    text = text.strip().strip("`") if not in_code or text.strip().startswith("`") else text
    if in_code:
        return re.sub(r"\s+", "", text)
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_EQUAL_SIGNS).casefold().split())
    bare = plain.rstrip(".,;: ").strip("'\" ").rstrip(".,;: ")
    return _JOINT.sub("", bare[article.end() :] if (article := _ARTICLE.match(bare)) else bare) or plain
