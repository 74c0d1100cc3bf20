from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError

LIMITS = {"/notes": 100, "/imports": 300, "/contact": 100}


class BodyLimit:
    """Reads a body up to the limit of its path and only then lets the app have it.

    It counts what really arrives, as Content-Length may be missing or wrong.
    """

    def __init__(self, app, limits: dict[str, int]):
        self.app = app
        self.limits = limits

    async def __call__(self, scope, receive, send):
        limit = self.limits.get(scope["path"]) if scope["type"] == "http" else None
        if limit is None:
            return await self.app(scope, receive, send)

        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client has gone
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                refusal = JSONResponse({"detail": "Body too large"}, status_code=413)
                return await refusal(scope, receive, send)

        replayed = False

        async def replay():
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)


# An old device sends JSON without Content-Type, so that must not be insisted on.
app = FastAPI(strict_content_type=False)
app.add_middleware(BodyLimit, limits=LIMITS)


class Note(BaseModel):
    text: str


class Contact(BaseModel):
    name: str
    email: str


@app.post("/notes", status_code=201)
def add_note(note: Note) -> Note:
    return note


@app.post("/imports")
async def import_data(request: Request):
    return {"bytes": len(await request.body())}


FORM_SCHEMA = {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": Contact.model_json_schema()}},
    }
}


@app.post("/contact", openapi_extra=FORM_SCHEMA)
async def contact(request: Request) -> Contact:
    async with request.form(max_fields=2) as form:
        if len(form.multi_items()) > 2:  # not every form parser minds max_fields
            raise HTTPException(400, "Too many fields")
        try:
            return Contact.model_validate(dict(form))
        except ValidationError as error:
            found = [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_url=False, include_input=False)]
            raise RequestValidationError(found) from None
