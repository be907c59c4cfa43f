"""Who gets a page and who gets JSON, where one address has both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import Match

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["FORM_TYPES", "PageRoute", "is_form", "wants_page"]

#: How a form is sent; files are not taken.
FORM_TYPES: Final = ("application/x-www-form-urlencoded",)


def wants_page(scope: Scope) -> bool:
    """Tell whether a page is wanted: by who names HTML, as browsers do, or has sent a form."""
    return is_form(scope) or "text/html" in Headers(scope=scope).get("accept", "").lower()


def is_form(scope: Scope) -> bool:
    """Tell whether a form was sent."""
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0]
    return kind.strip().lower() in FORM_TYPES


class PageRoute(APIRoute):
    """A route that is there only for those who want a page: others go on to the JSON of it."""

    def matches(self, scope: Scope) -> tuple[Match, Any]:
        """Match as others do, if a page is wanted."""
        if scope["type"] == "http" and not wants_page(scope):
            return Match.NONE, {}
        matched: tuple[Match, Any] = super().matches(scope)
        return matched
