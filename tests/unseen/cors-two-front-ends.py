from fastapi import FastAPI, Response
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware

FRONT_ENDS = ("https://app.example.com", "http://localhost:3000")

cors = Middleware(
    CORSMiddleware,
    allow_origins=FRONT_ENDS,
    allow_credentials=True,
    allow_methods=["GET", "POST"],
    allow_headers=["X-Token"],
    expose_headers=["X-Total"],
    max_age=60,
)

app = FastAPI(middleware=[cors])


@app.get("/items")
def read_items(response: Response):
    response.headers["X-Total"] = "0"
    return []


@app.post("/items", status_code=201)
def create_item():
    return {}
