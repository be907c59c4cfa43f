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

    from qconf.serve.pages.case import add_routes as add_case  # noqa: PLC0415
    from qconf.serve.pages.estimates import add_routes as add_estimates  # noqa: PLC0415
    from qconf.serve.pages.login import add_routes as add_login  # noqa: PLC0415
    from qconf.serve.pages.rendering import Renderer  # noqa: PLC0415
    from qconf.serve.pages.review import add_routes as add_review  # noqa: PLC0415
    from qconf.serve.pages.start import add_routes as add_start  # noqa: PLC0415
    from qconf.serve.pages.static_files import static_file  # noqa: PLC0415
    from qconf.serve.pages.summary import add_routes as add_summary  # noqa: PLC0415

    router = APIRouter(route_class=PageRoute, include_in_schema=False)
    renderer = Renderer(context)
    for add in (add_start, add_login, add_estimates, add_review, add_case, add_summary):
        add(router, renderer)
    router.add_route("/static/{name}", static_file, include_in_schema=False)
    return router


def problem_page(context: ServeContext, request: Request, problem: Problem) -> Response | None:
    """Return a page that says what went wrong, and what to do."""
    from qconf.serve.pages.errors import error_page  # noqa: PLC0415
    from qconf.serve.pages.rendering import Renderer  # noqa: PLC0415

    return error_page(Renderer(context), request, problem)
