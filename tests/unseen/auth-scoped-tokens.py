from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi.security import OAuth2PasswordBearer, SecurityScopes
from pydantic import BaseModel, ValidationError

app = FastAPI()
SECRET = "0123456789abcdef0123456789abcdef"
bearer = OAuth2PasswordBearer(
    tokenUrl="token",
    auto_error=False,
    scopes={"items:read": "Look at items", "items:write": "Create items"},
)


class Caller(BaseModel):
    sub: str
    scope: str = ""

    @property
    def scopes(self) -> list[str]:
        return self.scope.split()


def get_caller(needed: SecurityScopes, token: Annotated[str | None, Depends(bearer)]) -> Caller:
    challenge = f'Bearer scope="{needed.scope_str}"' if needed.scopes else "Bearer"
    if token is None:
        raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": challenge})
    try:
        claims = jwt.decode(
            token,
            key=SECRET,
            algorithms=["HS256"],
            audience="shop",
            options={"require": ["sub", "exp", "aud"]},
        )
        caller = Caller.model_validate(claims)
    except (jwt.InvalidTokenError, ValidationError):
        raise HTTPException(401, "invalid token", {"WWW-Authenticate": challenge})
    if not set(needed.scopes) <= set(caller.scopes):
        raise HTTPException(403, "scope missing")
    return caller


@app.get("/me")
def who_am_i(caller: Caller = Security(get_caller)):
    return {"user": caller.sub, "scopes": caller.scopes}


@app.get("/items")
def list_items(caller: Caller = Security(get_caller, scopes=["items:read"])):
    return {"user": caller.sub, "can": "read"}


@app.post("/items", status_code=201)
def add_item(caller: Caller = Security(get_caller, scopes=["items:write"])):
    return {"user": caller.sub, "can": "write"}
