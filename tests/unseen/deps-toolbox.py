import secrets
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, status
from fastapi.security import HTTPBasic, HTTPBasicCredentials

app = FastAPI()
events: list[str] = []

MAX_LIMIT = 50


class Page:
    def __init__(
        self,
        skip: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, description=f"capped at {MAX_LIMIT}")] = 10,
    ):
        self.skip = skip
        self.limit = min(limit, MAX_LIMIT)

    def as_dict(self) -> dict[str, int]:
        return {"skip": self.skip, "limit": self.limit}


@app.get("/items")
@app.get("/users")
def read_page(page: Annotated[Page, Depends()]):
    return page.as_dict()


def resource() -> Iterator[list[str]]:
    events.append("open")
    try:
        yield events
    finally:
        events.append("close")


@app.get("/use")
def use(log: Annotated[list[str], Depends(resource)], fail: bool = False):
    if fail:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, detail="failed")
    return {"events": log.copy()}


@app.get("/events")
def read_events():
    return events


basic = HTTPBasic(realm="admin")


def check_admin(given: Annotated[HTTPBasicCredentials, Depends(basic)]) -> str:
    user_ok = secrets.compare_digest(given.username.encode(), b"admin")
    password_ok = secrets.compare_digest(given.password.encode(), b"s3cret")
    if not (user_ok and password_ok):
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED,
            "Wrong user or password",
            headers={"WWW-Authenticate": 'Basic realm="admin"'},
        )
    return given.username


admin = APIRouter(prefix="/admin", dependencies=[Depends(check_admin)])


@admin.get("/stats")
def stats(user: Annotated[str, Depends(check_admin)]):
    return {"user": user}


@admin.get("/ping")
def ping():
    return {"pong": True}


app.include_router(admin)
