import secrets
import uuid
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, Response, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

app = FastAPI()
USERS = {"ann": "pw-of-ann", "bob": "pw-of-bob"}  # in clear only to keep this short

KEY = secrets.token_hex(32)
ALGORITHM = "HS256"

# session id -> (user name, jti of the only refresh token that is good now)
live_sessions: dict[str, tuple[str, str]] = {}

scheme = HTTPBearer(auto_error=False)


class Credentials(BaseModel):
    username: str
    password: str


class RefreshBody(BaseModel):
    refresh_token: str


class TokenPair(BaseModel):
    access_token: str
    refresh_token: str


def sign(kind: str, sid: str, user: str) -> tuple[str, str]:
    jti = uuid.uuid4().hex
    token = jwt.encode({"sub": user, "sid": sid, "typ": kind, "jti": jti}, KEY, algorithm=ALGORITHM)
    return token, jti


def read(token: str, kind: str) -> dict | None:
    """The claims of a token of this kind that we signed ourselves, or None."""
    try:
        claims = jwt.decode(token, KEY, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        return None
    return claims if claims.get("typ") == kind else None


def issue(sid: str, user: str) -> TokenPair:
    access, _ = sign("access", sid, user)
    refresh, jti = sign("refresh", sid, user)
    live_sessions[sid] = (user, jti)
    return TokenPair(access_token=access, refresh_token=refresh)


@app.post("/login", response_model=TokenPair)
async def login(credentials: Credentials):
    expected = USERS.get(credentials.username)
    if expected is None or not secrets.compare_digest(expected.encode(), credentials.password.encode()):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "wrong username or password")
    return issue(uuid.uuid4().hex, credentials.username)


@app.post("/refresh", response_model=TokenPair)
async def refresh(body: RefreshBody):
    refused = HTTPException(status.HTTP_401_UNAUTHORIZED, "invalid refresh token")
    claims = read(body.refresh_token, "refresh")
    if claims is None:
        raise refused
    sid = claims["sid"]
    if sid not in live_sessions:
        raise refused
    user, current = live_sessions[sid]
    if claims["jti"] != current:
        # reuse of an old token: somebody has a copy, so end the whole session
        del live_sessions[sid]
        raise refused
    return issue(sid, user)


@app.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(body: RefreshBody) -> Response:
    claims = read(body.refresh_token, "refresh")
    if claims is not None:
        live_sessions.pop(claims["sid"], None)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def current_user(auth: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]) -> str:
    claims = read(auth.credentials, "access") if auth else None
    # the access token dies together with its session
    if claims is None or claims["sid"] not in live_sessions:
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED,
            "not authenticated",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return claims["sub"]


@app.get("/me")
async def me(user: Annotated[str, Depends(current_user)]):
    return {"username": user}
