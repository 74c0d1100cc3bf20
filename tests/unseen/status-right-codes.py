from http import HTTPStatus

from fastapi import Body, FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse
from typing_extensions import TypedDict

app = FastAPI()
items: dict[int, str] = {}


class Item(TypedDict):
    id: int
    name: str


@app.post("/items", status_code=HTTPStatus.CREATED)
async def create_item(response: Response, name: str = Body(embed=True)) -> Item:
    if name in items.values():
        raise HTTPException(HTTPStatus.CONFLICT, "Duplicate name")
    item_id = max(items, default=0) + 1
    items[item_id] = name
    response.headers["Location"] = f"/items/{item_id}"
    return Item(id=item_id, name=name)


@app.put("/items/{item_id}", responses={201: {"description": "The item was made"}})
async def put_item(item_id: int, name: str = Body(embed=True)):
    status = HTTPStatus.OK if item_id in items else HTTPStatus.CREATED
    items[item_id] = name
    return JSONResponse(Item(id=item_id, name=name), status_code=status)


@app.delete("/items/{item_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete_item(item_id: int) -> None:
    if items.pop(item_id, None) is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "Item not found")
