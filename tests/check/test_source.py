import warnings
from typing import Any

import pytest

from quizkit.check.source import broken_rules
from quizkit.check.spec import SourceRules

SOURCE = '''
import time
import asyncio as aio
from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool as pool

app = FastAPI()


@app.get("/items", response_model=list[int])
async def read_items(user=Depends(str)):
    """Never calls requests.get or eval."""
    time.sleep(1)
    await aio.sleep(0)
    return await pool(print)


def plain(): ...


class Service:
    async def run(self): ...
'''


@pytest.mark.parametrize(
    "rule",
    [
        "Depends",
        "fastapi.Depends",
        "time.sleep",
        "sleep",
        "asyncio",
        "asyncio.sleep",
        "aio.sleep",
        "run_in_threadpool",
        "starlette.concurrency.run_in_threadpool",
        "app.get",
        "response_model",
        {"async def": "read_items"},
        {"async def": "run"},
        {"def": "plain"},
    ],
)
def test_a_construct_that_is_there(rule: Any) -> None:
    assert _broken(SOURCE, _rules(require=[rule])) == []
    assert _broken(SOURCE, _rules(forbid=[rule])) == [f"{_told(rule)} is not allowed here"]


@pytest.mark.parametrize(
    "rule",
    [
        "requests.get",
        "eval",
        "items",
        "Service.run",
        {"async def": "plain"},
        {"def": "read_items"},
        {"def": "nothing"},
    ],
)
def test_a_construct_that_is_not_there(rule: Any) -> None:
    assert _broken(SOURCE, _rules(forbid=[rule])) == []
    assert _broken(SOURCE, _rules(require=[rule])) == [f"{_told(rule)} is required"]


def test_every_broken_rule_is_told_what_is_missing_first() -> None:
    rules = _rules(require=["Depends", "Query", {"async def": "other"}], forbid=["time.sleep", "eval"])
    assert _broken(SOURCE, rules) == [
        "Query is required",
        "async def other is required",
        "time.sleep is not allowed here",
    ]


def test_a_call_by_another_name_is_found_by_its_own() -> None:
    source = "from time import sleep as nap\nnap(1)\n"
    assert _broken(source, _rules(forbid=["time.sleep"])) == ["time.sleep is not allowed here"]


@pytest.mark.parametrize("source", ["import os.path\nos.path.join()\n", "import os.path as p\np.join()\n"])
def test_a_name_in_a_module_s_module_is_found(source: str) -> None:
    assert _broken(source, _rules(require=["os.path.join", "join"])) == []


def test_a_method_of_what_a_call_gives_is_no_such_name() -> None:
    assert _broken("client().get('/')\n", _rules(forbid=["client.get"])) == []


def test_what_is_not_python_is_not_judged() -> None:
    with pytest.raises(SyntaxError):
        _broken("def (:", _rules(require=["Depends"]))


def test_a_warning_about_the_text_is_not_ours() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        _broken('pattern = "\\d"\n', _rules())
    assert heard == []


def test_a_method_does_not_hide_the_function_of_its_name() -> None:
    source = "async def read(): ...\n\n\nclass Store:\n    def read(self): ...\n"
    assert _broken(source, _rules(require=[{"async def": "read"}, {"def": "read"}])) == []


def _broken(source: str, rules: SourceRules) -> list[str]:
    return broken_rules({"main.py": source}, rules)


def _rules(**rules: Any) -> SourceRules:
    return SourceRules.model_validate(rules)


def _told(rule: Any) -> str:
    return rule if isinstance(rule, str) else " ".join(*rule.items())
