"""The page that asks for the token, where the service asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

if TYPE_CHECKING:
    from fastapi import APIRouter

    from qconf.serve.pages.rendering import Renderer

__all__ = ["add_routes", "login_page"]


def add_routes(router: APIRouter, renderer: Renderer) -> None:
    """Add the route; none where no token is asked for."""
    if renderer.context.token is None:
        return

    @router.get("/login")
    async def show_login(request: Request) -> Response:
        return login_page(renderer, request)


def login_page(
    renderer: Renderer, request: Request, problem: str = "", status: int = 200
) -> Response:
    """Ask for the token."""
    return renderer.page(request, "login.html", status=status, problem=problem)
