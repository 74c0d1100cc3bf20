import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.concurrency import run_in_threadpool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.started = "yes"
    yield


app = FastAPI(title="Fan-out", lifespan=lifespan)


def on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Remote:
    def __init__(self) -> None:
        self.running = 0
        self.peak = 0

    async def fetch(self, n: int) -> int:
        self.running += 1
        self.peak = max(self.peak, self.running)
        await asyncio.sleep(0.01 + n / 20_000)
        self.running -= 1
        return n * n


@app.get("/health")
async def health(request: Request) -> dict[str, str]:
    return {"started": request.app.state.started}


@app.get("/io")
async def io_bound():
    await asyncio.sleep(0.02)
    return {"kind": "async", "on_loop": on_loop()}


def slow_legacy_call() -> bool:
    """Stands for a blocking library; must only ever run in a worker thread."""
    time.sleep(0.02)
    return on_loop()


@app.get("/blocking")
async def blocking():
    return {"kind": "sync", "on_loop": await run_in_threadpool(slow_legacy_call)}


@app.get("/fan-out")
async def fan_out(n: Annotated[list[int], Query()] = [1, 2, 3]):
    remote = Remote()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(remote.fetch(number)) for number in n]
    return {"results": [task.result() for task in tasks], "peak": remote.peak}
