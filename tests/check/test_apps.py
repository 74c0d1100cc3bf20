"""Which app is asked, and which one was meant."""

import pytest

from quizkit.check.apps import factory, unasked

TWO = "from fastapi import FastAPI\n\napp = FastAPI()\napi = FastAPI()\n\n\n@api.get('/x')\ndef x(): ...\n"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (TWO, "api"),
        (TWO.replace("api = FastAPI()", "api: FastAPI = fastapi.FastAPI()"), "api"),
        (TWO + "app.mount('/api', api)\n", ""),
        (TWO + "\n@app.get('/y')\ndef y(): ...\n", ""),
        (TWO + "install(app)\n", ""),
        (TWO.replace("@api", "@app"), ""),
        (TWO.replace("app = FastAPI()\n", ""), ""),
        ("app = FastAPI()\n", ""),
        ("def f(:\n", ""),
    ],
)
def test_an_app_with_nothing_of_its_own_beside_one_that_has_routes(text: str, other: str) -> None:
    assert unasked({"main.py": text}) == other


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def create_app():\n    app = FastAPI()\n    return app\n", "create_app"),
        ("def make() -> FastAPI:\n    return fastapi.FastAPI()\n", "make"),
        ("def make():\n    FastAPI()\n", ""),
        ("def get():\n    return 1\n", ""),
        ("x = 1\n", ""),
        ("def f(:\n", ""),
    ],
)
def test_a_function_that_makes_an_app(text: str, name: str) -> None:
    assert factory({"main.py": text}) == name
