"""The application: a model, a store, and what is said to whom."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from os import PathLike
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from qconf.errors import QconfError
from qconf.review.store.store import FeedbackStore
from qconf.serve import pages
from qconf.serve.api import estimates
from qconf.serve.context import ServeContext
from qconf.serve.form_tokens import SESSION, FormTokens
from qconf.serve.limits import Limits
from qconf.serve.negotiation import wants_page
from qconf.serve.problems import Problem, RefusedError, problem_of
from qconf.serve.served_model import ServedModel
from qconf.serve.workers import Workers

__all__ = ["create_app"]


def create_app(
    model: Any,
    store: FeedbackStore | str | PathLike[str],
    *,
    key: str | None = None,
    sales: Any = None,
    token: str | None = None,
    limits: Limits | None = None,
    now: Callable[[], datetime] | None = None,
) -> FastAPI:
    """Make the service as an ASGI application, which can be mounted in one's own."""
    context = ServeContext(
        served=ServedModel.of(model, key=key, sales=sales),
        store=store if isinstance(store, FeedbackStore) else FeedbackStore(store),
        limits=limits or Limits(),
        forms=FormTokens(),
        workers=Workers(),
        now=now or (lambda: datetime.now(UTC)),
        token=token,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> Any:
        yield
        context.workers.close()

    app = FastAPI(title="qconf", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.context = context
    app.include_router(pages.routes(context))
    app.include_router(estimates.routes(context))

    @app.middleware("http")
    async def session(request: Request, call_next: Any) -> Response:
        known = request.cookies.get(SESSION)
        request.state.session = known or secrets.token_urlsafe(24)
        request.state.nonce = secrets.token_urlsafe(12)
        response: Response = await call_next(request)
        if not known:
            response.set_cookie(SESSION, request.state.session, httponly=True, samesite="strict")
        return response

    def answer(request: Request, problem: Problem, headers: dict[str, str]) -> Response:
        page = pages.problem_page(context, request, problem) if wants_page(request.scope) else None
        if page is not None:
            return page
        return JSONResponse(
            problem.to_dict(), problem.status, headers, media_type="application/problem+json"
        )

    @app.exception_handler(QconfError)
    async def known_problem(request: Request, error: QconfError) -> Response:
        return answer(request, problem_of(error), {})

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> Response:
        return answer(request, error.problem, error.headers)

    return app
