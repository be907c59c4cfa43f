"""How much better one model is than another in each portfolio: expected, and seen before.

The mean squared error of model a minus that of model b in portfolio p is taken to be

    T_p = m + β (d_p − m) + u_p,    u_p of variance τ²:

m the difference over all labelled rows, d_p the difference that the error models expect of the rows
of p. β, in [0, 1], says how much of what they expect comes true, and τ² how far portfolios are from
it; both are read from the labelled rows of portfolios (weighted least squares, and the moments of
DerSimonian & Laird 1986, Controlled Clinical Trials 7). What was seen in p itself then pulls T_p
towards it, the more the more rows there are (empirical Bayes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray, IntArray

__all__ = ["Differences", "Seen", "fit_differences", "means_by"]

#: Rows that the variance within one portfolio is worth before its own are looked at.
_PRIOR_ROWS = 10.0
_STEPS, _SETTLED = 50, 1e-9
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Seen:
    """Labelled rows of one portfolio each, summed up.

    Attributes
    ----------
    n : ndarray of shape (n_portfolios,)
        Labelled rows; 0 where there are none.
    came, expected : ndarray of shape (n_portfolios,)
        Mean difference of squared residuals, and of expected squares; 0 where there are none.
    variance : ndarray of shape (n_portfolios,)
        Of `came`, as the mean of its rows.
    """

    n: FloatArray
    came: FloatArray
    expected: FloatArray
    variance: FloatArray

    @classmethod
    def of(cls, came: FloatArray, expected: FloatArray, codes: IntArray, n_portfolios: int) -> Seen:
        """Sum up rows; those with the code -1 are of no portfolio."""
        own = codes >= 0
        codes, came, expected = codes[own], came[own], expected[own]
        n, mean, square = means_by(came, codes, n_portfolios)
        within = n * np.maximum(square - mean**2, 0.0)
        pooled = float(within.sum() / max(n.sum() - (n > 0).sum(), 1.0))
        spread = (within + _PRIOR_ROWS * pooled) / (np.maximum(n - 1, 0) + _PRIOR_ROWS)
        return cls(n, mean, means_by(expected, codes, n_portfolios)[1], spread / np.maximum(n, 1))


@dataclass(frozen=True)
class Differences:
    """What was learned of the differences between two models.

    Attributes
    ----------
    mean, mean_variance : float
        m, and the variance of its estimate, portfolios drawn as they are.
    slope, slope_variance : float
        β.
    between : float
        τ².
    """

    mean: float
    mean_variance: float
    slope: float
    slope_variance: float
    between: float

    def prior(self, expected: FloatArray) -> FloatArray:
        """Return what is expected of portfolios before their own labels are looked at."""
        prior: FloatArray = self.mean + self.slope * (expected - self.mean)
        return prior

    def posterior(
        self, expected: FloatArray, rows_variance: FloatArray, seen: Seen
    ) -> tuple[FloatArray, FloatArray]:
        """Return mean and variance of the difference in each portfolio.

        Parameters
        ----------
        expected : ndarray of shape (n_portfolios,)
            What the error models expect of the rows in question.
        rows_variance : ndarray of shape (n_portfolios,)
            Of that, because these rows and no others are in the portfolio.
        seen : Seen
            The labelled rows of the same portfolios.
        """
        known = seen.n > 0
        total = self.between + seen.variance
        trust = np.where(known & (total > 0), self.between / np.where(total > 0, total, 1.0), 0.0)
        prior = self.prior(expected)
        mean = prior + trust * np.where(known, seen.came - self.prior(seen.expected), 0.0)
        variance = (
            self.between * (1 - trust)
            + self.mean_variance * (1 - self.slope) ** 2
            + self.slope_variance * (expected - self.mean) ** 2
            + self.slope**2 * rows_variance
        )
        return mean, variance


def fit_differences(seen: Seen) -> Differences:
    """Learn from the labelled rows how far expected differences come true.

    Parameters
    ----------
    seen : Seen
        Portfolios without labelled rows teach nothing.

    Returns
    -------
    Differences
    """
    known = seen.n > 0
    n, came, expected, variance = (
        one[known] for one in (seen.n, seen.came, seen.expected, seen.variance)
    )
    mean = float(np.average(came, weights=n))
    beyond = n * (came - mean)
    few = len(n) / max(len(n) - 1, 1)
    mean_variance = float(beyond @ beyond) / float(n.sum()) ** 2 * few
    x, y = expected - float(np.average(expected, weights=n)), came - mean
    slope, slope_variance, between = 0.0, 0.0, 0.0
    for _ in range(_STEPS):
        weights, unit = _weights(variance + between)
        precision = float(weights @ x**2)
        if precision > 0:
            slope = float(np.clip(weights @ (x * y) / precision, 0.0, 1.0))
            slope_variance = unit / precision
        step = _between(y - slope * x, variance)
        if abs(step - between) <= _SETTLED * max(step, between):
            break
        between = step
    return Differences(mean, mean_variance, slope, slope_variance, between)


def means_by(
    values: FloatArray, codes: IntArray, n_codes: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return how many values each code has, their mean, and their mean square."""
    n = np.bincount(codes, minlength=n_codes).astype(np.float64)
    at_least = np.maximum(n, 1)
    mean = np.bincount(codes, values, n_codes) / at_least
    return n, mean, np.bincount(codes, values**2, n_codes) / at_least


def _weights(variance: FloatArray) -> tuple[FloatArray, float]:
    """Return inverse variances, in units of the inverse of the largest, and that one.

    A variance of next to nothing, of rows that are all alike, counts as a trillionth of it.
    """
    largest = max(float(variance.max()), float(np.finfo(float).tiny))
    return 1 / np.maximum(variance / largest, _LEAST_VARIANCE), largest


def _between(residual: FloatArray, variance: FloatArray) -> float:
    """Return how much portfolios differ beyond what their few rows make them differ."""
    freedom = len(residual) - 1
    if freedom == 0:
        return 0.0
    weights, unit = _weights(variance)
    share = weights / weights.sum()
    excess = float(share @ residual**2) - freedom * unit / float(weights.sum())
    return max(0.0, excess / max(1 - float(share @ share), _LEAST_VARIANCE))
