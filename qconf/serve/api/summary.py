"""What people found, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from qconf.errors import TableError
from qconf.review.explained import finite
from qconf.review.store.errors import NotFoundError
from qconf.review.summary import summarize
from qconf.serve.api.routing import json_router, problems
from qconf.serve.context import ServeContext

__all__ = ["routes"]


class Summary(BaseModel):
    """What was said and decided, in numbers with their intervals."""

    counts: dict[str, int]
    level: float
    rows: list[dict[str, Any]] = Field(
        description="`table` (decisions, feedback, slices, sources or errors), `what`, `of`, `n`, "
        "`value`, `low`, `high`, `verdict` and `compared_with`; null is not known."
    )


def routes(context: ServeContext) -> APIRouter:
    """Return the route."""
    router = json_router(context, "review")

    @router.get(
        "/summary", response_model=Summary, responses=problems(404),
        summary="Sum up reasons by slice and time, and what sources are worth",
    )  # fmt: skip
    async def get_summary(
        by: Annotated[
            str | None, Query(max_length=400, description="Inputs to slice by: `zone,built`.")
        ] = None,
        level: Annotated[float, Query(ge=0.5, le=0.999, description="Of the intervals.")] = 0.95,
    ) -> JSONResponse:
        names = [one.strip() for one in (by or "").split(",") if one.strip()]

        def summed_up() -> Any:
            try:
                told = summarize(context.store, by=names, confidence_level=level)
            except TableError as error:
                raise NotFoundError(str(error)) from error
            return finite(told.to_dict())

        return JSONResponse(await context.run(summed_up))

    return router
