"""Beyond the last few residuals: a generalized Pareto tail.

Of n residuals none is rarer than 1 / n, and among twenty thousand new ones the rare ones are what
is looked for. So the far end is fitted to the largest: peaks over a threshold are generalized
Pareto in the limit (Pickands 1975, Annals of Statistics 3), by probability-weighted moments
(Hosking & Wallis 1987, Technometrics 29). A shape below 0 would have an end, and call what lies
beyond it impossible; such tails are taken for exponential ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray

__all__ = ["ParetoTail", "fit_tail"]

#: So many residuals are a tail: this share of them, at least so many, at most that share.
_SHARE, _FEWEST, _LARGEST_SHARE = 0.01, 25, 0.1
#: A shape of 1 has no mean.
_HEAVIEST = 0.95
#: A smaller shape is 0.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class ParetoTail:
    """How fast the chance of ever larger values falls.

    Attributes
    ----------
    start : float
        From where on.
    scale : float
        Above 0.
    shape : float
        0 is exponential; the larger, the heavier.
    """

    start: float
    scale: float
    shape: float

    def survival(self, values: FloatArray) -> FloatArray:
        """Return the chance of a larger value, given that it is beyond the start.

        Parameters
        ----------
        values : ndarray of shape (n_values,)

        Returns
        -------
        ndarray of shape (n_values,)
            In (0, 1]; 1 up to the start.
        """
        beyond = np.maximum(values - self.start, 0.0) / self.scale
        told: FloatArray
        if self.shape < _ROUNDING:
            told = np.exp(-beyond)
        else:
            told = (1 + self.shape * beyond) ** (-1 / self.shape)
        return told


def fit_tail(values: FloatArray, weights: FloatArray, n_rows: float) -> ParetoTail | None:
    """Fit the upper tail of a weighted distribution.

    Parameters
    ----------
    values : ndarray of shape (n_points,)
        Rising.
    weights : ndarray of shape (n_points,)
        Their shares, 1 in sum.
    n_rows : float
        How many rows the distribution is worth.

    Returns
    -------
    ParetoTail or None
        None where too few rows, or points, tell of it.

    Examples
    --------
    >>> ranks = (np.arange(20_000) + 0.5) / 20_000
    >>> tail = fit_tail(-np.log1p(-ranks), np.full(20_000, 1 / 20_000), 20_000)
    >>> print(round(tail.start, 1), round(tail.scale, 1), round(tail.shape, 1))
    4.6 1.0 0.0
    """
    share = max(_SHARE, _FEWEST / n_rows)
    if share > _LARGEST_SHARE:
        return None
    above = np.cumsum(weights[::-1])[::-1] - weights
    last = int(np.searchsorted(-above, -share))
    start, far = values[last], np.arange(last + 1, len(values))
    own = weights[far]
    if len(far) < 2 or own.sum() <= 0:  # noqa: PLR2004 - two points are needed for two numbers
        return None
    own = own / own.sum()
    beyond = values[far] - start
    rank = np.cumsum(own) - own / 2
    mean, lower = float(own @ beyond), float(own @ (beyond * (1 - rank)))
    shape = float(np.clip(2 - mean / (mean - 2 * lower), 0.0, _HEAVIEST))
    # With the shape given, the mean excess is scale / (1 - shape).
    return ParetoTail(float(start), mean * (1 - shape), shape)
