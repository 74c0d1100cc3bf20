from bisect import bisect_right
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel

app = FastAPI()
ITEMS = [{"id": n, "name": f"Item {n}"} for n in range(1, 96)]


class Item(BaseModel):
    id: int
    name: str


class Page(BaseModel):
    total: int
    skip: int
    limit: int
    items: list[Item]
    next: str | None = None


class Feed(BaseModel):
    items: list[Item]
    cursor: int | None = None


NotNegative = Annotated[int, Query(ge=0)]
Limit = Annotated[int, Query(ge=1, le=50)]


class OffsetParams:
    def __init__(self, skip: NotNegative = 0, limit: Limit = 10):
        self.skip = skip
        self.limit = limit


@app.get("/items")
async def read_items(params: Annotated[OffsetParams, Depends()]) -> Page:
    end = params.skip + params.limit
    page = Page(total=len(ITEMS), skip=params.skip, limit=params.limit, items=ITEMS[params.skip : end])
    if end < page.total:
        page.next = app.url_path_for("read_items") + "?" + urlencode({"skip": end, "limit": params.limit})
    return page


@app.get("/feed")
async def read_feed(after: NotNegative = 0, limit: Limit = 10) -> Feed:
    start = bisect_right(ITEMS, after, key=lambda item: item["id"])
    items = ITEMS[start : start + limit]
    more = start + limit < len(ITEMS)
    return Feed(items=items, cursor=items[-1]["id"] if more else None)
