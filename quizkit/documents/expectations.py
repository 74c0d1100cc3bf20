"""What is said in comments, and in what stands between the blocks: requests, what is sent, and what comes back, as checks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError

from quizkit.check.spec import METHOD_NAMES, RequestCheck
from quizkit.documents.curl import COMMAND, Asked, NoRequest, read_curl
from quizkit.documents.values import Value, read_value

SUCCESS: Final = tuple(range(200, 300))
_SENDS: Final = ("POST", "PUT", "PATCH")
_ERRORS: Final = tuple(range(400, 600))
Line = tuple[int, str]
"""A line's number in the document, and what is said on it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to read a statement: what it takes an answer for, and the pattern of the response."""

    words: str
    pattern: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stated:
    """A check that a document states, and the line where its request stands.

    Where words can be read in several ways (`Returns: 404` names a status or a body), any of them may hold: `others` are
    those beside the check, and `first` is what the check itself takes the words for.
    """

    line: int
    check: RequestCheck
    others: tuple[Reading, ...] = ()
    first: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """What looks like an expectation and isn't understood, and why."""

    line: int
    words: str
    why: str


# ---- the forms of a line ----

_METHODS: Final = "|".join(METHOD_NAMES)
_LEAD: Final = r"(?:(?:[^\w\s/]+|\d+[.)]|(?:try|request|example|e\.g\.|test|call|then)\s*:?)\s+){0,3}"
_REQUEST: Final = re.compile(
    rf"(?i:{_LEAD})(?P<method>{_METHODS})\s+(?:https?://[^\s/]+)?(?P<path>/\S*?)[:,;]?(?=\s|$)(?P<rest>.*)"
)
_MENTIONED: Final = re.compile(rf"\b(?:{_METHODS})\s+/\S*\s*(?:->|=>|→|returns\b|#\s*[1-5]\d\d\b)")
_BODY: Final = re.compile(r"(?:request )?(?:body|json|payload)(?: \([^()]*\))?\s*:\s*(?P<rest>.*)", re.IGNORECASE)
_HEADER: Final = re.compile(
    r"(?:(?:request )?headers?\s*:\s*(?P<any>[\w-]+)|(?P<usual>Authorization|Cookie|X-[\w-]+|Accept-Language|If-None-Match))"
    r"\s*:\s+(?P<value>\S.*)",
    re.IGNORECASE,
)
_RAW: Final = re.compile(r"HTTP/\d(?:\.\d)?\s+(?P<status>[1-5]\d\d)\b.*")
_STATUS_LINE: Final = re.compile(r"(?:http )?status(?: code)?\s*+(?:[:=]|is\b)?\s*+(?P<rest>[1-5]\d\d\b.*)", re.IGNORECASE)
_RETURNS: Final = re.compile(
    r"(?:returns?|responds with|response|responds|result|output|gives|answers?|expect(?:ed|s)?)\b"
    r"(?:\s+body)?(?P<colon>\s*[:=])?\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_ARROW: Final = re.compile(r"(?:->|=>|→|⇒|>>>)\s*(?P<rest>.*)")
_SAYS_SOMETHING: Final = re.compile(r"[\d{\[\"'`]|\b(?:true|false|null|none|empty)\b", re.IGNORECASE)

_WIRE_HEADER: Final = re.compile(r"(?P<name>[\w-]+):\s+")
_VERSION: Final = re.compile(r"HTTP/\d(?:\.\d)?\s*")
_ASIDE: Final = re.compile(r"\((?!\s*[1-5]\d\d\b)[^()]*\)\s*")
_SIGNS: Final = re.compile(r"(?:(?:#|->|=>|→|⇒|==?|:|-|–|—|(?:returns?|responds with|response|gives|answers?)\b\s*:?)\s*)+", re.I)
_BODY_BESIDE: Final = re.compile(r"(?:with\s++)?(?:(?:body|json|payload)\s*+[:=]?\s*+)?(?=[{\[])", re.IGNORECASE)
_MADE_WITH: Final = re.compile(r"(?:with|as|using|by|after|where|when|if|while|for)\b", re.IGNORECASE)

_STATUS_ALONE: Final = re.compile(r"[1-5]\d\d(?: [A-Z][\w' -]*+)?(?:\s*+[:,]?\s*+[{\[].*)?")
_STATUS: Final = re.compile(
    r"(?P<around>[(`]|HTTP(?:/\d(?:\.\d)?)?\s++|status(?: code)?\s*+:?\s*+)?(?P<status>[1-5]\d\d)"
    r"(?P<more>(?:\s*(?:or|/|,)\s*[1-5]\d\d)*)\b(?!\.\d)`?",
    re.IGNORECASE,
)
# In a sentence ("Returns 200 items at most") a number is a status only at its end, before punctuation, JSON or its own phrase.
_ENDS_A_STATUS: Final = re.compile(r"$|\s*[,;:.)(\[{#–—-]|\s+(?:[A-Z]|error\b)")
_CONDITION: Final = re.compile(r"[\s,;(:–—-]*(?:if|when|unless|otherwise|else)\b", re.IGNORECASE)
_TAIL_STATUS: Final = re.compile(
    r"[\s,;(#]*+(?:(?:with|and)\s++)?(?:HTTP\s++)?(?:status(?: code)?\s*+:?\s*+)?(?P<status>[1-5]\d\d)\b", re.I
)
_ENDS_A_SCALAR: Final = re.compile(r"[.!;,]?\s*(?:(?:\(|#|//|-|–|—).*)?")


def _starts(text: str) -> bool:
    """Whether a line begins something of its own, so that no value goes on over it."""
    forms = (_REQUEST, COMMAND, _RAW, _BODY, _STATUS_LINE, _RETURNS, _ARROW)
    return any(form.match(text) for form in forms)


# ---- an answer ----


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to come back. `bare` is a number alone, which may be a status or a body.

    Of a `partial` body only the keys that are written count.
    """

    status: tuple[int, ...] = ()
    json: Any = None
    has_json: bool = False
    partial: bool = False
    bare: bool = False
    lines: int = 0


_DEPENDS: Final = "it depends on a condition: write the request that it is true of"
_NEITHER: Final = "this is neither JSON nor a literal of Python"
_UNKNOWN: Final = "what comes back isn't written as a status, JSON or Python's literals"


def read_answer(text: str, below: Sequence[str], *, sentence: bool = False) -> Answer | str:
    """What a text states, which may go on over the lines below; else why it states nothing that can be compared."""
    skipped = 0
    if not text and below:
        text, below, skipped = below[0], below[1:], 1
    if text[:1] in ("{", "["):
        found = read_value("\n".join((text, *below)))
        if found is None:
            return _NEITHER + (", as it is cut short with `...`" if "..." in text else "")
        after = _TAIL_STATUS.match(found.rest)
        status = (int(after["status"]),) if after and not _CONDITION.match(found.rest[after.end() :]) else ()
        return Answer(status, found.json, True, found.partial, lines=found.lines + skipped)
    if named := _STATUS.match(text):
        return _status_answer(named, text, below, skipped, sentence=sentence)
    scalar = read_value(text)
    if scalar is None or not _ENDS_A_SCALAR.fullmatch(scalar.rest):
        return _DEPENDS if scalar and _CONDITION.match(scalar.rest) else _UNKNOWN
    return Answer(json=scalar.json, has_json=True, lines=skipped)


def _status_answer(named: re.Match[str], text: str, below: Sequence[str], skipped: int, *, sentence: bool) -> Answer | str:
    rest = text[named.end() :]
    if sentence and not _ENDS_A_STATUS.match(rest):
        return _UNKNOWN
    if _CONDITION.match(rest):
        return _DEPENDS
    status = tuple(int(number) for number in re.findall(r"\d+", named["status"] + named["more"]))
    bare = not named["around"] and not named["more"] and re.fullmatch(r"\s*+[.;]?\s*+(?:#.*)?", rest) is not None
    rest = _without_phrase(rest, status[0])
    if _CONDITION.match(rest):
        return _DEPENDS
    found = read_value("\n".join((rest, *below))) if rest[:1] in ("{", "[") else None
    if found is None:
        return Answer(status, bare=bare, lines=skipped)
    return Answer(status, found.json, True, found.partial, lines=found.lines + skipped)


def _without_phrase(rest: str, status: int) -> str:
    """What stands behind a status, its phrase and whatever separates it."""
    rest = rest.lstrip(" )`:,-–—")
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        return rest
    return rest[len(phrase) :].lstrip(" :,-–—") if rest.lower().startswith(phrase.lower()) else rest


# ---- a conversation ----


@dataclass(slots=True)
class _Exchange:
    """A request, and what is said of its answer so far."""

    line: int
    asked: Asked
    words: str
    says: bool = False
    """Whether its own line says what comes back, though it isn't understood."""
    guessed: bool = False
    """Whether what it sends might as well be what comes back."""
    answer: Answer = field(default_factory=Answer)

    @property
    def answered(self) -> bool:
        return bool(self.answer.status) or self.answer.has_json


class Conversation:
    """The requests of a block, in their order, and what is said of each."""

    def __init__(self) -> None:
        """Begins with nothing said."""
        self.stated: list[Stated] = []
        self.unread: list[Unread] = []
        self._open: _Exchange | None = None
        self._ahead: dict[str, Any] = {}

    @property
    def waits(self) -> bool:
        """Whether the last request has no answer yet."""
        return self._open is not None and not self._open.answered

    @property
    def wants_body(self) -> bool:
        """Whether the last request is of a method that sends something, and nothing is sent yet."""
        return self._open is not None and self._open.asked.method in _SENDS and not self._open.asked.body

    @property
    def has_status_alone(self) -> bool:
        """Whether of the last request's answer no body is said."""
        return self._open is not None and not self._open.answer.has_json

    def asks(self, asked: Asked) -> bool:
        """Whether the last request is this one."""
        return self._open is not None and (self._open.asked.method, self._open.asked.path) == (asked.method, asked.path)

    @property
    def is_open(self) -> bool:
        """Whether something was asked."""
        return self._open is not None

    def ask(self, line: int, asked: Asked, words: str, *, says: bool = False) -> None:
        """A new request."""
        self.close()
        if self._ahead and asked.method in _SENDS and not asked.body:
            asked.body = self._ahead
        self._ahead = {}
        self._open = _Exchange(line, asked, words, says)

    def send(self, line: int, value: Any, *, guessed: bool = False) -> None:
        """What the request sends; once it is answered, the same request with something else, and before any, the next one."""
        if self._open is None:
            self._ahead = {"json": value}
            return
        if self._open.answered:
            again = replace(self._open.asked, unclear="")
            self.ask(line, again, self._open.words)
        self._open.asked = replace(self._open.asked, body={"json": value}, unclear="")
        self._open.guessed = guessed

    def head(self, name: str, value: str) -> None:
        """A header of the request."""
        if self._open is not None and not self._open.answered:
            self._open.asked = replace(self._open.asked, headers={**self._open.asked.headers, name.lower(): value}, unclear="")

    def reply(self, line: int, answer: Answer | str, words: str, *, status_alone: bool = False) -> None:
        """What is said to come back; of a second answer only what goes with the first counts."""
        if isinstance(answer, str):
            self.unread.append(Unread(line, words, answer))
        elif self._open is not None:
            joined = _joined(self._open.answer, answer, status_alone=status_alone)
            if joined is None:
                self.unread.append(Unread(line, words, "a second answer: write the request that it is true of above it"))
            else:
                self._open.answer = joined

    def send_or_doubt(self, line: int, found: Value | None) -> None:
        """What the request sends, where that could be read."""
        if found is not None:
            self.send(line, found.json)
        else:
            self.doubt("what it sends isn't written as JSON or Python's literals")

    def doubt(self, why: str) -> None:
        """What the last request sends isn't understood, so nothing can be said of what comes back."""
        if self._open is not None and not self._open.answered:
            self._open.asked.unclear = why

    def miss(self, line: int, words: str, why: str) -> None:
        """Something that looks like an expectation and isn't understood."""
        self.unread.append(Unread(line, words, why))

    def close(self) -> None:
        """Nothing more is said of the last request."""
        exchange, self._open = self._open, None
        if exchange is None or not (exchange.answered or exchange.guessed or exchange.says):
            return
        if not exchange.answered and exchange.guessed:
            self.miss(
                exchange.line, exchange.words, "is the JSON sent, or does it come back? write `Body:` or `Returns:` before it"
            )
        elif exchange.asked.unclear:
            self.miss(exchange.line, exchange.words, exchange.asked.unclear)
        elif (stated := _check(exchange)) is not None:
            self.stated.append(stated)
        else:
            self.miss(exchange.line, exchange.words, "no request and answer can be made of this")


def _joined(first: Answer, second: Answer, *, status_alone: bool) -> Answer | None:
    """Two answers to one request as one; None where they speak of different things."""
    if not first.status and not first.has_json:
        return second
    if second.has_json:
        fits = not first.has_json and second.status in ((), first.status)
        return replace(second, status=first.status) if fits else None
    if second.status == first.status:
        return replace(first, bare=second.bare and not first.has_json)
    if first.status:  # a status and a number: the number is what comes with it
        counts = second.bare and not first.has_json and not first.bare
        return replace(first, json=second.status[0], has_json=True) if counts else None
    error = isinstance(first.json, dict) and "detail" in first.json
    return replace(first, status=second.status) if status_alone or error or second.status[0] in SUCCESS else None


def _check(exchange: _Exchange) -> Stated | None:
    """The exchange as a check; None where its words are no statement that can be held against an app."""
    asked, answer = exchange.asked, exchange.answer
    request = {"method": asked.method, "path": asked.path, "headers": asked.headers, **asked.body}
    status = answer.status[0] if len(answer.status) == 1 else answer.status or SUCCESS
    key = "json_contains" if answer.partial else "json"
    body = {key: _as_it_stands(answer.json)} if answer.has_json else {}
    if answer.partial and key in body and body[key] is not answer.json:
        return None
    try:
        check = RequestCheck.model_validate({"request": request, "response": {"status": status, **body}})
    except ValidationError:
        return None
    return Stated(exchange.line, check, tuple(_others(answer)), "the status" if answer.bare else "")


def _as_it_stands(value: Any) -> Any:
    """A value as a pattern that takes nothing in it for an operator."""
    return {"$equal": value} if "$" in repr(value) else value


def _others(answer: Answer) -> Iterator[Reading]:
    """How else an answer may be meant."""
    statuses = {"$in": list(answer.status or SUCCESS)}
    if answer.bare:
        yield Reading("the body", {"status": {"$in": list(SUCCESS)}, "json": answer.status[0]})
    if answer.has_json and answer.json is None:
        yield Reading("", {"status": statuses, "text": ""})
    if isinstance(answer.json, str):
        yield Reading("", {"status": statuses, "text": {"$equal": answer.json}})
    if isinstance(answer.json, dict) and answer.json.keys() == {"detail"} and not answer.status and not answer.partial:
        yield Reading("", {"status": {"$in": list(_ERRORS)}, "json": {"$equal": answer.json}})


# ---- listening ----


def listen(lines: Sequence[Line], talk: Conversation) -> None:
    """Takes in what lines say, one after the other."""
    at = 0
    while at < len(lines):
        at += 1 + _heard(lines, at, talk)


def _heard(lines: Sequence[Line], at: int, talk: Conversation) -> int:
    """What the line at `at` says, and how many of those below it went with it."""
    line, text = lines[at]
    if request := _REQUEST.fullmatch(text):
        return _hear_request(line, request, _below(lines, at), talk)
    if command := COMMAND.fullmatch(text):
        return _hear_curl(lines, at, command["words"], talk)
    if raw := _RAW.fullmatch(text):
        return _hear_raw(lines, at, raw, talk)
    if body := _BODY.fullmatch(text):
        return _hear_body(line, body["rest"], _below(lines, at), talk)
    if header := _HEADER.fullmatch(text):
        talk.head(header["any"] or header["usual"], header["value"])
        return 0
    if status := _STATUS_LINE.fullmatch(text):
        return _hear_answer(line, text, status["rest"], (), talk, status_alone=True)
    if arrow := _ARROW.fullmatch(text):
        return _hear_answer(line, text, arrow["rest"], _below(lines, at), talk)
    if returns := _RETURNS.fullmatch(text):
        return _hear_returns(line, text, returns, _below(lines, at), talk)
    if text[:1] in ("{", "[") and talk.waits:
        return _hear_value(line, text, _below(lines, at), talk)
    if talk.waits and _STATUS_ALONE.fullmatch(text):
        return _hear_answer(line, text, text, _below(lines, at), talk, status_alone=True)
    if _MENTIONED.search(text):
        talk.miss(line, text, "a request stands at the beginning of a line")
    return 0


def _below(lines: Sequence[Line], at: int) -> list[str]:
    """The texts on the lines directly below, as far as a value may go on over them: to whatever is said next."""
    found: list[str] = []
    for number, (line, text) in _after(lines, at):
        if line != lines[at][0] + number or _starts(text):
            break
        found.append(text)
    return found


def _after(lines: Sequence[Line], at: int) -> Iterator[tuple[int, Line]]:
    """The lines below, counted from 1, without a copy of them all."""
    for number in range(1, len(lines) - at):
        yield number, lines[at + number]


def _hear_request(line: int, request: re.Match[str], below: Sequence[str], talk: Conversation) -> int:
    asked, words = Asked(request["method"], request["path"]), request[0]
    if _VERSION.fullmatch(request["rest"].strip()):
        talk.ask(line, asked, words)
        return _hear_wire(line, below, talk)
    rest = _past(_ASIDE, _past(_VERSION, request["rest"].strip()))
    if asked.method in _SENDS and (sent := _BODY_BESIDE.match(rest)):
        return _hear_body_beside(line, asked, words, (rest[sent.end() :], *below), talk)
    signs = _SIGNS.match(rest)
    sign, said = (signs[0].strip(), rest[signs.end() :]) if signs else ("", rest)
    if not sign and not _STATUS.match(said) and said[:1] not in ("{", "["):
        asked.unclear = _unclear(asked.path, rest)
        talk.ask(line, asked, words, says=_SIGNS.search(rest) is not None and _SAYS_SOMETHING.search(rest) is not None)
        return _hear_answer(line, words, "", below, talk) if rest.endswith(":") else 0
    talk.ask(line, asked, words)
    if not said and sign in ("", "#", "-"):
        return 0
    answer = read_answer(said, below, sentence=sign[-1:].isalpha())
    if isinstance(answer, str):
        if answer == _DEPENDS or said[:1] in ("{", "[") or (sign not in ("#", "-", ":") and _SAYS_SOMETHING.search(said)):
            talk.miss(line, words, answer)
        return 0
    talk.reply(line, replace(answer, bare=answer.bare and sign not in ("", "#")), words)
    return answer.lines


def _hear_wire(line: int, below: Sequence[str], talk: Conversation) -> int:
    """The headers of a request as it goes over the wire, and after a blank line its body where that is JSON."""
    for number, text in enumerate(below):
        header = _WIRE_HEADER.match(text)
        if text[:1] in ("{", "[") and talk.wants_body:
            found = read_value("\n".join(below[number:]))
            talk.send_or_doubt(line + number + 1, found)
            return number + 1 + found.lines if found else len(below)
        if header is None and text:
            return number
        if header and header["name"].lower() not in ("host", "content-length", "connection"):
            talk.head(header["name"], text[header.end() :])
    return 0


def _past(form: re.Pattern[str], text: str) -> str:
    """What comes after what a text begins with."""
    found = form.match(text)
    return text[found.end() :] if found else text


def _hear_body_beside(line: int, asked: Asked, words: str, said: Sequence[str], talk: Conversation) -> int:
    """What stands in brackets behind a request that sends something, and what comes back where that is said after it."""
    found = read_value("\n".join(said))
    if found is None:
        asked.unclear = "what it sends isn't written as JSON or Python's literals"
        talk.ask(line, asked, words, says=True)
        return 0
    talk.ask(line, asked, words)
    talk.send(line, found.json)
    if signs := _SIGNS.match(found.rest):
        answer = read_answer(found.rest[signs.end() :], said[1 + found.lines :])
        if isinstance(answer, Answer):
            talk.reply(line, replace(answer, bare=answer.bare and signs[0].strip() != "#"), words)
            return found.lines + answer.lines
    return found.lines


def _unclear(path: str, words: str) -> str:
    """Why a request with words behind it can't be sent as it stands."""
    if not words:
        return ""
    if "?" in path:
        return "is the address cut at its blank? write %20 for one, or # before words"
    return "what the request sends isn't said: add a line `Body: {…}`" if _MADE_WITH.match(words) else ""


def _hear_curl(lines: Sequence[Line], at: int, words: str, talk: Conversation) -> int:
    """A command, with the lines that a backslash at their end joins to it or that close a quote."""
    used = 0
    while at + used + 1 < len(lines) and (words.endswith("\\") or _quote_is_open(words)) and used < _LONGEST_COMMAND:
        used += 1
        words = f"{words}\n{lines[at + used][1]}"
    line, text = lines[at]
    command, sign, said = _apart(words)
    try:
        asked = read_curl(command)
    except NoRequest as error:
        talk.close()
        talk.miss(line, text, str(error))
        return used
    if asked is None:
        talk.close()
        return used
    talk.ask(line, asked, text)
    if said:
        answer = read_answer(_past(_SIGNS, said), ())
        if not isinstance(answer, str):
            talk.reply(line, replace(answer, bare=answer.bare and sign[:1] != "#"), text)
    return used


_LONGEST_COMMAND: Final = 40
_WORD: Final = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\s(?P<note>(?:#|->|=>|→)\s)|(?P<lone>['\"])", re.DOTALL)


def _quote_is_open(words: str) -> bool:
    return any(found["lone"] for found in _WORD.finditer(words))


def _apart(words: str) -> tuple[str, str, str]:
    """A command, the sign behind it, and what is said of its answer."""
    for found in _WORD.finditer(words):
        if found["lone"]:
            break
        if found["note"]:
            return words[: found.start()], found["note"], words[found.end() :].strip()
    return words, "", ""


def _hear_raw(lines: Sequence[Line], at: int, raw: re.Match[str], talk: Conversation) -> int:
    """A response as it goes over the wire: its status, its headers, which don't count, and its body where that is JSON."""
    answer, used = Answer((int(raw["status"]),)), 0
    for number, (_, text) in _after(lines, at):
        if text[:1] in ("{", "["):
            below = _below(lines, at + number)
            found = read_value("\n".join((text, *below)))
            answer = replace(answer, json=found.json, has_json=True, partial=found.partial) if found else answer
            used = number + (found.lines if found else len(below))
            break
        if text and not _WIRE_HEADER.match(text):
            break
        used = number
    talk.reply(lines[at][0], answer, raw[0])
    return used


def _hear_body(line: int, rest: str, below: Sequence[str], talk: Conversation) -> int:
    skipped = 0 if rest or not below else 1
    found = read_value("\n".join((rest, *below)).lstrip())
    if found is None or (not isinstance(found.json, dict | list) and not _ENDS_A_SCALAR.fullmatch(found.rest)):
        if rest:
            talk.doubt("what it sends isn't written as JSON or Python's literals")
        return 0
    talk.send(line, found.json)
    return found.lines + skipped


def _hear_answer(line: int, text: str, rest: str, below: Sequence[str], talk: Conversation, *, status_alone: bool = False) -> int:
    answer = read_answer(rest, below)
    if not talk.is_open:
        return 0
    if isinstance(answer, Answer) and status_alone:
        answer = replace(answer, bare=False)
    talk.reply(line, answer, text, status_alone=status_alone)
    return 0 if isinstance(answer, str) else answer.lines


def _hear_returns(line: int, text: str, returns: re.Match[str], below: Sequence[str], talk: Conversation) -> int:
    answer = read_answer(returns["rest"], below, sentence=not returns["colon"])
    if not talk.is_open:
        is_status = isinstance(answer, Answer) and bool(answer.status)
        if returns["colon"] and (is_status or returns["rest"][:1] in ("{", "[")):
            talk.miss(line, text, "of which request? write it above, such as `# GET /items/42`")
        return 0
    if isinstance(answer, Answer) or returns["colon"] or _SAYS_SOMETHING.search(returns["rest"]):
        talk.reply(line, answer, text)
    return 0 if isinstance(answer, str) else answer.lines


def _hear_value(line: int, text: str, below: Sequence[str], talk: Conversation) -> int:
    """JSON alone below a request: what it sends, of a method that sends something, else what comes back."""
    found = read_value("\n".join((text, *below)))
    if found is None:
        talk.miss(line, text, _NEITHER)
        return len(below)  # so that no line is looked at twice
    if talk.wants_body:
        talk.send(line, found.json, guessed=True)
    else:
        talk.reply(line, Answer((), found.json, True, found.partial), text)
    return found.lines


# ---- what stands in fences ----

_SENT: Final = re.compile(r"\b(?:request|send|sent|sends|sending|post|put|payload|input|body)\b", re.IGNORECASE)
_COMES_BACK: Final = re.compile(r"\b(?:responses?|responds?|returns?|result|output|answers?|see|get|gives|back)\b", re.IGNORECASE)
_IN_PROSE: Final = re.compile(
    rf"`(?P<method>{_METHODS}) (?:https?://[^\s/]+)?(?P<path>/[^\s`]*)`"
    r"|https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?(?P<address>/[^\s`\"'<>)\]]*)?"
)


_STATUS_IN_PROSE: Final = re.compile(
    r"`(?P<status>[1-5]\d\d)(?: [A-Z][\w' -]*)?`|\b(?:status|error|HTTP)(?: code)?(?: of)?:? (?P<named>[1-5]\d\d)\b"
)


def listen_to_fence(kind: str, line: int, text: str, words: Sequence[str], talk: Conversation) -> None:
    """Takes in a fence that holds commands, HTTP or JSON; `words` are the paragraphs before it."""
    numbered = [(number, said.strip()) for number, said in enumerate(text.splitlines(), line)]
    if kind != "json":
        listen([(number, _spoken(said) if kind == "shell" else said) for number, said in numbered], talk)
        return
    lead = words[-1] if words else ""
    if _SENT.search(lead) and not _COMES_BACK.search(_IN_PROSE.sub("", lead)):
        _send_fence(line, text, words, talk)
    elif not words or _COMES_BACK.search(lead):
        _answer_fence(line, text, words, talk)


def _spoken(line: str) -> str:
    """A line of a shell without the sign of its comment or of its prompt."""
    return line.lstrip("#$> ") if line.startswith(("#", "$ ", "> ")) else line


def _send_fence(line: int, text: str, words: Sequence[str], talk: Conversation) -> None:
    """JSON that is sent: with the request that the paragraphs before it name, else with the last one."""
    found = read_value(text.strip())
    if found is not None and (named := _named(words)) is not None:
        talk.ask(line, named, words[-1])
    if found is not None and talk.waits:
        talk.send(line, found.json)


def _answer_fence(line: int, text: str, words: Sequence[str], talk: Conversation) -> None:
    """JSON that comes back: to the request that the paragraphs before it name, else to the last one that has no answer."""
    named = _named(words)
    if named is not None and not (talk.waits and talk.asks(named)):
        if named.method in _SENDS:
            named.unclear = "what the request sends isn't said"
        talk.ask(line, named, f"{named.method} {named.path}")
    fits = len(words) < 3 and (talk.waits or (talk.has_status_alone and len(words) < 2))
    if named is None and not (talk.is_open and fits):  # what is said far from a request may be of another one
        return
    if (status := _STATUS_IN_PROSE.search(words[-1] if words else "")) and talk.waits:
        talk.reply(line, Answer((int(status["status"] or status["named"]),)), words[-1])
    first, *below = text.strip().split("\n")
    talk.reply(line, read_answer(first, below), first)
    if named is not None:
        talk.close()


def _named(words: Sequence[str]) -> Asked | None:
    """The request that paragraphs name last: its address at this machine, or its method and path as code."""
    found = [one for word in words for one in _IN_PROSE.finditer(word)]
    if not found:
        return None
    return Asked(found[-1]["method"] or "GET", found[-1]["path"] or found[-1]["address"] or "/")
