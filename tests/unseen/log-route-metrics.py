from collections import Counter

from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from fastapi.routing import iter_route_contexts

app = FastAPI()
router = APIRouter(prefix="/shop")


@router.get("/items/{item_id}")
def read_item(item_id: int):
    if item_id == 0:
        raise HTTPException(404, "no such item")
    return {"item_id": item_id}


@router.post("/items", status_code=201)
def create_item():
    return {"created": True}


@router.get("/crash")
def crash():
    raise RuntimeError("out of order")


app.include_router(router)

requests_total: Counter[tuple[str, str, int]] = Counter()


def route_template(scope) -> str:
    """The template with all prefixes; `scope["route"].path` lacks that of the router."""
    endpoint = scope.get("endpoint")
    if endpoint is not None:
        for context in iter_route_contexts(app.routes):
            if context.endpoint is endpoint and context.path:
                return context.path
    return "unmatched"


class CountRequests:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] == "/metrics":
            return await self.app(scope, receive, send)

        status = 500  # stays so if an exception comes before the response

        async def watch(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            requests_total[scope["method"], route_template(scope), status] += 1


app.add_middleware(CountRequests)


@app.get("/metrics", response_class=PlainTextResponse)
def metrics() -> str:
    lines = [
        f'requests_total{{method="{method}",route="{route}",status="{status}"}} {count}\n'
        for (method, route, status), count in requests_total.items()
    ]
    return "".join(sorted(lines))
