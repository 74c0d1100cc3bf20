from fastapi import APIRouter, FastAPI
from pydantic import BaseModel


class Greeting(BaseModel):
    message: str = "Hello, World!"


class ItemId(BaseModel):
    item_id: int


router = APIRouter()


@router.get("/", summary="Say hello")
async def read_root() -> Greeting:
    return Greeting()


@router.get("/items/{item_id}")
async def read_item(item_id: int) -> ItemId:
    return ItemId(item_id=item_id)


app = FastAPI(title="Hello API", version="1.0.0")
app.include_router(router)

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app)
