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
  ``digest``, and which columns are inputs. ``served.explain(frame, score)`` explains a row.
- The application has checked ``Host``, where a request comes from, its size and its token before
  a route sees it. ``GET /login`` is a page with a form of one field, ``token``, that is sent to
  ``POST /login``, which is the application's; it sends browsers on to ``/``. Where no token is
  asked for, neither is there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from qconf.serve.combining import Combiner
from qconf.serve.estimating import Estimated, estimate_each

if TYPE_CHECKING:
    from qconf.review.store.store import FeedbackStore
    from qconf.serve.form_tokens import FormTokens
    from qconf.serve.limits import Limits
    from qconf.serve.metrics import Metrics
    from qconf.serve.served_model import ServedModel
    from qconf.serve.workers import Workers

__all__ = ["ServeContext"]

Result = TypeVar("Result")
#: So many rows of several clients are scored, or kept, at once.
_ROWS_AT_ONCE = 5_000
#: So many explanations are worked on at once: more would only wait for each other.
_EXPLAINED_AT_ONCE = 2


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
    metrics : Metrics
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
    metrics: Metrics
    now: Callable[[], datetime]
    token: str | None = None

    def __post_init__(self) -> None:
        """Make what combines the work of several clients."""
        own: dict[str, Any] = vars(self)
        own["_scoring"] = Combiner(lambda rows: estimate_each(self.served, rows), _ROWS_AT_ONCE)
        own["_keeping"] = Combiner(self.store.add_estimates, _ROWS_AT_ONCE)
        own["_explaining"] = BoundedSemaphore(_EXPLAINED_AT_ONCE)

    def run(self, function: Callable[..., Result], *arguments: Any) -> Awaitable[Result]:
        """Run what takes time in a thread."""
        return self.workers.run(function, *arguments)

    def estimate(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Estimated | str]:
        """Score rows, together with those of others who ask at the same time.

        Returns
        -------
        sequence of Estimated or str
            Of each row; the text is why there is none.
        """
        said: Sequence[Estimated | str] = vars(self)["_scoring"](rows)
        refused = sum(isinstance(one, str) for one in said)
        self.metrics.rows.labels("scored").inc(len(said) - refused)
        self.metrics.rows.labels("refused").inc(refused)
        return said

    def explain(self, one: Estimated) -> dict[str, Any]:
        """Explain a row that was scored."""
        with vars(self)["_explaining"]:
            started = perf_counter()
            told = self.served.explain(one.frame, one.estimate)
            self.metrics.explanation_seconds.observe(perf_counter() - started)
        return told

    def keep(self, estimates: Sequence[Mapping[str, Any]]) -> Sequence[str]:
        """Keep estimates, together with those of others; return their ids."""
        ids: Sequence[str] = vars(self)["_keeping"](estimates)
        return ids
