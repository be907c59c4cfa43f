"""The page of what people found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from qconf.errors import TableError
from qconf.review.summary import summarize
from qconf.serve.pages.summary_told import figures, lead, sections

if TYPE_CHECKING:
    from fastapi import APIRouter

    from qconf.serve.pages.rendering import Renderer

__all__ = ["add_routes"]


def add_routes(router: APIRouter, renderer: Renderer) -> None:
    """Add the route of the summary."""

    @router.get("/summary")
    async def show_summary(request: Request) -> Response:
        return await renderer.context.run(_page, renderer, request)


def _page(renderer: Renderer, request: Request) -> Response:
    by = [one for one in request.query_params.getlist("by") if one][:1]
    problem = ""
    try:
        told = summarize(renderer.context.store, by=by)
    except TableError as error:  # nothing is kept yet that has it
        told, problem = summarize(renderer.context.store), str(error)
    inputs = [one.name for one in renderer.context.served.inputs]
    return renderer.page(
        request, "summary.html", problem=problem, lead=lead(told), figures=list(figures(told)),
        sections=renderer.sections(lambda: sections(told)), inputs=inputs, by=by[0] if by else "",
    )  # fmt: skip
