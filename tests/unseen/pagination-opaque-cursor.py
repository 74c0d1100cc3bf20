import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel

app = FastAPI()
posts: dict[int, dict] = {}


class NewPost(BaseModel):
    day: int


@app.post("/posts/{post_id}", status_code=204)
def create(post_id: int, new: NewPost):
    posts[post_id] = {"id": post_id, "day": new.day}


@app.delete("/posts/{post_id}", status_code=204)
def delete(post_id: int):
    if posts.pop(post_id, None) is None:
        raise HTTPException(404)


class Post(BaseModel):
    id: int
    day: int


class PostPage(BaseModel):
    items: list[Post]
    next: str | None


# A cursor is "day:id" of the last post, signed, so that nobody can make up one.
KEY = secrets.token_bytes(32)


def sign(payload: str) -> str:
    return hmac.new(KEY, payload.encode(), hashlib.sha256).hexdigest()[:32]


def write_cursor(post: dict) -> str:
    payload = urlsafe_b64encode(f"{post['day']}:{post['id']}".encode()).decode()
    return f"{payload}~{sign(payload)}"


def read_cursor(cursor: Annotated[str | None, Query()] = None) -> tuple[int, int] | None:
    if cursor is None:
        return None
    payload, _, signature = cursor.partition("~")
    if not hmac.compare_digest(sign(payload).encode(), signature.encode()):
        raise HTTPException(400, "bad cursor")
    day, post_id = urlsafe_b64decode(payload).decode().split(":")
    return int(day), int(post_id)


def position(post: dict) -> tuple[int, int]:
    return post["day"], post["id"]


@app.get("/posts", response_model=PostPage)
def list_posts(
    after: Annotated[tuple[int, int] | None, Depends(read_cursor)],
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
):
    rest = [post for post in posts.values() if after is None or position(post) < after]
    rest.sort(key=position, reverse=True)
    page = rest[:limit]
    return {"items": page, "next": write_cursor(page[-1]) if len(rest) > limit else None}
