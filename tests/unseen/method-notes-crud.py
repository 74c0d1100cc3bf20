from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel

app = FastAPI()
notes: dict[int, dict] = {}


class NoteIn(BaseModel):
    title: str
    body: str = ""


class NotePatch(BaseModel):
    # no "| None": a null is refused, only leaving a field out is fine
    title: str = ""
    body: str = ""


class Note(NoteIn):
    id: int


def find_note(note_id: int) -> dict:
    if note_id not in notes:
        raise HTTPException(status_code=404, detail="Note not found")
    return notes[note_id]


Found = Annotated[dict, Depends(find_note)]


@app.get("/notes", response_model=list[Note])
def list_notes():
    return list(notes.values())


@app.post("/notes", status_code=201, response_model=Note)
def create_note(data: NoteIn):
    note_id = max(notes, default=0) + 1
    notes[note_id] = {"id": note_id, **data.model_dump()}
    return notes[note_id]


@app.get("/notes/{note_id}", response_model=Note)
def read_note(note: Found):
    return note


@app.head("/notes/{note_id}")
def probe_note(note_id: int) -> Response:
    return Response(status_code=200 if note_id in notes else 404)


@app.put("/notes/{note_id}", response_model=Note)
def replace_note(note: Found, data: NoteIn):
    note.update(data.model_dump())
    return note


@app.patch("/notes/{note_id}", response_model=Note)
def change_note(note: Found, data: NotePatch):
    note |= data.model_dump(exclude_unset=True)
    return note


@app.delete("/notes/{note_id}", status_code=204)
def delete_note(note: Found):
    del notes[note["id"]]
