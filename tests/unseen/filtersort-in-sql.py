from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import asc, create_engine, desc, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

engine = create_engine(
    "sqlite://",
    connect_args={"check_same_thread": False},
    poolclass=StaticPool,
)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    price: Mapped[float]


Base.metadata.create_all(engine)
with Session(engine) as session:
    rows = [
        ("lamp", 40), ("cup", 5), ("desk", 250), ("sticker", 0),
        ("book", 12), ("cup", 12), ("bag", 40), ("pen", 5),
    ]
    session.add_all(Item(name=name, price=price) for name, price in rows)
    session.commit()

app = FastAPI()


class ItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    price: float


class SortBy(StrEnum):
    name = "name"
    price = "price"


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


Number = Annotated[float | None, Query(allow_inf_nan=False)]


@app.get("/items/", response_model=list[ItemOut])
def read_items(
    min_price: Number = None,
    max_price: Number = None,
    sort_by: SortBy = SortBy.name,
    ascending: bool = True,
    skip: int = Query(0, ge=0),
    limit: int = Query(5, ge=1, le=100),
    session: Session = Depends(get_session),
):
    statement = select(Item)
    if min_price is not None:
        statement = statement.where(Item.price >= min_price)
    if max_price is not None:
        statement = statement.where(Item.price <= max_price)
    direction = asc if ascending else desc
    column = {SortBy.name: Item.name, SortBy.price: Item.price}[sort_by]
    # SQLite's integers end at 2**63 - 1, and no table has that many rows
    statement = statement.order_by(direction(column), Item.id).offset(min(skip, 2**63 - 1)).limit(limit)
    return session.scalars(statement).all()
