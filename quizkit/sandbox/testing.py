"""Runs a person's pytest file against a stand-in for the app, whose requests the host answers from the real one elsewhere."""

import os
import re
import sys
import threading
import types
from collections.abc import Callable
from typing import Any, Final

from quizkit.sandbox.protocol import Asked, EndOfTest, Request, Response, Tested

FILE: Final = "test_main.py"
SETTINGS: Final = "pytest.ini"
"""Lies beside the tests, so that pytest looks for settings nowhere else: the folders above can't be read."""
_TOLD: Final = 2000
_PLACE: Final = re.compile(r"(\S.*):\d+: in ")

Ask = Callable[[Asked], Response]
"""Hands a request to the host and waits for the response."""


class StandIn:
    """What `from main import app` gives: an ASGI app that knows nothing but how to ask."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._one_at_a_time = threading.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers a request as the real app does; a lifespan begins and ends without it."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError("the app behind these tests takes HTTP requests only")
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        with self._one_at_a_time:
            response = self._ask(Asked(_request(scope, body)))
        headers = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in response.headers]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})


async def _lifespan(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _request(scope: Any, body: bytes) -> Request:
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    target = (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")
    headers = tuple((name.decode("latin-1"), text.decode("latin-1")) for name, text in scope["headers"])
    sent = tuple(pair for pair in headers if pair[0] != "content-length")
    return Request(scope["method"], target, sent, body)


class _Recorder:
    """A pytest plugin that keeps how each test ended."""

    def __init__(self) -> None:
        self.outcomes: dict[str, EndOfTest] = {}
        self.skipped = 0

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test that fails in any of its phases has failed; one that fails as expected counts as skipped, as pytest has it."""
        self.skipped += report.skipped
        if report.failed or (report.when == "call" and report.passed):
            name = report.nodeid.partition("::")[2]
            if name not in self.outcomes or report.failed:
                self.outcomes[name] = EndOfTest(name, not report.failed, _own_lines(report.longreprtext))

    def pytest_collectreport(self, report: Any) -> None:
        """A file that can't be imported fails as a whole."""
        self.skipped += report.skipped
        if report.failed:
            self._fail(_own_lines(str(report.longrepr)))

    def pytest_internalerror(self, excinfo: Any) -> None:
        """A `sys.exit` while the file is imported, which pytest takes for an accident of its own."""
        self._fail(f"{excinfo.typename}: {excinfo.value} ended it before all tests had run")

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        """A `pytest.exit`; what couldn't be imported stops pytest in this way too, and is noted by then."""
        if "collection" not in self.outcomes:
            self.pytest_internalerror(excinfo)

    def _fail(self, words: str) -> None:
        self.outcomes["collection"] = EndOfTest("collection", False, words)


def _own_lines(traceback: str) -> str:
    """A traceback in pytest's short form, with those of its places that lie in the person's file."""
    kept, own = [], True
    for line in traceback.replace(os.getcwd() + os.sep, "").splitlines():  # noqa: PTH109
        place = _PLACE.match(line)
        if place or not line.startswith("    "):
            own = place is None or not place[1].startswith((os.sep, ".."))
        if own:
            kept.append(line)
    return "\n".join(kept)[-_TOLD:]


def run_tests(ask: Ask) -> Tested:
    """Runs the file in the current folder and tells how each test ended."""
    import pytest  # noqa: PLC0415 - only a run of tests needs it

    main = types.ModuleType("main")
    main.app = StandIn(ask)  # type: ignore[attr-defined]
    sys.modules["main"] = main
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    recorder = _Recorder()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    folder = os.getcwd()  # noqa: PTH109
    where = [f"--rootdir={folder}", f"--confcutdir={folder}", "-c", SETTINGS]
    options = ["-q", "--tb=short", "-p", "no:cacheprovider", "-p", "anyio.pytest_plugin", *where, FILE]
    pytest.main(options, plugins=[recorder])
    return Tested(tuple(recorder.outcomes.values()), recorder.skipped)
