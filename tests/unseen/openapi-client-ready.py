from itertools import count
from typing import Annotated

from fastapi import APIRouter, Body, FastAPI, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, PositiveInt


class OrderIn(BaseModel):
    item: str
    quantity: PositiveInt


class Order(BaseModel):
    id: int
    item: str
    quantity: int


class Problem(BaseModel):
    message: str


class NoSuchOrder(Exception):
    pass


orders: dict[int, Order] = {}
ids = count(1)
router = APIRouter(prefix="/orders", tags=["orders"])

PENS = {"summary": "Three pens", "value": {"item": "pen", "quantity": 3}}


@router.post("", status_code=201, operation_id="orders-create")
def create_order(new: Annotated[OrderIn, Body(openapi_examples={"pens": PENS})]) -> Order:
    order = Order(id=next(ids), **new.model_dump())
    orders[order.id] = order
    return order


@router.get(
    "/{order_id}",
    operation_id="orders-read",
    responses={404: {"model": Problem, "description": "There is no such order"}},
)
def read_order(order_id: Annotated[int, Path()]) -> Order:
    try:
        return orders[order_id]
    except KeyError:
        raise NoSuchOrder from None


app = FastAPI(title="Orders")
app.include_router(router)


@app.exception_handler(NoSuchOrder)
def no_such_order(request: Request, exc: NoSuchOrder) -> JSONResponse:
    return JSONResponse(Problem(message="no such order").model_dump(), status_code=404)


@app.get("/metrics", include_in_schema=False)
def metrics() -> dict[str, int]:
    return {"orders": len(orders)}
