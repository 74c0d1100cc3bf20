from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

app = FastAPI()


class SearchParams(BaseModel):
    q: str = Field(min_length=2)
    tag: list[str] = Field(default_factory=list)
    limit: int = Field(10, ge=1, le=100)
    active: bool = True


@app.get("/search")
async def search(params: Annotated[SearchParams, Query()]) -> SearchParams:
    return params
