from fastapi import FastAPI, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SecurityHeaders:
    """Pure ASGI middleware, so that streaming responses stay as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        private = scope["path"].startswith("/account/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("X-Frame-Options", "DENY")
                if private:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, send_with_headers)


app = FastAPI()
app.add_middleware(SecurityHeaders)


@app.get("/account/{name}")
def account(name: str):
    return {"name": name}


@app.get("/accounts")
def accounts(limit: int):
    return {"limit": limit}


@app.get("/widget")
def widget(response: Response):
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return {"widget": True}


@app.get("/logo")
def logo(response: Response):
    response.headers["Cache-Control"] = "max-age=600"
    return {"logo": True}
