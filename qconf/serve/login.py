"""Let a browser in that brings the token."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from qconf.serve.context import ServeContext
from qconf.serve.forms import read_form
from qconf.serve.problems import RefusedError
from qconf.serve.rates import Rates
from qconf.serve.tokens import LOGIN, same_text, ticket

__all__ = ["routes"]

#: So often a client may bring a wrong token in a minute.
_TRIES = 20


def routes(context: ServeContext) -> APIRouter:
    """Return the route; none where no token is asked for."""
    router = APIRouter(include_in_schema=False)
    tries = Rates(_TRIES)
    token = context.token
    if token is None:
        return router

    @router.post("/login")
    async def log_in(request: Request) -> Response:
        form = await read_form(context, request)
        client = "" if request.client is None else request.client.host
        wait = tries.wait_for(client)
        if wait > 0:
            msg = f"Too many tries; come again in {wait:.0f} seconds."
            raise RefusedError(429, msg, {"retry-after": str(int(wait) + 1)})
        if not same_text(form.get("token", "").strip(), token):
            raise RefusedError(401, "This is not the token of this service.")
        root = request.scope.get("root_path", "")
        answer = RedirectResponse(f"{root}/", 303)
        answer.set_cookie(
            LOGIN, ticket(token), path=root or "/", httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    return router
