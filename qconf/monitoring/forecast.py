"""Say what the outcomes of a batch will be on average, before any of them is known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy.stats import t

from qconf.core.estimate import Estimate
from qconf.errors import OptionError, TableError
from qconf.monitoring.local_level import OWN, POWERS, STEPS, averaged, filtered
from qconf.monitoring.past_batch import PastBatch
from qconf.monitoring.rate_forecast import forecast_rate
from qconf.probability.options import check_level

__all__ = ["PastBatch", "forecast_batch"]

#: How near to a whole number of rows a share is that is counted, but for its last bits.
_WHOLE = 1e-6


def forecast_batch(
    expected: float,
    n_rows: int,
    past: Sequence[PastBatch],
    confidence_level: float = 0.9,
    *,
    rate: bool | None = None,
) -> Estimate:
    """Forecast the mean outcome of a batch from its expected value and the batches before.

    Parameters
    ----------
    expected : float
        Mean over the rows of the batch of what is expected, > 0.
    n_rows : int
        Rows of the batch.
    past : sequence of PastBatch
        In their order; at least one with an expected and an observed value above 0.
    confidence_level : float, default=0.9
        With what probability the interval holds the mean that comes.
    rate : bool or None, default=None
        Whether a row's outcome is yes or no, such as an outlier: the mean is then a share, its
        interval lies within [0, 1] and holds 0 where none may come. None: it is one where all
        means of the past are whole numbers of rows, as means of sizes of errors are not.

    Returns
    -------
    Estimate
        With a prediction interval: chance in the rows of the batch counts in it.

    Raises
    ------
    OptionError, TableError

    Notes
    -----
    The logarithm of outcome / expected ** power follows a local level model (Durbin & Koopman
    2012, ch. 2): it walks from batch to batch and each has a deviation of its own. Variances and
    powers are averaged by their likelihood, with a weak prior. Of a rate it is the ratio itself, as
    counts may be 0, and the count that comes is beta-binomial.
    """
    check_level("confidence level", confidence_level)
    told = [one for one in past if one.n_rows > 0 and one.expected > 0]
    usable = [one for one in told if one.observed > 0]
    if not usable:
        msg = "A forecast needs at least one batch before it with outcomes and some error in them."
        raise TableError(msg)
    if not expected > 0 or n_rows < 1:
        msg = f"A batch to forecast has rows and an expected value > 0; got {expected} of {n_rows}."
        raise OptionError(msg)
    if rate is None:
        rate = expected <= 1 and all(_counted(one) for one in told)
    if rate:
        _check_shares(expected, told)
        return forecast_rate(expected, n_rows, told, confidence_level)
    mean, variance = _level(expected, usable)
    variance += _chance(usable) / n_rows
    # How far batches move is itself known from few.
    reach = t.ppf((1 + confidence_level) / 2, max(len(usable), 3)) * np.sqrt(variance)
    low, high = np.exp([mean - reach, mean + reach])
    return Estimate(float(np.exp(mean)), (float(low), float(high)))


def _counted(batch: PastBatch) -> bool:
    rows = batch.observed * batch.n_rows
    return max(batch.expected, batch.observed) <= 1 and abs(rows - round(rows)) <= _WHOLE


def _check_shares(expected: float, past: Sequence[PastBatch]) -> None:
    highest = max(expected, *(max(one.expected, one.observed) for one in past))
    if highest > 1:
        msg = (
            f"Rates are shares of rows, at most 1; found {highest:g}. Give shares instead of per "
            "cent, or rate=False for means that are no rates."
        )
        raise TableError(msg)


def _chance(past: Sequence[PastBatch]) -> float:
    """Return the squared coefficient of variation of one row's outcome."""
    n = np.array([one.n_rows for one in past], dtype=np.float64)
    squares = n @ np.array([one.spread**2 for one in past]) / n.sum()
    mean = n @ np.array([one.observed for one in past]) / n.sum()
    return float(squares / mean**2)


def _level(expected: float, past: Sequence[PastBatch]) -> tuple[float, float]:
    """Return mean and variance of the logarithm of the next outcome but for chance in its rows."""
    log_expected = np.log([one.expected for one in past])
    log_observed = np.log([one.observed for one in past])
    noise = _chance(past) / np.array([one.n_rows for one in past])
    centre = float(log_expected.mean())
    found = []
    for step, own, power in product(STEPS, OWN, POWERS):
        ratio = log_observed - power * (log_expected - centre)
        likelihood, mean, variance = filtered(ratio - centre, noise + own, step)
        told = mean + centre + power * (np.log(expected) - centre)
        found.append((likelihood, step, told, variance + own))
    return averaged(found)
