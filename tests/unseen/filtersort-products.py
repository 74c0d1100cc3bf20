from operator import itemgetter
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel, Field

app = FastAPI()
PRODUCTS = [
    {"id": 1, "name": "pen", "price": 2.0},
    {"id": 2, "name": "book", "price": 12.0},
    {"id": 3, "name": "Bag", "price": 12.0},
    {"id": 4, "name": "gift", "price": 0.0},
]


class Product(BaseModel):
    id: int
    name: str
    price: float


class ProductQuery(BaseModel, extra="forbid"):
    q: str | None = None
    min_price: float | None = Field(None, allow_inf_nan=False)
    max_price: float | None = Field(None, allow_inf_nan=False)
    sort_by: Literal["id", "name", "price"] = "id"
    order: Literal["asc", "desc"] = "asc"

    def matches(self, product: dict) -> bool:
        if self.q is not None and self.q.casefold() not in product["name"].casefold():
            return False
        if self.min_price is not None and product["price"] < self.min_price:
            return False
        return self.max_price is None or product["price"] <= self.max_price


@app.get("/products")
def list_products(query: Annotated[ProductQuery, Query()]) -> list[Product]:
    if query.min_price is not None and query.max_price is not None and query.min_price > query.max_price:
        raise HTTPException(status_code=400, detail="min_price > max_price")
    found = sorted(filter(query.matches, PRODUCTS), key=itemgetter("id"))
    # list.sort() is stable, with reverse=True as well
    found.sort(key=itemgetter(query.sort_by), reverse=query.order == "desc")
    return [Product(**product) for product in found]
