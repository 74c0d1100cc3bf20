import asyncio
from collections import defaultdict

from fastapi import FastAPI, WebSocket, WebSocketDisconnect, status
from pydantic import BaseModel, ValidationError

app = FastAPI()


class Hello(BaseModel):
    room: str
    name: str


class Member:
    """One client with a queue of its own, so that a slow one doesn't hold up the others."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.outbox: asyncio.Queue[dict] = asyncio.Queue()

    async def deliver(self) -> None:
        try:
            while True:
                await self.websocket.send_json(await self.outbox.get())
        except (WebSocketDisconnect, RuntimeError):
            pass  # gone; the reading side notices it as well


rooms: defaultdict[str, dict[str, Member]] = defaultdict(dict)


def tell(room: str, message: dict) -> None:
    for member in rooms[room].values():
        member.outbox.put_nowait(message)


def leave(room: str, name: str) -> None:
    del rooms[room][name]
    if rooms[room]:
        tell(room, {"left": name})
    else:
        del rooms[room]


@app.websocket("/chat")
async def chat(websocket: WebSocket):
    await websocket.accept()
    try:
        hello = Hello.model_validate_json(await websocket.receive_text())
    except WebSocketDisconnect:
        return
    except ValidationError:
        await websocket.close(status.WS_1007_INVALID_FRAME_PAYLOAD_DATA)
        return

    room, name = hello.room, hello.name
    if name in rooms.get(room, {}):
        await websocket.send_json({"error": "name taken"})
        await websocket.close(code=status.WS_1008_POLICY_VIOLATION)
        return

    rooms[room][name] = member = Member(websocket)
    tell(room, {"joined": name})
    writer = asyncio.create_task(member.deliver())
    try:
        async for text in websocket.iter_text():
            tell(room, {"from": name, "text": text})
    finally:
        writer.cancel()
        leave(room, name)
