import hashlib
import hmac
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response, status
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError

SECRET = b"whsec-7f3a"
app = FastAPI()


class Event(BaseModel):
    model_config = ConfigDict(strict=True)

    id: str
    amount: int


class Receipt(BaseModel):
    status: Literal["accepted", "duplicate"]


class Inbox:
    def __init__(self) -> None:
        self._events: dict[str, Event] = {}

    def accept(self, event: Event) -> bool:
        """Keep the event; False when it has been here before."""
        return self._events.setdefault(event.id, event) is event

    def totals(self) -> dict[str, int]:
        amounts = [event.amount for event in self._events.values()]
        return {"events": len(amounts), "amount": sum(amounts)}


inbox = Inbox()


async def signed_body(request: Request, x_signature: Annotated[str | None, Header()] = None) -> bytes:
    raw = await request.body()
    expected = hmac.new(SECRET, raw, hashlib.sha256).hexdigest()
    # As bytes, because compare_digest() takes no text beyond ASCII.
    if x_signature is None or not hmac.compare_digest(expected.encode(), x_signature.encode()):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "bad signature")
    return raw


async def signed_event(raw: Annotated[bytes, Depends(signed_body)]) -> Event:
    try:
        return Event.model_validate_json(raw)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([error | {"loc": ("body", *error["loc"])} for error in errors])


@app.post("/webhooks", status_code=status.HTTP_202_ACCEPTED)
async def webhook(event: Annotated[Event, Depends(signed_event)], response: Response) -> Receipt:
    if inbox.accept(event):
        return Receipt(status="accepted")
    response.status_code = status.HTTP_200_OK
    return Receipt(status="duplicate")


@app.get("/total")
async def total() -> dict[str, int]:
    return inbox.totals()
