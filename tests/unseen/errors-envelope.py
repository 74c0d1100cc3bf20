from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

STOCK = {"a": 1, "b": 0}


class OutOfStock(Exception):
    def __init__(self, sku: str) -> None:
        super().__init__(f"{sku} is out of stock")
        self.sku = sku


def envelope(status: int, code: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    return JSONResponse({"error": {"code": code, **more}}, status_code=status, headers=headers)


async def on_out_of_stock(_: Request, exc: OutOfStock):
    return envelope(409, "out_of_stock", sku=exc.sku)


async def on_http_error(_: Request, exc: StarletteHTTPException):
    return envelope(exc.status_code, "http", headers=exc.headers, message=exc.detail)


async def on_invalid(_: Request, exc: RequestValidationError):
    fields = [".".join(str(part) for part in error["loc"]) for error in exc.errors()]
    return envelope(400, "validation", fields=fields)


app = FastAPI(
    exception_handlers={
        OutOfStock: on_out_of_stock,
        StarletteHTTPException: on_http_error,
        RequestValidationError: on_invalid,
    }
)


@app.get("/buy/{sku}")
def buy(sku: str, qty: Annotated[int, Query(ge=1)] = 1):
    try:
        in_stock = STOCK[sku]
    except KeyError:
        raise HTTPException(404, "No such product") from None
    if qty > in_stock:
        raise OutOfStock(sku)
    return {"sku": sku, "qty": qty}
