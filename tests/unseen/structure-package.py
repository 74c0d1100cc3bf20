# file: app/__init__.py
# file: app/main.py
from fastapi import APIRouter, FastAPI

from .routers import items, users

api = APIRouter(prefix="/api/v1")
api.include_router(items.router)
api.include_router(users.router)

app = FastAPI()
app.include_router(api)


@app.get("/health")
def health():
    return {"status": "ok"}

# file: app/dependencies.py
from typing import Annotated

from fastapi import Depends, Header, HTTPException


def get_caller(x_user: Annotated[str | None, Header()] = None) -> str:
    """Who is asking; without the header nobody gets further."""
    if x_user is None:
        raise HTTPException(401, "who are you?")
    return x_user


Caller = Annotated[str, Depends(get_caller)]

# file: app/store.py
"""The items in memory: name -> owner, in the order in which they came."""

owners: dict[str, str] = {}


def names_of(user: str) -> list[str]:
    return [name for name, owner in owners.items() if owner == user]

# file: app/schemas.py
from pydantic import BaseModel


class ItemIn(BaseModel):
    name: str


class ItemOut(ItemIn):
    owner: str

# file: app/routers/__init__.py
# file: app/routers/items.py
from fastapi import APIRouter, HTTPException

from ..dependencies import Caller
from ..schemas import ItemIn, ItemOut
from ..store import owners

router = APIRouter(prefix="/items", tags=["items"])


@router.post("", status_code=201)
def add_item(item: ItemIn, caller: Caller) -> ItemOut:
    owners[item.name] = caller
    return ItemOut(name=item.name, owner=caller)


@router.get("/{name}")
def get_item(name: str) -> ItemOut:
    if name not in owners:
        raise HTTPException(404, "no such item")
    return ItemOut(name=name, owner=owners[name])

# file: app/routers/users.py
from fastapi import APIRouter, Depends

from ..dependencies import get_caller
from ..store import names_of

router = APIRouter(prefix="/users", tags=["users"], dependencies=[Depends(get_caller)])


@router.get("/{user}/items")
def items_of(user: str) -> dict[str, list[str]]:
    return {"items": names_of(user)}
