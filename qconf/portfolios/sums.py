"""How far the sum of a portfolio's values may be off, where errors go together.

Were errors independent, those of a sum would cancel. Within a portfolio they do not: a model is
too high in all of a district. Two rows of a portfolio are taken to have errors of correlation ρ,
so that the variance of the sum is

    Σ s_i² + ρ ((Σ s_i)² − Σ s_i²),

s_i the expected error of row i in units of the target. ρ is the mean product of the standardised
residuals of two labelled rows of one portfolio. What all rows have in common counts as well: in ρ
where rows have no time, and by periods where they have one (`Market`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from qconf._types import FloatArray, IntArray
from qconf.core.error_scale import ErrorScale

__all__ = ["Level", "Sums", "error_correlation", "mean_square", "sum_std", "summed"]

#: Portfolios with two labelled rows or more; fewer tell no correlation between their rows.
_LEAST_PORTFOLIOS = 5
#: A standardised residual beyond this counts as this: one row must not decide.
_LARGEST = 5.0


@dataclass(frozen=True)
class Level:
    """What brings the values of a model to where the truth was, in sum.

    A model of logarithms predicts medians, whose sum is too low (Duan 1983, Journal of the American
    Statistical Association 78), and a market may have moved since the fit.

    Attributes
    ----------
    factor, shift : float
        A value is multiplied by the one, and the other is added.
    """

    factor: float = 1.0
    shift: float = 0.0

    @classmethod
    def of(cls, value: FloatArray, truth: FloatArray, scale: ErrorScale) -> Level:
        """Compare sums: by their ratio where errors are shares, by their difference otherwise."""
        if scale.needs_positive and value.sum() > 0:
            return cls(factor=float(truth.sum() / value.sum()))
        return cls(shift=float((truth - value).mean()))

    def __call__(self, value: FloatArray) -> FloatArray:
        """Bring values to the level."""
        levelled: FloatArray = value * self.factor + self.shift
        return levelled


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of portfolios, and how sure they are.

    Attributes
    ----------
    expected : ndarray of shape (n_portfolios,)
        Of values brought to the level of the truth.
    std : ndarray of shape (n_portfolios,)
        Standard deviation of its error; not a number where that cannot be said.
    freedom : ndarray of shape (n_portfolios,)
        Degrees of freedom of `std`.
    """

    expected: FloatArray
    std: FloatArray
    freedom: FloatArray

    def reach(self, confidence_level: float) -> FloatArray:
        """Return how far on each side an interval goes."""
        reach: FloatArray = t.ppf((1 + confidence_level) / 2, self.freedom) * self.std
        return reach


def summed(values: FloatArray, codes: IntArray, n_codes: int) -> FloatArray:
    """Sum up values by portfolio."""
    return np.bincount(codes, values, n_codes).astype(np.float64)


def mean_square(standardised: FloatArray) -> float:
    """Return the mean square of standardised residuals, none larger than five."""
    return float(np.mean(np.clip(standardised, -_LARGEST, _LARGEST) ** 2))


def error_correlation(standardised: FloatArray, codes: IntArray) -> float:
    """Estimate the correlation of the errors of two rows of one portfolio.

    Parameters
    ----------
    standardised : ndarray of shape (n_rows,)
        Residuals / expected errors.
    codes : ndarray of shape (n_rows,) of int
        Portfolios, from 0.

    Returns
    -------
    float
        In [0, 1]; not a number if fewer than five portfolios have two rows.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> codes = np.repeat(np.arange(400), 10)
    >>> z = 0.6 * rng.normal(size=400)[codes] + 0.8 * rng.normal(size=4000)
    >>> round(error_correlation(z, codes), 2)
    0.33
    """
    z = np.clip(standardised, -_LARGEST, _LARGEST)
    n = np.bincount(codes).astype(np.float64)
    if (n > 1).sum() < _LEAST_PORTFOLIOS:
        return float("nan")
    sums, squares = np.bincount(codes, z), np.bincount(codes, z**2)
    pairs = float((sums**2 - squares).sum() / (n * (n - 1)).sum())
    return float(np.clip(pairs / max(float(np.mean(z**2)), np.finfo(float).tiny), 0.0, 1.0))


def sum_std(spread: FloatArray, codes: IntArray, n_codes: int, correlation: float) -> FloatArray:
    """Return the standard deviation of the error of each portfolio's sum.

    Parameters
    ----------
    spread : ndarray of shape (n_rows,)
        Expected error of each row, in units of the target.
    codes : ndarray of shape (n_rows,) of int
    n_codes : int
    correlation : float
        Of the errors of two rows of a portfolio.

    Returns
    -------
    ndarray of shape (n_codes,)
    """
    alone = np.bincount(codes, spread**2, n_codes)
    together = np.bincount(codes, spread, n_codes) ** 2
    deviation: FloatArray = np.sqrt(alone + correlation * np.maximum(together - alone, 0.0))
    return deviation
