import time

from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import PlainTextResponse

app = FastAPI()

# what is added last is outermost: time, then hosts, then gzip
app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)
app.add_middleware(
    TrustedHostMiddleware,
    allowed_hosts=["testserver", "*.example.com"],
    www_redirect=False,
)


@app.middleware("http")
async def add_process_time(request: Request, call_next):
    began = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Process-Time"] = f"{time.perf_counter() - began:.6f}"
    return response


@app.get("/small")
def small():
    return {"x": 1}


@app.get("/big")
def big():
    return {"x": "a" * 2000}


@app.get("/text/{size}")
def text(size: int):
    return PlainTextResponse("a" * size)


@app.get("/slow")
def slow():
    time.sleep(0.2)
    return {"slow": True}
