from typing import Annotated

from fastapi import Cookie, FastAPI, Header, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from pydantic import BaseModel

app = FastAPI()


class Inspection(BaseModel):
    method: str
    path: str
    query: dict[str, str]
    trace: str | None
    visits: int
    bytes: int


@app.post("/inspect")
async def inspect(
    request: Request,
    response: Response,
    x_trace: Annotated[str | None, Header()] = None,
    visits: Annotated[int, Cookie()] = 0,
) -> Inspection:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    response.headers["X-Seen"] = "yes"
    response.set_cookie("seen", "1", httponly=True, samesite="lax")
    return Inspection(
        method=request.method,
        path=request.url.path,
        query=dict(request.query_params),
        trace=x_trace,
        visits=visits,
        bytes=size,
    )


@app.get("/report.csv", response_class=Response)
def report():
    rows = [("id", "name"), (1, "a")]
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    return Response(
        text.encode(),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="report.csv"'},
    )


@app.get("/old", response_class=RedirectResponse, status_code=308)
def old():
    return "/new"


@app.get("/new", response_class=PlainTextResponse)
def new():
    return "new"
