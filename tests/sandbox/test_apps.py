"""Ordinary apps are not hurt by the protections."""

import json
from typing import Any

import pytest

from quizkit.sandbox.host import Sandbox
from quizkit.sandbox.protocol import Loaded, Request, Response

APP = "from fastapi import FastAPI\napp = FastAPI()\n"

THREADS = """
import threading, concurrent.futures, asyncio, time
@app.get("/")
def read():
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        first = sum(pool.map(lambda n: n, range(100)))
    return first
@app.get("/async")
async def slow():
    return await asyncio.gather(*(asyncio.to_thread(lambda n=n: n) for n in range(40)))
"""
SQLITE = """
import sqlite3
@app.get("/")
def read():
    with sqlite3.connect("app.db") as db:
        db.execute("pragma journal_mode=wal")
        db.execute("create table if not exists t (n)")
        db.execute("insert into t values (4)")
    return db.execute("select n from t").fetchone()[0]
"""
SQLALCHEMY = """
from sqlalchemy import create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): pass
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
engine = create_engine("sqlite:///items.db")
Base.metadata.create_all(engine)
@app.get("/")
def read():
    with Session(engine) as session:
        session.add(Item(name="a")); session.commit()
        return session.get(Item, 1).name
"""
AIOSQLITE = """
import aiosqlite
@app.get("/")
async def read():
    async with aiosqlite.connect("a.db") as db:
        await db.execute("create table t (n)")
        await db.execute("insert into t values (7)")
        async with db.execute("select n from t") as rows:
            return (await rows.fetchone())[0]
"""
BACKGROUND = """
from fastapi import BackgroundTasks
import pathlib
def note(text): pathlib.Path("log.txt").write_text(text)
@app.get("/")
def read(tasks: BackgroundTasks):
    tasks.add_task(note, "done")
    return "later"
@app.get("/log")
def log(): return pathlib.Path("log.txt").read_text()
"""
UPLOAD = """
from fastapi import UploadFile
import shutil
@app.post("/")
async def write(file: UploadFile):
    with open("copy", "wb") as copy: shutil.copyfileobj(file.file, copy)
    shutil.copy("copy", "copy2")
    return [file.filename, file.content_type, len(open("copy2", "rb").read())]
"""
STATIC = """
from fastapi.staticfiles import StaticFiles
import pathlib
pathlib.Path("static").mkdir()
pathlib.Path("static/page.html").write_text("<p>hello")
pathlib.Path("static/style.css").touch()
app.mount("/static", StaticFiles(directory="static"))
"""
TEMPLATES = """
from fastapi import Request
from fastapi.templating import Jinja2Templates
import pathlib
pathlib.Path("templates").mkdir()
pathlib.Path("templates/page.html").write_text("<b>{{ name }}</b>")
templates = Jinja2Templates(directory="templates")
@app.get("/")
def page(request: Request): return templates.TemplateResponse(request, "page.html", {"name": "<you>"})
"""
WEBSOCKET = """
from fastapi import WebSocket
from fastapi.testclient import TestClient
@app.websocket("/ws")
async def talk(socket: WebSocket):
    await socket.accept()
    await socket.send_text((await socket.receive_text()).upper())
    await socket.close()
@app.get("/")
def read():
    with TestClient(app).websocket_connect("/ws") as socket:
        socket.send_text("hello")
        return socket.receive_text()
"""
LIFESPAN = """
import contextlib
from fastapi import FastAPI
@contextlib.asynccontextmanager
async def life(app):
    app.state.ready = True
    yield
    app.state.ready = False
app = FastAPI(lifespan=life)
@app.get("/")
def read(): return app.state.ready
"""
TOKENS = """
import jwt
from pwdlib import PasswordHash
@app.get("/")
def read():
    token = jwt.encode({"sub": "me"}, "k" * 32, algorithm="HS256")
    return jwt.decode(token, "k" * 32, algorithms=["HS256"])["sub"]
"""
LIBRARIES = """
import asyncio, datetime, email, hashlib, locale, logging, mimetypes, multiprocessing, pathlib, platform, random
import secrets, ssl, subprocess, tempfile, uuid, zoneinfo
import pydantic_settings, itsdangerous
class Settings(pydantic_settings.BaseSettings):
    token: str = "none"
@app.get("/")
def read():
    logging.basicConfig(filename="app.log", level="INFO"); logging.info("read")
    with tempfile.NamedTemporaryFile() as file: file.write(b"x")
    ssl.create_default_context()
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    pathlib.Path("touched").touch(); pathlib.Path("touched").touch(exist_ok=True)
    pathlib.Path("touched").rename("moved")
    now = datetime.datetime.now(zone)
    return [bool(uuid.uuid4()), bool(secrets.token_hex()), mimetypes.guess_type("a.css")[0], Settings().token]
"""
ENDPOINTS = (
    "".join(f'@app.get("/n/{n}")\ndef f{n}(): return {n}\n' for n in range(40))
    + """
import asyncio
from httpx import ASGITransport, AsyncClient
import threading, time
barrier = threading.Barrier(40, timeout=5)
@app.get("/together")
def together():
    barrier.wait()
    return 1
@app.get("/")
async def all():
    async with AsyncClient(transport=ASGITransport(app), base_url="http://t") as client:
        apart = await asyncio.gather(*(client.get(f"/n/{n}") for n in range(40)))
        at_once = await asyncio.gather(*(client.get("/together") for _ in range(39)), asyncio.to_thread(barrier.wait))
    return [sum(response.json() for response in apart), sum(r.json() for r in at_once[:39])]
"""
)


def ask(sandbox: Sandbox, source: str, *requests: Request) -> list[Response]:
    with sandbox.open({"main.py": source}) as run:
        loaded = run.load()
        assert isinstance(loaded, Loaded), (loaded, bytes(run.output))
        replies = [run.send(request) for request in requests]
        assert all(isinstance(reply, Response) for reply in replies), (replies, bytes(run.output))
        return [reply for reply in replies if isinstance(reply, Response)]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        pytest.param(THREADS, "/", 4950, id="threads"),
        pytest.param(THREADS, "/async", list(range(40)), id="asyncio's threads"),
        pytest.param(SQLITE, "/", 4, id="sqlite"),
        pytest.param(SQLALCHEMY, "/", "a", id="SQLAlchemy"),
        pytest.param(AIOSQLITE, "/", 7, id="aiosqlite"),
        pytest.param(WEBSOCKET, "/", "HELLO", id="WebSockets"),
        pytest.param(LIFESPAN, "/", True, id="lifespan"),
        pytest.param(TOKENS, "/", "me", id="PyJWT"),
        pytest.param(LIBRARIES, "/", [True, True, "text/css", "of the check"], id="the standard library"),
        pytest.param(ENDPOINTS, "/", [780, 39], id="40 endpoints at once"),
    ],
)
def test_an_ordinary_app_answers(sandbox: Sandbox, source: str, target: str, expected: Any) -> None:
    with sandbox.open({"main.py": APP + source}, {"TOKEN": "of the check"}) as run:
        assert isinstance(loaded := run.load(), Loaded), loaded
        reply = run.send(Request("GET", target))
    assert isinstance(reply, Response)
    assert reply.raised is None, (reply.raised, bytes(run.output))
    assert (reply.status, json.loads(reply.body)) == (200, expected)


def test_a_background_task_runs_and_writes(sandbox: Sandbox) -> None:
    later, log = ask(sandbox, APP + BACKGROUND, Request("GET", "/"), Request("GET", "/log"))
    assert (later.body, log.body) == (b'"later"', b'"done"')


def test_a_large_upload_arrives(sandbox: Sandbox) -> None:
    size = 3 << 20
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: image/png\r\n\r\n'
    body = part + b"x" * size + b"\r\n--b--\r\n"
    headers = (("content-type", "multipart/form-data; boundary=b"),)
    (reply,) = ask(sandbox, APP + UPLOAD, Request("POST", "/", headers, body))
    assert json.loads(reply.body) == ["a.bin", "image/png", size]


def test_static_files_have_their_types(sandbox: Sandbox) -> None:
    page, style = ask(sandbox, APP + STATIC, Request("GET", "/static/page.html"), Request("GET", "/static/style.css"))
    assert page.body == b"<p>hello"
    assert dict(style.headers)["content-type"].startswith("text/css")


def test_templates_are_filled(sandbox: Sandbox) -> None:
    (page,) = ask(sandbox, APP + TEMPLATES, Request("GET", "/"))
    assert page.body == b"<b>&lt;you&gt;</b>"


def test_versions_and_entry_points_are_found(sandbox: Sandbox) -> None:
    source = "from importlib.metadata import entry_points, version\n@app.get('/')\ndef read(): return [version('h11'), {}]\n"
    (reply,) = ask(sandbox, APP + source.format("len(entry_points())"), Request("GET", "/"))
    assert json.loads(reply.body)[1] > 0


def test_a_package_beside_main_is_imported(sandbox: Sandbox) -> None:
    files = {
        "main.py": APP + "from shop.prices import price\n@app.get('/')\ndef read(): return price()\n",
        "shop/__init__.py": "",
        "shop/prices.py": "def price(): return open('shop/price.txt').read()\n",
        "shop/price.txt": "4",
    }
    with sandbox.open(files) as run:
        run.load()
        reply = run.send(Request("GET", "/"))
    assert isinstance(reply, Response)
    assert reply.body == b'"4"'
