"""Shares of what was reviewed, with intervals that respect who and when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.core.estimate import Estimate
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.rate_intervals import difference_of_rates, rate_estimate
from qconf.evaluation.resampling import Draws
from qconf.evaluation.sampling import Sampling

__all__ = ["apart", "rate_of"]

_RESAMPLES = 400
#: On fewer days nobody sees what moves slowly.
_FEWEST_DAYS = 10
_UNTOLD = Estimate(float("nan"), (0.0, 1.0))
#: Of two rates of different rows.
_UNPAIRED = Draws(np.zeros(2))


def rate_of(
    came: BoolArray,
    confidence_level: float,
    *,
    rows: Sequence[str] | None = None,
    days: Sequence[str] | None = None,
) -> Estimate:
    """Return the share of what came, with its interval.

    Parameters
    ----------
    came : ndarray of shape (n,), dtype bool
    confidence_level : float
    rows : sequence of str, default=None
        What each is of: what several people say of one row counts together.
    days : sequence of str, default=None
        When, as ``2026-11-26``; what is said on ten days and more may drift.

    Returns
    -------
    Estimate
        Of nothing, not a number between 0 and 1.

    Examples
    --------
    >>> told = rate_of(np.arange(40) < 10, 0.95)
    >>> told.value, [round(end, 2) for end in told.interval]
    (0.25, [0.14, 0.4])
    """
    n = len(came)
    if n == 0:
        return _UNTOLD
    groups = None if rows is None or len(set(rows)) < 2 else np.array(rows)  # noqa: PLR2004
    time = None
    if days is not None and len(set(days)) >= _FEWEST_DAYS:
        time = np.array(days, dtype="datetime64[D]")
    outcome = Outcome.of(came.astype(np.float64), 0.5)
    sampling = Sampling.of(outcome, groups, time)
    values: FloatArray = came.astype(np.float64)
    weights = sampling.weights(_RESAMPLES, np.random.default_rng(0))
    drawn = [[float(one @ values) / max(float(np.sum(one)), 1e-12)] for one in weights]
    (draws,) = sampling.draws(np.array(drawn))
    skewness = sampling.skewness(came, np.ones(n))
    return rate_estimate(float(values.mean()), n, draws, confidence_level, skewness=skewness)


def apart(one: Estimate, other: Estimate, confidence_level: float) -> Estimate:
    """Return the difference of two rates of different rows."""
    if np.isnan(one.value) or np.isnan(other.value):
        return Estimate(float("nan"), (-1.0, 1.0))
    return difference_of_rates(one, other, _UNPAIRED, _UNPAIRED, confidence_level)
