"""Sum up standardised residuals as a distribution, with given settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qconf._types import FloatArray
from qconf.probability.binned import BinnedDistribution
from qconf.probability.error_distribution import ErrorDistribution
from qconf.probability.support import cumulative_shares, n_effective, support_points

__all__ = ["Rows", "Settings", "summed_up"]

#: Points at which a distribution is kept: 32 kB each bin.
_MOST_POINTS = 4096
#: An expected error below this share of the root mean squared residual says no more than at it.
_FLOOR = 1e-3
#: Where all residuals are 0; what is divided by it has room to be large.
_SMALLEST = 1e-150


@dataclass(frozen=True, eq=False)
class Rows:
    """Residuals with what was expected of them.

    Attributes
    ----------
    residual : ndarray of shape (n_samples,)
        As it adds (`AdditiveScale`).
    expected : ndarray of shape (n_samples,)
    age : ndarray of shape (n_samples,) or None
        How long before the newest row each became known.
    error : str
        The error scale.
    """

    residual: FloatArray
    expected: FloatArray
    age: FloatArray | None
    error: str

    def __getitem__(self, rows: Any) -> Rows:
        """Take rows by position."""
        age = None if self.age is None else self.age[rows]
        return replace(self, residual=self.residual[rows], expected=self.expected[rows], age=age)

    def __len__(self) -> int:
        return len(self.residual)


@dataclass(frozen=True)
class Settings:
    """How rows are summed up; as in `ErrorDistribution`."""

    half_life: float | None = None
    slope: float = 1.0
    n_bins: int = 1


def summed_up(rows: Rows, settings: Settings) -> ErrorDistribution:
    """Sum up rows.

    Parameters
    ----------
    rows : Rows
        At least one.
    settings : Settings

    Returns
    -------
    ErrorDistribution
    """
    floor = max(_FLOOR * float(np.sqrt(np.mean(rows.residual**2))), _SMALLEST)
    expected = np.maximum(rows.expected, floor)
    typical = float(np.median(expected))
    z = rows.residual / (typical * (expected / typical) ** settings.slope)
    cuts = np.quantile(expected, np.arange(1, settings.n_bins) / settings.n_bins)
    # Where many rows have one expected error there are fewer bins than were asked for.
    _, bins = np.unique(np.searchsorted(cuts, expected), return_inverse=True)
    n_bins = int(bins.max()) + 1
    weights = _weights(rows.age, settings.half_life, len(z))
    support = support_points(z, _MOST_POINTS)
    cumulative, resolution = cumulative_shares(z, weights, bins, n_bins, support)
    centres = np.array([np.median(np.log(expected[bins == k])) for k in range(n_bins)])
    return ErrorDistribution(
        error=rows.error,
        standardised=BinnedDistribution(
            support, cumulative, centres, n_effective(weights, bins, n_bins)
        ),
        floor=floor,
        typical=typical,
        slope=settings.slope,
        half_life=settings.half_life,
        resolution=resolution,
        n_rows=len(z),
    )


def _weights(age: FloatArray | None, half_life: float | None, n_rows: int) -> FloatArray:
    if age is None or half_life is None:
        return np.ones(n_rows)
    # Beyond a thousand half-lives a weight is none, and would make sums of weights no numbers.
    weights: FloatArray = np.exp2(-np.minimum((age - age.min()) / half_life, 1000.0))
    return weights
