"""What an author can write in a check: the models behind `checks:` in a deck."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from quizkit.check import jsonpath, match, template

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(strict=False)]

METHOD_NAMES: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY")


class Model(BaseModel):
    """What every model of a deck shares: unknown keys are errors, nothing is coerced, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True, defer_build=True)


def as_written(value: Any) -> Any:
    """A scalar as its author typed it, so that a text may look like a number: `since: 0.120` stays "0.120"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return getattr(value, "text", None) or str(value)
    return value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


def _known_operators(pattern: Any) -> Any:
    """The pattern, once it is sure that nothing in it can't be meant."""
    _refuse_infinity(pattern)
    for path, fault in match.faults(pattern):
        raise ValueError(f"{'.'.join(map(str, path))}: {fault}")
    return pattern


def _refuse_infinity(value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no JSON number; send such a body as content, a text")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_infinity(part)


Text = Annotated[str, BeforeValidator(as_written), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Prose = Annotated[Text, AfterValidator(_not_blank)]
Pattern = Annotated[JsonValue, AfterValidator(_known_operators)]
Status = Annotated[int, Field(ge=100, le=599)]
StatusTemplate = Annotated[str, Field(pattern=r"^\{\{\s*\w+\s*\}\}$")]


class FilePart(Model):
    """One file of a multipart form."""

    filename: Text
    content: Text = ""
    content_type: Text = "application/octet-stream"


def _one_or_many(value: Any) -> str:
    return "list" if isinstance(value, list | tuple) else "one"


FileField = Annotated[
    Annotated[FilePart, Tag("one")] | Annotated[Many[FilePart], Tag("list")],
    Discriminator(_one_or_many),
]


class Shortened(Model):
    """A model that a text can stand for, which editors are to know too."""

    _short_pattern: ClassVar[str] = ""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """The JSON Schema of both forms. Without a pattern the short one may be any scalar."""
        any_scalar: dict[str, Any] = {"type": ["string", "number", "boolean"]}
        short = {"type": "string", "pattern": cls._short_pattern} if cls._short_pattern else any_scalar
        return {"anyOf": [short, handler(schema)]}


def _method(name: str) -> str:
    if name not in METHOD_NAMES and not template.PLACEHOLDER.fullmatch(name):
        raise ValueError(f'"{name}" is no method; the methods are {", ".join(METHOD_NAMES)}')
    return name


Method = Annotated[Text, AfterValidator(_method)]


class RequestSpec(Shortened):
    """One request, with httpx's names for what is sent. A text `GET /items/7` is the short form."""

    method: Method = "GET"
    path: Text
    params: dict[str, JsonValue] = {}
    headers: dict[str, Text] = {}
    cookies: dict[str, Text] = {}
    json_body: JsonValue = Field(default=None, alias="json")
    data: dict[str, JsonValue] | None = None
    content: Text | None = None
    files: dict[str, FileField] | None = None

    _short_pattern: ClassVar[str] = f"^({'|'.join(METHOD_NAMES)}) "

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        method, _, path = value.partition(" ")
        if method not in METHOD_NAMES or not path.startswith(("/", "{{", "http")):
            raise ValueError(f'"{value}" is no request; write METHOD /path, such as GET /items/7')
        return {"method": method, "path": path}

    @model_validator(mode="after")
    def _one_body(self) -> "RequestSpec":
        bodies = [name for name in ("json", "content") if self.has(name)]
        form = [name for name in ("data", "files") if self.has(name)]
        if len(bodies) + bool(form) > 1:
            raise ValueError(f"has more than one body: {', '.join([*bodies, *form])}")
        return self

    def has(self, name: str) -> bool:
        """Whether the author wrote this key; `json: null` is a body of its own."""
        return ("json_body" if name == "json" else name) in self.model_fields_set

    def templates(self) -> Iterator[Any]:
        """Every value that may hold `{{names}}`."""
        yield from (
            self.method,
            self.path,
            self.params,
            self.headers,
            self.cookies,
            self.json_body,
            self.data,
            self.content,
        )
        for part in self.files.values() if self.files else ():
            for file in part if isinstance(part, tuple) else (part,):
                yield from (file.filename, file.content, file.content_type)


_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}\s*)*")


def _hexadecimal(text: str) -> str:
    if not _HEX.fullmatch(text):
        raise ValueError(f'"{text}" is no bytes in hexadecimal; write two digits for each, such as 89 50 4e 47')
    return text


Hexadecimal = Annotated[Text, AfterValidator(_hexadecimal)]


class BytesSpec(Shortened):
    """A body, byte by byte in hexadecimal: all of it, or how it begins and ends, and how long it is. A text is all of it."""

    equal: Hexadecimal | None = None
    begins: Hexadecimal | None = None
    ends: Hexadecimal | None = None
    length: Pattern = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"equal": as_written(value)} if isinstance(value, str | int | float) else value

    @model_validator(mode="after")
    def _something(self) -> "BytesSpec":
        if not self.model_fields_set:
            raise ValueError("bytes says nothing")
        return self

    def pattern(self) -> dict[str, Any]:
        """What was written, by name, the digits without spaces."""
        found = {name: getattr(self, name) for name in ("equal", "begins", "ends", "length") if name in self.model_fields_set}
        return {name: bytes.fromhex(value).hex() if name != "length" else value for name, value in found.items()}


class ResponseSpec(Model):
    """What must come back. The status is always stated; whatever else is left out doesn't count."""

    status: Annotated[
        Annotated[Status, Tag("number")] | Annotated[StatusTemplate, Tag("name")] | Annotated[Many[Status], Tag("list")],
        Discriminator(lambda v: "list" if isinstance(v, list | tuple) else "name" if isinstance(v, str) else "number"),
    ]
    json_exact: Pattern = Field(default=None, alias="json")
    json_contains: Pattern = None
    headers: dict[str, Pattern] = {}
    cookies: dict[str, Pattern] = {}
    text: Pattern = None
    bytes: BytesSpec | None = None
    media_type: Text | None = None

    @field_validator("status", mode="after")
    @classmethod
    def _some_status(cls, value: Any) -> Any:
        if value == ():
            raise ValueError("is an empty list")
        return value

    def has(self, name: str) -> bool:
        """Whether the author wrote this key; `json: null` expects a null."""
        return ("json_exact" if name == "json" else name) in self.model_fields_set

    def templates(self) -> Iterator[Any]:
        """Every value that may hold `{{names}}`."""
        yield from (
            self.status,
            self.json_exact,
            self.json_contains,
            self.headers,
            self.cookies,
            self.text,
            self.media_type,
        )


ValueKind = Literal["int", "float", "word", "email", "uuid", "date", "bool"]
Bounds = Annotated[tuple[float, float], Field(strict=False)]


class Range(Model):
    """A number between two ends, both possible."""

    int_range: Bounds | None = Field(default=None, alias="int")
    float_range: Bounds | None = Field(default=None, alias="float")

    @model_validator(mode="after")
    def _one_range(self) -> "Range":
        bounds = self.bounds
        if bounds is None or (self.int_range and self.float_range):
            raise ValueError("a range is {int: [1, 100]} or {float: [1, 100]}")
        if self.int_range and any(not bound.is_integer() for bound in bounds):
            raise ValueError(f"the range {list(bounds)} of whole numbers needs whole ends")
        if bounds[0] >= bounds[1] or (self.float_range and round((bounds[1] - bounds[0]) * 100) < 1):
            raise ValueError(f"the range {list(bounds)} holds fewer than two values")
        return self

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The two ends."""
        return self.int_range or self.float_range


Given = Annotated[
    Annotated[ValueKind, Tag("kind")] | Annotated[Range, Tag("range")],
    Discriminator(lambda v: "range" if isinstance(v, dict | Range) else "kind"),
]


def _save_path(path: str) -> str:
    if not path.startswith(("header:", "cookie:")):
        jsonpath.parse(path)
    return path


SavePath = Annotated[Text, AfterValidator(_save_path)]


class Step(Model):
    """One request of a scenario, what must come back, and what later steps take from it."""

    request: RequestSpec
    response: ResponseSpec
    save: dict[str, SavePath] = {}


class _Common(Model):
    name: Text = ""
    weight: Annotated[float, Field(gt=0)] = 1
    hint: Text = ""
    message: Text = ""
    fresh: bool = False
    env: dict[str, Text] = {}
    files: dict[str, Text] = {}

    @field_validator("weight", mode="before")
    @classmethod
    def _whole_weights_too(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("files")
    @classmethod
    def _inside(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files:
            if name.startswith("/") or ".." in name.split("/"):
                raise ValueError(f'"{name}" leads out of the working folder')
        return files

    def _require_no_names(self, templates: Iterator[Any]) -> None:
        for value in templates:
            for name in template.names(_plain(value)):
                raise ValueError(f"{{{{{name}}}}} has no value here; this kind of check draws none")

    @property
    def own_process(self) -> bool:
        """Whether this check can't share the app of the others."""
        return self.fresh or bool(self.env) or bool(self.files)


class _Valued(_Common):
    given: dict[str, Given] = {}
    each: Many[dict[str, JsonValue]] = ()

    @field_validator("each")
    @classmethod
    def _rows_alike(cls, rows: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        for row in rows:
            if row.keys() != rows[0].keys():
                raise ValueError(f"the rows of each have different names: {', '.join(rows[0])} and {', '.join(row)}")
        return rows

    def _require_known(self, templates: Iterator[Any], known: set[str]) -> None:
        for value in templates:
            for name in template.names(_plain(value)):
                if name not in known:
                    raise ValueError(f"{{{{{name}}}}} has no value here; give it with given, each, or save in an earlier step")

    def _first_names(self) -> set[str]:
        drawn, listed = set(self.given), set(self.each[0]) if self.each else set()
        if both := drawn & listed:
            raise ValueError(f'"{min(both)}" stands in given and in each')
        self._require_known(iter((self.env, self.files)), drawn)
        return drawn | listed

    def kinds(self) -> dict[str, tuple[str, float | None, float | None]]:
        """What `template.draw` needs for the `given` names."""
        return {name: _kind(given) for name, given in self.given.items()}


def _kind(given: str | Range) -> tuple[str, float | None, float | None]:
    if isinstance(given, str):
        return given, None, None
    low, high = given.bounds or (0, 0)
    return "int" if given.int_range else "float", low, high


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


class RecordSpec(Model):
    """A log record that must have been made; what is left out doesn't count."""

    level: Pattern = None
    logger: Pattern = None
    message: Pattern = None

    def pattern(self) -> dict[str, Any]:
        """What was written, by name."""
        return {name: getattr(self, name) for name in ("level", "logger", "message") if name in self.model_fields_set}


class _Watched(_Valued):
    """A check that also looks at what the app leaves: log records, files in its folder, printed text."""

    logs: Many[RecordSpec] = ()
    leaves: dict[str, Pattern] = {}
    output: Pattern = None

    @property
    def looks(self) -> bool:
        """Whether anything beside the responses counts."""
        return bool(self.logs or self.leaves or "output" in self.model_fields_set)

    def _require_known_afterwards(self, known: set[str]) -> None:
        self._require_known(iter([record.pattern() for record in self.logs] + [dict(self.leaves), self.output]), known)


class RequestCheck(_Watched):
    """One request, the same one `repeat` times in a row, or `parallel` times at once, and what must come back.

    With `parallel`, all at once take at most `at_most` times as long as one alone: what blocks the event loop doesn't.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["response"]}, {"required": ["parallel"]}]})

    request: RequestSpec
    response: ResponseSpec | None = None
    repeat: Annotated[int, Field(ge=1, le=1000)] = 1
    parallel: Annotated[int, Field(ge=2, le=40)] | None = None
    at_most: Annotated[float, Field(gt=0)] | None = None

    @field_validator("at_most", mode="before")
    @classmethod
    def _whole_bounds_too(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _names_known(self) -> "RequestCheck":
        known = self._first_names()
        self._require_known(self.request.templates(), known)
        self._require_known_afterwards(known)
        if self.parallel is not None and self.repeat > 1:
            raise ValueError("repeat sends in a row and parallel at once; a check does one of them")
        if (self.parallel is None) != (self.at_most is None):
            raise ValueError("parallel and at_most go together")
        if self.response is None:
            if self.parallel is None:
                raise ValueError('missing key "response": what must come back')
            return self
        self._require_known(self.response.templates(), known)
        statuses = self.response.status
        if self.repeat > 1 and isinstance(statuses, tuple) and len(statuses) != self.repeat:
            raise ValueError(f"repeat is {self.repeat}, but {len(statuses)} statuses are listed")
        return self

    @property
    def title(self) -> str:
        """The check's name, or what it sends."""
        return self.name or f"{self.request.method} {self.request.path}"

    @property
    def steps(self) -> tuple[Step, ...]:
        """The same as a scenario of one step."""
        response = self.response or ResponseSpec(status=tuple(range(200, 300)))
        return (Step.model_construct(request=self.request, response=response, save={}),)


class StepsCheck(_Watched):
    """Several requests, where a later one may use what an earlier one gave."""

    steps: Annotated[Many[Step], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_known(self) -> "StepsCheck":
        known = self._first_names()
        for step in self.steps:
            self._require_known(step.request.templates(), known)
            self._require_known(step.response.templates(), known)
            known |= step.save.keys()
        self._require_known_afterwards(known)
        return self

    @property
    def title(self) -> str:
        """The check's name, or what it sends last."""
        last = self.steps[-1].request
        return self.name or f"{last.method} {last.path}"


class SocketMessage(Shortened):
    """A message on a WebSocket: a text, or a JSON value as text; when it is expected, also in part."""

    text: Pattern = None
    json_exact: Pattern = Field(default=None, alias="json")
    json_contains: Pattern = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, str | int | float):
            return {"text": as_written(value)}
        return {**value, "text": as_written(value["text"])} if isinstance(value, dict) and "text" in value else value

    @model_validator(mode="after")
    def _one_content(self) -> "SocketMessage":
        if len(self.model_fields_set) != 1:
            raise ValueError("a message has one of text, json and json_contains")
        return self

    @property
    def content(self) -> tuple[str, Any]:
        """Which of the three it is, and the value."""
        name = next(iter(self.model_fields_set))
        return ("json" if name == "json_exact" else name), getattr(self, name)


class SocketStep(Model):
    """One thing that happens on a WebSocket: `send`, `receive`, `close` by the client, or `closed` by the app.

    `client` names one of several sockets; each is opened when it is first named.
    """

    client: Text = ""
    open: Literal[True] | None = None
    send: SocketMessage | None = None
    receive: SocketMessage | None = None
    close: Annotated[int, Field(ge=1000, le=4999)] | None = None
    closed: Annotated[int, Field(ge=1000, le=4999)] | None = None
    save: dict[str, SavePath] = {}

    @model_validator(mode="after")
    def _one_action(self) -> "SocketStep":
        actions = self.model_fields_set & {"open", "send", "receive", "close", "closed"}
        if len(actions) != 1 or getattr(self, next(iter(actions))) is None:
            raise ValueError("a step has one of open, send, receive, close and closed")
        if self.send is not None and (self.send.content[0] == "json_contains" or match.is_operator(self.send.content[1])):
            raise ValueError("what is sent is a text or a JSON value, and no pattern")
        if self.save and "receive" not in actions:
            raise ValueError("save goes with receive")
        return self


class SocketTarget(Shortened):
    """Where a WebSocket is opened, with what a handshake can carry. A text is the path alone."""

    path: Text
    headers: dict[str, Text] = {}
    cookies: dict[str, Text] = {}
    params: dict[str, JsonValue] = {}
    subprotocols: Many[Text] = ()

    _short_pattern: ClassVar[str] = "."

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value


class SocketCheck(_Watched):
    """A conversation on one WebSocket or several. `refused` is the status that the handshake must be refused with."""

    websocket: SocketTarget
    steps: Many[SocketStep] = ()
    refused: Status | None = None

    @model_validator(mode="after")
    def _names_known(self) -> "SocketCheck":
        if bool(self.steps) == (self.refused is not None):
            raise ValueError("needs either steps or refused")
        known = self._first_names()
        target = self.websocket
        self._require_known(iter((target.path, target.headers, target.cookies, target.params)), known)
        for step in self.steps:
            for said in (step.send, step.receive):
                if said is not None:
                    self._require_known(iter((said.content[1],)), known)
            known |= step.save.keys()
        self._require_known_afterwards(known)
        return self

    @property
    def title(self) -> str:
        """The check's name, or the path."""
        return self.name or f"WebSocket {self.websocket.path}"


class EventSpec(Model):
    """One server-sent event; what is left out doesn't count. `data` that is no text is compared as JSON."""

    data: Pattern = None
    event: Pattern = None
    id: Pattern = None
    retry: Pattern = None

    def pattern(self) -> dict[str, Any]:
        """What was written, by name."""
        return {name: getattr(self, name) for name in ("data", "event", "id", "retry") if name in self.model_fields_set}


class StreamResponse(ResponseSpec):
    """What a stream must begin with: its head, and its first events. The client hangs up after as many as are listed."""

    events: Many[EventSpec] = ()


class StreamCheck(_Watched):
    """A response that is read as it comes."""

    stream: RequestSpec
    response: StreamResponse

    @model_validator(mode="after")
    def _names_known(self) -> "StreamCheck":
        known = self._first_names()
        self._require_known(self.stream.templates(), known)
        self._require_known(self.response.templates(), known)
        self._require_known(iter([event.pattern() for event in self.response.events]), known)
        self._require_known_afterwards(known)
        return self

    @property
    def title(self) -> str:
        """The check's name, or what it sends."""
        return self.name or f"stream {self.stream.method} {self.stream.path}"


class PlaceExpectation(Model):
    """A place in a document and what must stand there."""

    at: Annotated[Text, AfterValidator(lambda path: (jsonpath.parse(path) and path) or path)] = "$"
    json_exact: Pattern = Field(default=None, alias="json")
    json_contains: Pattern = None

    @model_validator(mode="after")
    def _one_expectation(self) -> "PlaceExpectation":
        if len({"json_exact", "json_contains"} & self.model_fields_set) != 1:
            raise ValueError("needs either json or json_contains")
        return self

    @property
    def partial(self) -> bool:
        """Whether only the listed keys count."""
        return "json_contains" in self.model_fields_set

    @property
    def pattern(self) -> Any:
        """What must stand there."""
        return self.json_contains if self.partial else self.json_exact


class OpenapiCheck(_Common):
    """What the app says of itself at /openapi.json, or at the path in `url`."""

    openapi: PlaceExpectation
    url: Text = "/openapi.json"

    @model_validator(mode="after")
    def _no_names(self) -> "OpenapiCheck":
        self._require_no_names(iter((self.env, self.files, self.url, self.openapi.pattern)))
        return self

    @property
    def title(self) -> str:
        """The check's name, or the place that it looks at."""
        return self.name or f"OpenAPI {self.openapi.at}"


class DocumentCheck(_Common):
    """What must stand in an answer that isn't Python: a Dockerfile or YAML, read as JSON."""

    document: PlaceExpectation

    @model_validator(mode="after")
    def _nothing_runs(self) -> "DocumentCheck":
        if self.own_process:
            raise ValueError("nothing runs where a document is looked at, so fresh, env and files mean nothing")
        self._require_no_names(iter((self.document.pattern,)))
        return self

    @property
    def title(self) -> str:
        """The check's name, or the place that it looks at."""
        return self.name or f"the document at {self.document.at}"


class NamedFunction(Model):
    """A function that is there, as `async def` or as `def`."""

    async_def: Text | None = Field(default=None, alias="async def")
    plain_def: Text | None = Field(default=None, alias="def")

    @model_validator(mode="after")
    def _one_name(self) -> "NamedFunction":
        if (self.async_def is None) == (self.plain_def is None):
            raise ValueError("a rule about a function is {async def: name} or {def: name}")
        return self


DottedName = Annotated[Text, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
SourceRule = Annotated[
    Annotated[DottedName, Tag("name")] | Annotated[NamedFunction, Tag("function")],
    Discriminator(lambda v: "function" if isinstance(v, dict | NamedFunction) else "name"),
]


class SourceRules(Model):
    """Constructs that the syntax tree must or must not have: dotted names that are used, functions that are there."""

    require: Many[SourceRule] = ()
    forbid: Many[SourceRule] = ()


class SourceCheck(_Common):
    """What the source must be written with, judged by its syntax tree."""

    source: SourceRules

    @model_validator(mode="after")
    def _no_names(self) -> "SourceCheck":
        self._require_no_names(iter((self.env, self.files)))
        return self

    @property
    def title(self) -> str:
        """The check's name, or what it looks at."""
        return self.name or "the source"


_KEYS: Final = {
    "request": "request check",
    "websocket": "socket check",
    "stream": "stream check",
    "openapi": "openapi check",
    "document": "document check",
    "source": "source check",
}
CHECK_TAGS: Final[Mapping[type[Model], str]] = {
    RequestCheck: "request check",
    StepsCheck: "scenario check",
    SocketCheck: "socket check",
    StreamCheck: "stream check",
    OpenapiCheck: "openapi check",
    DocumentCheck: "document check",
    SourceCheck: "source check",
}


def _which(value: Any) -> str | None:
    """The model that a check's own key asks for. `steps` is a scenario of requests, or belongs to a websocket."""
    if not isinstance(value, dict):
        return CHECK_TAGS.get(type(value))
    present = [tag for key, tag in _KEYS.items() if key in value]
    if not present and "steps" in value:
        return "scenario check"
    return present[0] if len(present) == 1 and ("steps" not in value or "websocket" in value) else None


Check = Annotated[
    Annotated[RequestCheck, Tag("request check")]
    | Annotated[StepsCheck, Tag("scenario check")]
    | Annotated[SocketCheck, Tag("socket check")]
    | Annotated[StreamCheck, Tag("stream check")]
    | Annotated[OpenapiCheck, Tag("openapi check")]
    | Annotated[DocumentCheck, Tag("document check")]
    | Annotated[SourceCheck, Tag("source check")],
    Discriminator(
        _which,
        custom_error_type="check_kind",
        custom_error_message=f"a check has exactly one of the keys {', '.join([*_KEYS, 'steps'])}",
    ),
]


def as_json(value: Any) -> str:
    """A JSON value on one line, as a person would type it."""
    return json.dumps(value, ensure_ascii=False)
