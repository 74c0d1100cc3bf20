import re
from contextvars import ContextVar
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{1,64}")

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")


def choose_id(wanted: str | None) -> str:
    if wanted is not None and ACCEPTABLE.fullmatch(wanted):
        return wanted
    return uuid4().hex


class RequestIdMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        request_id = choose_id(Headers(scope=scope).get(HEADER))
        scope.setdefault("state", {})["request_id"] = request_id
        token = current_request_id.set(request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            current_request_id.reset(token)


app = FastAPI()
app.add_middleware(RequestIdMiddleware)


@app.exception_handler(Exception)
async def internal_error(request: Request, exc: Exception) -> JSONResponse:
    """Answers outside of every other middleware, so it has to set the header by itself."""
    request_id = request.state.request_id
    return JSONResponse(
        {"error": "internal", "request_id": request_id},
        status_code=500,
        headers={HEADER: request_id},
    )


@app.get("/me")
def me(request: Request):
    return {"state": request.state.request_id, "ctx": current_request_id.get()}


@app.get("/boom")
def boom():
    return 1 / 0
