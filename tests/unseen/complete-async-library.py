from contextvars import ContextVar

from fastapi import FastAPI, Request
from sqlalchemy import Engine, ForeignKey, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

statements: ContextVar[list[str]] = ContextVar("statements")


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list["Book"]] = relationship(order_by="Book.id")


class Book(Base):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))


async def fill(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        for n in range(5):
            session.add(Author(id=n, name=f"a{n}", books=[Book(title=f"b{n}x"), Book(title=f"b{n}y")]))
        await session.commit()


@event.listens_for(Engine, "before_cursor_execute")
def note(connection, cursor, statement, *rest):
    if (noted := statements.get(None)) is not None:
        noted.append(statement)


async def count_statements(request: Request, call_next):
    statements.set([])
    response = await call_next(request)
    response.headers["X-Queries"] = str(len(statements.get()))
    return response


# ---- write the rest below this line ----

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Query
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload
from sqlalchemy.pool import StaticPool


@asynccontextmanager
async def lifespan(app: FastAPI):
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    await fill(engine)
    app.state.sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
    try:
        yield
    finally:
        await engine.dispose()


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessionmaker() as session:
        yield session


Db = Annotated[AsyncSession, Depends(open_session)]


class NewBook(BaseModel):
    title: str


class AuthorOut(BaseModel):
    name: str
    books: list[str]

    @classmethod
    def of(cls, author: Author) -> "AuthorOut":
        return cls(name=author.name, books=[book.title for book in author.books])


async def find_author(author_id: Annotated[int, Path()], db: Db) -> Author:
    """The author of the path with all books: two statements."""
    query = select(Author).where(Author.id == author_id).options(selectinload(Author.books))
    author = await db.scalar(query)
    if author is None:
        raise HTTPException(404, detail="no such author")
    return author


Found = Annotated[Author, Depends(find_author)]

app = FastAPI(lifespan=lifespan)
app.middleware("http")(count_statements)


@app.get("/authors")
async def list_authors(db: Db, limit: Annotated[int, Query(ge=1, le=50)] = 3) -> list[AuthorOut]:
    query = select(Author).order_by(Author.id).limit(limit).options(selectinload(Author.books))
    return [AuthorOut.of(author) for author in await db.scalars(query)]


@app.get("/authors/{author_id}")
async def read_author(author: Found) -> AuthorOut:
    return AuthorOut.of(author)


@app.post("/authors/{author_id}/books", status_code=201)
async def add_book(author: Found, new: NewBook, db: Db) -> AuthorOut:
    author.books.append(Book(title=new.title))
    await db.commit()
    return AuthorOut.of(author)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
