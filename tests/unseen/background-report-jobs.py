from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from fastapi import BackgroundTasks, FastAPI, HTTPException, Response
from pydantic import BaseModel, ConfigDict

app = FastAPI()
sales: dict[str, list[int]] = {}


@app.post("/sales/{region}/{amount}", status_code=204)
def sell(region: str, amount: int):
    sales.setdefault(region, []).append(amount)


class ReportRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    region: str


@dataclass
class Summary:
    count: int
    total: int


@dataclass
class Report:
    id: str
    status: Literal["queued", "running", "done", "failed"] = "queued"
    result: Summary | None = None
    error: str | None = None

    def make(self, region: str) -> None:
        self.status = "running"
        try:
            amounts = list(sales.get(region, ()))
            if not amounts:
                raise LookupError(f"no sales in {region}")
            self.result = Summary(len(amounts), sum(amounts))
            self.status = "done"
        except Exception as problem:
            self.error = str(problem)
            self.status = "failed"


reports: dict[str, Report] = {}


@app.post("/reports", status_code=202)
def order_report(order: ReportRequest, tasks: BackgroundTasks, response: Response):
    report = Report(id=str(uuid4()))
    reports[report.id] = report
    tasks.add_task(report.make, order.region)
    response.headers["Location"] = app.url_path_for("read_report", report_id=report.id)
    return {"id": report.id, "status": "queued"}


@app.get("/reports/{report_id}", name="read_report")
def read_report(report_id: str) -> Report:
    try:
        return reports[report_id]
    except KeyError:
        raise HTTPException(404, "no such report") from None
