from typing import Annotated

from fastapi import BackgroundTasks, Body, FastAPI, HTTPException, status

app = FastAPI()
outbox: list[dict[str, str]] = []
audit: list[str] = []


async def deliver(address: str, text: str) -> None:
    outbox.append({"to": address, "text": text})


async def write_audit_line() -> None:
    # one line per mail, so the lines written so far are the mails audited before this one
    number = len(audit) + 1
    audit.append(f"mail {number} sent, outbox {len(outbox)}")


@app.post("/notify", status_code=status.HTTP_202_ACCEPTED)
async def notify(
    email: Annotated[str, Body()],
    text: Annotated[str, Body()],
    background: BackgroundTasks,
):
    if "@" not in email:
        raise HTTPException(status_code=status.HTTP_400_BAD_REQUEST, detail="Bad address")
    sent_before = len(outbox)
    background.add_task(deliver, email, text=text)
    background.add_task(write_audit_line)
    return {"status": "queued", "sent_before": sent_before}


@app.get("/outbox")
async def show_outbox() -> list[dict[str, str]]:
    return outbox


@app.get("/audit")
async def show_audit() -> list[str]:
    return audit
