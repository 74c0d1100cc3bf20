"""Each rule on what it is for and on what looks like it."""

from pathlib import Path
from typing import Any

import pytest

from quizkit.deck.lint import FILE_RULES, findings, lint
from quizkit.deck.models import KINDS
from quizkit.errors import MissingPath
from tests.samples import APP, DOUBLE, DOUBLE_CHECK, question, recall, write_deck

GONE = [{"from": "gone", "to": "x"}]
NOT_ONCE = "'gone' stands 0 times in the text that it edits; it must stand there once"
CONSTANT = (
    "an app that answers {} with one and the same body to everything passes; a `given` value in the request and the response, "
    "or a request that must be refused, would show the difference"
)
OTHERS = "options are shuffled, so one can't speak of the others; say what it means"
COPIED = "this hint is a whole solution; say where to look, or what is missing"
NOTHING_EXPECTED = "nothing is expected on this WebSocket; add a receive or a closed"
BARE_CHECK = {"request": "GET /double/1", "response": {"status": 200}}
GREETING = {"request": "GET /double/1", "response": {"status": 200, "json": {"double": 2}}}
NAMED = [{**GREETING, "request": "GET /double/4"}, {"request": "GET /nowhere", "response": {"status": 404}}]
LONG = "the whole of what the framework does with a request before it calls the function"


TWO_WAYS = [{"code": DOUBLE}, {"code": DOUBLE.replace("2 * n", "n + n")}]


def _wrong(*texts: str) -> list[dict[str, str]]:
    return [{"wrong": text, "why": "no"} for text in texts]


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_question_has_no_findings(kind: str) -> None:
    assert list(findings(question(kind))) == []


def test_the_gap_that_the_readme_shows_is_sound(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    [line] = [line for line in readme.splitlines() if "kind: cloze" in line and line.startswith("  - ")]
    (tmp_path / "mine.yaml").write_text(f"topic: Mine\nquestions:\n{line}\n", encoding="utf-8")
    assert lint([tmp_path / "mine.yaml"]) == ([], 1)


def _unknown(path: str) -> str:
    return f"no path in the prompt or the starter is {path}; name it, or nobody can know what this check asks"


@pytest.mark.parametrize(
    ("kind", "fields", "found"),
    [
        ("fix", {"solutions": [{"code": "x"}, {"edit": GONE}]}, [(("solutions", 1), NOT_ONCE)]),
        ("fix", {"wrong": [{"edit": GONE, "why": "w"}]}, [(("wrong", 0), NOT_ONCE)]),
        ("code", {"equivalent": [{"edit": GONE, "why": "w"}]}, [(("equivalent", 0), NOT_ONCE)]),
        # an equivalent may fit whichever solution
        ("code", {"solutions": TWO_WAYS, "equivalent": [{"edit": [{"from": "n + n", "to": "n * 2"}], "why": "w"}]}, []),
        (
            "code",
            {"wrong": [{"edit": [{"from": "n", "to": "m"}], "why": "w"}]},
            [(("wrong", 0), "'n' stands 5 times in the text that it edits; it must stand there once")],
        ),
        ("tests", {"wrong_apps": [{"edit": GONE, "why": "w"}]}, [(("wrong_apps", 0), NOT_ONCE)]),
        ("tests", {"solutions": [{"edit": GONE, "of": "starter"}]}, [(("solutions", 0), NOT_ONCE)]),
        # what a constant answer passes
        ("code", {"checks": [BARE_CHECK]}, [(("checks",), CONSTANT.format(200))]),
        ("fix", {"checks": [BARE_CHECK, {"source": {"require": ["Depends"]}}]}, [(("checks",), CONSTANT.format(200))]),
        ("fix", {"checks": [{"steps": [BARE_CHECK, BARE_CHECK]}]}, [(("checks",), CONSTANT.format(200))]),
        ("code", {"checks": [GREETING, BARE_CHECK]}, [(("checks",), CONSTANT.format(200))]),
        ("code", {"checks": [DOUBLE_CHECK]}, [(("checks",), CONSTANT.format(200))]),
        (
            "fix",
            {"checks": [{**GREETING, "repeat": 2, "response": {"status": [200, 200]}}]},
            [(("checks",), CONSTANT.format(200))],
        ),
        (
            "code",
            {
                "checks": [
                    {**BARE_CHECK, "response": {"status": [200, 201], "json_contains": {name: {"$type": "integer"}}}}
                    for name in "ab"
                ]
                + [{**BARE_CHECK, "response": {"status": [201, 202], "json_contains": {"a": 1, "b": 2}}}]
            },
            [(("checks",), CONSTANT.format(201))],
        ),
        ("fix", {"checks": [{**BARE_CHECK, "response": {"status": 200, "text": "hi"}}]}, [(("checks",), CONSTANT.format(200))]),
        ("fix", {"checks": [{**GREETING, "parallel": 3, "at_most": 2}]}, [(("checks",), CONSTANT.format(200))]),
        # paths
        ("code", {"prompt": "Write it.", "checks": NAMED}, [(("checks", 0), _unknown("/double/4"))]),
        ("code", {"prompt": "Write `/double`.", "checks": NAMED}, [(("checks", 0), _unknown("/double/4"))]),
        ("code", {"prompt": "Write `/double/{n}/more`.", "checks": NAMED}, [(("checks", 0), _unknown("/double/4"))]),
        (
            "code",
            {"checks": [DOUBLE_CHECK, {"openapi": {"at": "$.paths['/orders'].post", "json_contains": {}}}]},
            [(("checks", 1), _unknown("/orders"))],
        ),
        ("code", {"checks": [{"websocket": "/chat", "steps": [{"receive": "hi"}]}]}, [(("checks", 0), _unknown("/chat"))]),
        ("code", {"checks": [{"stream": "GET /events", "response": {"status": 200}}]}, [(("checks", 0), _unknown("/events"))]),
        (
            "code",
            {"prompt": "Write `/chat`.", "checks": [{"websocket": "/chat", "steps": [{"send": "hi"}, {"close": 1000}]}]},
            [(("checks", 0), NOTHING_EXPECTED)],
        ),
        # prompts and hints that hold the answer
        (
            "code",
            {"hints": ["look", "  x\n=  1 + 2 + 3 + 4"], "solutions": [{"code": "x = 1 + 2 + 3 + 4"}], "wrong": []},
            [(("hints", 1), COPIED)],
        ),
        (
            "fix",
            {
                "hints": ["Write `return {'double': 2 * n}`."],
                "solutions": [{"edit": [{"from": '{"double": 3 * n}', "to": "{'double': 2 * n}"}]}],
                "wrong": [],
            },
            [(("hints", 0), COPIED)],
        ),
        (
            "fix",
            {"prompt": 'Make it double: `return {"double": 2 * n}`.'},
            [(("prompt",), "the prompt holds what the solution adds, 'return {\"double\": 2 * n}'; say what it must do instead")],
        ),
        (
            "choice",
            {
                "prompt": "What does `Depends(f, use_cache=False)` change?",
                "options": [{"right": "`use_cache=False`"}, *_wrong("`cache=None`")],
            },
            [(("prompt",), "the prompt holds the right option, '`use_cache=False`', and no other; ask without it")],
        ),
        (
            "choice",
            {
                "prompt": "Since each request runs it once, how often?",
                "options": [{"right": "each request runs it once"}, *_wrong("never, unless asked")],
            },
            [(("prompt",), "the prompt holds the right option, 'each request runs it once', and no other; ask without it")],
        ),
        (
            "cloze",
            {"text": "A router is an `{{APIRouter}}`; make an APIRouter."},
            [(("text",), "gap 1's answer, 'APIRouter', stands elsewhere in the text; word it otherwise there")],
        ),
        (
            "cloze",
            {"prompt": "Think of the lifespan.", "text": "It starts in the {{startup || lifespan}}."},
            [(("text",), "gap 1's answer, 'lifespan', stands elsewhere in the text; word it otherwise there")],
        ),
        (
            "recall",
            {
                "prompt": "Why are routes tried in the order in which they are declared?",
                "key_points": {
                    "must": [{"idea": "something else entirely"}, {"idea": "routes are tried in the order of their declaration"}]
                },
            },
            [(("key_points", "must", 1), "the prompt says this point already; ask for it, or make it no point")],
        ),
        # options
        (
            "choice",
            {"options": [{"right": LONG}, *_wrong("it calls the function", "nothing")]},
            [
                (
                    ("options", 0),
                    "the right option is more than twice as long as any other, which gives it away; even them out",
                )
            ],
        ),
        (
            "choice",
            {"options": [{"right": "A list"}, *_wrong("none", "a  list.")]},
            [(("options", 2), "this option says the same as option 1; drop it, or make the difference one of substance")],
        ),
        (
            "recall",
            {"key_points": {"must": [{"idea": "a"}, {"idea": "b"}], "bonus": [{"idea": "a"}]}},
            [(("key_points",), "the idea 'a' stands there twice")],
        ),
    ],
)
def test_a_rule_finds_what_is_wrong(kind: str, fields: Any, found: list[Any]) -> None:
    assert list(findings(question(kind, **fields))) == found


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("code", {"checks": [BARE_CHECK, {**BARE_CHECK, "response": {"status": 200, "text": "a", "headers": {"x-a": "b"}}}]}),
        ("code", {"checks": [{"steps": [BARE_CHECK, {**BARE_CHECK, "response": {"status": 404}}]}]}),
        ("code", {"checks": [{"openapi": {"at": "$.info", "json_contains": {}}}]}),
        ("code", {"checks": [{**BARE_CHECK, "logs": [{"level": "INFO"}]}]}),
        ("code", {"checks": [{**BARE_CHECK, "repeat": 2, "response": {"status": [200, 429]}}]}),
        ("code", {"checks": [GREETING, {"request": "GET /double/2", "response": {"status": 200, "json": {"double": 4}}}]}),
        ("code", {"checks": [GREETING, {**BARE_CHECK, "response": {"status": 200, "json_contains": {"double": {"$gt": 2}}}}]}),
        (
            "code",
            {
                "checks": [
                    *question("code").model_dump(by_alias=True, exclude_unset=True)["checks"],
                    {"request": "GET /nowhere", "response": {"status": 404}},
                ]
            },
        ),
        ("code", {"prompt": "Write `GET /double/{number}?more=1`."}),
        ("code", {"prompt": "Write it.", "starter": DOUBLE, "solutions": [{"code": "x"}], "wrong": []}),
        ("code", {"prompt": "Write `GET /{n}`.", "starter": APP.replace("FastAPI()", "APIRouter(prefix='/double')")}),
        ("code", {"prompt": "Write `GET /double/{rest:path}`."}),
        ("code", {"prompt": "`GET /double/{file_path}` takes slashes too."}),
        (
            "code",
            {
                "prompt": "Write `GET /double/1`.",
                "checks": [{**DOUBLE_CHECK, "response": {"status": 200, "json": {"double": "{{n}}"}}}],
            },
        ),
        ("code", {"prompt": "Write `/chat`.", "checks": [{"websocket": "/chat", "steps": [{"send": "hi"}, {"closed": 1008}]}]}),
        ("code", {"prompt": "Write `/chat`.", "checks": [{"websocket": "/chat", "refused": 403}]}),
        ("code", {"hints": ["return {'double': 2 * n}"]}),
        ("fix", {"hints": ["`3 * n` is not right; what about two?"]}),
        ("code", {"prompt": 'Write `GET /double/{n}`, which answers `{"double": 2 * n}`.'}),
        ("choice", {"options": [{"right": "All of the app's routes"}, *_wrong("none of it", "the first one that matches")]}),
        (
            "choice",
            {"options": [{"right": "both a list and a set"}, *_wrong("the first two segments of the path", "a statement alone")]},
        ),
        ("choice", {"options": [{"right": "`Optional[int]`"}, *_wrong("`optional[int]`", "`int`")]}),
        ("choice", {"options": [{"right": "201 Created"}, *_wrong("200", "404")]}),
        ("choice", {"options": [{"right": LONG}, {"right": "this"}, *_wrong("that")]}),
        (
            "choice",
            {"prompt": "Is it `GET /items` or `GET /docs`?", "options": [{"right": "`GET /items`"}, *_wrong("`GET /nowhere`")]},
        ),
        ("choice", {"prompt": "Which is it, `def` or `async def`?", "options": [{"right": "`async def`"}, *_wrong("`def`")]}),
        (
            "choice",
            {
                "prompt": "Is `use_cache=False` or `scope=None` it?",
                "options": [{"right": "`use_cache=False`"}, *_wrong("`scope=None`")],
            },
        ),
        ("cloze", {"text": "Of `shop.py` it is {{shop}}, of the route's name {{route}}, and def is {{def}}."}),
        (
            "recall",
            {
                "prompt": "What decides which route answers, and in which order?",
                "key_points": {"must": [{"idea": "routes are tried in the order of their declaration"}]},
            },
        ),
        (
            "recall",
            {
                "prompt": "The dependency yields. The endpoint raises an exception. And then?",
                "key_points": {"must": [{"idea": "the exception is raised at the yield inside the dependency"}]},
            },
        ),
    ],
)
def test_a_rule_leaves_what_is_right_alone(kind: str, fields: Any) -> None:
    assert list(findings(question(kind, **fields))) == []


@pytest.mark.parametrize(
    "text",
    [
        "All of the above",
        "none of these",
        "None of them.",
        "both A and C",
        "neither 1 nor 2",
        "A and B are right",
        "Only A and C",
        "B or C",
        "the first two",
        "The last two options",
        "the same as the previous option",
        "option B, but later",
        "answers 1 and 3",
        "the above, and a header",
    ],
)
def test_an_option_that_speaks_of_others_is_found(text: str) -> None:
    options = [{"right": "x"}, {"wrong": text, "why": "y"}]
    assert list(findings(question("choice", options=options))) == [(("options", 1), OTHERS)]


def test_checks_of_different_statuses_can_not_all_be_passed_by_one_answer() -> None:
    checks = [BARE_CHECK, {"request": "GET /gone", "response": {"status": 404}}]
    assert list(findings(question("code", checks=checks))) == []


# ---- what a finished deck has ----

POINTS: dict[str, Any] = {"must": [{"idea": "a"}, {"idea": "b"}], "misconceptions": [{"idea": "c", "why": "d"}]}
FINISHED: dict[str, Any] = {"explanation": "So.", "key_points": POINTS, "follow_ups": [{"question": "next"}]}


@pytest.mark.parametrize(
    ("kind", "fields", "places"),
    [
        ("recall", FINISHED, []),
        ("recall", {**FINISHED, "follow_ups": []}, ["id"]),
        ("recall", {**FINISHED, "key_points": None}, ["key_points"]),
        ("recall", {**FINISHED, "key_points": {**POINTS, "misconceptions": [], "bonus": [{"idea": "x"}]}}, ["key_points"]),
        ("recall", {**FINISHED, "key_points": {**POINTS, "bonus": [{"idea": letter} for letter in "uvwxyz"]}}, ["key_points"]),
        ("choice", {"explanation": "So."}, []),
        ("choice", {}, ["id"]),
        ("code", {"explanation": "So."}, ["solutions"]),
        ("code", {"explanation": "So.", "solutions": [{"code": DOUBLE}, {"code": "x"}]}, []),
    ],
)
def test_a_finished_deck_is_asked_for_more(kind: str, fields: Any, places: list[str]) -> None:
    asked = question(kind, **fields)
    assert [place[0] for place, _ in findings(asked, full=True)] == places
    assert list(findings(asked)) == []


# ---- what several questions show ----


def _choices(longest: int, others: int) -> list[Any]:
    long = [{"right": "a right option"}, *_wrong("wrong one", "wrong two")]
    short = [{"right": "right"}, *_wrong("wrong one", "wrong two")]
    return [question("choice", id=f"q-{n}", options=long if n < longest else short) for n in range(longest + others)]


@pytest.mark.parametrize(("longest", "others", "told"), [(3, 0, False), (3, 1, True), (4, 0, True), (2, 2, False), (0, 9, False)])
def test_the_right_option_is_not_always_the_longest(longest: int, others: int, told: bool) -> None:
    (rule,) = FILE_RULES
    names = ", ".join(f"q-{n}" for n in range(longest))
    words = f"the right option is the longest in {longest} of {longest + others} choice questions ({names}); even them out"
    assert list(rule([question("recall"), *_choices(longest, others)])) == [(1, (("options",), words))] * told


def test_it_is_told_once_of_a_file_and_also_of_a_deck_of_several(tmp_path: Path) -> None:
    head = "  - id: {}\n    kind: choice\n    level: mid\n    prompt: p\n"
    choice = head + "    options: [right: a right option, {{wrong: none, why: w}}]\n"
    one = "".join(choice.format(f"a-{n}") for n in range(4))
    path = write_deck(tmp_path / "one" / "a.yaml", one)
    told = "a-0: the right option is the longest in 4 of 4 choice questions (a-0, a-1, a-2, a-3); even them out"
    assert [str(problem) for problem in lint([path])[0]] == [f"{path}:8: {told}"]
    first, second = (write_deck(tmp_path / "two" / f"{n}.yaml", "".join(choice.format(f"a{n}{m}") for m in "bc")) for n in "12")
    problems, _ = lint([tmp_path / "two"])
    assert [(problem.path, problem.line) for problem in problems] == [(first, 8)]
    assert lint([second]) == ([], 2)


def test_findings_are_told_at_their_lines(tmp_path: Path) -> None:
    path = write_deck(
        tmp_path / "a.yaml",
        recall("fine")
        + """  - id: pick
    kind: choice
    level: mid
    prompt: Which?
    options:
      - right: this
      - wrong: none of the above
        why: because
  - id: twice
    kind: recall
    level: mid
    prompt: p
    answer: a
    key_points:
      must: [{idea: a}, {idea: a}]
""",
    )
    problems, read = lint([path])
    assert read == 3
    assert [str(problem) for problem in problems] == [
        f"{path}:15: pick: {OTHERS}",
        f"{path}:22: twice: the idea 'a' stands there twice",
    ]


def test_what_is_sound_beside_a_problem_is_read_all_the_same(tmp_path: Path) -> None:
    path = write_deck(tmp_path / "a.yaml", recall("one") + recall("one"))
    problems, read = lint([path])
    assert ([problem.line for problem in problems], read) == ([9], 2)


def test_a_sound_deck_has_no_problems(tmp_path: Path) -> None:
    write_deck(tmp_path / "a.yaml", recall("one") + recall("two"))
    assert lint([tmp_path]) == ([], 2)
    with pytest.raises(MissingPath):
        lint([tmp_path / "gone"])


def test_the_example_deck_is_sound(shared: Path) -> None:
    assert lint([shared / "deck-example.yaml"]) == ([], 7)
