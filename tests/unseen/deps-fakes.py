from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, FastAPI, Header, HTTPException, Query, status

app = FastAPI()
T = TypeVar("T")


def get_rate() -> int:
    raise HTTPException(503, "no rates today")


def get_price(rate: Annotated[int, Depends(get_rate)], amount: Annotated[int, Query(ge=1)]) -> int:
    return amount * rate


def get_user(x_user: Annotated[str | None, Header()] = None) -> str:
    if x_user is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "who are you?")
    return x_user


def get_admin(user: Annotated[str, Depends(get_user)]) -> str:
    if user != "root":
        raise HTTPException(status.HTTP_403_FORBIDDEN, "admins only")
    return user


@app.get("/price")
def price(user: Annotated[str, Depends(get_user)], price: Annotated[int, Depends(get_price)]):
    return {"user": user, "price": price}


@app.get("/admin")
def admin(name: Annotated[str, Depends(get_admin)]):
    return {"admin": name}


def constant(value: T) -> Callable[[], T]:
    """A dependency without parameters that always gives this value."""

    def fake() -> T:
        return value

    return fake


@app.put("/fakes/rate/{rate}", status_code=204)
def fake_rate(rate: int) -> None:
    app.dependency_overrides[get_rate] = constant(rate)


@app.put("/fakes/user/{name}", status_code=204)
def fake_user(name: str) -> None:
    app.dependency_overrides[get_user] = constant(name)


@app.delete("/fakes", status_code=204)
def drop_fakes() -> None:
    for dependency in (get_rate, get_user):
        app.dependency_overrides.pop(dependency, None)
