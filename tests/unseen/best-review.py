import asyncio
import time

from fastapi import FastAPI, HTTPException, Request, status
from fastapi.concurrency import run_in_threadpool
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, SecretStr

app = FastAPI()
users: dict[str, str] = {}  # name -> hashed password


class UserCreate(BaseModel):
    name: str
    password: SecretStr


class UserPublic(BaseModel):
    name: str


def hash_password(password: str) -> str:
    """Stands for a slow library. Leave it as it is."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        time.sleep(0.05)
        return password[::-1]
    raise RuntimeError("this would have blocked the event loop")


@app.exception_handler(RequestValidationError)
async def invalid_request(request: Request, exc: RequestValidationError) -> JSONResponse:
    """FastAPI's own 422, but without the input: it may hold a password."""
    errors = [{key: value for key, value in error.items() if key != "input"} for error in exc.errors()]
    return JSONResponse({"detail": jsonable_encoder(errors)}, status_code=422)


def taken() -> HTTPException:
    return HTTPException(status.HTTP_409_CONFLICT, detail="User exists")


@app.post("/users", status_code=status.HTTP_201_CREATED)
async def create_user(new: UserCreate) -> UserPublic:
    if new.name in users:
        raise taken()
    hashed = await run_in_threadpool(hash_password, new.password.get_secret_value())
    # somebody else may have been faster while we were hashing
    if new.name in users:
        raise taken()
    users[new.name] = hashed
    return UserPublic(name=new.name)


@app.get("/users/{name}")
async def get_user(name: str) -> UserPublic:
    if name not in users:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="User not found")
    return UserPublic(name=name)
