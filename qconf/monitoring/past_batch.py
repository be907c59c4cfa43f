"""A batch whose outcomes are known, as sums."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PastBatch"]


@dataclass(frozen=True)
class PastBatch:
    """A batch whose outcomes are known.

    Attributes
    ----------
    expected : float
        Mean over its rows of what was expected: the probability of an outlier, or a size of error.
    observed : float
        Mean of what came.
    n_rows : int
    spread : float
        Standard deviation of one row's outcome around what was expected of it.
    """

    expected: float
    observed: float
    n_rows: int
    spread: float
