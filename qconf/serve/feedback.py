"""What people say of an estimate, and what the estimate is then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qconf.serve.estimating import tell_rows

if TYPE_CHECKING:
    from qconf.serve.context import ServeContext

__all__ = ["Correction", "FeedbackGiven", "correct", "give_feedback"]


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
    correction = correct(context, estimate_id, corrected) if corrected else None
    return FeedbackGiven(number, estimate_id, correction)


def correct(context: ServeContext, estimate_id: str, corrected: Mapping[str, Any]) -> Correction:
    """Tell what an estimate is with other inputs; the row is scored, explained and kept.

    Raises
    ------
    NotFoundError
    """
    known = context.store.estimate(estimate_id)
    (told,) = tell_rows(
        context, [{**known.inputs, **corrected}], explain=known.explanation is not None
    )
    changed = {name: [known.inputs.get(name), after] for name, after in corrected.items()}
    return Correction(changed, known.estimate, told.estimate, told.id, told.problem)
