from typing import Any

from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/items", tags=["items"])


@router.get("/")
def list_items() -> list[str]:
    return []


class ExtendedAPI(FastAPI):
    """Puts a logo into the document and counts how often it is built."""

    builds = 0

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document["info"]["x-logo"] = {"url": "https://example.com/logo.png"}
            self.builds += 1
        return self.openapi_schema


app = ExtendedAPI(
    title="My API",
    version="1.0.0",
    servers=[{"url": "https://api.example.com"}],
    openapi_tags=[{"name": "items", "description": "Things"}],
)
app.include_router(router)


@app.get("/builds", include_in_schema=False)
def builds() -> dict[str, int]:
    return {"n": app.builds}
