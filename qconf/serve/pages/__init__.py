"""What the service shows people: pages, which work without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qconf.serve.negotiation import PageRoute

if TYPE_CHECKING:
    from fastapi import APIRouter, Request, Response

    from qconf.serve.context import ServeContext
    from qconf.serve.problems import Problem

__all__ = ["problem_page", "routes"]


def routes(context: ServeContext) -> APIRouter:
    """Return the routes of all pages, and of what they are made with.

    Raises
    ------
    OptionError
        If what pages are made with is not installed.
    """
    from fastapi import APIRouter  # noqa: PLC0415 - only those who serve need it

    from qconf.serve.pages import (  # noqa: PLC0415
        case,
        estimates,
        login,
        review,
        start,
        summary,
    )
    from qconf.serve.pages.rendering import Renderer  # noqa: PLC0415
    from qconf.serve.pages.static_files import static_file  # noqa: PLC0415

    router = APIRouter(route_class=PageRoute, include_in_schema=False)
    renderer = Renderer(context)
    for one in (start, login, estimates, review, case, summary):
        one.add_routes(router, renderer)
    router.add_route("/static/{name}", static_file, include_in_schema=False)
    return router


def problem_page(context: ServeContext, request: Request, problem: Problem) -> Response | None:
    """Return a page that says what went wrong, and what to do."""
    from qconf.serve.pages.errors import error_page  # noqa: PLC0415
    from qconf.serve.pages.rendering import Renderer  # noqa: PLC0415

    return error_page(Renderer(context), request, problem)
