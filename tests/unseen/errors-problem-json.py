import logging
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, SecretStr, Field
from starlette.exceptions import HTTPException as BaseHTTPException

app = FastAPI()
accounts: dict[str, str] = {}
log = logging.getLogger(__name__)


@app.get("/report")
def report():
    raise RuntimeError("db-password is hunter2")


class Problem(JSONResponse):
    media_type = "application/problem+json"

    def __init__(self, status: int, title: str | None = None, headers=None, **extra):
        document = {"title": title or HTTPStatus(status).phrase, "status": status, **extra}
        super().__init__(document, status_code=status, headers=headers)


@app.exception_handler(BaseHTTPException)
def http_problem(request: Request, exc: BaseHTTPException):
    return Problem(exc.status_code, headers=exc.headers, detail=exc.detail)


@app.exception_handler(RequestValidationError)
def validation_problem(request: Request, exc: RequestValidationError):
    errors = [{"field": ".".join(map(str, e["loc"])), "type": e["type"]} for e in exc.errors()]
    return Problem(422, "Invalid request", errors=errors)


@app.exception_handler(Exception)
def crash_problem(request: Request, exc: Exception):
    log.error("%s %s failed", request.method, request.url.path, exc_info=exc)
    return Problem(500)


class NewAccount(BaseModel):
    user: str
    password: SecretStr = Field(min_length=8)


@app.post("/accounts", status_code=201)
async def create_account(new: NewAccount):
    if new.user in accounts:
        raise HTTPException(HTTPStatus.CONFLICT, "user is taken")
    accounts[new.user] = new.password.get_secret_value()
    return {"user": new.user}


@app.get("/accounts/{user}")
async def read_account(user: str):
    if user not in accounts:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no such user")
    return {"user": user}
