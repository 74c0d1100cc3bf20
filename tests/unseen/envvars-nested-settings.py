import secrets
from threading import Lock

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    host: str = "localhost"
    port: int = 5432


class Settings(BaseSettings):
    # The order "environment, .env, secrets" is the one that pydantic-settings has anyway.
    model_config = SettingsConfigDict(
        env_prefix="APP_",
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding="utf-8",
        secrets_dir="secrets",
        extra="ignore",
    )

    db: Database = Field(default_factory=Database)
    tags: list[str] = []
    token: SecretStr


class SettingsProvider:
    """A dependency that makes the settings when they are first asked for."""

    def __init__(self) -> None:
        self.loads = 0
        self._settings: Settings | None = None
        self._lock = Lock()

    def __call__(self) -> Settings:
        with self._lock:
            if self._settings is None:
                self._settings = Settings()
                self.loads += 1
            return self._settings


get_settings = SettingsProvider()
app = FastAPI()


class TokenIn(BaseModel):
    token: str


@app.get("/config")
def read_config(settings: Settings = Depends(get_settings)):
    return {"db": settings.db, "tags": settings.tags, "token": "*" * 10}


@app.post("/check")
def check(given: TokenIn, settings: Settings = Depends(get_settings)) -> dict[str, bool]:
    right = settings.token.get_secret_value().encode("utf-8", "surrogatepass")
    return {"ok": secrets.compare_digest(given.token.encode("utf-8", "surrogatepass"), right)}


@app.get("/loads")
def loads() -> dict[str, int]:
    return {"n": get_settings.loads}
