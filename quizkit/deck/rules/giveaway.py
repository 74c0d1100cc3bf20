"""Rules against prompts and hints that hold the answer."""

import re
from collections.abc import Iterator
from typing import Final

from quizkit.deck.models import Choice, Cloze, Coding, EditFault, Fix, Question, Recall
from quizkit.deck.rules.words import Finding, code_spans, content_words, squeezed, stands_in

_REQUEST: Final = re.compile(r"`[A-Z]+ /")
_LEAST_CODE: Final = 4
_LEAST_GAP: Final = 4
_LEAST_WORDS: Final = 3
_SHARE: Final = 0.85
_LEAST_LINE: Final = 12
_DECISIVE: Final = 0.4
"""The share of a solution's own lines that makes it no riddle any more."""


def choice_prompt(question: Question) -> Iterator[Finding]:
    """The right option's text in the prompt, where no wrong one's is; a request that the prompt speaks of is no answer yet."""
    if isinstance(question, Choice):
        shown = [option for option in question.options if _is_told(option.text, question.prompt)]
        if shown and all(option.is_right for option in shown):
            yield ("prompt",), f"the prompt holds the right option, {shown[0].text!r}, and no other; ask without it"


def _is_told(option: str, prompt: str) -> bool:
    """Whether a prompt holds an option, or the code that it consists of."""
    text = option.strip(" .")
    if [text] == [f"`{code}`" for code in code_spans(text)]:
        return len(text) > _LEAST_CODE and not _REQUEST.match(text) and stands_in(text.strip("`"), prompt)
    return len(text.split()) >= _LEAST_WORDS and stands_in(text, prompt)


def cloze_text(question: Question) -> Iterator[Finding]:
    """A gap's answer as a whole word elsewhere in what is seen."""
    if not isinstance(question, Cloze):
        return
    seen = question.prompt + "\n" + "".join(piece if isinstance(piece, str) else " ____ " for piece in question.pieces)
    for number, gap in enumerate(question.gaps, 1):
        for answer in gap.answers:
            if len(answer) >= _LEAST_GAP and stands_in(answer, seen):
                yield ("text",), f"gap {number}'s answer, {answer!r}, stands elsewhere in the text; word it otherwise there"


def recall_prompt(question: Question) -> Iterator[Finding]:
    """A prompt that says a point which the answer has to make."""
    if not isinstance(question, Recall) or question.key_points is None:
        return
    clauses = [set(content_words(clause)) for clause in re.split(r"[.,;:?!]\s", question.prompt)]
    for number, point in enumerate(question.key_points.must):
        words = set(content_words(point.idea))
        said = max(len(words & clause) for clause in clauses)
        if len(words) >= _LEAST_WORDS and said >= _SHARE * len(words):
            yield ("key_points", "must", number), "the prompt says this point already; ask for it, or make it no point"


def coded_prompt(question: Question) -> Iterator[Finding]:
    """A prompt that holds what the solution is made of: more than a line that the task has to state."""
    if isinstance(question, Fix | Coding):
        for index in range(len(question.solutions)):
            lines = [line for line in _own_lines(question, index) if len(squeezed(line)) >= _LEAST_LINE]
            told = [line for line in lines if squeezed(line) in squeezed(question.prompt)]
            if told and sum(map(len, told)) >= _DECISIVE * sum(map(len, lines)):
                yield ("prompt",), f"the prompt holds what the solution adds, {told[0]!r}; say what it must do instead"
                return


def hints(question: Question) -> Iterator[Finding]:
    """A hint from which a whole solution can be copied."""
    if isinstance(question, Fix | Coding):
        for number, hint in enumerate(question.hints):
            if any(_holds_all(hint, question, index) for index in range(len(question.solutions))):
                yield ("hints", number), "this hint is a whole solution; say where to look, or what is missing"


def _holds_all(hint: str, question: Fix | Coding, index: int) -> bool:
    """Whether the solution stands in the hint, or each line that the starter hasn't: all that there was to find."""
    told, code = squeezed(hint), question.solutions[index].code
    if code is not None and squeezed(code) in told:
        return True
    lines = [squeezed(line) for line in _own_lines(question, index)]
    return sum(map(len, lines)) >= _LEAST_LINE and all(line in told for line in lines)


def _own_lines(question: Fix | Coding, index: int) -> list[str]:
    """The lines of a solution that the starter has not, without imports, comments and lone brackets."""
    try:
        text = question.text_of(question.solutions[index])
    except EditFault:
        return []
    begun = set(map(str.strip, question.starter.splitlines()))
    lines = (line.strip() for line in text.splitlines())
    return [
        line
        for line in lines
        if line not in begun and any(map(str.isalnum, line)) and not line.startswith(("import ", "from ", "#"))
    ]


RULES: Final = (choice_prompt, cloze_text, recall_prompt, coded_prompt, hints)
