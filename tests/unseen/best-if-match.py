from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Response, status
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()


class Note(BaseModel):
    text: str


@dataclass
class Revision:
    """A note as it is kept: the text and how often it has been written."""

    text: str
    number: int = 1

    @property
    def etag(self) -> str:
        return f'"r{self.number}"'


notes: dict[str, Revision] = {}


def show(revision: Revision, status_code: int = 200) -> JSONResponse:
    return JSONResponse({"text": revision.text}, status_code, headers={"ETag": revision.etag})


# Both endpoints are coroutines without any await, so check and write can't be interleaved.
@app.put("/notes/{name}", response_model=Note, responses={201: {"model": Note}, 412: {}, 428: {}})
async def put_note(name: str, note: Note, if_match: Annotated[str | None, Header()] = None):
    present = notes.get(name)
    if present is None:
        notes[name] = Revision(note.text)
        return show(notes[name], status.HTTP_201_CREATED)
    if if_match is None:
        raise HTTPException(status.HTTP_428_PRECONDITION_REQUIRED, "If-Match is required")
    if if_match != present.etag:
        raise HTTPException(status.HTTP_412_PRECONDITION_FAILED, "changed meanwhile")
    if present.text != note.text:
        notes[name] = present = Revision(note.text, present.number + 1)
    return show(present)


@app.get("/notes/{name}", response_model=Note)
async def get_note(name: str, if_none_match: Annotated[str | None, Header()] = None):
    present = notes.get(name)
    if present is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no such note")
    if if_none_match == present.etag:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": present.etag})
    return show(present)
