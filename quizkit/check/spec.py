"""What an author can write in a check: the models behind `checks:` in a deck."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

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

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


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
    for path, fault in match.faults(pattern):
        raise ValueError(f"{'.'.join(map(str, path))}: {fault}")
    return pattern


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


def _method(name: str) -> str:
    if name not in METHOD_NAMES and not template.PLACEHOLDER.fullmatch(name):
        raise ValueError(f'"{name}" is no method; the methods are {", ".join(METHOD_NAMES)}')
    return name


Method = Annotated[Text, AfterValidator(_method)]


class RequestSpec(Model):
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
        if bounds[0] >= bounds[1]:
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


class RequestCheck(_Valued):
    """One request, or the same one `repeat` times in a row, and what must come back."""

    request: RequestSpec
    response: ResponseSpec
    repeat: Annotated[int, Field(ge=1, le=1000)] = 1

    @model_validator(mode="after")
    def _names_known(self) -> "RequestCheck":
        known = self._first_names()
        self._require_known(self.request.templates(), known)
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
        return (Step.model_construct(request=self.request, response=self.response, save={}),)


class StepsCheck(_Valued):
    """Several requests, where a later one may use what an earlier one gave."""

    steps: Annotated[Many[Step], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_known(self) -> "StepsCheck":
        known = self._first_names()
        for step in self.steps:
            self._require_known(step.request.templates(), known)
            self._require_known(step.response.templates(), known)
            known |= step.save.keys()
        return self

    @property
    def title(self) -> str:
        """The check's name, or what it sends last."""
        last = self.steps[-1].request
        return self.name or f"{last.method} {last.path}"


class OpenapiExpectation(Model):
    """A place in the app's OpenAPI document and what must stand there."""

    at: Annotated[Text, AfterValidator(lambda path: (jsonpath.parse(path) and path) or path)] = "$"
    json_exact: Pattern = Field(default=None, alias="json")
    json_contains: Pattern = None

    @model_validator(mode="after")
    def _one_expectation(self) -> "OpenapiExpectation":
        if len({"json_exact", "json_contains"} & self.model_fields_set) != 1:
            raise ValueError("needs either json or json_contains")
        return self

    @property
    def partial(self) -> bool:
        """Whether only the listed keys count."""
        return "json_contains" in self.model_fields_set


class OpenapiCheck(_Common):
    """What the app says of itself at /openapi.json, or at the path in `url`."""

    openapi: OpenapiExpectation
    url: Text = "/openapi.json"

    @property
    def title(self) -> str:
        """The check's name, or the place that it looks at."""
        return self.name or f"OpenAPI {self.openapi.at}"


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

    @property
    def title(self) -> str:
        """The check's name, or what it looks at."""
        return self.name or "the source"


_KEYS: Final = {
    "request": "request check",
    "steps": "scenario check",
    "openapi": "openapi check",
    "source": "source check",
}
_MODELS: Final[Mapping[type[Model], str]] = {
    RequestCheck: "request check",
    StepsCheck: "scenario check",
    OpenapiCheck: "openapi check",
    SourceCheck: "source check",
}


def _which(value: Any) -> str | None:
    if not isinstance(value, dict):
        return _MODELS.get(type(value))
    present = [tag for key, tag in _KEYS.items() if key in value]
    return present[0] if len(present) == 1 else None


Check = Annotated[
    Annotated[RequestCheck, Tag("request check")]
    | Annotated[StepsCheck, Tag("scenario check")]
    | Annotated[OpenapiCheck, Tag("openapi check")]
    | Annotated[SourceCheck, Tag("source check")],
    Discriminator(
        _which,
        custom_error_type="check_kind",
        custom_error_message=f"a check has exactly one of the keys {', '.join(_KEYS)}",
    ),
]


def as_json(value: Any) -> str:
    """A JSON value on one line, as a person would type it."""
    return json.dumps(value, ensure_ascii=False)
