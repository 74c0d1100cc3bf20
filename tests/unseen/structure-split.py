from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, status

API = "/api/v1"


# dependencies.py
async def require_token(x_token: Annotated[str, Header()]) -> None:
    if x_token != "fake-token":
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "X-Token header invalid")


# routers/items.py
items_router = APIRouter(prefix="/items", tags=["items"])


@items_router.get("/")
async def list_items():
    return {"items": []}


# routers/users.py
users_router = APIRouter()


@users_router.get("/")
async def list_users():
    return {"users": []}


@users_router.get("/{name}")
async def read_user(name: str):
    return {"name": name}


# routers/admin.py
admin_router = APIRouter(prefix="/admin", include_in_schema=False)


@admin_router.get("/stats")
async def stats():
    return {"stats": 0}


# main.py
def create_app() -> FastAPI:
    application = FastAPI(title="My API")
    application.include_router(items_router, prefix=API)
    application.include_router(
        users_router,
        prefix=f"{API}/users",
        tags=["users"],
        dependencies=[Depends(require_token)],
    )
    application.include_router(admin_router)

    @application.get("/")
    async def root():
        return {"message": "Hello"}

    return application


app = create_app()
