"""What a Brier score is made of: reliability, resolution and uncertainty."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["BrierDecomposition", "decompose_brier"]


@dataclass(frozen=True)
class BrierDecomposition:
    """Murphy's decomposition of a Brier score over bins of rows.

    The score is reliability − resolution + uncertainty + within bins.

    Attributes
    ----------
    reliability : float
        Mean squared difference of probability and rate of the bins: lower is better. Chance is
        taken out, so that it may lie a little below 0.
    resolution : float
        Mean squared difference of the bins' rates and the overall rate: higher is better.
    uncertainty : float
        What a constant has: rate · (1 − rate).
    within_bins : float
        What differences of the probabilities inside of bins add.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float

    def to_dict(self) -> dict[str, float]:
        """Return the parts as plain numbers."""
        return asdict(self)


def decompose_brier(probability: FloatArray, hit: BoolArray, bins: IntArray) -> BrierDecomposition:
    """Split a Brier score.

    A bin's rate differs from its probability by chance alone, which counts as unreliable and as
    resolved; that is taken out (Murphy 1973, Journal of Applied Meteorology 12; Ferro & Fricker
    2012, Quarterly Journal of the Royal Meteorological Society 138).

    Parameters
    ----------
    probability : ndarray of shape (n_samples,)
    hit : ndarray of shape (n_samples,), dtype bool
    bins : ndarray of shape (n_samples,) of int
        Codes from 0, none left out.

    Returns
    -------
    BrierDecomposition

    Examples
    --------
    >>> split = decompose_brier(np.array([0.5, 0.5, 0.5, 0.5]), np.array([1, 0, 1, 0]) > 0,
    ...                         np.zeros(4, dtype=int))
    >>> split.uncertainty, split.within_bins
    (0.3333333333333333, 0.0)
    """
    n_rows = len(hit)
    size = np.bincount(bins)
    share = size / n_rows
    expected, rate = np.bincount(bins, probability) / size, np.bincount(bins, hit) / size
    overall = float(hit.mean())
    noise = float(share @ (rate * (1 - rate) / np.maximum(size - 1, 1)))
    of_all = overall * (1 - overall) / max(n_rows - 1, 1)
    reliability = float(share @ (expected - rate) ** 2) - noise
    resolution = float(share @ (rate - overall) ** 2) - noise + of_all
    uncertainty = overall * (1 - overall) + of_all
    score = float(np.mean((probability - hit) ** 2))
    within = score - (reliability - resolution + uncertainty)
    return BrierDecomposition(reliability, resolution, uncertainty, round(within, 15))
