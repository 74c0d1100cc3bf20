from typing import Annotated

from fastapi import APIRouter, FastAPI, Path

app = FastAPI(
    title="Shop API",
    version="2.1.0",
    description="Demo",
    docs_url="/api/docs",
    redoc_url=None,
    openapi_url="/api/openapi.json",
    swagger_ui_oauth2_redirect_url="/api/docs/oauth2-redirect",
    openapi_tags=[{"name": "items", "description": "Item operations"}],
)

items = APIRouter(prefix="/items", tags=["items"])

ItemId = Annotated[int, Path(ge=1, description="The ID of the item")]


@items.get(
    "/{item_id}",
    summary="Read one item",
    responses={404: {"description": "Item not found"}},
)
async def read_item(item_id: ItemId) -> dict[str, int]:
    """Get an item by **ID**."""
    return {"item_id": item_id}


app.include_router(items)


@app.get("/old-items", deprecated=True)
async def old_items() -> list[int]:
    return []


@app.get("/internal", include_in_schema=False)
async def internal():
    return {"ok": True}
