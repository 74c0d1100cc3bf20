"""Answers that solve nothing and yet look right to a check that asks too little."""

from collections.abc import Iterator
from typing import Final

_NOTHING: Final = "from fastapi import FastAPI\n\napp = FastAPI()\n"

_ALWAYS_200: Final = """\
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def anything(path: str):
    return {}


@app.websocket("/{path:path}")
async def any_socket(socket: WebSocket, path: str):
    await socket.accept()
"""

# What follows is written below a right answer, and stands between it and whoever asks.
_FINDS: Final = """


def _right():
    from fastapi import FastAPI

    named = globals().get("app")
    return named if callable(named) else next(value for value in globals().values() if isinstance(value, FastAPI))


async def _hang_up(receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
"""

_EMPTY_BODY: Final = """

class _Emptied:
    def __init__(self, right):
        self.right = right

    async def __call__(self, scope, receive, send):
        async def emptied(message):
            if message["type"] == "http.response.start":
                headers = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                message = {**message, "headers": headers}
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        if scope["type"] == "websocket":
            await _hang_up(receive, send)
        else:
            await self.right(scope, receive, emptied)


app = _Emptied(_right())
"""

_FIRST_ANSWER: Final = """

class _Repeated:
    def __init__(self, right):
        self.right, self.said = right, []

    async def __call__(self, scope, receive, send):
        async def noted(message):
            self.said.append(message)
            await send(message)

        if scope["type"] == "websocket":
            await _hang_up(receive, send)
        elif scope["type"] != "http" or not self.said:
            await self.right(scope, receive, noted if scope["type"] == "http" else send)
        else:
            for message in self.said:
                await send(message)


app = _Repeated(_right())
"""


def cheats(solution: str) -> Iterator[tuple[str, str]]:
    """The standing cheats as (what it does, source); `solution` is a right answer that some of them hide behind."""
    yield "nothing implemented", _NOTHING
    yield "200 for everything", _ALWAYS_200
    yield "the right status with an empty body", solution + _FINDS + _EMPTY_BODY
    yield "the first answer given to every request", solution + _FINDS + _FIRST_ANSWER
