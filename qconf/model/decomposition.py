"""Split an expected error into model variance, which more data cure, and noise.

The expected squared error of a row is irreducible error + bias² + variance of the model (Hastie,
Tibshirani & Friedman, ESL 2nd ed., p. 223). The variance is seen in models fitted on resampled
rows. Bias cannot be told from noise by residuals, so it stays with what is called irreducible:
more rows of the same kind do not cure it either, a better model might.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from qconf._types import FloatArray

__all__ = ["ARCHETYPES", "Cuts", "Shares", "natural_break", "split_error"]

#: From rare or not, and hard or not: ``ARCHETYPES[rare + 2 * hard]``.
ARCHETYPES: Final = ("common, easy", "rare, easy", "common, hard", "rare, hard")


class Cuts(NamedTuple):
    """Where rows begin to count as common, and as hard.

    Attributes
    ----------
    rare_below : float
        In effective rows.
    hard_above : float
        In irreducible error, in error-scale units.
    """

    rare_below: float
    hard_above: float


class Shares(NamedTuple):
    """The two parts of an expected squared error.

    Attributes
    ----------
    irreducible : ndarray of shape (n_samples,)
        Variance of the noise, with squared bias.
    model_variance : ndarray of shape (n_samples,)
        Variance of the prediction of a model fitted on all rows.
    """

    irreducible: FloatArray
    model_variance: FloatArray

    @property
    def effective_rows(self) -> FloatArray:
        """How many rows with this noise would have a mean as uncertain as the prediction."""
        certain = self.model_variance <= 0
        rows: FloatArray = self.irreducible / np.where(certain, 1.0, self.model_variance)
        return np.where(certain, np.inf, rows)

    def natural_cuts(self) -> Cuts:
        """Find where these rows fall apart, into rare and common, and into easy and hard."""
        irreducible = np.sqrt(self.irreducible)
        return Cuts(natural_break(self.effective_rows), natural_break(irreducible))

    def to_frame(self, cuts: Cuts, index: Any = None) -> pd.DataFrame:
        """Put the parts into a table in error-scale units, with a label for each row."""
        rare = self.effective_rows < cuts.rare_below
        hard = np.sqrt(self.irreducible) > cuts.hard_above
        return pd.DataFrame(
            {
                "expected_error": np.sqrt(self.irreducible + self.model_variance),
                "irreducible": np.sqrt(self.irreducible),
                "model_sd": np.sqrt(self.model_variance),
                "effective_rows": self.effective_rows,
                "archetype": np.array(ARCHETYPES, dtype=object)[rare + 2 * hard],
            },
            index=index,
        )


def split_error(expected_square: FloatArray, model_variance: FloatArray, shortage: float) -> Shares:
    """Take the variance of the models out of an expected squared error.

    The errors were those of models with fewer rows than there are, whose variance is taken to
    be larger in proportion; the model in use has all rows.

    Parameters
    ----------
    expected_square : ndarray of shape (n_samples,)
        Expected squared residual.
    model_variance : ndarray of shape (n_samples,)
        Of models fitted on all rows, >= 0.
    shortage : float
        How many times as large as that the variance of the models behind the residuals is, >= 1.

    Returns
    -------
    Shares
        Both >= 0: no more variance is believed than leaves the squared residual explained.

    Examples
    --------
    >>> split_error(np.array([1.5]), np.array([0.4]), 1.25)
    Shares(irreducible=array([1.]), model_variance=array([0.4]))
    """
    at_most = expected_square / shortage
    beyond = expected_square - shortage * model_variance
    irreducible = np.where(model_variance < at_most, np.maximum(beyond, 0.0), 0.0)
    return Shares(irreducible, np.minimum(model_variance, at_most))


def natural_break(values: FloatArray) -> float:
    """Cut positive values at the natural break of their logarithms: least variance on each side.

    The exact two-group case of Fisher (1958, Journal of the American Statistical Association
    53), known from images as Otsu's threshold. Two heaps are cut between them, however unequal
    they are, where the median would go through the larger one; one even heap is cut at its middle.
    Values beyond the 1st and 99th percentile count as these, for a few that are next to nothing
    have logarithms that would outweigh all others.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Only positive, finite ones count.

    Returns
    -------
    float
        Halfway, in logarithms, between the largest value of the lower side and the smallest
        of the upper one. If all are alike, their value; not a number if none counts.

    Examples
    --------
    >>> round(natural_break(np.array([1.0, 9.0, 10.0, 11.0, 12.0])), 6)
    3.0
    """
    logs = np.sort(np.log(values[np.isfinite(values) & (values > 0)]))
    if len(logs) == 0:
        return float("nan")
    logs = np.clip(logs, *np.quantile(logs, [0.01, 0.99], method="nearest"))
    if logs[0] == logs[-1]:
        return float(np.exp(logs[0]))
    below = np.arange(1, len(logs))
    above = len(logs) - below
    total = np.cumsum(logs)
    gap = (total[-1] - total[:-1]) / above - total[:-1] / below
    best = int(np.argmax(below * above * gap**2))
    return float(np.exp((logs[best] + logs[best + 1]) / 2))
