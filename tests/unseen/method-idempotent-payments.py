import threading
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Response, status
from pydantic import BaseModel, Field

app = FastAPI()


class NewPayment(BaseModel):
    account: str
    amount: int = Field(ge=1)


class Payment(NewPayment):
    id: int

    def same_as(self, new: NewPayment) -> bool:
        return (self.account, self.amount) == (new.account, new.amount)


class Ledger:
    """All payments in order, and which key made which."""

    def __init__(self) -> None:
        self.payments: list[Payment] = []
        self._by_key: dict[str, Payment] = {}
        self._lock = threading.Lock()

    def pay(self, key: str, new: NewPayment) -> tuple[Payment, bool]:
        """The payment of this key, and whether it was there already."""
        with self._lock:
            if key in self._by_key:
                return self._by_key[key], True
            payment = Payment(id=len(self.payments) + 1, **new.model_dump())
            self.payments.append(payment)
            self._by_key[key] = payment
            return payment, False


ledger = Ledger()


@app.post("/payments", status_code=status.HTTP_201_CREATED, response_model=Payment)
def pay(
    new: NewPayment,
    response: Response,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=40)],
):
    payment, replayed = ledger.pay(idempotency_key, new)
    if replayed:
        if not payment.same_as(new):
            raise HTTPException(status.HTTP_409_CONFLICT, "key was used for another payment")
        response.headers["Idempotent-Replay"] = "true"
    return payment


@app.get("/payments", response_model=list[Payment])
def list_payments():
    return ledger.payments
