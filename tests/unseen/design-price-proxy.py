import asyncio
from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Upstream(BaseModel):
    """Does in each call what stands in `plan`, the last of it for good."""

    plan: list[Literal["good", "down", "slow", "refuse"]]
    price: int
    calls: int = 0


upstream = Upstream(plan=["good"], price=1)


@app.put("/upstream")
def set_upstream(new: Upstream):
    global upstream
    upstream = new


@app.get("/upstream")
def get_upstream():
    return {"calls": upstream.calls}


async def ask_upstream() -> int:
    mode = upstream.plan[min(upstream.calls, len(upstream.plan) - 1)]
    upstream.calls += 1
    if mode == "slow":
        await asyncio.sleep(60)
    if mode == "down":
        raise ConnectionError
    if mode == "refuse":
        raise PermissionError
    return upstream.price


# ---- leave what is above this line ----

from fastapi import status  # noqa: E402
from fastapi.responses import JSONResponse  # noqa: E402

ATTEMPTS = 3
TIMEOUT = 0.3


class Price(BaseModel):
    price: int
    stale: bool


class UpstreamFailed(Exception):
    """None of the attempts came to anything."""


last_price: int | None = None


async def fetch_price() -> int:
    """Ask up to three times and remember what came; PermissionError goes straight through."""
    global last_price
    for _ in range(ATTEMPTS):
        try:
            async with asyncio.timeout(TIMEOUT):
                last_price = await ask_upstream()
        except (TimeoutError, ConnectionError):
            continue
        return last_price
    raise UpstreamFailed


@app.exception_handler(PermissionError)
async def refused(request, exc: PermissionError) -> JSONResponse:
    return JSONResponse({"detail": "refused"}, status.HTTP_502_BAD_GATEWAY)


@app.get("/price", response_model=Price, responses={502: {}, 503: {}})
async def price():
    try:
        return Price(price=await fetch_price(), stale=False)
    except UpstreamFailed:
        if last_price is not None:
            return Price(price=last_price, stale=True)
        return JSONResponse(
            {"detail": "no price"},
            status.HTTP_503_SERVICE_UNAVAILABLE,
            headers={"Retry-After": "5"},
        )
