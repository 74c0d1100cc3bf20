import itertools
from dataclasses import dataclass

from fastapi import FastAPI, HTTPException, status
from pydantic import BaseModel, ConfigDict

app = FastAPI()


@dataclass
class User:
    """What is stored; never leaves the app as it is."""

    id: int
    username: str
    password: str
    email: str | None


users: list[User] = []
next_id = itertools.count(1)


class UserIn(BaseModel):
    username: str
    password: str
    email: str | None = None


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    username: str
    email: str | None = None


@app.post("/users", status_code=status.HTTP_201_CREATED)
async def create_user(new: UserIn) -> UserOut:
    user = User(id=next(next_id), **new.model_dump())
    users.append(user)
    return UserOut.model_validate(user)


@app.get("/users", response_model=list[UserOut])
async def list_users():
    return users


@app.get(
    "/users/{user_id}/compact",
    response_model=UserOut,
    response_model_exclude_none=True,
    responses={404: {"description": "No such user"}},
)
async def read_compact(user_id: int):
    user = next((u for u in users if u.id == user_id), None)
    if user is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="no such user")
    return user
