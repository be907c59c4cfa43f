"""Transform residuals to a target, and predictions of the target to expected squared errors.

Squared residuals have the expected squared error as their mean, and a heavy tail that makes the
mean hard to learn. What is easier to learn needs an assumption to become an expected error: that
residuals of all rows have one shape, the Normal's where it matters, and differ in scale only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Self

import numpy as np
from scipy.stats import norm

from qconf._types import BoostingLoss, FloatArray
from qconf.core.row_by_row import mean_of

__all__ = [
    "COMBINED",
    "LOSSES",
    "ErrorTarget",
    "combined_squares",
    "error_targets",
    "square_factor",
]

#: The loss of boosted trees that suits each target.
LOSSES: Final[dict[str, BoostingLoss]] = {
    "squared": "gamma",
    "absolute": "gamma",
    "log": "squared",
    "outlier": "binary",
}
COMBINED: Final = "combined"
#: Absolute residuals below this share of their median count as that: how far below zero the
#: logarithm of a lucky hit is says little of its row.
_FLOOR: Final = 0.5
#: The same share of the root mean square, where more than half of the residuals are zero.
_LEAST_FLOOR: Final = 0.01
#: Beyond these, a probability says too little of the scale.
_LEAST, _MOST = 1e-4, 0.99


@dataclass(frozen=True)
class ErrorTarget:
    """One function of the residual to learn.

    Attributes
    ----------
    name : {"squared", "absolute", "log", "outlier"}
    limit : float
        From which absolute residual on a row is an outlier (``"outlier"``), or the least that is
        told apart from zero (``"log"``).
    factor : float
        What errors are multiplied with, so that their mean square is that of the residuals.
    """

    name: str
    limit: float
    factor: float = 1.0

    def of(self, residual: FloatArray) -> FloatArray:
        """Return what is to be learned of each residual.

        Parameters
        ----------
        residual : ndarray of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        if self.name == "squared":
            return residual**2
        size = np.abs(residual)
        if self.name == "absolute":
            return size
        if self.name == "log":
            # Of the size in units of the limit: a learner that shrinks towards zero then says the
            # same in cents as in millions.
            return np.log(np.maximum(size / self.limit, 1.0))
        return (size > self.limit).astype(np.float64)

    def squares(self, predicted: FloatArray) -> FloatArray:
        """Return the expected squared errors that predictions of the target stand for.

        Parameters
        ----------
        predicted : ndarray of any shape

        Returns
        -------
        ndarray of the same shape
            In squared units of the residual; >= 0.
        """
        # A learner without a log link can predict a negative square, or a probability of 1.2.
        if self.name == "squared":
            return self.factor**2 * np.maximum(predicted, 0.0)
        if self.name == "absolute":
            error = np.maximum(predicted, 0.0)
        elif self.name == "log":
            error = self.limit * _scale_of_logs(predicted)
        else:
            # A Normal residual is beyond the limit with this probability, on either side.
            error = self.limit / norm.isf(np.clip(predicted, _LEAST, _MOST) / 2)
        squares: FloatArray = (self.factor * error) ** 2
        return squares

    def calibrated(self, squares: FloatArray, residual: FloatArray) -> Self:
        """Return the target with the factor that gives errors the residuals' mean square.

        Parameters
        ----------
        squares : ndarray of shape (n_replicates, n_rows) or (n_rows,)
            Expected squared errors of these rows or some of them, with the factor as it is.
        residual : ndarray of shape (n_samples,)
        """
        return replace(self, factor=self.factor * float(np.sqrt(square_factor(squares, residual))))


def square_factor(squares: FloatArray, residual: FloatArray) -> float:
    """Return the factor that calibrates expected squared errors to the residuals' mean square.

    Parameters
    ----------
    squares : ndarray of any shape
        Of expected errors.
    residual : ndarray of shape (n_samples,)

    Returns
    -------
    float
        1 where squares have died away to nothing, which no factor brings back.
    """
    wanted, expected = float(np.mean(residual**2)), float(squares.mean())
    nothing = expected <= np.finfo(np.float64).eps ** 2 * wanted
    return 1.0 if nothing else wanted / expected


def error_targets(
    name: str, residual: FloatArray, outlier_quantile: float, threshold: float | None
) -> list[ErrorTarget]:
    """Make the target of this name, or all four of them for ``"combined"``.

    Parameters
    ----------
    name : {"squared", "absolute", "log", "outlier", "combined"}
    residual : ndarray of shape (n_samples,)
        Of the rows to learn from.
    outlier_quantile : float
        Share of the rows that are no outliers, if there is no threshold.
    threshold : float or None
        From which absolute residual on a row is an outlier.

    Returns
    -------
    list of ErrorTarget

    Examples
    --------
    >>> (target,) = error_targets("outlier", np.array([-0.1, 0.1, 0.3]), 0.8, 0.2)
    >>> target.of(np.array([-0.1, 0.1, 0.3]))
    array([0., 0., 1.])
    >>> np.sqrt(target.squares(np.array([0.05, 0.32]))).round(2)
    array([0.1, 0.2])
    """
    root_mean_square = float(np.sqrt(np.mean(residual**2)))
    limit = threshold
    if limit is None:
        limit = float(np.quantile(np.abs(residual), outlier_quantile)) or root_mean_square
    floor = _FLOOR * float(np.median(np.abs(residual))) or _LEAST_FLOOR * root_mean_square
    limits = {"log": floor, "outlier": limit}
    names = list(LOSSES) if name == COMBINED else [name]
    # Where all residuals are zero any limit does, and the factor makes all errors zero.
    return [ErrorTarget(one, limits.get(one, 1.0) or 1.0) for one in names]


def _scale_of_logs(mean: FloatArray) -> FloatArray:
    """Return the scale s of a Normal residual r for which log max(abs(r), 1) has this mean."""
    log_scales, means = _means_of_logs()
    scale: FloatArray = np.exp(np.interp(mean, means, log_scales))
    return scale


@cache
def _means_of_logs() -> tuple[FloatArray, FloatArray]:
    """Tabulate the mean of log max(abs(r), 1) for Normal residuals of rising scale."""
    log_scales = np.linspace(np.log(0.3), np.log(1e6), 500)
    standard = norm.ppf(0.5 + (np.arange(10_000) + 0.5) / 20_000)
    sizes = np.exp(log_scales)[:, None] * standard
    return log_scales, np.log(np.maximum(sizes, 1.0)).mean(axis=1)


def combined_squares(squares: Sequence[FloatArray]) -> FloatArray:
    """Average expected squared errors in logarithms, whatever they were learned from."""
    tiny = np.finfo(np.float64).tiny
    mean: FloatArray = np.exp(mean_of([np.log(np.maximum(one, tiny)) for one in squares]))
    return mean
