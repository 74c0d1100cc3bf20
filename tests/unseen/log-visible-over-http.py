import logging
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from pydantic import BaseModel

app = FastAPI()
shop = logging.getLogger("shop")
api = logging.getLogger("shop.api")


class MemoryHandler(logging.Handler):
    """Keeps every record it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


memory = MemoryHandler()
shop.setLevel(logging.INFO)
shop.addHandler(memory)


class LogEntry(BaseModel):
    level: str
    logger: str
    message: str
    exc: bool

    @classmethod
    def of(cls, record: logging.LogRecord) -> "LogEntry":
        return cls(
            level=record.levelname,
            logger=record.name,
            message=record.getMessage(),
            exc=bool(record.exc_info),
        )


@app.middleware("http")
async def access_log(request: Request, call_next):
    path = request.url.path
    if path == "/logs":
        return await call_next(request)
    status = 500
    try:
        response = await call_next(request)
        status = response.status_code
        return response
    finally:
        shop.info("%s %s %d", request.method, path, status)


@app.get("/divide")
def divide(a: Annotated[int, Query()], b: Annotated[int, Query()]):
    api.debug("divide %d %d", a, b)
    try:
        result = a / b
    except ZeroDivisionError as error:
        api.error("division failed", exc_info=error)
        raise HTTPException(400, "b must not be 0") from error
    return {"result": result}


@app.get("/logs")
def logs() -> list[LogEntry]:
    return [LogEntry.of(record) for record in memory.records]
