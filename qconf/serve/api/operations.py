"""Whether the service lives and is ready, and its numbers."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

import qconf
from qconf.serve.api.routing import json_router
from qconf.serve.context import ServeContext
from qconf.serve.metrics import CONTENT_TYPE

__all__ = ["routes"]


class Health(BaseModel):
    """The process answers."""

    status: str
    version: str


class Ready(BaseModel):
    """The model is open, and the store can be read."""

    status: str
    model: str


def routes(context: ServeContext) -> APIRouter:
    """Return the routes."""
    router = json_router(context, "operations")

    @router.get("/healthz", response_model=Health, summary="Does the process answer?")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok", "version": qconf.__version__})

    @router.get("/readyz", response_model=Ready, summary="Are the model and the store there?")
    async def readyz() -> JSONResponse:
        await context.run(context.store.check)
        return JSONResponse({"status": "ready", "model": context.served.digest})

    @router.get(
        "/metrics", response_class=Response, summary="Numbers for Prometheus",
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )  # fmt: skip
    async def metrics() -> Response:
        return Response(await context.run(context.metrics.text), media_type=CONTENT_TYPE)

    return router
