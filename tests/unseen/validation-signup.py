from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, Field, StringConstraints, ValidationInfo, field_validator

app = FastAPI()

Username = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", min_length=3, max_length=12)]


class Profile(BaseModel):
    username: Username
    age: Annotated[int, Field(ge=18, le=120)]
    tags: Annotated[list[str], Field(max_length=3)] = []

    @field_validator("tags")
    @classmethod
    def no_tag_twice(cls, tags: list[str]) -> list[str]:
        if len(tags) != len(set(tags)):
            raise ValueError("tags must be unique")
        return tags


class Signup(Profile):
    password: Annotated[str, Field(min_length=8)]
    password2: str

    @field_validator("password2")
    @classmethod
    def repeated_right(cls, password2: str, info: ValidationInfo) -> str:
        # "password" is not there if it has broken its own rule
        if "password" in info.data and info.data["password"] != password2:
            raise ValueError("passwords do not match")
        return password2


@app.post("/signup", status_code=201, response_model=Profile)
def sign_up(new: Signup):
    return new
