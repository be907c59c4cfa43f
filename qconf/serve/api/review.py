"""The queue and what was decided, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from qconf.review.sources import SOURCES
from qconf.serve.api.routing import json_router, problems
from qconf.serve.api.said import Decided, IdempotencyKey, Who, said_of
from qconf.serve.casework import (
    ORDERS,
    STATES,
    decide_case,
    list_cases,
    open_case,
    release_case,
    show_case,
)
from qconf.serve.context import ServeContext

__all__ = ["routes"]

CaseId = Annotated[int, Path(ge=1, le=2**53, description="The number of the case.")]
_MOST = 200
_KEPT = ("id", "queue", "rank", "row_key", "drawn_by", "named_by", "why", "p_value", "prediction",
         "outcome", "residual", "expected_error")  # fmt: skip


def _one_of(choices: Iterable[str], told: str) -> Any:
    names = list(choices)
    extra: dict[str, Any] = {"enum": names}
    return Query(pattern=f"^({'|'.join(names)})$", description=told, json_schema_extra=extra)


class Listed(BaseModel):
    """A page of the queue."""

    cases: list[dict[str, Any]] = Field(
        description="Each with `decision` (the one in force) and `lock` (who has it open), or null."
    )
    counts: dict[str, int] = Field(description="`open`, `decided` and `feedback`, of all.")
    total: int = Field(description="Cases that fit the filter.")


class Opened(BaseModel):
    """A case with all that is known of it."""

    case: dict[str, Any]
    decisions: list[dict[str, Any]] = Field(description="All, also superseded ones.")
    next_id: int | None = Field(description="The next case that is free.")


class Taken(BaseModel):
    """Who has a case open until when."""

    case_id: int
    who: str
    taken_at: str
    until: str


class Released(BaseModel):
    """A case that was given back."""

    case_id: int


class DecisionKept(BaseModel):
    """A decision that is kept."""

    id: int
    case_id: int
    next_id: int | None


def routes(context: ServeContext) -> APIRouter:
    """Return the routes."""
    router = json_router(context, "review")
    for add in (_add_queue, _add_case, _add_locks, _add_decisions):
        add(router, context)
    return router


def _add_queue(router: APIRouter, context: ServeContext) -> None:
    @router.get("/review", response_model=Listed, summary="List cases, sorted and filtered")
    async def get_queue(
        state: Annotated[str, _one_of(STATES, "Which cases.")] = "open",
        source: Annotated[str | None, _one_of(SOURCES, "That brought them.")] = None,
        order: Annotated[str, _one_of(ORDERS, "What comes first.")] = "rank",
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    ) -> JSONResponse:
        def found() -> dict[str, Any]:
            queue = list_cases(
                context, state=state, source=source, order=order, limit=limit, offset=offset
            )
            return {
                "cases": [_short(one) for one in queue.cases], "counts": queue.counts,
                "total": queue.total,
            }  # fmt: skip

        return JSONResponse(await context.run(found))


def _add_case(router: APIRouter, context: ServeContext) -> None:
    @router.get(
        "/review/{case_id}", response_model=Opened, responses=problems(404),
        summary="Show a case: how its estimate came about, and what was decided",
    )  # fmt: skip
    async def get_case(case_id: CaseId) -> JSONResponse:
        found = await context.run(show_case, context, case_id)
        return JSONResponse(asdict(found))


def _add_locks(router: APIRouter, context: ServeContext) -> None:
    @router.post(
        "/review/{case_id}/lock", response_model=Taken, responses=problems(404, 409),
        summary="Take a case, so that nobody else decides it for a quarter of an hour",
    )  # fmt: skip
    async def take_case(case_id: CaseId, by: Who) -> JSONResponse:
        return JSONResponse(asdict(await context.run(open_case, context, case_id, by.who)))

    @router.post(
        "/review/{case_id}/release", response_model=Released, responses=problems(404, 409),
        summary="Give a case back",
    )  # fmt: skip
    async def give_back(case_id: CaseId, by: Who) -> JSONResponse:
        await context.run(release_case, context, case_id, by.who)
        return JSONResponse({"case_id": case_id})


def _add_decisions(router: APIRouter, context: ServeContext) -> None:
    @router.post(
        "/review/{case_id}/decision", response_model=DecisionKept, status_code=201,
        responses=problems(404, 409), summary="Decide a case",
    )  # fmt: skip
    async def decide(
        case_id: CaseId,
        said: Decided,
        idempotency_key: IdempotencyKey = None,
    ) -> JSONResponse:
        def done() -> dict[str, Any]:
            told = said_of(said)
            number = decide_case(context, case_id, told, idempotency_key)
            following = show_case(context, case_id, told["who"]).next_id
            return {"id": number, "case_id": case_id, "next_id": following}

        return JSONResponse(await context.run(done), 201)


def _short(case: Any) -> dict[str, Any]:
    """Tell of a case what a list tells."""
    told = {name: getattr(case, name) for name in _KEPT}
    for name in ("decision", "lock"):
        one = getattr(case, name)
        told[name] = None if one is None else asdict(one)
    return told
