import hashlib
import hmac
import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel

app = FastAPI()
SECRET = "0123456789abcdef0123456789abcdef"
LIFETIME = timedelta(minutes=30)

oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")


class UserPublic(BaseModel):
    username: str


class UserCreate(UserPublic):
    password: str


def derive(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8"), salt=salt, n=2**14, r=8, p=1, dklen=32)


class UserStore:
    """User names with salt and hash; the passwords themselves are nowhere."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[bytes, bytes]] = {}
        self._nobody = (os.urandom(16), os.urandom(32))

    def __contains__(self, username: str) -> bool:
        return username in self._rows

    def add(self, username: str, password: str) -> bool:
        """False if the name is taken."""
        salt = os.urandom(16)
        row = (salt, derive(password, salt))
        return self._rows.setdefault(username, row) is row

    def check(self, username: str, password: str) -> bool:
        # always do the work, so that the time says nothing about who exists
        salt, expected = self._rows.get(username, self._nobody)
        return hmac.compare_digest(derive(password, salt), expected)


store = UserStore()


def unauthorized(detail: str) -> HTTPException:
    return HTTPException(status_code=401, detail=detail, headers={"WWW-Authenticate": "Bearer"})


@app.post("/users", status_code=201, response_model=UserPublic)
def register(new: UserCreate):
    if not store.add(new.username, new.password):
        raise HTTPException(status_code=409, detail="Username already taken")
    return new


@app.post("/token")
def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    if not store.check(form.username, form.password):
        raise unauthorized("Incorrect username or password")
    claims = {"sub": form.username, "exp": datetime.now(UTC) + LIFETIME}
    return {"access_token": jwt.encode(claims, SECRET, algorithm="HS256"), "token_type": "bearer"}


def get_current_user(token: Annotated[str, Depends(oauth2_scheme)]) -> UserPublic:
    try:
        payload = jwt.decode(token, SECRET, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    except jwt.PyJWTError:
        raise unauthorized("Could not validate credentials") from None
    if payload["sub"] not in store:
        raise unauthorized("Could not validate credentials")
    return UserPublic(username=payload["sub"])


CurrentUser = Annotated[UserPublic, Depends(get_current_user)]


@app.get("/users/me")
def read_me(user: CurrentUser) -> UserPublic:
    return user
