import math

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, computed_field, conlist

app = FastAPI()


class Strict(BaseModel):
    """Base of all request models: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Customer(Strict):
    name: str = Field(min_length=1)
    email: str | None = None


class OrderLine(Strict):
    sku: str
    qty: int = Field(ge=1)
    price: PositiveFloat

    @property
    def amount(self) -> float:
        return self.qty * self.price


class Order(Strict):
    customer: Customer
    lines: conlist(OrderLine, min_length=1)


class OrderSummary(BaseModel):
    customer: Customer
    lines: list[OrderLine] = Field(exclude=True)

    @computed_field
    @property
    def count(self) -> int:
        return sum(line.qty for line in self.lines)

    @computed_field
    @property
    def total(self) -> float:
        return math.fsum(line.amount for line in self.lines)


@app.post("/orders", status_code=201)
def create_order(order: Order) -> OrderSummary:
    return OrderSummary(customer=order.customer, lines=order.lines)
