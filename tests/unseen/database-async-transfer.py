from fastapi import FastAPI, HTTPException
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(primary_key=True)
    balance: Mapped[int]


async def move(session: AsyncSession, name: str, amount: int) -> Account:
    change = update(Account).where(Account.name == name).values(balance=Account.balance + amount)
    account = await session.scalar(change.returning(Account))
    if account is None:
        raise HTTPException(404, "no such account")
    if account.balance < 0:
        raise HTTPException(409, "insufficient funds")
    return account


# ---- write the rest below this line ----

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import StaticPool

engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
new_session = async_sessionmaker(engine, expire_on_commit=False)
# StaticPool means one connection and so one transaction at a time:
# two requests must not be in the middle of theirs at once
one_at_a_time = asyncio.Lock()


@asynccontextmanager
async def lifespan(_: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def get_session() -> AsyncIterator[AsyncSession]:
    """One session and one transaction per request; commits unless something is raised."""
    async with one_at_a_time, new_session() as session, session.begin():
        yield session


# scope="function": the commit happens before the response is sent
Session = Annotated[AsyncSession, Depends(get_session, scope="function")]


class AccountSchema(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    balance: NonNegativeInt


class Transfer(BaseModel):
    source: str
    target: str
    amount: PositiveInt


class TransferResult(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    source: AccountSchema
    target: AccountSchema


@app.post("/accounts", status_code=201, response_model=AccountSchema)
async def open_account(new: AccountSchema, session: Session):
    account = Account(**new.model_dump())
    session.add(account)
    try:
        await session.flush()
    except IntegrityError:
        raise HTTPException(409, "account exists")
    return account


@app.get("/accounts/{name}", response_model=AccountSchema)
async def show_account(name: str, session: Session):
    account = await session.get(Account, name)
    if account is None:
        raise HTTPException(404, "no such account")
    return account


@app.post("/transfers", response_model=TransferResult)
async def transfer(order: Transfer, session: Session):
    source = await move(session, order.source, -order.amount)
    target = await move(session, order.target, order.amount)
    return {"source": source, "target": target}
