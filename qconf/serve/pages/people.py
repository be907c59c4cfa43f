"""Who somebody says to be, remembered by the browser: a comfort, and no proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from qconf.review.store.submissions import LONGEST_NAME

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["remember", "who_of"]

_COOKIE: Final = "qconf_name"
_SECONDS: Final = 180 * 24 * 3600


def who_of(request: Request) -> str:
    """Return the name that was given last; empty if none was."""
    name = unquote(request.cookies.get(_COOKIE, ""))
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""


def remember(request: Request, response: Response, who: str) -> Response:
    """Let the browser remember a name, so that it need not be typed again."""
    response.set_cookie(
        _COOKIE,
        quote(who),
        max_age=_SECONDS,
        path=request.scope.get("root_path") or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response
