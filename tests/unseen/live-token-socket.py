from fastapi import FastAPI, Response, WebSocket, WebSocketDisconnect, status
from pydantic import BaseModel, StrictInt, ValidationError

app = FastAPI()
TOKENS = {"key-of-ann": "ann", "key-of-bob": "bob"}
ALLOWED_ORIGIN = "https://app.example"


class Message(BaseModel):
    n: StrictInt


def user_of(websocket: WebSocket) -> str | None:
    """Whose handshake this is, or None if it has to be refused."""
    if websocket.headers.get("origin", ALLOWED_ORIGIN) != ALLOWED_ORIGIN:
        return None
    return TOKENS.get(websocket.query_params.get("token", ""))


async def messages(websocket: WebSocket):
    """What the client sends, as text or as bytes, until it goes."""
    while True:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            return
        text = event.get("text")
        yield event.get("bytes", b"") if text is None else text


@app.websocket("/feed")
async def feed(websocket: WebSocket):
    user = user_of(websocket)
    if user is None:
        await websocket.send_denial_response(Response(status_code=status.HTTP_403_FORBIDDEN))
        return

    await websocket.accept()
    try:
        await websocket.send_json({"hello": user})
        async for raw in messages(websocket):
            try:
                message = Message.model_validate_json(raw)
            except ValidationError:
                await websocket.close(status.WS_1007_INVALID_FRAME_PAYLOAD_DATA, "an object with an integer n, please")
                break
            await websocket.send_json({"double": message.n * 2})
    except WebSocketDisconnect:
        pass
