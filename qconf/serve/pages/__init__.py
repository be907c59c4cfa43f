"""What the service shows people: pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from qconf.serve.negotiation import PageRoute

if TYPE_CHECKING:
    from fastapi import Request, Response

    from qconf.serve.context import ServeContext
    from qconf.serve.problems import Problem

__all__ = ["problem_page", "routes"]


def routes(context: ServeContext) -> APIRouter:
    """Return the routes of all pages."""
    del context
    return APIRouter(route_class=PageRoute, include_in_schema=False)


def problem_page(context: ServeContext, request: Request, problem: Problem) -> Response | None:
    """Return a page that says what went wrong; None is left to JSON."""
    del context, request, problem
    return None
