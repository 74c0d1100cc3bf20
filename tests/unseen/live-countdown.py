import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from fastapi.responses import StreamingResponse

app = FastAPI()

FARTHEST = 50


def sse(id: int, event: str, data: str) -> str:
    return f"id: {id}\nevent: {event}\ndata: {data}\n\n"


def count(first: int) -> Iterator[str]:
    """The events from the number `first` on, down to the liftoff, which is number 0."""
    for number in range(first, -1, -1):
        if number:
            yield sse(number, "tick", json.dumps({"left": number}))
        else:
            yield sse(number, "liftoff", "go")


@app.get("/countdown/{start}", response_class=StreamingResponse)
def countdown(start: int, last_event_id: Annotated[int | None, Header()] = None):
    if start > FARTHEST:
        raise HTTPException(404, "too far away")
    first = start if last_event_id is None else min(start, last_event_id - 1)
    return StreamingResponse(
        count(first),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
