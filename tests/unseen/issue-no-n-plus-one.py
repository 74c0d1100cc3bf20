import asyncio
import time

from fastapi import FastAPI, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import ForeignKey, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship
from sqlalchemy.pool import StaticPool

app = FastAPI()
engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
sql: list[str] = []


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    posts: Mapped[list["Post"]] = relationship(order_by="Post.id")


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([User(name=f"u{n}", posts=[Post(title=f"p{n}a"), Post(title=f"p{n}b")]) for n in range(5)])
    session.commit()
event.listen(engine, "before_cursor_execute", lambda conn, cursor, statement, *rest: sql.append(statement))


@app.middleware("http")
async def count_statements(request: Request, call_next):
    sql.clear()
    response = await call_next(request)
    response.headers["X-Statements"] = str(len(sql))
    return response


@app.post("/users/{name}/posts", status_code=201)
def add_post(name: str, title: str):
    with Session(engine) as session:
        user = session.scalars(select(User).where(User.name == name)).one()
        user.posts.append(Post(title=title))
        session.commit()
    return {"title": title}


def pause() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        time.sleep(0.3)
    else:
        raise RuntimeError("this would have blocked the event loop")


# ---- repair what is below this line ----


@app.get("/users")
def list_users(limit: int = Query(10, ge=1, le=100)):
    query = select(User).options(joinedload(User.posts)).order_by(User.id).limit(limit)
    with Session(engine) as session:
        users = session.scalars(query).unique().all()
        found = [{"name": user.name, "posts": [post.title for post in user.posts]} for user in users]
    return {"users": found, "statements": len(sql)}


@app.get("/stats")
def stats():
    how_many = select(func.count()).where(Post.user_id == User.id).scalar_subquery()
    with Session(engine) as session:
        rows = session.execute(select(User.name, how_many.label("posts")).order_by(User.id))
        counts = [dict(row) for row in rows.mappings()]
    return {"counts": counts, "statements": len(sql)}


@app.get("/wait")
async def wait():
    await run_in_threadpool(pause)
    return {"waited": True}
