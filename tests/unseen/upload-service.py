import hashlib
from pathlib import PureWindowsPath
from typing import Annotated

from fastapi import Depends, FastAPI, File, HTTPException, Response, UploadFile
from pydantic import BaseModel

app = FastAPI()
stored: dict[str, tuple[bytes, str]] = {}

ALLOWED_TYPES = frozenset({"text/plain", "image/png"})
MAX_SIZE = 1024


class FileInfo(BaseModel):
    filename: str
    size: int
    sha256: str


class CheckedFile:
    """An upload that has passed the rules and can be stored."""

    def __init__(self, upload: UploadFile) -> None:
        media_type = (upload.content_type or "").partition(";")[0].strip().lower()
        if media_type not in ALLOWED_TYPES:
            raise HTTPException(415, "Unsupported file type")
        # one byte more than allowed is enough to know
        self.content = upload.file.read(MAX_SIZE + 1)
        if len(self.content) > MAX_SIZE:
            raise HTTPException(413, "File too large")
        self.media_type = media_type
        # PureWindowsPath knows both kinds of slashes
        self.name = PureWindowsPath(upload.filename or "").name

    def store(self) -> FileInfo:
        stored[self.name] = (self.content, self.media_type)
        return FileInfo(
            filename=self.name,
            size=len(self.content),
            sha256=hashlib.sha256(self.content).hexdigest(),
        )


def one_file(file: Annotated[UploadFile, File()]) -> CheckedFile:
    return CheckedFile(file)


def many_files(files: Annotated[list[UploadFile], File()]) -> list[CheckedFile]:
    return [CheckedFile(file) for file in files]


@app.post("/upload", status_code=201)
def upload(file: Annotated[CheckedFile, Depends(one_file)]) -> FileInfo:
    return file.store()


@app.post("/uploads", status_code=201)
def upload_many(files: Annotated[list[CheckedFile], Depends(many_files)]) -> list[FileInfo]:
    # all of them have been checked by now: either every file is stored or none
    return [file.store() for file in files]


@app.get("/files")
def list_files() -> list[str]:
    return sorted(stored)


@app.get("/files/{name}")
def download(name: str) -> Response:
    if name not in stored:
        raise HTTPException(404, "No such file")
    content, media_type = stored[name]
    # a header instead of media_type=..., which would add a charset to text/plain
    return Response(content, headers={"Content-Type": media_type})
