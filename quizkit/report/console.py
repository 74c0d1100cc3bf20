"""What a person sees of a question, a verdict and a list of problems: renderables for Rich, which print nothing themselves."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, assert_never

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text
from rich.theme import Theme

from quizkit.check.match import ABSENT, MOST
from quizkit.check.result import place_text
from quizkit.deck.models import Ask, Choice, Cloze, Coding, Entry, Fix, Gap, Option, Predict, Question, Recall, Tests
from quizkit.errors import Problem
from quizkit.marking.mark import asked_parts, observed, spelt
from quizkit.sandbox.policy import Protection
from quizkit.sandbox.protocol import Raised, Response
from quizkit.verdict import Advice, CheckResult, FileVerdict, Mismatch, Outcome, Verdict, Worth

TEXT_WIDTH: Final = 76
_INDENT: Final = 2
_NAME_WIDTH: Final = 40
_MISMATCHES_SHOWN: Final = 4
_LINES_SHOWN: Final = 40
_VALUE_SHOWN: Final = 500
_PRINTED_SHOWN: Final = 12

if TYPE_CHECKING:
    from quizkit.documents.comments import Block

_NAMES: Final = ("ok", "no", "missed", "partly", "wrong", "none", "turn", "rule", "cut", "bar")
_SIGNS: Final = dict(zip(_NAMES, "✓✗○~!·▸─…▇", strict=True))
_ASCII_SIGNS: Final = dict(zip(_NAMES, "+xo~!.>-~#", strict=True))


def sign(name: str) -> str:
    """One of the signs, as the terminal's encoding can print it."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return (_SIGNS if encoding.startswith("utf") else _ASCII_SIGNS)[name]


# Escape sequences' own controls, C1, and the marks that reorder what is read: none of them may come from data.
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def safe(text: str) -> str:
    """`text` from a deck, a document or a snippet, with nothing in it that could steer a terminal."""
    return _UNSAFE.sub(lambda found: "�" if found[0] not in "\r" else "", text.replace("\t", "    "))


THEME: Final = Theme({"markdown.code": "bold cyan", "markdown.code_block": "none"})
"""Colours of our own: code in a sentence without a background, which would look like a button."""


def plain(text: str, style: str = "") -> Text:
    """Text that is data: no markup, no emoji codes, no escapes."""
    return Text(safe(text), style=style)


def inline(text: str, style: str = "") -> Text:
    """Data in which code stands between backticks, as in an option or a key point."""
    parts = re.split(r"(`[^`]+`)", safe(text))
    return Text.assemble(*((part, "bold cyan" if part.startswith("`") and len(part) > 1 else "") for part in parts), style=style)


class _Cut:
    """Lines that never wrap by word: at the screen's edge they are cut, with a sign, or with `fold` go on below after one."""

    def __init__(self, text: Text, indent: int, *, fold: bool = False) -> None:
        self._text = text
        self._indent = indent
        self._fold = fold

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(10, options.max_width - self._indent) if console.is_terminal else 10_000
        for line in self._text.split("\n", allow_blank=True):
            for part in self._fit(line, width):
                yield from (Text(" " * self._indent) + part if part.plain else part).render(console, end="\n")

    def _fit(self, line: Text, width: int) -> list[Text]:
        if line.cell_len <= width:
            return [line]
        if not self._fold:
            line.truncate(width - 1)
            return [line.append(sign("cut"))]
        first, rest = _split_at(line, width - 1)
        first.append(sign("cut"), "dim")
        return [first, *self._fit(Text.assemble((sign("cut"), "dim"), rest), width)]


def code(source: str, language: str = "python", indent: int = 2) -> _Cut:
    """Highlighted code; a line that is too long for the screen is folded at its edge, never wrapped by word."""
    from rich.syntax import Syntax  # noqa: PLC0415 - a verdict shows no code

    source = safe(source)
    highlighted = Syntax("", language or "text", theme="ansi_dark", background_color="default").highlight(source)
    highlighted.rstrip()
    return _Cut(highlighted, indent, fold=True)


def _split_at(line: Text, width: int) -> tuple[Text, Text]:
    """A line in two, the first no wider than `width` cells."""
    count = len(line.plain)
    while cell_len(line.plain[:count]) > width:
        count -= 1
    first, rest = line.divide([max(1, count)])
    return first, rest


def prose(text: str) -> RenderableType:
    """A prompt's or an explanation's Markdown, indented and no wider than a column that reads well."""
    return _Prose(safe(text).strip())


_CODE_SPAN: Final = re.compile(r"(?<!`)(`[^`\n]+`)(?!`)")


class _Prose:
    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from quizkit.report.markdown import Prompt  # noqa: PLC0415 - only when some is drawn

        width = min(options.max_width, TEXT_WIDTH + _INDENT)
        # Where no colour sets code apart, its backticks stay: two more around them make them part of the code.
        text = self._text if console.is_terminal and not console.no_color else _CODE_SPAN.sub(r"`` \1 ``", self._text)
        padded = Padding(Prompt(text, code_theme="ansi_dark", hyperlinks=False), (0, 0, 0, _INDENT))
        for line in console.render_lines(padded, options.update(width=width), pad=False):
            yield from _without_trailing_space(line)
            yield Segment.line()


def _without_trailing_space(line: list[Segment]) -> list[Segment]:
    while line and not line[-1].text.strip():
        line.pop()
    if line:
        line[-1] = Segment(line[-1].text.rstrip(), line[-1].style, line[-1].control)
    return line


def rule(left: str, right: str = "", *, width: int) -> Text:
    """The one line that says where a person is."""
    dash = sign("rule")
    left, right = f"{dash * 2} {safe(left)} ", f" {safe(right)} {dash * 2}" if right else ""
    room = width - cell_len(left) - cell_len(right)
    if room < 2 and right:
        right = set_cell_size(right, max(0, width - cell_len(left) - 4)).rstrip() + f" {dash * 2}"
        room = max(1, width - cell_len(left) - cell_len(right))
    return Text(left, style="bold").append(dash * max(1, room), style="dim").append(right, style="dim")


def heading(entry: Entry, place: str, minutes: int | None = None, *, width: int) -> Text:
    """The rule over a question: its place, its topic, kind and level."""
    parts = [entry.topic, entry.kind, entry.level] + ([f"{minutes} min"] if minutes else [])
    return rule(place, " · ".join(parts), width=width)


# ---- questions ----


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


class Hanging:
    """A marked line whose further lines line up with its text."""

    def __init__(self, mark: str, text: str, style: str = "", indent: int = 4) -> None:
        self._mark = mark
        self._text = text
        self._style = style
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        start = self._indent + cell_len(self._mark)
        width = max(20, min(options.max_width, TEXT_WIDTH + _INDENT) - start)
        lines = inline(self._text.strip(), self._style).wrap(console, width) or [Text()]
        for number, line in enumerate(lines):
            line.rstrip()
            lead = " " * self._indent + self._mark if number == 0 else " " * start
            yield Text.assemble((lead, self._style if number == 0 else ""), line)


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


# ---- verdicts ----


def checks(verdict: Verdict, file: str = "main.py", hints: bool = True) -> RenderableType:
    """How each check of a coding answer ended, the failed ones with their reasons. `file` is the person's own name for it."""
    parts: list[RenderableType] = []
    if verdict.message:
        parts.append(Hanging(f"{sign('no')} ", verdict.message, "red", indent=2))
        parts += _trace(next((check.traceback for check in verdict.checks if check.traceback), ""), file)
    if verdict.message and all(check.outcome is Outcome.not_run for check in verdict.checks):
        return Group(*parts)
    width = _name_width(verdict)
    for check in verdict.checks:
        parts += _check(check, width, file, hints)
    if verdict.output.strip():
        parts.append(Text("  printed", style="dim"))
        parts += [_Cut(plain(line), 8) for line in verdict.output.strip().splitlines()[-_PRINTED_SHOWN:]]
    return Group(*parts)


def _name_width(verdict: Verdict) -> int:
    """The column of names: as wide as the longest that leaves room for what is said beside it."""
    return max((cell_len(check.name) for check in verdict.checks if cell_len(check.name) <= _NAME_WIDTH), default=0)


def _check(check: CheckResult, width: int, file: str, hints: bool) -> Iterator[RenderableType]:
    if check.outcome is Outcome.passed:
        yield _row(sign("ok"), "green", check.name, _came_back(check), width)
        return
    if check.outcome is Outcome.not_run:
        yield _row(sign("none"), "dim", check.name, "not run", width)
        return
    yield _row(sign("no"), "red", check.name, check.message or str(check.outcome), width)
    if check.request:
        yield _Cut(plain(check.request, "dim"), 8, fold=True)
    yield from _differences(check)
    yield from _trace(check.traceback, file)
    if hints and check.hint:
        yield Hanging("hint  ", check.hint, "yellow", indent=8)


class _Row:
    """A marked name and what is said beside it; where the screen is too narrow for both, below it."""

    def __init__(self, mark: str, style: str, name: str, right: str, width: int) -> None:
        self._mark = (mark, style)
        self._name = safe(name).replace("\n", " ")
        self._right = safe(right).replace("\n", " ")
        self._width = width

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        padded = set_cell_size(self._name, self._width) if cell_len(self._name) < self._width else self._name
        whole = (
            Text.assemble(self._mark, " ", padded, "   ", self._right)
            if self._right
            else Text.assemble(self._mark, " ", self._name)
        )
        if whole.cell_len + _INDENT <= options.max_width or not self._right or not console.is_terminal:
            yield _Cut(whole, _INDENT)
        else:
            yield _Cut(Text.assemble(self._mark, " ", self._name), _INDENT, fold=True)
            yield _Cut(Text(self._right), 8, fold=True)


def _row(mark: str, style: str, name: str, right: str, width: int = 0) -> _Row:
    return _Row(mark, style, name, right, width)


def _came_back(check: CheckResult) -> str:
    if not isinstance(check.actual, dict):
        return ""
    more = any(key != "status" for key in check.expected or {})
    return f"{check.actual.get('status', '')}{' as expected' if more else ''}"


def _differences(check: CheckResult) -> Iterator[RenderableType]:
    """Each place that differs; where the status is wrong or much differs, the whole body beside the expected one, once."""
    shown = [m for m in check.mismatches if m.path != ("status",)]
    body = [m for m in shown if m.path[0] == "json"]
    if body and isinstance(check.expected, dict) and (len(body) > _MISMATCHES_SHOWN or len(shown) < len(check.mismatches)):
        shown = [m for m in shown if m.path[0] != "json"] + [_whole_body(check)]
    for mismatch in shown[:_MISMATCHES_SHOWN]:
        yield from _difference(mismatch)
    if len(shown) > _MISMATCHES_SHOWN:
        least = "at least " if len(check.mismatches) >= MOST else ""
        yield plain(f"        and {least}{len(shown) - _MISMATCHES_SHOWN} more differences", "dim")


def _whole_body(check: CheckResult) -> Mismatch:
    expected = check.expected.get("json", check.expected.get("json_contains"))
    partly = "" if "json" in check.expected else "at least what is expected must be there"
    actual = check.actual.get("json", check.actual.get("text"))
    return Mismatch(("json",), expected, actual, partly)


def _difference(mismatch: Mismatch) -> Iterator[RenderableType]:
    place = "" if len(mismatch.path) == 1 else f"at {place_text(mismatch.path)}"
    words = " ".join(filter(None, (place, mismatch.message)))
    if words:
        yield _Cut(plain(words), 8)
    yield _Cut(Text.assemble("expected   ", (_shortened(mismatch.expected), "green")), 8, fold=True)
    yield _Cut(Text.assemble("got        ", (_shortened(mismatch.actual), "red")), 8, fold=True)


def _shortened(value: Any) -> str:
    """A value on a few lines at the most; `check --format json` has the whole."""
    text = safe(_one_line(value))
    return text if len(text) <= _VALUE_SHOWN else text[:_VALUE_SHOWN] + sign("cut")


def _one_line(value: Any) -> str:
    if value is ABSENT:
        return "nothing"
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (ValueError, RecursionError):
        return repr(type(value))


def _trace(trace: str, file: str) -> Iterator[RenderableType]:
    for line in trace.splitlines()[:_LINES_SHOWN]:
        yield _Cut(plain(line.replace("  main.py:", f"  {file}:", 1)), 8)


def advice(verdict: Verdict) -> RenderableType:
    """What could still be better in an answer that passed: a heading a grade, a line a piece of advice."""
    parts: list[RenderableType] = []
    for grade in Worth:
        found = _by_message([advice for advice in verdict.advice if advice.grade is grade])
        if found:
            parts.append(Text(f"  {grade.capitalize()}", style="bold"))
        for first, lines in found:
            mark, style = (sign("partly"), "") if grade is Worth.changing else (sign("none"), "dim")
            place = f"{first.file} line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}".strip()
            parts.append(Hanging(f"{mark} ", f"{place}: {first.message}", style, indent=2))
    return Group(*parts)


def _by_message(found: Iterable[Advice]) -> list[tuple[Advice, list[int]]]:
    """Each advice once a file, with all the lines that earn it."""
    same: dict[tuple[str, str], tuple[Advice, list[int]]] = {}
    for one in found:
        same.setdefault((one.file, one.message), (one, []))[1].append(one.line)
    return list(same.values())


def marked(verdict: Verdict, order: Sequence[int] = ()) -> RenderableType:
    """How a choice, the gaps, or a prediction came out, part by part; a choice's options as they were shown, by `order`."""
    shown = [verdict.checks[index] for index in order] or list(verdict.checks)
    return Group(*(line for number, check in enumerate(shown, 1) for line in _part(check, number)))


def _part(check: CheckResult, number: int) -> Iterator[RenderableType]:
    if isinstance(check.expected, bool):
        yield from _option(check, number)
    elif check.outcome is Outcome.passed:
        yield _row(sign("ok"), "green", check.name, _said(check.expected))
    else:
        yield _row(sign("no"), "red", check.name, "")
        yield _Cut(Text.assemble("it is      ", (safe(_said(check.expected)), "green")), 8, fold=True)
        yield _Cut(Text.assemble("you said   ", (safe(_said(check.actual)) or "nothing", "red")), 8, fold=True)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _option(check: CheckResult, number: int) -> Iterator[RenderableType]:
    if check.outcome is Outcome.passed and not check.actual:
        return
    if check.expected:
        missed = check.outcome is not Outcome.passed
        yield Hanging(f"{sign('ok')} {number}  ", check.name + ("  (right, and not chosen)" if missed else ""), "green", indent=2)
    else:
        yield Hanging(f"{sign('no')} {number}  ", check.name + "  (you chose this)", "red", indent=2)
        yield Hanging("", check.message, indent=7)


_POINT_SIGNS: Final = {
    "found": ("ok", "green"),
    "missed": ("missed", "yellow"),
    "contradicted": ("wrong", "red"),
    "unmarked": ("none", ""),
}


def points(verdict: Verdict) -> RenderableType:
    """The key points, numbered, each with what became of it."""
    return Group(*(line for number, point in enumerate(verdict.points, 1) for line in _point(number, point)))


def _point(number: int, point: Any) -> Iterator[RenderableType]:
    name, style = _POINT_SIGNS[point.state]
    if point.role == "misconception":
        name, style = {"found": ("wrong", "red"), "missed": ("none", "dim")}.get(point.state, (name, style))
    role = {"must": "", "bonus": "bonus: ", "misconception": "wrong idea: "}[point.role]
    yield Hanging(f"{sign(name)} {number}  ", role + point.idea, style, indent=2)
    if point.role == "misconception" and point.state == "found" and point.why:
        yield Hanging("", point.why, indent=7)


def answer(asked: Question) -> RenderableType:
    """The reference answer as the deck holds it; what a `predict` snippet answers isn't in the deck."""
    match asked:
        case Recall():
            return Group(Text("  Key points", style="bold"), *_key_points(asked))
        case Choice():
            return Group(*(line for option in asked.options for line in _option_answer(option)))
        case Cloze():
            gaps = enumerate(asked.gaps, 1)
            return Group(*(_row(sign("ok"), "green", f"gap {n}", " or ".join(gap.answers)) for n, gap in gaps))
        case Fix() | Coding() | Tests():
            return code(asked.text_of(asked.solutions[0]), indent=4)
        case Predict():
            return Text()
        case _:
            assert_never(asked)


def _key_points(asked: Recall) -> Iterator[RenderableType]:
    if asked.key_points is not None:
        for role in ("must", "bonus", "misconceptions"):
            for point in getattr(asked.key_points, role):
                name = {"must": "ok", "bonus": "none", "misconceptions": "wrong"}[role]
                words = {"must": "", "bonus": "bonus: ", "misconceptions": "wrong idea: "}[role]
                yield Hanging(f"{sign(name)} ", words + point.idea, indent=4)
        yield Text()


def _option_answer(option: Option) -> Iterator[RenderableType]:
    mark, style = (sign("ok"), "green") if option.is_right else (sign("no"), "")
    yield Hanging(f"{mark} ", option.text, style, indent=4)
    if option.why:
        yield Hanging("", option.why, "dim", indent=6)


def predicted(asked: Predict, found: Sequence[Response] | Raised) -> RenderableType:
    """What a `predict` snippet answered a moment ago."""
    if isinstance(found, Raised):
        return _row(sign("ok"), "green", "exception", f"{found.exception}: {found.message}")
    rows: list[RenderableType] = []
    for number, part in asked_parts(asked):
        request, response = asked.ask[number].request, found[number]
        rows.append(_row(sign("ok"), "green", f"{request.method} {request.path} · {part}", ""))
        rows.append(_Cut(Text(safe(spelt(part, observed(part, response), response)) or "nothing"), 8, fold=True))
    return Group(*rows)


def file_verdict(file: str, entry: Entry, verdict: Verdict) -> RenderableType:
    """What `quizkit check` says of one file: one line where all passed, else check by check."""
    passed = sum(check.outcome is Outcome.passed for check in verdict.checks)
    left = f"{safe(file)} · {entry.id} · {entry.topic}"
    right = f"{passed} of {len(verdict.checks)}, {verdict.duration_s:.2f} s"
    head = Text.assemble(
        (f"{sign('ok' if verdict.passed else 'no')} ", "green" if verdict.passed else "red"), left, f"   {right}"
    )
    if verdict.passed:
        return Group(head, advice(verdict)) if verdict.advice else head
    return Group(head, checks(verdict, file.rpartition("/")[2]))


def health(versions: Mapping[str, str], folders: Mapping[str, str], protections: Sequence[Protection]) -> RenderableType:
    """What `quizkit doctor` found; a protection that is missing says what that means."""
    parts: list[RenderableType] = [plain("  " + " · ".join(f"{name} {version}" for name, version in versions.items())), Text()]
    parts += [Hanging(f"{name:<10}", path, indent=2) for name, path in folders.items()]
    parts += [Text(), Text("  A snippet is held in by", style="bold")]
    for found in protections:
        mark, style = (sign("ok"), "green") if found.held else (sign("no"), "red" if found.needed else "yellow")
        parts.append(Hanging(f"{mark} ", f"{found.name}: {found.reason}", style, indent=2))
    missing = [found.name for found in protections if found.needed and not found.held]
    end = (
        f"Don't run code from strangers here: no protection of {', '.join(missing)}."
        if missing
        else "All that a stranger's code needs."
    )
    parts += [Text(), Hanging("", end, indent=2)]
    return Group(*parts)


def document(path: str, found: "Sequence[tuple[Block, FileVerdict]]") -> RenderableType:
    """What a document's own comments proved: the figures, what isn't right, and what was taken for granted."""
    outcomes = [result.verdict.outcome for _, result in found]
    silent = outcomes.count(Outcome.no_expectation)
    passed, failed = outcomes.count(Outcome.passed), outcomes.count(Outcome.failed)
    figures = [
        f"{passed} passed",
        f"{failed} failed",
        f"{silent} say nothing",
        f"{len(found) - passed - failed - silent} can't run",
    ]
    head = plain(f"{path} · {plural(len(found), 'block')}   {', '.join(f for f in figures if not f.startswith('0 '))}", "bold")
    parts: list[RenderableType] = [head, *(line for block, result in found for line in _block(path, block, result))]
    lines = [str(block.line) for block, result in found if result.verdict.outcome is Outcome.no_expectation]
    if lines:
        parts.append(
            Hanging(f"{sign('none')} ", f"nothing is stated to compare with on line {', '.join(lines)}", "dim", indent=2)
        )
    assumed = [line for block, _ in found if block.stated for line in block.assumed]
    if assumed:
        named = sorted(dict.fromkeys(line for line in assumed if "\n" not in line), key=lambda line: -assumed.count(line))[:4]
        blocks = sum(bool(block.stated and block.assumed) for block, _ in found)
        parts.append(Hanging("assumed: ", ", ".join(f"`{line}`" for line in named) + f" ({plural(blocks, 'block')})", indent=2))
    return Group(*parts)


def _block(path: str, block: "Block", result: FileVerdict) -> Iterator[RenderableType]:
    verdict = result.verdict
    if verdict.outcome is Outcome.no_expectation:
        return
    if verdict.message:
        line = block.stated[0].line if block.stated else block.line
        yield _row(sign("wrong"), "yellow", f"{path}:{line}", verdict.message)
    else:
        for check in verdict.checks:
            if check.outcome is not Outcome.passed:
                yield _row(sign("no"), "red", f"{path}:{check.line}", f"{check.name}   {check.message}")
                yield from _differences(check)
                yield from _trace(check.traceback, "block")


def since(before: Verdict | None, after: Verdict) -> Iterator[RenderableType]:
    """What a save changed, by the names of the checks."""
    if before is None:
        return
    then, now = ([check.outcome is Outcome.passed for check in verdict.checks] for verdict in (before, after))
    for words, wanted, style in (("now passes", True, "green"), ("now fails", False, "red")):
        names = [c.name for c, old, new in zip(after.checks, then, now, strict=False) if old is not new and new is wanted]
        if names:
            yield Hanging(f"{words}  ", " · ".join(names), style, indent=2)


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


def problems(found: Sequence[Problem]) -> RenderableType:
    """Every problem of a deck, one a line, and their number."""
    files = len({problem.path for problem in found})
    count = f"{plural(len(found), 'problem')} in {plural(files, 'file')}"
    return Group(*(plain(str(problem)) for problem in found), Text(count))


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
