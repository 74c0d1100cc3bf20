import os
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

BOOKS = {1: {"id": 1, "title": "Emma", "pages": 474}, 2: {"id": 2, "title": "Walden", "pages": 352}}

V1_GONE = os.environ.get("V1_GONE") == "true"

app = FastAPI()


class BookV1(BaseModel):
    id: int
    title: str


class BookV2(BookV1):
    pages: int


def find_book(book_id: int) -> dict:
    if book_id not in BOOKS:
        raise HTTPException(404, "no such book")
    return BOOKS[book_id]


v1 = APIRouter(prefix="/v1", tags=["v1"], deprecated=True)
v2 = APIRouter(prefix="/v2", tags=["v2"])


@v1.get("/books/{book_id}", response_model=BookV1)
def read_book_v1(book: dict = Depends(find_book)):
    return book


@v2.get("/books/{book_id}", response_model=BookV2)
def read_book_v2(book: dict = Depends(find_book)):
    return book


app.include_router(v1)
app.include_router(v2)


@app.middleware("http")
async def announce_the_end(request: Request, call_next):
    path = request.scope["path"]
    if not path.startswith("/v1/"):
        return await call_next(request)
    if V1_GONE:
        response = JSONResponse({"detail": "use /v2"}, status_code=410)
    else:
        response = await call_next(request)
    successor = quote("/v2/" + path.removeprefix("/v1/"))
    response.headers.update(
        {
            "Deprecation": "@1788220800",
            "Sunset": "Wed, 30 Jun 2027 00:00:00 GMT",
            "Link": f'<{successor}>; rel="successor-version"',
        }
    )
    return response
