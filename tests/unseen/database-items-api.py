from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, status
from pydantic import BaseModel, Field
from sqlalchemy import create_engine, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool

engine = create_engine(
    "sqlite://",
    connect_args={"check_same_thread": False},
    poolclass=StaticPool,
)
SessionLocal = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True, index=True)
    price: Mapped[float]


Base.metadata.create_all(engine)


class ItemCreate(BaseModel):
    name: str
    price: Annotated[float, Field(gt=0)]


class ItemRead(BaseModel, from_attributes=True):
    id: int
    name: str
    price: float


def get_db() -> Iterator[Session]:
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


Db = Annotated[Session, Depends(get_db)]
router = APIRouter(prefix="/items", tags=["items"])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ItemRead)
def create_item(data: ItemCreate, db: Db):
    taken = HTTPException(status.HTTP_409_CONFLICT, "Name already exists")
    if db.scalar(select(exists().where(Item.name == data.name))):
        raise taken
    item = Item(name=data.name, price=data.price)
    db.add(item)
    try:
        db.commit()
    except IntegrityError as error:  # somebody was faster
        db.rollback()
        raise taken from error
    db.refresh(item)
    return item


@router.get("", response_model=list[ItemRead])
def list_items(db: Db):
    return db.scalars(select(Item).order_by(Item.id)).all()


@router.get("/{item_id}", response_model=ItemRead)
def read_item(item_id: int, db: Db):
    if (item := db.get(Item, item_id)) is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Item not found")
    return item


app = FastAPI()
app.include_router(router)
