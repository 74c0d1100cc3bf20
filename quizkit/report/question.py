"""What is asked, what the answer is, and what it teaches."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, assert_never

from rich.console import Group, RenderableType
from rich.text import Text

from quizkit.deck.models import Ask, Choice, Cloze, Coding, Entry, Fix, Gap, Option, Predict, Question, Recall, Tests
from quizkit.marking.mark import asked_parts, observed, spelt
from quizkit.report.layout import Cut, Hanging, Row, code, prose, rule
from quizkit.report.text import ROLE_WORDS, plain, safe, sign
from quizkit.sandbox.protocol import Raised, Response


def heading(entry: Entry, place: str, minutes: int | None = None, *, width: int) -> Text:
    """The rule over a question: its place, its topic, kind and level."""
    parts = [entry.topic, entry.kind, entry.level] + ([f"{minutes} min"] if minutes else [])
    return rule(place, " · ".join(parts), width=width)


def question(asked: Question, order: Sequence[int] = ()) -> RenderableType:
    """What is asked, without any of the answer. `order` is the one in which a `choice` question's options are shown."""
    match asked:
        case Recall() | Fix() | Coding() | Tests():
            return Group(prose(asked.prompt), *_given_app(asked))
        case Choice():
            return Group(prose(asked.prompt), Text(), *_options(asked, order or range(len(asked.options))))
        case Cloze():
            return Group(*([prose(asked.prompt), Text()] if asked.prompt else []), prose(gapped(asked)))
        case Predict():
            return _predict(asked)
        case _:
            assert_never(asked)


def _given_app(asked: Question) -> list[RenderableType]:
    return [Text(), code(asked.app, indent=4)] if isinstance(asked, Tests) else []


def _options(asked: Choice, order: Iterable[int]) -> Iterator[RenderableType]:
    for shown, index in enumerate(order, 1):
        yield Hanging(f"{shown}  ", asked.options[index].text)


def gapped(asked: Cloze) -> str:
    """The text of a `cloze` question with a numbered hole for each gap."""
    number = 0
    text = ""
    for piece in asked.pieces:
        if isinstance(piece, Gap):
            number += 1
            text += f"[{number}]____" if piece.in_code else f"\\[{number}\\]\\_\\_\\_\\_"
        else:
            text += piece
    return text


def _predict(asked: Predict) -> RenderableType:
    if asked.raises:
        prompt = asked.prompt or "Importing this ends with an exception. Which one?"
        return Group(prose(prompt), Text(), code(asked.snippet, indent=4))
    prompt = asked.prompt or "What does this app answer?"
    requests = [line for ask in asked.ask for line in request_lines(ask)]
    return Group(prose(prompt), Text(), code(asked.snippet, indent=4), Text(), *requests)


def request_lines(ask: Ask) -> Iterator[Text]:
    """A request as a person reads it: the method and path, then whatever else is sent."""
    spec = ask.request
    query = "&".join(f"{name}={value}" for name, values in spec.params.items() for value in _listed(values))
    yield plain(f"  {spec.method} {spec.path}{'?' + query if query else ''}", "bold")
    for name, text in spec.headers.items():
        yield plain(f"      {name}: {text}")
    if spec.cookies:
        yield plain("      Cookie: " + "; ".join(f"{name}={value}" for name, value in spec.cookies.items()))
    if spec.has("json"):
        yield plain(f"      {json.dumps(spec.json_body, ensure_ascii=False)}")
    if spec.content is not None:
        yield plain(f"      {spec.content}")
    for name, value in (spec.data or {}).items():
        yield plain(f"      form {name}={value}")
    for name, field in (spec.files or {}).items():
        for part in field if isinstance(field, tuple) else (field,):
            yield plain(f"      file {name}={part.filename} ({part.content_type}): {part.content}")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def answer(asked: Question) -> RenderableType:
    """The reference answer as the deck holds it; what a `predict` snippet answers isn't in the deck."""
    match asked:
        case Recall():
            return Group(Text("  Key points", style="bold"), *_key_points(asked))
        case Choice():
            return Group(*(line for option in asked.options for line in _option_answer(option)))
        case Cloze():
            gaps = enumerate(asked.gaps, 1)
            return Group(*(Row(sign("ok"), "green", f"gap {n}", " or ".join(gap.answers)) for n, gap in gaps))
        case Fix() | Coding() | Tests():
            return code(asked.text_of(asked.solutions[0]), indent=4)
        case Predict():
            return Text()
        case _:
            assert_never(asked)


def _key_points(asked: Recall) -> Iterator[RenderableType]:
    if asked.key_points is not None:
        for listed in asked.key_points.listed:
            name = {"must": "ok", "bonus": "none", "misconception": "wrong"}[listed.role]
            yield Hanging(f"{sign(name)} ", ROLE_WORDS[listed.role] + listed.point.idea, indent=4)
        yield Text()


def _option_answer(option: Option) -> Iterator[RenderableType]:
    mark, style = (sign("ok"), "green") if option.is_right else (sign("no"), "")
    yield Hanging(f"{mark} ", option.text, style, indent=4)
    if option.why:
        yield Hanging("", option.why, "dim", indent=6)


def predicted(asked: Predict, found: Sequence[Response] | Raised) -> RenderableType:
    """What a `predict` snippet answered a moment ago."""
    if isinstance(found, Raised):
        return Row(sign("ok"), "green", "exception", f"{found.exception}: {found.message}")
    rows: list[RenderableType] = []
    for number, part in asked_parts(asked):
        request, response = asked.ask[number].request, found[number]
        rows.append(Row(sign("ok"), "green", f"{request.method} {request.path} · {part}", ""))
        rows.append(Cut(Text(safe(spelt(part, observed(part, response), response)) or "nothing"), 8, fold=True))
    return Group(*rows)


def teaching(asked: Question) -> RenderableType:
    """What a person should take along: the reference, why it is so, since when, and where it is written."""
    parts: list[RenderableType] = []
    if isinstance(asked, Recall):
        parts += [Text("  Reference", style="bold"), prose(asked.answer)]
    for label, text in (
        ("", asked.explanation),
        ("Since ", asked.since),
        ("Formerly: ", asked.formerly),
        ("Docs: ", asked.docs),
    ):
        if text:
            parts += [*([Text()] if parts and not label else []), prose(label + text)]
    return Group(*parts)
