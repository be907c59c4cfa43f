"""The application: a model, a store, and what is said to whom."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from os import PathLike
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

import qconf
from qconf.core.printable import shown
from qconf.errors import OptionError, OutputError, QconfError
from qconf.review.store.store import FeedbackStore
from qconf.serve import pages
from qconf.serve.api.estimates import routes as estimate_routes
from qconf.serve.api.operations import routes as operation_routes
from qconf.serve.api.review import routes as review_routes
from qconf.serve.api.routing import described
from qconf.serve.api.summary import routes as summary_routes
from qconf.serve.context import ServeContext
from qconf.serve.form_tokens import FormTokens
from qconf.serve.gate import Gate
from qconf.serve.hosts import LOCAL_NAMES
from qconf.serve.limits import Limits
from qconf.serve.login import routes as login_routes
from qconf.serve.logs import log
from qconf.serve.metrics import Metrics
from qconf.serve.negotiation import wants_page
from qconf.serve.problems import MEDIA_TYPE, Problem, problem_of
from qconf.serve.served_model import ServedModel
from qconf.serve.workers import Workers

__all__ = ["create_app"]

#: Pages come before JSON: they are matched only where a page is wanted.
_ROUTES: Final = (
    login_routes, pages.routes, estimate_routes, review_routes, summary_routes, operation_routes
)  # fmt: skip
#: So short a token can be guessed.
_SHORTEST_TOKEN: Final = 16
#: What is said instead of the bare name of a status.
_UNSAID: Final = {
    (404, "Not Found"): "There is nothing at this address; /openapi.json tells what there is.",
    (405, "Method Not Allowed"): "This address does not take that method; Allow tells which.",
}
_ABOUT: Final = """\
Estimates, how wrong each is likely to be and why, and what people say of them.
Problems are told as `application/problem+json`. Rows that hold NaN or Infinity are refused.
"""


def create_app(
    model: Any,
    store: FeedbackStore | str | PathLike[str],
    *,
    key: str | None = None,
    sales: Any = None,
    token: str | None = None,
    hosts: Collection[str] | None = LOCAL_NAMES,
    limits: Limits | None = None,
    plugins: bool = False,
    trust: Collection[str] = (),
    now: Callable[[], datetime] | None = None,
) -> FastAPI:
    """Make the service of a model as an ASGI application, which one's own can mount.

    Parameters
    ----------
    model : path, or ConfidentRegressor or SelectiveRegressor that is fitted
    store : FeedbackStore or path
        Where estimates and what is said of them are kept.
    key : str, default=None
        The field of a row that is its id; None knows rows by all their inputs.
    sales : DataFrame or path, default=None
        Earlier rows with what came out, of which comparables are chosen; None is those that the
        model keeps, if it does.
    token : str, default=None
        What clients must know, at least 16 characters; None lets in whoever reaches the service.
    hosts : collection of str or None, default=("127.0.0.1", "localhost", "::1")
        Names that the service goes by; requests for others are refused, lest a page of another
        site reaches it by a name of its own (DNS rebinding). None is any, and needs a token.
    limits : Limits, default=None
        How much of everything the service takes.
    plugins, trust
        As in `qconf.open_model`.
    now : callable, default=None
        Returns the time, with its zone; None is the clock.

    Returns
    -------
    fastapi.FastAPI

    Raises
    ------
    ModelFileError, OptionError, TableError
        If the model or the store cannot be opened, or an option is outside its rule.

    Examples
    --------
    >>> import tempfile, numpy as np, pandas as pd
    >>> from qconf import ConfidentRegressor
    >>> area = np.linspace(50, 150, 200)
    >>> model = ConfidentRegressor(confidence="constant", random_state=0)
    >>> model = model.fit(pd.DataFrame({"area": area}), 3000 * area)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     app = create_app(model, f"{folder}/feedback.db")
    ...     app.state.context.store.close()
    >>> sorted(app.openapi()["paths"])[:2]
    ['/estimates', '/estimates/{estimate_id}']
    """
    _check(token, hosts)
    metrics = Metrics()
    context = ServeContext(
        served=ServedModel.of(model, key=key, sales=sales, plugins=plugins, trust=trust),
        store=store if isinstance(store, FeedbackStore) else FeedbackStore(store, now=now),
        limits=limits or Limits(),
        forms=FormTokens(),
        workers=Workers(),
        metrics=metrics,
        now=now or _clock,
        token=token,
    )
    metrics.watch_store(context.store.counts)
    metrics.tell_model(context.served.name, context.served.digest)
    app = FastAPI(
        title="qconf", version=qconf.__version__, description=_ABOUT, docs_url=None,
        redoc_url=None, redirect_slashes=False, lifespan=_ends_workers,
    )  # fmt: skip
    app.state.context = context
    # As FastAPI has it: the method of one application is another.
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    for routes in _ROUTES:
        app.include_router(routes(context))
    answer = _Answers(context)
    for kind in (QconfError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer.of_error)
    app.add_middleware(Gate, context=context, hosts=hosts, answer=answer)
    return app


@asynccontextmanager
async def _ends_workers(app: FastAPI) -> AsyncIterator[None]:
    """Let threads end what they are at when the service ends."""
    yield
    app.state.context.workers.close()


class _Answers:
    """Makes of a problem what the client wants to see: a page, or JSON."""

    def __init__(self, context: ServeContext) -> None:
        self._context = context

    def __call__(self, request: Request, problem: Problem, headers: dict[str, str]) -> Response:
        page = None
        if wants_page(request.scope):
            page = pages.problem_page(self._context, request, problem)
        if page is None:
            return JSONResponse(problem.to_dict(), problem.status, headers, media_type=MEDIA_TYPE)
        for name, value in headers.items():
            page.headers[name] = value
        return page

    async def of_error(self, request: Request, error: Exception) -> Response:
        """Answer what a route has raised."""
        if isinstance(error, QconfError):
            if isinstance(error, OutputError):
                log(logging.ERROR, "store", why=str(error))
            return self(request, problem_of(error), {})
        if isinstance(error, RequestValidationError):
            return self(request, Problem(422, _invalid(error)), {})
        assert isinstance(error, HTTPException)  # noqa: S101 - no other is registered
        detail = _UNSAID.get((error.status_code, str(error.detail)), str(error.detail))
        problem = Problem(error.status_code, detail)
        return self(request, problem, dict(error.headers or {}))


def _invalid(error: RequestValidationError) -> str:
    """Say in a line what was sent wrongly, without repeating what it was."""
    told = []
    for one in error.errors()[:5]:
        where = ".".join(str(part)[:60] for part in one["loc"])
        told.append(f"{shown(where)}: {one['msg']}")
    return "; ".join(told) or "The request breaks a rule."


def _check(token: str | None, hosts: Collection[str] | None) -> None:
    if token is not None and len(token) < _SHORTEST_TOKEN:
        msg = (
            f"The token must have at least {_SHORTEST_TOKEN} characters, it has {len(token)}; "
            "python -c 'import secrets; print(secrets.token_urlsafe())' makes one."
        )
        raise OptionError(msg)
    if token is None and hosts is None:
        msg = "A service that goes by any name needs a token: pass token=, or the names as hosts=."
        raise OptionError(msg)


def _clock() -> datetime:
    return datetime.now(UTC)
