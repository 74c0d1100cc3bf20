"""Each rule on what it is for and on what looks like it; and the deck's own solutions, which must be good examples."""

from textwrap import dedent

import pytest

from quizkit.check.advice import RULES, advice
from quizkit.deck.loader import load
from quizkit.deck.models import Coding, Fix
from quizkit.verdict import Worth

CHANGING, KNOWING = Worth.changing, Worth.knowing
HEAD = """\
import asyncio, hashlib, itertools, os, sqlite3, subprocess, threading, time, urllib.request
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated
import httpx, jwt, requests
from fastapi import APIRouter, Body, Depends, FastAPI, Header, HTTPException, Query, Security, status
from fastapi.responses import JSONResponse, ORJSONResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator, validator
from sqlalchemy.orm import Session
app = FastAPI()
lock = threading.Lock()
hits = {}
total = 0
"""


def _rules(source: str, grade: Worth | None = None) -> set[str]:
    return {found.rule for found in advice(HEAD + dedent(source)) if grade in (None, found.grade)}


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("blocking-call", "async def f(): time.sleep(1)"),
        ("blocking-call", "from time import sleep as nap\nasync def f():\n    if f: nap(1)"),
        ("blocking-call", "async def f(): return requests.get('http://a').json()"),
        ("blocking-call", "async def f(): return httpx.post('http://a')"),
        ("blocking-call", "async def f(): return urllib.request.urlopen('http://a')"),
        ("blocking-call", "async def f(): subprocess.run(['ls'])"),
        ("blocking-call", "async def f():\n    with sqlite3.connect('a.db') as db: db.execute('SELECT 1')"),
        ("blocking-call", "def slow(): time.sleep(1)\nasync def f(): slow()"),
        ("blocking-session", "async def f(db: Session): return db.get(int, 1)"),
        ("blocking-session", "Db = Annotated[Session, Depends(f)]\nasync def f(db: Db): db.commit()"),
        ("shared-state", "@app.get('/')\ndef f():\n    global total\n    total += 1"),
        ("shared-state", "@app.get('/')\ndef f():\n    hits['n'] += 1"),
        ("shared-state", "@app.get('/')\ndef f(k: str):\n    hits[k] = hits.get(k, 0) + 1"),
        ("shared-state", "@app.get('/')\ndef f(k: str):\n    count = hits[k]\n    if k:\n        hits[k] = count + 1"),
        ("shared-state", "def f():\n    hits['n'] = hits['n'] + 1\n@app.get('/', dependencies=[Depends(f)])\ndef g(): ..."),
        ("bare-except", "def f():\n    try: f()\n    except: return None"),
        ("silent-except", "def f():\n    try: f()\n    except Exception: pass"),
        ("silent-except", "def f():\n    try: f()\n    except BaseException: ..."),
        ("compared-secret", "def f(token: str): return token == KEYS['a']"),
        ("compared-secret", "def f(form): return form.password != 'hunter2'"),
        ("compared-secret", "def f(headers): return headers['x-api-key'] == key"),
        ("compared-secret", "def f(headers): return headers.get('X-Api-Key') == key"),
        ("compared-secret", "def f(a): return a.encode() == settings.api_key.get_secret_value()"),
        ("written-secret", "SECRET_KEY = 'abcdefgh'"),
        ("written-secret", "class Settings(BaseModel):\n    jwt_secret: str = 'abcdefgh'"),
        ("written-secret", "app.add_middleware(S, secret_key='abcdefgh')"),
        ("written-secret", "jwt.encode({}, 'abcdefgh', algorithm='HS256')"),
        ("weak-hash", "def f(password): return hashlib.sha256(password.encode()).hexdigest()"),
        ("unverified-token", "def f(t): return jwt.decode(t, options={'verify_signature': False})"),
        ("open-cors", "app.add_middleware(C, allow_origins=['*'], allow_credentials=True)"),
        ("open-cors", "ORIGINS = ['*']\napp.add_middleware(C, allow_origins=ORIGINS, allow_credentials=True)"),
        ("written-sql", "def f(db, n): return db.execute(f'SELECT * FROM users WHERE name = {n!r}')"),
        ("written-sql", "def f(db, n): return db.execute('DELETE FROM users WHERE name = %s' % n)"),
        ("written-sql", "def f(db, n): return db.execute('UPDATE users SET name = ' + n)"),
        ("written-sql", "def f(db, n): return db.execute('INSERT INTO users VALUES ({})'.format(n))"),
        ("shared-default", "def f(found=[]): return found"),
        ("shared-default", "def f(*, found=dict()): return found"),
        ("deprecated", "def f(): return datetime.utcnow()"),
        ("deprecated", "class M(BaseModel):\n    at: datetime = Field(default_factory=datetime.utcnow)"),
        ("deprecated", "app = FastAPI(default_response_class=ORJSONResponse)"),
        ("deprecated", "def f(): raise HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY)"),
        ("deprecated", "class M(BaseModel):\n    @validator('a')\n    def b(cls, v): return v"),
        ("on-event", "@app.on_event('startup')\ndef f(): ..."),
        ("on-event", "app = FastAPI(on_startup=[f])"),
        ("regex", "def f(q: Annotated[str, Query(regex='a')]): ..."),
        ("example", "def f(q: Annotated[str, Body(example='a')]): ..."),
        ("example", "class M(BaseModel):\n    a: str = Field(example='a')"),
        ("pydantic-1", "class M(BaseModel):\n    a: list[int] = Field(min_items=1)"),
        ("pydantic-1", "class M(BaseModel):\n    class Config:\n        frozen = True"),
        ("pydantic-1", "class M(BaseModel): ...\nclass N(M):\n    class Config: ..."),
        ("pydantic-1", "def f(item): return item.dict()"),
        ("pydantic-1", "def f(row): return M.from_orm(row)"),
        ("pydantic-1", "class M(BaseModel): ...\ndef f(item: M): return item.json()"),
        ("pydantic-1", "class M(BaseModel): ...\ndef f():\n    item = M()\n    return item.copy()"),
    ],
)  # fmt: skip
def test_what_is_worth_changing(rule: str, source: str) -> None:
    assert _rules(source, CHANGING) == {rule}


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("blocking-file", "async def f():\n    with open('a') as file: return file.read()"),
        ("blocking-file", "async def f(): return Path('a').read_text()"),
        ("dropped-task", "async def f(): asyncio.create_task(f())"),
        ("shared-state", "@app.post('/')\ndef f():\n    found = dict(id=len(hits) + 1)\n    hits.update(found)"),
        ("process-state", "@app.put('/{k}')\nasync def f(k: str):\n    hits[k] = 1"),
        ("unmaintained", "from passlib.context import CryptContext"),
        ("unmaintained", "from jose import jwt"),
        ("default-depends", "@app.get('/')\ndef f(user=Depends(g)): ..."),
        ("default-depends", "@app.get('/')\ndef f(*, user=Security(g)): ..."),
    ],
)
def test_what_is_worth_knowing(rule: str, source: str) -> None:
    assert _rules(source) == _rules(source, KNOWING) == {rule}


@pytest.mark.parametrize(
    "source",
    [
        "def f(): time.sleep(1)",
        "async def f(): await asyncio.sleep(1)",
        "async def f():\n    def inner(): time.sleep(1)\n    await asyncio.to_thread(inner)",
        "async def f(): await asyncio.to_thread(time.sleep, 1)",
        "async def f(client): return (await client.get('http://a')).json()",
        "@asynccontextmanager\nasync def lifespan(app):\n    db = sqlite3.connect('a.db')\n    yield",
        "@app.get('/')\ndef slow(): time.sleep(1)",
        "async def f(db: Session): return await run_in_threadpool(db.get, int, 1)",
        "def f(db: Session): return db.get(int, 1)",
        "async def f(): await Path('a').read_text()",
        "async def f(): task = asyncio.create_task(f()); await task",
        "@app.get('/')\nasync def f():\n    global total\n    total += 1",
        "@app.get('/')\ndef f():\n    global total\n    with lock:\n        total += 1",
        "@app.get('/')\ndef f():\n    with app.state.count_lock:\n        hits['n'] += 1",
        "@app.get('/')\ndef f():\n    total = 1\n    total += 1",
        "@app.get('/')\ndef f(hits: list[int]):\n    hits[0] += 1",
        "ids = itertools.count(1)\n@app.get('/')\ndef f(): return {'id': next(ids)}",
        "def f():\n    try: f()\n    except Exception: raise",
        "def f():\n    try: f()\n    except:\n        undo()\n        raise",
        "def f():\n    try: f()\n    except KeyError: pass",
        "def f(token): return token == '' or token is None",
        "def f(token_type, grant): return token_type == 'bearer' and grant == 'password'",
        "def f(form): return form.password == form.password_repeat",
        "class M(BaseModel):\n    @field_validator('b')\n    def same(cls, v, info): return v == info.data['password']",
        "def f(db, token): return db.scalar(select(User).where(User.token == token))",
        "def test_it(body): assert body['token'] == 'abc'",
        "def f(next_token): return next_token == 'abc'",
        "SECRET_KEY = os.environ['SECRET_KEY']\nTOKEN_URL = '/login'\ntoken = ''",
        "class Grant(Enum):\n    password = 'password'",
        "def f(data): return hashlib.sha256(data).hexdigest()",
        "def f(t): return jwt.decode(t, KEY, algorithms=['HS256'])",
        "app.add_middleware(C, allow_origins=['*'])",
        "app.add_middleware(C, allow_origins=['https://a.example'], allow_credentials=True)",
        "def f(db, n): return db.execute('SELECT * FROM users WHERE name = ?', (n,))",
        "def f(db, column): return db.execute(f'SELECT * FROM users ORDER BY {column} DESC')",
        "def f(db, ids): return db.execute(f\"SELECT * FROM users WHERE id IN ({','.join('?' * len(ids))})\", ids)",
        "def f(log, name): log.info(f'Select a name from {name}')",
        "@app.get('/')\ndef f(q: Annotated[list[str], Query()] = []): return q",
        "def f(found=None, kept=()): return found",
        "def f(): return datetime.now(tz)",
        "def f(): raise HTTPException(status.HTTP_404_NOT_FOUND)",
        "def f(q: Annotated[str, Query(pattern='a', examples=['a'])]): ...",
        "class M(BaseModel):\n    model_config = ConfigDict(frozen=True)\n    a: str = Field(examples=['a'])",
        "class Server:\n    class Config: ...",
        "class M(BaseModel): ...\ndef f(item: M, r): return [r.json(), item.model_dump(), hits.copy(), r.schema]",
        "@app.get('/')\ndef f(user: Annotated[str, Depends(g)]): ...",
    ],
)
def test_what_only_looks_like_it(source: str) -> None:
    assert _rules(source) == set()


def test_dict_is_a_models_only_where_models_are() -> None:
    assert advice("def f(item): return item.dict()") == ()


@pytest.mark.parametrize("source", ["def f(:", "", "x = '\0'", "(" * 5000 + ")" * 5000])
def test_what_is_not_python_gets_no_advice(source: str) -> None:
    assert advice(source) == ()


def test_what_should_change_comes_first_then_what_stands_first() -> None:
    source = "from jose import jwt\nSECRET = 'abcdefgh'\ndef f(a=[]): ...\n"
    assert [(found.grade, found.line) for found in advice(source)] == [(CHANGING, 2), (CHANGING, 3), (KNOWING, 1)]


def test_a_line_that_the_task_gave_is_not_the_persons() -> None:
    given = "SECRET = 'abcdefgh'\ndef f(a): ...\n"
    assert [found.line for found in advice("import os\n" + given + "TOKEN = 'abcdefgh'\n", given)] == [4]


SEVERAL = "# file: app/main.py\n# file: app/a.py\n"


def test_of_several_files_each_is_judged_by_itself_and_named() -> None:
    text = "# quizkit: x\n# file: app/main.py\nimport time\n# file: notes.txt\nTOKEN = 'abcdefgh'\n"
    found = advice(f"{text}# file: app/a.py\nTOKEN = 'abcdefgh'\n", SEVERAL)
    assert [(one.file, one.line, one.rule) for one in found] == [("app/a.py", 1, "written-secret")]
    assert advice("# file: a.py\nTOKEN = 'abcdefgh'\n# file: a.py\n", SEVERAL) == ()
    assert [one.file for one in advice("# file: a.py\nTOKEN = 'abcdefgh'\n")] == [""]


def test_every_advice_is_a_sentence_that_says_what_to_write() -> None:
    found = advice(HEAD + "async def f(): time.sleep(1)\n")
    assert [one.message for one in found] == [
        "`time.sleep` in `async def` holds up the event loop, and every other request waits. Better: `await asyncio.sleep(...)`, "
        "or make the function a plain `def`, which runs in a thread."
    ]
    assert len(set(RULES)) == len(RULES)


LISTED = {
    "auth-refresh-rotation": "what is compared is a whole signed token, whose signature was checked before",
    "envvars-nested-settings": "the endpoint exists to show what the settings hold",
    "tips-cached-report": "prices and their version change in one handler, and the task is about ETag",
    "structure-split": "its task names the token and is about files and routers, as is the tutorial that it comes from",
}
"""First solutions that earn advice to change something, with the reason why they stand."""


def test_the_decks_first_solutions_are_good_examples() -> None:
    deck = load()
    coded = [question for entry in deck.entries if isinstance(question := deck.question(entry.id), Fix | Coding)]
    found = {
        question.id
        for question in coded
        if any(one.grade is CHANGING for one in advice(question.text_of(question.solutions[0]), question.starter))
    }
    assert found <= LISTED.keys()
