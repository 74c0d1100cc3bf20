import re
from typing import Annotated, Literal, Self

from fastapi import FastAPI, status
from pydantic import BaseModel, Field, computed_field, field_validator, model_validator

app = FastAPI()

SMALLEST_TRANSFER = 500


class Line(BaseModel):
    cents: Annotated[int, Field(ge=1)]
    quantity: Annotated[int, Field(ge=1, le=10)] = 1


class Card(BaseModel):
    kind: Literal["card"]
    number: str

    @field_validator("number")
    @classmethod
    def clean(cls, value: str) -> str:
        digits = re.sub(r"[ -]", "", value)
        if not re.fullmatch(r"[0-9]{16}", digits):
            raise ValueError("a card number has 16 digits")
        return digits


class Transfer(BaseModel):
    kind: Literal["transfer"]
    iban: str


class Payment(BaseModel):
    lines: Annotated[list[Line], Field(min_length=1)]
    method: Annotated[Card | Transfer, Field(discriminator="kind")]

    @computed_field
    @property
    def total(self) -> int:
        return sum(line.cents * line.quantity for line in self.lines)

    @model_validator(mode="after")
    def enough_for_a_transfer(self) -> Self:
        if isinstance(self.method, Transfer) and self.total < SMALLEST_TRANSFER:
            raise ValueError("too little for a transfer")
        return self


@app.post("/payments", status_code=status.HTTP_201_CREATED)
def pay(payment: Payment) -> Payment:
    return payment
