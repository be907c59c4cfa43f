"""Routes of JSON: bodies are read strictly, and what can go wrong is in the description."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from qconf.serve.context import ServeContext
from qconf.serve.problems import MEDIA_TYPE, RefusedError
from qconf.serve.strict_json import read_json

__all__ = ["Strict", "Wrong", "check_count", "described", "json_router", "problems"]


class Strict(BaseModel):
    """What is sent: nothing is taken for something else, and nothing is overlooked."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Wrong(BaseModel):
    """What went wrong (RFC 9457)."""

    status: int = Field(description="The status of the answer.")
    title: str = Field(description="The name of the status.")
    detail: str = Field(description="In a line: the thing, the rule, what was found, what to do.")


#: What may happen to any request.
_ALWAYS: Final = {
    400: "The request cannot be read.",
    401: "The service asks for a token.",
    403: "The request was sent by a page of another site.",
    408: "The body came too slowly.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is no JSON.",
    421: "The service does not go by this name.",
    422: "Something breaks its rule.",
    429: "Too many requests.",
    500: "Something went wrong in the service.",
    503: "The service, or its store, is busy.",
}
_MORE: Final = {
    404: "There is none.",
    409: "Somebody was here first, or the idempotency key was used for something else.",
}


def problems(*more: int) -> dict[int | str, dict[str, Any]]:
    """Describe what may go wrong; ``more`` are statuses beside those of any request."""
    told = {**_ALWAYS, **{status: _MORE[status] for status in more}}
    schema = {"schema": {"$ref": "#/components/schemas/Wrong"}}
    return {
        status: {"description": words, "content": {MEDIA_TYPE: schema}}
        for status, words in sorted(told.items())
    }


def json_router(context: ServeContext, tag: str) -> APIRouter:
    """Return a router whose routes read bodies strictly."""

    class StrictRequest(Request):
        async def json(self) -> Any:
            return read_json(await self.body(), context.limits.json_depth)

    class JsonRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def strictly(request: Request) -> Response:
                return await handle(StrictRequest(request.scope, request.receive))

            return strictly

    return APIRouter(tags=[tag], route_class=JsonRoute, responses=problems())


def described(app: FastAPI) -> dict[str, Any]:
    """Describe a service as OpenAPI does, with what all routes share."""
    if app.openapi_schema is None:
        told = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = told["components"]["schemas"]
        schemas["Wrong"] = Wrong.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = told
    return app.openapi_schema


def check_count(what: str, count: int, most: int) -> None:
    """Check that not too many are asked for.

    Raises
    ------
    RefusedError
    """
    if count > most:
        raise RefusedError(
            413, f"At most {most:,} {what} at once, got {count:,}; send them in parts."
        )
