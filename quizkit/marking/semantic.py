"""The extra `quizkit[semantic]`: likeness by the vectors of words and sentences, which ship inside the package `wordllama`.

The vectors are read straight from that package's files, which takes a fifth of the time of importing it, and gives the same.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from quizkit.errors import QuizkitError
from quizkit.marking.likeness import ASKED, Link, measures, stems, weigh
from quizkit.marking.text import Lexical, Similarity
from quizkit.marking.words import LONGEST, NO_VOCABULARY, Vocabulary, Word, alike, read

WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"
NO_LIKENESS, FULL_LIKENESS = 0.2, 0.8
"""Cosines of two words' vectors between which they count in part; below the first they are strangers."""
NEARLY: Final = 0.9
"""What a word counts that is found by its vector alone."""


class MissingExtra(QuizkitError):
    """The vectors aren't installed."""


def is_installed() -> bool:
    """Whether the extra is there; nothing is loaded."""
    return find_spec("wordllama") is not None and find_spec("tokenizers") is not None


def best() -> Similarity:
    """What tells best how near two texts are, of what is installed."""
    return Semantic() if is_installed() else Lexical()


class Semantic:
    """Words, and the vectors of words and sentences. Raises MissingExtra. The constants come from `tests.bench.marking --fit`."""

    link: Final = Link((0.0, 0.76, 0.0, 2.98, 1.18, 2.53, 0.44), -0.14)
    sureness: Final = Link((4.8,), -1.64)

    def __init__(self) -> None:
        if not is_installed():
            raise MissingExtra('marking by meaning needs the extra: pip install "quizkit[semantic]"')

    @cached_property
    def _folder(self) -> Path:
        spec = find_spec("wordllama")
        assert spec is not None and spec.origin is not None
        return Path(spec.origin).parent

    @cached_property
    def _vectors(self) -> Any:
        """One row of 256 for each token, mapped from the file, so that only the rows that are asked for are read."""
        import numpy  # noqa: PLC0415 - 60 ms, for the extra alone

        path = self._folder / WEIGHTS
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            head: Mapping[str, Any] = json.loads(file.read(length))
        (tensor,) = (value for name, value in head.items() if name != "__metadata__")
        return numpy.memmap(path, dtype="<f2", mode="r", offset=8 + length, shape=tuple(tensor["shape"]))

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer  # noqa: PLC0415

        tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def measures(self, reference: str, answer: str, question: str, vocabulary: Vocabulary = NO_VOCABULARY) -> tuple[float, ...]:
        """The four lexical measures and three by vectors.

        The share of the reference's words that the answer has or has a near one of; the cosine of both texts' weighted words
        without what points the question's way; the cosine of the two texts.
        """
        wanted, given = read(reference, vocabulary), read(answer, vocabulary)
        asked = stems(read(question, vocabulary))
        by_words = measures(wanted, given, asked)
        heavy, others = (self._heavy(side, asked) for side in (wanted, given))
        if not heavy or not others:
            return *by_words, 0.0, 0.0, 0.0
        topic = self._text(question)
        return (
            *by_words,
            self._found(heavy, others),
            _cosine(_beyond(self._sum(heavy), topic), _beyond(self._sum(others), topic)),
            _cosine(self._text(reference), self._text(answer)),
        )

    @staticmethod
    def _heavy(words: Sequence[Word], asked: frozenset[str]) -> dict[Word, float]:
        return {word: weight for word, weight in list(weigh(words, asked).items())[:300] if weight >= ASKED}

    def _found(self, wanted: Mapping[Word, float], given: Mapping[Word, float]) -> float:
        import numpy  # noqa: PLC0415

        mine, yours = (numpy.stack([self._text(word.text) for word in side]) for side in (wanted, given))
        near = numpy.clip((mine @ yours.T - NO_LIKENESS) / (FULL_LIKENESS - NO_LIKENESS), 0, 1) * NEARLY
        best = [max(float(row.max()), *(alike(word, other) for other in given)) for word, row in zip(wanted, near, strict=True)]
        return sum(weight * value for weight, value in zip(wanted.values(), best, strict=True)) / sum(wanted.values())

    def _sum(self, words: Mapping[Word, float]) -> Any:
        return sum(weight * self._text(word.text) for word, weight in words.items())

    @lru_cache(maxsize=2**14)  # noqa: B019 - one marker a process
    def _text(self, text: str) -> Any:
        """The mean of a text's token vectors, of length 1."""
        import numpy  # noqa: PLC0415

        ids = self._tokenizer.encode(_encodable(text), add_special_tokens=False).ids
        if not ids:
            return numpy.zeros(self._vectors.shape[1], dtype="f4")
        mean = self._vectors[ids].astype("f4").mean(0)
        return mean / (float(numpy.linalg.norm(mean)) or 1.0)


def _encodable(text: str) -> str:
    """The text as far as it is read, without halves of characters, which JSON can spell and UTF-8 can't."""
    return text[:LONGEST].encode(errors="replace").decode()


def _beyond(vector: Any, topic: Any) -> Any:
    """What is left of a vector without its part along a topic's, which is of length 1 or 0."""
    return vector - (vector @ topic) * topic


def _cosine(one: Any, other: Any) -> float:
    """At least 0; 0 where either has no length."""
    size = float((one @ one) * (other @ other)) ** 0.5
    return max(0.0, float(one @ other) / size) if size else 0.0
