"""What the routes of the service stand on, those of pages too.

What pages may rely on:

- `qconf.serve.pages.routes(context)` returns an ``APIRouter(route_class=PageRoute,
  include_in_schema=False)``; the application includes it *before* the routes of JSON. A
  `PageRoute` is matched only where HTML is wanted (``Accept`` names it) or a form was sent, so that
  a page may have the address of a JSON resource: ``GET /estimates/{estimate_id}``,
  ``POST /estimates/{estimate_id}/feedback``, ``GET /review``, ``GET /review/{case_id}``,
  ``POST /review/{case_id}/decision``, ``POST /review/{case_id}/lock``, ``GET /summary``,
  ``GET /login``, ``POST /login``; addresses of pages alone are free.
- Everything that takes time is a plain function and runs in a thread: ``await
  context.run(function, *arguments)``. So: ``await context.run(context.store.estimate, id)``.
- What can be done is in `qconf.serve.feedback`, `qconf.serve.casework` and
  `qconf.serve.estimating`: plain functions whose first argument is the context, which take and
  return records (`qconf.review.store.records`) and small dataclasses, and raise `QconfError`.
- Errors are raised and not caught: the application makes a `Problem` of each (404 of
  `NotFoundError`, 409 of `ConflictError`, 422 of other `QconfError`), and asks
  `qconf.serve.pages.problem_page(context, request, problem)` for the page.
- A form is read by ``form = await read_form(context, request)`` (`qconf.serve.forms`), which has
  checked where it comes from and its token. Each form has the hidden fields ``form_token``
  (``context.forms.token(request)``) and ``idempotency_key`` (``new_key()``), and the fields that
  `qconf.serve.forms` names. Values of inputs are written into it by `written_input`, so that one
  that was not touched is no correction.
- The content policy allows styles, scripts and pictures of this origin only: nothing inline, no
  ``style=`` attributes, no ``on...=``. A page may give ``request.state.nonce`` to a ``<style>`` or
  ``<script>``. Static files need no token: ``/static/...``.
- ``context.now()`` is the time; ``context.served`` knows the model: ``card``, ``schema``, ``name``,
  ``digest``, and which columns are inputs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from qconf.review.store.store import FeedbackStore
    from qconf.serve.form_tokens import FormTokens
    from qconf.serve.limits import Limits
    from qconf.serve.served_model import ServedModel
    from qconf.serve.workers import Workers

__all__ = ["ServeContext"]

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class ServeContext:
    """A model, a store, and what the service is allowed.

    Attributes
    ----------
    served : ServedModel
    store : FeedbackStore
    limits : Limits
    forms : FormTokens
    workers : Workers
    now : callable
        Returns the time, with its zone.
    token : str or None
        What clients must know; None is nothing.
    """

    served: ServedModel
    store: FeedbackStore
    limits: Limits
    forms: FormTokens
    workers: Workers
    now: Callable[[], datetime]
    token: str | None = None

    def run(self, function: Callable[..., Result], *arguments: Any) -> Awaitable[Result]:
        """Run what takes time in a thread."""
        return self.workers.run(function, *arguments)
