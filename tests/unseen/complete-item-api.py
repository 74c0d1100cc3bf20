from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
SessionLocal = sessionmaker(engine, expire_on_commit=False)


# --- tables ---


class Base(DeclarativeBase):
    pass


class ItemRow(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str]
    price: Mapped[float]


Base.metadata.create_all(engine)


# --- schemas ---

Name = Annotated[str, Field(min_length=1)]
Price = Annotated[float, Field(gt=0)]


class ItemIn(BaseModel):
    name: Name
    price: Price


class ItemPatch(BaseModel):
    """Both may be left out, but null is no value for either."""

    name: Name = "unset"
    price: Price = 1


class ItemOut(ItemIn):
    model_config = ConfigDict(from_attributes=True)

    id: int


# --- dependencies ---


def get_session() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


def get_item_or_404(item_id: int, session: SessionDep) -> ItemRow:
    row = session.get(ItemRow, item_id)
    if not row:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Item not found")
    return row


ItemDep = Annotated[ItemRow, Depends(get_item_or_404)]


def update(session: Session, row: ItemRow, values: dict[str, Any]) -> ItemRow:
    for field, value in values.items():
        setattr(row, field, value)
    session.commit()
    return row


# --- routes ---

router = APIRouter(prefix="/items", tags=["items"])


@router.post("/", response_model=ItemOut, status_code=status.HTTP_201_CREATED)
def create_item(item: ItemIn, session: SessionDep, response: Response):
    row = ItemRow(**item.model_dump())
    session.add(row)
    session.commit()
    response.headers["Location"] = f"/items/{row.id}"
    return row


@router.get("/", response_model=list[ItemOut])
def list_items(
    session: SessionDep,
    skip: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
):
    return session.scalars(select(ItemRow).order_by(ItemRow.id).offset(skip).limit(limit)).all()


@router.get("/{item_id}", response_model=ItemOut)
def read_item(item: ItemDep):
    return item


@router.put("/{item_id}", response_model=ItemOut)
def replace_item(item: ItemDep, new: ItemIn, session: SessionDep):
    return update(session, item, new.model_dump())


@router.patch("/{item_id}", response_model=ItemOut)
def change_item(item: ItemDep, changes: ItemPatch, session: SessionDep):
    return update(session, item, changes.model_dump(exclude_unset=True))


@router.delete("/{item_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_item(item: ItemDep, session: SessionDep) -> None:
    session.delete(item)
    session.commit()


app = FastAPI(title="Item API")
app.include_router(router)
