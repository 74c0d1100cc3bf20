"""What a person wrote in a deck: the seven kinds of question and what hangs on them."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import AfterValidator, Discriminator, Field, model_validator

from quizkit.check import template
from quizkit.check.spec import CHECK_TAGS, Check, DocumentCheck, Many, Model, Prose, RequestSpec, Text

Language = Literal["python", "dockerfile", "yaml"]
Level = Literal["junior", "mid", "senior"]
Kind = Literal["recall", "choice", "cloze", "predict", "fix", "code", "tests"]
LEVELS: tuple[Level, ...] = get_args(Level)
KINDS: tuple[Kind, ...] = get_args(Kind)

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _slug(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f'"{text}" is no id; use small letters, digits and single hyphens, such as path-order')
    return text


Id = Annotated[Text, AfterValidator(_slug)]
Code = Prose


class EditFault(ValueError):
    """An edit whose text isn't there exactly once."""


class Edit(Model):
    """One replacement in a named text."""

    old: Text = Field(alias="from")
    new: Text = Field(alias="to")


def apply(edits: tuple[Edit, ...], source: str) -> str:
    """`source` with each edit made in turn. Raises EditFault unless each `from` stands there exactly once."""
    for edit in edits:
        count = source.count(edit.old)
        if count != 1:
            raise EditFault(f"{edit.old!r} stands {count} times in the text that it edits; it must stand there once")
        source = source.replace(edit.old, edit.new)
    return source


class Version(Model):
    """A whole text, or edits of a named one: a solution, a wrong version, a wrong app."""

    code: Code | None = None
    edit: Many[Edit] | None = None
    of: Literal["starter", "solution", "app"] | None = None
    why: Text = ""

    @model_validator(mode="after")
    def _one_text(self) -> "Version":
        if (self.code is None) == (self.edit is None):
            raise ValueError("needs either code or edit")
        if self.edit == ():
            raise ValueError("edit is an empty list")
        if self.code is not None and self.of:
            raise ValueError("of goes with edit")
        return self


def _other_than(version: Version, first: Version) -> Version:
    """The first solution, where it isn't `version` itself. Raises EditFault where it is."""
    if version is first:
        raise EditFault("the first solution can't be an edit of itself")
    return first


class Wrong(Version):
    """A wrong version and why it is wrong."""

    why: Prose


class KeyPoint(Model):
    """One thing that an answer should say, with other wordings of it."""

    idea: Prose
    accept: Many[Prose] = ()


class Misconception(KeyPoint):
    """One thing that people wrongly say, and why it is wrong."""

    why: Prose


class KeyPoints(Model):
    """What an answer is marked against."""

    must: Annotated[Many[KeyPoint], Field(min_length=1)]
    bonus: Many[KeyPoint] = ()
    misconceptions: Many[Misconception] = ()

    @property
    def listed(self) -> tuple["ListedPoint", ...]:
        """All of them, in the order in which they are numbered for a person."""
        return (
            *(ListedPoint(point, "must") for point in self.must),
            *(ListedPoint(point, "bonus") for point in self.bonus),
            *(ListedPoint(point, "misconception", point.why) for point in self.misconceptions),
        )


class ListedPoint(NamedTuple):
    """A key point with its role, `must`, `bonus` or `misconception`, and of the last why it is wrong."""

    point: KeyPoint
    role: str
    why: str = ""


class Terms(Model):
    """A deck's own words: spellings and synonyms that say the same, and pairs of which one turns a statement into its reverse."""

    same: Many[Annotated[Many[Prose], Field(min_length=2)]] = ()
    opposite: Many[Annotated[Many[Prose], Field(min_length=2, max_length=2)]] = ()


class FollowUp(Model):
    """A question that an interviewer asks next, and when: at any rate, or by whether must points were missed."""

    question: Id
    when: Literal["any", "missed", "complete"] = "any"


class _Common(Model):
    id: Id
    level: Level
    tags: Many[Prose] = ()
    source: Many[Prose] = ()
    minutes: Annotated[int, Field(ge=1, le=90)] | None = None
    aliases: Many[Id] = ()
    hints: Many[Prose] = ()
    explanation: Text = ""
    docs: Text = ""
    follow_ups: Many[FollowUp] = ()
    since: Text = ""
    formerly: Text = ""
    needs: Many[Prose] = ()
    requires: Text = ""


class Recall(_Common):
    """A question that is answered in sentences."""

    kind: Literal["recall"]
    prompt: Prose
    answer: Prose
    key_points: KeyPoints | None = None


class Option(Model):
    """One option of a `choice`: either `right` or `wrong`, the latter with its why."""

    right: Prose | None = None
    wrong: Prose | None = None
    why: Text = ""

    @model_validator(mode="after")
    def _one_side(self) -> "Option":
        if (self.right is None) == (self.wrong is None):
            raise ValueError("an option is either right or wrong")
        if self.wrong is not None and not self.why:
            raise ValueError("a wrong option says why it is wrong")
        return self

    @property
    def text(self) -> str:
        """What the person reads."""
        return self.right or self.wrong or ""

    @property
    def is_right(self) -> bool:
        """Whether it should be chosen."""
        return self.right is not None


class Choice(_Common):
    """A question with options, of which one or several are right."""

    kind: Literal["choice"]
    prompt: Prose
    options: Annotated[Many[Option], Field(min_length=2, max_length=9)]

    @model_validator(mode="after")
    def _some_of_each(self) -> "Choice":
        if not any(option.is_right for option in self.options):
            raise ValueError("no option is right")
        texts = [option.text for option in self.options]
        if len(set(texts)) < len(texts):
            raise ValueError("two options have the same text")
        return self


_GAP = re.compile(r"(?<!\\)\{\{(.+?)\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole in a text: the answers that fill it, and whether it stands in code, where case and punctuation count."""

    answers: tuple[str, ...]
    in_code: bool


class Cloze(_Common):
    """A text with gaps."""

    kind: Literal["cloze"]
    prompt: Text = ""
    text: Prose

    @model_validator(mode="after")
    def _has_gaps(self) -> "Cloze":
        if not self.gaps:
            raise ValueError("the text has no {{gap}}")
        if any(not answer for gap in self.gaps for answer in gap.answers):
            raise ValueError("a gap has an empty answer")
        if "{{" in _GAP.sub("", self.text).replace("\\{{", ""):
            raise ValueError("a gap is opened with {{ and never closed; braces that are meant are written \\{{")
        return self

    @property
    def pieces(self) -> tuple[str | Gap, ...]:
        r"""The text cut at its gaps, `\{{` read as two plain braces."""
        found: list[str | Gap] = []
        end = 0
        for hole in _GAP.finditer(self.text):
            found += [
                _unescape(self.text[end : hole.start()]),
                Gap(_alternatives(hole[1]), _in_code(self.text[: hole.start()])),
            ]
            end = hole.end()
        return (*found, _unescape(self.text[end:]))

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The holes, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Gap))


def _unescape(text: str) -> str:
    return text.replace("\\{{", "{{")


def _alternatives(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("||"))


def _in_code(before: str) -> bool:
    """Whether the place after `before` is inside a code block or between backticks, as Markdown reads it."""
    fences = len(re.findall(r"^ {0,3}```", before, re.MULTILINE))
    line = before.rpartition("\n")[2]
    return fences % 2 == 1 or line.startswith(("    ", "\t")) or before.rpartition("\n\n")[2].count("`") % 2 == 1


Part = Annotated[str, Field(pattern=r"^(status|json|text|headers\.[A-Za-z0-9-]+)$")]


class Ask(Model):
    """One request of a `predict` question, and the parts of the response that are asked for."""

    request: RequestSpec
    about: Annotated[Many[Part], Field(min_length=1)] = ("status", "json")

    @model_validator(mode="after")
    def _no_names(self) -> "Ask":
        for value in self.request.templates():
            for name in template.names(value):
                raise ValueError(f"{{{{{name}}}}} has no value here; a prediction's requests stand as they are")
        return self


class Predict(_Common):
    """A snippet and requests: the person says what comes back. The deck never holds the answer; running the snippet gives it."""

    kind: Literal["predict"]
    prompt: Text = ""
    snippet: Code
    ask: Many[Ask] = ()
    raises: Literal["import"] | None = None

    @model_validator(mode="after")
    def _something_asked(self) -> "Predict":
        if bool(self.ask) == bool(self.raises):
            raise ValueError("needs either ask or raises: import")
        return self


class _Coded(_Common):
    prompt: Prose
    language: Language = "python"
    starter: Code
    checks: Annotated[Many[Check], Field(min_length=1)]
    solutions: Annotated[Many[Version], Field(min_length=1)]
    wrong: Many[Wrong] = ()
    equivalent: Many[Wrong] = ()

    @model_validator(mode="after")
    def _checks_fit_the_language(self) -> "_Coded":
        for check in self.checks:
            if isinstance(check, DocumentCheck) == (self.language == "python"):
                needs = "is asked by requests, not by document" if self.language == "python" else "only has document checks"
                raise ValueError(f"an answer in {self.language} {needs}")
        return self

    @model_validator(mode="after")
    def _no_app(self) -> "_Coded":
        if any(version.of == "app" for version in (*self.solutions, *self.wrong, *self.equivalent)):
            raise ValueError("only questions of the kind tests have an app to edit")
        return self

    def _first(self, version: Version) -> Version:
        return _other_than(version, self.solutions[0])


class Fix(_Coded):
    """A snippet with a fault, which the person mends."""

    kind: Literal["fix"]

    def text_of(self, version: Version) -> str:
        """A solution's or a wrong version's whole text. Raises EditFault."""
        if version.code is not None:
            return version.code
        return apply(version.edit or (), self.text_of(self._first(version)) if version.of == "solution" else self.starter)


class Coding(_Coded):
    """A task that the person solves from a starter."""

    kind: Literal["code"]

    def text_of(self, version: Version) -> str:
        """A solution's or a wrong version's whole text. Raises EditFault."""
        if version.code is not None:
            return version.code
        starter = version.of == "starter" or (version is self.solutions[0] and version.of is None)
        return apply(version.edit or (), self.starter if starter else self.text_of(self._first(version)))


def texts_alike(question: Fix | Coding, version: Wrong) -> tuple[str, ...]:
    """What an `equivalent` stands for: its text, or its edit of each solution that it fits. Raises EditFault for none."""
    if version.code is not None:
        return (version.code,)
    found, faults = [], []
    for solution in question.solutions:
        try:
            found.append(apply(version.edit or (), question.text_of(solution)))
        except EditFault as fault:
            faults.append(fault)
    if not found:
        raise faults[0]
    return tuple(found)


class Tests(_Common):
    """A task to write pytest tests, which pass on `app` and fail on each of `wrong_apps`."""

    kind: Literal["tests"]
    prompt: Prose
    app: Code
    wrong_apps: Annotated[Many[Wrong], Field(min_length=1)]
    starter: Code
    solutions: Annotated[Many[Version], Field(min_length=1)]

    def text_of(self, version: Version) -> str:
        """A wrong app's whole text, or a solution's. Raises EditFault."""
        if version.code is not None:
            return version.code
        if version.of == "starter":
            return apply(version.edit or (), self.starter)
        if version.of == "solution":
            return apply(version.edit or (), self.text_of(_other_than(version, self.solutions[0])))
        return apply(version.edit or (), self.app)


Question = Recall | Choice | Cloze | Predict | Fix | Coding | Tests
AnyQuestion = Annotated[Question, Discriminator("kind")]


class DeckHead(Model):
    """A file of a deck but for what its questions say."""

    topic: Prose
    section: Annotated[int, Field(ge=0)] | None = None
    questions: Annotated[Many[Any], Field(min_length=1)]


class DeckFile(DeckHead):
    """One file of a deck: a topic and its questions."""

    questions: Annotated[Many[AnyQuestion], Field(min_length=1)]


def model_tag(model: type[Model]) -> str:
    """What tells a model apart from the others of its union: a question's kind, a check's own key."""
    kind = model.model_fields.get("kind")
    return str(get_args(kind.annotation)[0]) if kind is not None else CHECK_TAGS.get(model, "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a deck's index: all that choosing a question needs, without its texts."""

    id: str
    deck: str
    topic: str
    section: int | None
    slug: str
    kind: Kind
    level: Level
    tags: tuple[str, ...]
    source: tuple[str, ...]
    aliases: tuple[str, ...]
    minutes: int
    follow_ups: tuple[tuple[str, str], ...]
    path: str
    position: int

    def as_json(self) -> dict[str, Any]:
        """The row as `quizkit list --format json` prints it."""
        return {
            "id": self.id,
            "deck": self.deck,
            "topic": self.topic,
            "section": self.section,
            "kind": self.kind,
            "level": self.level,
            "tags": list(self.tags),
            "source": list(self.source),
        }


DEFAULT_MINUTES: dict[Kind, int] = {"recall": 2, "choice": 1, "cloze": 1, "predict": 2, "fix": 4, "code": 8, "tests": 8}
"""How long a question of a kind takes where its author doesn't say."""


def minutes(question: Question) -> int:
    """The time that a question is given."""
    return question.minutes or DEFAULT_MINUTES[question.kind]
