"""Say how large errors of a batch will be, from their bias and from their spread.

In a market that moves, errors grow because values are all too low, and that can be seen coming: the
bias of each period is a level that goes on (`MovingLevel`). Around it errors are in proportion to
what was expected. So the residual of a row is taken to be b + e z: b the bias of its time, e the
expected error, z as standardised residuals without bias were. What that gives is held against what
came in each batch before, and the rest is left to `forecast_batch`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from qconf._types import ArrayLike, ErrorScaleName, FloatArray, IntArray
from qconf.core.error_scale import error_scale
from qconf.core.estimate import Estimate
from qconf.core.validation import check_column
from qconf.errors import TableError
from qconf.evaluation.equal_periods import EqualPeriods
from qconf.evaluation.moving_level import MovingLevel
from qconf.monitoring.forecast import PastBatch, forecast_batch
from qconf.tables.roles import all_moments

__all__ = ["forecast_error"]

#: A larger residual counts as this quantile of them where a bias is read: no row makes a market.
_LARGEST = 0.995
_LEAST_ROWS, _FEWEST = 5, 30
#: Where the distribution of z, and that of the expected errors of a batch, is looked at.
_OF_Z, _OF_ERROR = np.linspace(0.0025, 0.9975, 200), np.linspace(0.01, 0.99, 50)
#: Points of a normal distribution, and their weights: how sure the bias is counts, too.
_NODES = np.array([-1.645, -0.675, 0.0, 0.675, 1.645])
_WEIGHTS = np.array([0.1, 0.25, 0.3, 0.25, 0.1])
_TINY = float(np.finfo(float).tiny)


def forecast_error(
    residual: ArrayLike,
    expected_error: ArrayLike,
    time: ArrayLike,
    batch: ArrayLike,
    *,
    new_expected_error: ArrayLike,
    new_time: ArrayLike,
    error: ErrorScaleName = "relative",
    confidence_level: float = 0.9,
) -> Estimate:
    """Forecast the mean absolute error of a batch before any of its outcomes is known.

    Parameters
    ----------
    residual, expected_error : array-like of shape (n_rows,)
        Of earlier rows with outcomes, that neither model has seen.
    time : array-like of shape (n_rows,)
        Dates or numbers.
    batch : array-like of shape (n_rows,)
        Which batch each was in; in the order of their first times.
    new_expected_error, new_time : array-like of shape (n_new,)
        Of the batch.
    error : {"relative", "log", "absolute"}, default="relative"
        The scale of all errors.
    confidence_level : float, default=0.9
        With what probability the interval holds the mean that comes.

    Returns
    -------
    Estimate
        With a prediction interval: chance in the rows of the batch counts in it.

    Raises
    ------
    TableError
        If columns differ in length, hold what is no number or time, or are too short.
    OptionError

    Examples
    --------
    >>> import numpy as np
    >>> month = np.repeat(np.arange(12), 200)
    >>> noise = 0.1 * np.random.default_rng(0).normal(size=2400)
    >>> told = forecast_error(noise - 0.01 * month, np.full(2400, 0.1), month, month,
    ...                       new_expected_error=np.full(200, 0.1), new_time=np.full(200, 12))
    >>> bool(told.value > np.abs(noise[-200:] - 0.11).mean())
    True
    """
    errors = _Errors.of(residual, expected_error, time, error)
    new = check_column(
        "new expected error", new_expected_error, len(np.asarray(new_expected_error))
    )
    if not len(new) or len(errors.residual) < _FEWEST:
        msg = (
            f"A forecast needs {_FEWEST} earlier rows and one new one; there are "
            f"{len(errors.residual)} and {len(new)}."
        )
        raise TableError(msg)
    ahead = float(np.median(_numbers(new_time, len(new))))
    told = errors.at(ahead)
    size, spread = told.mean_size(new)
    known = forecast_batch(size, len(new), told.past(batch), confidence_level, rate=False)
    # Of batches before the bias was known; that of this one is forecast, too.
    unsure = float(norm.ppf((1 + confidence_level) / 2)) * spread
    below, above = (np.hypot(np.log(end / known.value), unsure) for end in known.interval)
    low, high = known.value * np.exp(-below), known.value * np.exp(above)
    return Estimate(known.value, (float(low), float(high)))


@dataclass(frozen=True, eq=False)
class _Errors:
    """Earlier errors, where they add up: logarithms of ratios instead of shares."""

    residual: FloatArray
    size: FloatArray
    expected: FloatArray
    time: FloatArray
    is_share: bool

    @classmethod
    def of(cls, residual: Any, expected: Any, time: Any, error: ErrorScaleName) -> _Errors:
        n = len(np.asarray(residual))
        told = check_column("residual", residual, n)
        is_share = error_scale(error).name == "relative"
        # A prediction of nothing or less is as far off as a ratio can be.
        added = np.log1p(np.maximum(told, -1 + 1e-9)) if is_share else told
        known = check_column("expected error", expected, n)
        return cls(added, np.abs(told), np.maximum(known, _TINY), _numbers(time, n), is_share)

    def at(self, when: float) -> _Ahead:
        """Read the bias of each period, what is left without it, and the bias to come."""
        cap = float(np.quantile(np.abs(self.residual), _LARGEST))
        capped = np.clip(self.residual, -cap, cap)
        periods = EqualPeriods.of(self.time)
        code: IntArray = np.zeros(len(capped), dtype=np.intp)
        if periods is not None:
            code = periods.labelled(self.time)
        n = np.bincount(code)
        bias = np.bincount(code, capped) / np.maximum(n, 1)
        enough = n >= _LEAST_ROWS
        some = enough[code]
        left = (self.residual - bias[code])[some]
        noise = float(np.var((capped - bias[code])[some]))
        z = np.quantile(left / self.expected[some], _OF_Z)
        if periods is None or enough.sum() < 2:  # noqa: PLR2004 - one does not move
            return _Ahead(self, z, cap, float(capped.mean()), noise / len(capped))
        seen = np.flatnonzero(enough)
        middle = seen.astype(np.float64) + 0.5
        level = MovingLevel(middle, bias[seen], noise / n[seen])
        mean, variance = level.at(np.array([(when - periods.start) / periods.length]))
        return _Ahead(self, z, cap, float(mean[0]), float(variance[0, 0]))


@dataclass(frozen=True, eq=False)
class _Ahead:
    """The bias that is to be expected, with its variance, and residuals without bias."""

    errors: _Errors
    z: FloatArray
    cap: float
    bias: float
    variance: float

    def mean_size(self, expected: FloatArray) -> tuple[float, float]:
        """Return the mean absolute error of rows at the time that is forecast.

        And the standard deviation of its logarithm, as the bias is not sure.
        """
        biases = self.bias + _NODES * np.sqrt(self.variance)
        sizes = np.maximum([self._size_at(one, expected) for one in biases], _TINY)
        mean = float(_WEIGHTS @ sizes)
        return mean, float(np.sqrt(_WEIGHTS @ np.log(sizes / mean) ** 2))

    def past(self, batch: ArrayLike) -> list[PastBatch]:
        """Hold each earlier batch, its bias being known, against what came."""
        errors = self.errors
        codes = np.unique(np.asarray(batch), return_inverse=True)[1]
        if len(codes) != len(errors.size):
            msg = f"There are {len(codes)} batches for {len(errors.size)} rows: one each is needed."
            raise TableError(msg)
        first = np.full(codes.max() + 1, np.inf)
        np.minimum.at(first, codes, errors.time)
        told = []
        for one in np.argsort(first, kind="stable"):
            own = codes == one
            bias = float(np.clip(errors.residual[own], -self.cap, self.cap).mean())
            size, expected = errors.size[own], errors.expected[own]
            spread = float(np.std(size - expected))
            told.append(
                PastBatch(self._size_at(bias, expected), float(size.mean()), len(size), spread)
            )
        return told

    def _size_at(self, bias: float, expected: FloatArray) -> float:
        few = expected if len(expected) <= len(_OF_ERROR) else np.quantile(expected, _OF_ERROR)
        residual = bias + np.multiply.outer(few, self.z)
        return float(np.abs(np.expm1(residual) if self.errors.is_share else residual).mean())


def _numbers(time: ArrayLike, n_rows: int) -> FloatArray:
    moments = all_moments(time, n_rows)
    if moments.dtype.kind == "M":
        moments = moments.astype("datetime64[us]").astype(np.int64)
    return np.asarray(moments, dtype=np.float64)
