from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel

v1 = APIRouter(prefix="/v1")
v2 = APIRouter(prefix="/v2")


class ItemV1(BaseModel):
    id: int
    name: str


class ItemV2(ItemV1):
    price: float


class ItemsV2(BaseModel):
    items: list[ItemV2]
    total: int


ITEMS = [ItemV2(id=1, name="pen", price=2.0)]


def as_v1() -> list[ItemV1]:
    return [ItemV1(id=item.id, name=item.name) for item in ITEMS]


def as_v2() -> ItemsV2:
    return ItemsV2(items=ITEMS, total=len(ITEMS))


@v1.get("/items", deprecated=True)
def items_v1(response: Response) -> list[ItemV1]:
    response.headers["Deprecation"] = "true"
    return as_v1()


@v2.get("/items")
def items_v2() -> ItemsV2:
    return as_v2()


VERSIONS = {"1": as_v1, "2": as_v2}
VARY = {"Vary": "X-API-Version"}

app = FastAPI()
app.include_router(v1, prefix="/api")
app.include_router(v2, prefix="/api")


@app.get("/api/items")
def items(
    response: Response,
    version: Annotated[str, Header(alias="X-API-Version")] = "2",
) -> ItemsV2 | list[ItemV1]:
    if version not in VERSIONS:
        raise HTTPException(400, "Unknown API version", headers=VARY)
    response.headers.update(VARY)
    return VERSIONS[version]()
