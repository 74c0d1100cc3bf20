from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, Field, SecretStr, field_serializer
from pydantic_settings import BaseSettings, SettingsConfigDict


class ShopSettings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="shop_",  # names are case-insensitive
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        hide_input_in_errors=True,
    )

    app_name: str = "Shop"
    debug: bool = False
    max_items: Annotated[int, Field(ge=1)] = 10
    secret_key: SecretStr

    @field_serializer("secret_key", when_used="always")
    def hide(self, value: SecretStr) -> str:
        return "**********"


class ConfigOut(BaseModel):
    app_name: str
    debug: bool
    max_items: int
    secret_key: str


settings = ShopSettings()  # a missing key should be noticed at the start
app = FastAPI(title=settings.app_name)


@app.get("/config", response_model=ConfigOut)
def read_config():
    return settings.model_dump()
