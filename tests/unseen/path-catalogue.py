from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path

app = FastAPI()

Id = Annotated[int, Path(ge=1)]


class ModelName(StrEnum):
    ALEXNET = "alexnet"
    RESNET = "resnet"
    LENET = "lenet"

    @property
    def deep(self) -> bool:
        return self is not ModelName.LENET


@app.get("/models/{model_name}")
async def read_model(model_name: ModelName):
    return {"model_name": model_name, "deep": model_name.deep}


users = APIRouter(prefix="/users", tags=["users"])


@users.get("/me")  # must come before /{user_id}
async def read_me():
    return {"user": "me"}


@users.get("/{user_id}")
async def read_user(user_id: Id):
    return {"user_id": user_id}


@users.get("/{user_id}/items/{item_id}")
async def read_user_item(user_id: Id, item_id: Id):
    return dict(user_id=user_id, item_id=item_id)


app.include_router(users)


@app.get("/files/{file_path:path}")
async def read_file(file_path: str):
    return {"file_path": file_path.lstrip("/")}
