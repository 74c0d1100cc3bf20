import math
import time
from collections import deque
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Response, status


class SlidingWindow:
    """Lets a key through `limit` times in any `period` of seconds."""

    def __init__(self, limit: int, period: float) -> None:
        self.limit = limit
        self.period = period
        self._hits: dict[str, deque[float]] = {}
        self._lock = Lock()

    def hit(self, key: str) -> tuple[int, float | None]:
        """How many are left, and None; or 0 and the seconds to wait if this one is too many."""
        with self._lock:
            now = time.monotonic()
            self._forget(now)
            hits = self._hits.setdefault(key, deque())
            if len(hits) >= self.limit:
                return 0, hits[0] + self.period - now
            hits.append(now)
            return self.limit - len(hits), None

    def _forget(self, now: float) -> None:
        for key, hits in list(self._hits.items()):
            while hits and now - hits[0] >= self.period:
                hits.popleft()
            if not hits:
                del self._hits[key]


class RateLimit:
    def __init__(self, window: SlidingWindow) -> None:
        self.window = window

    def __call__(self, response: Response, x_client_id: Annotated[str, Header()]) -> None:
        remaining, wait = self.window.hit(x_client_id)
        if wait is not None:
            seconds = min(max(math.ceil(wait), 1), 60)
            raise HTTPException(
                status.HTTP_429_TOO_MANY_REQUESTS,
                detail="Rate limit exceeded",
                headers={"Retry-After": str(seconds), "X-RateLimit-Remaining": "0"},
            )
        response.headers["X-RateLimit-Remaining"] = str(remaining)


app = FastAPI()
limited = APIRouter(dependencies=[Depends(RateLimit(SlidingWindow(limit=3, period=60)))])


@limited.get("/items")
def read_items():
    return {"items": []}


@limited.get("/orders")
def read_orders():
    return {"orders": []}


@app.get("/health")
def health():
    return {"status": "ok"}


app.include_router(limited)
