"""Estimates, and feedback on them, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from qconf.serve.estimating import tell_rows
from qconf.serve.feedback import give_feedback

if TYPE_CHECKING:
    from qconf.serve.context import ServeContext

__all__ = ["routes"]


class RowsAsked(BaseModel):
    """Rows to be estimated."""

    rows: list[dict[str, Any]] = Field(min_length=1)
    explain: bool = False


class FeedbackSaid(BaseModel):
    """What somebody says of an estimate."""

    who: str
    reason: str
    text: str = ""
    corrected: dict[str, Any] = Field(default_factory=dict)
    own_value: float | None = None
    comparables: list[str] = Field(default_factory=list)


def routes(context: ServeContext) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["estimates"])

    @router.post("/estimates")
    async def post_estimates(asked: RowsAsked) -> JSONResponse:
        told = await context.run(tell_rows, context, asked.rows, asked.explain)
        return JSONResponse({"estimates": [one.to_dict() for one in told]})

    @router.get("/estimates/{estimate_id}")
    async def get_estimate(estimate_id: str) -> JSONResponse:
        record = await context.run(context.store.estimate, estimate_id)
        return JSONResponse(asdict(record))

    @router.post("/estimates/{estimate_id}/feedback")
    async def post_feedback(
        estimate_id: str, said: FeedbackSaid, idempotency_key: str | None = Header(default=None)
    ) -> JSONResponse:
        given = await context.run(
            give_feedback, context, estimate_id, said.model_dump(), idempotency_key
        )
        return JSONResponse(asdict(given), status_code=201)

    return router
