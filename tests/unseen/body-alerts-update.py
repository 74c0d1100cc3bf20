from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Response, status
from pydantic import BaseModel, field_validator

app = FastAPI()


class Alert(BaseModel):
    low: int
    high: int
    note: str | None = None


class AlertPatch(BaseModel):
    low: int | None = None
    high: int | None = None
    note: str | None = None

    @field_validator("low", "high", mode="before")
    @classmethod
    def not_null(cls, value: Any) -> Any:
        # defaults are not validated, so this only sees a null that was really sent
        if value is None:
            raise ValueError("must not be null")
        return value


alerts: dict[str, Alert] = {}


def existing(name: str) -> Alert:
    alert = alerts.get(name)
    if alert is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="no such alert")
    return alert


def save(name: str, alert: Alert) -> Alert:
    if alert.low > alert.high:
        raise HTTPException(status.HTTP_409_CONFLICT, detail="low is above high")
    alerts[name] = alert
    return alert


@app.put(
    "/alerts/{name}",
    response_model=Alert,
    responses={201: {"model": Alert, "description": "The alert is new"}},
)
def put_alert(name: str, alert: Alert, response: Response):
    is_new = name not in alerts
    saved = save(name, alert)
    if is_new:
        response.status_code = status.HTTP_201_CREATED
    return saved


@app.patch("/alerts/{name}", response_model=Alert)
def patch_alert(name: str, changes: AlertPatch, alert: Alert = Depends(existing)):
    return save(name, alert.model_copy(update=changes.model_dump(exclude_unset=True)))


@app.get("/alerts/{name}", response_model=Alert)
def get_alert(alert: Alert = Depends(existing)):
    return alert
