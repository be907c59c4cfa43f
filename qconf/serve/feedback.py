"""What people say of an estimate, and what the estimate is then."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from qconf.review.store.errors import NotFoundError
from qconf.serve.estimating import kept_columns

if TYPE_CHECKING:
    from qconf.review.store.records import EstimateRecord
    from qconf.serve.context import ServeContext

__all__ = ["Correction", "FeedbackGiven", "give_feedback"]

_ID_BYTES = 16


@dataclass(frozen=True)
class Correction:
    """An estimate as it was, and as it is with corrected inputs.

    Attributes
    ----------
    inputs : dict of str to [before, after]
        Those that were corrected.
    before, after : dict or None
        Estimates; None if the corrected row cannot be scored.
    after_id : str or None
        Of the estimate of the corrected row.
    problem : str or None
        Why it cannot be scored.
    """

    inputs: dict[str, list[Any]]
    before: dict[str, Any]
    after: dict[str, Any] | None
    after_id: str | None
    problem: str | None


@dataclass(frozen=True)
class FeedbackGiven:
    """A feedback that was kept.

    Attributes
    ----------
    id : int
    estimate_id : str
    correction : Correction or None
        None if no input was corrected.
    """

    id: int
    estimate_id: str
    correction: Correction | None


def give_feedback(
    context: ServeContext,
    estimate_id: str,
    said: Mapping[str, Any],
    idempotency_key: str | None = None,
) -> FeedbackGiven:
    """Keep what somebody says of an estimate, and apply corrected inputs at once.

    Parameters
    ----------
    context : ServeContext
    estimate_id : str
    said : mapping
        ``who``, ``reason``, ``text``, ``corrected``, ``own_value`` and ``comparables``, as in
        `FeedbackStore.add_feedback`.
    idempotency_key : str, default=None

    Raises
    ------
    OptionError, NotFoundError, ConflictError
    """
    number = context.store.add_feedback(estimate_id, idempotency_key=idempotency_key, **said)
    context.metrics.feedback.labels(said["reason"]).inc()
    corrected = said.get("corrected") or {}
    correction = _corrected(context, estimate_id, number, corrected) if corrected else None
    return FeedbackGiven(number, estimate_id, correction)


def _corrected(
    context: ServeContext, estimate_id: str, feedback: int, corrected: Mapping[str, Any]
) -> Correction:
    """Tell what an estimate is with other inputs; the row is scored, explained and kept once.

    Raises
    ------
    NotFoundError
    """
    known = context.store.estimate(estimate_id)
    changed = {name: [known.inputs.get(name), after] for name, after in corrected.items()}
    name = _correction_id(estimate_id, feedback)
    after = _kept(context, name)
    if after is None:
        (one,) = context.estimate([{**known.inputs, **corrected}])
        if isinstance(one, str):
            return Correction(changed, known.estimate, None, None, one)
        explanation = None if known.explanation is None else context.explain(one)
        after = context.store.keep_estimate(name, kept_columns(context.served, one, explanation))
    return Correction(changed, known.estimate, after.estimate, after.id, None)


def _kept(context: ServeContext, name: str) -> EstimateRecord | None:
    try:
        return context.store.estimate(name)
    except NotFoundError:
        return None


def _correction_id(estimate_id: str, feedback: int) -> str:
    """Name the estimate that a feedback led to, so that the feedback sent again finds it.

    Who does not know the id of the estimate that was corrected cannot guess this one either.
    """
    made = hmac.new(estimate_id.encode(), f"correction {feedback}".encode(), sha256)
    return urlsafe_b64encode(made.digest()[:_ID_BYTES]).decode().rstrip("=")
