"""What the rows are a sample of, as far as counts know it: rows, groups, a stretch of history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.counting.known_groups import KnownGroups
from qconf.errors import TableError
from qconf.evaluation.long_run import SlowWaves
from qconf.evaluation.sampling import Sampling

__all__ = ["CountedGroups", "cluster_size", "poisson_counts", "sampled_units"]


@dataclass(frozen=True)
class CountedGroups(Sampling):
    """Groups that are known by their number, and the share of the largest as far as it is known.

    Attributes
    ----------
    known : KnownGroups
    """

    known: KnownGroups

    @property
    def n_groups(self) -> int:
        """How many groups there are."""
        return self.known.count

    @property
    def largest_share(self) -> float:
        """Share of the rows that the largest group has; 0 where there are too many to know."""
        return 0.0 if self.known.overflowed else float(self.known.sizes.max()) / self.n_rows


def sampled_units(n_rows: int, known: KnownGroups | None, waves: SlowWaves | None) -> Sampling:
    """Say what the rows are a sample of.

    Raises
    ------
    TableError
        If there is one group alone.
    """
    if known is None:
        return Sampling(n_rows, None, waves)
    if known.count == 1:
        msg = "The groups must have at least 2 distinct values, found 1: nothing to resample."
        raise TableError(msg)
    return CountedGroups(n_rows, None, waves, known)


def poisson_counts(
    n: NDArray[np.int64], outliers: NDArray[np.int64], n_resamples: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw replicates of counts of rows that are each on their own.

    If each of m rows counts a Poisson(1) number of times, independent of the others, then together
    they count a Poisson(m) number of times. So counts are all that replicates hang on, whoever the
    rows were: no row needs a number of its own to be drawn alike in any split.

    Returns
    -------
    n, outliers : ndarray of shape (n_resamples, n_cells)
    """
    rng = np.random.default_rng(seed)
    shape = n_resamples, len(n)
    bad = rng.poisson(outliers, size=shape)
    return rng.poisson(n - outliers, size=shape) + bad, bad


def cluster_size(drawn: NDArray[np.int64], taken: Sequence[float] | FloatArray) -> float:
    """Return how many rows the group of a row has among some, on average over rows.

    If the groups have s rows each, their Poisson counts vary by the sum of s².

    Parameters
    ----------
    drawn : ndarray of shape (n_replicates, n_cells)
    taken : array-like of shape (n_cells,)
        How much of each cell is among them.
    """
    counted = drawn @ np.asarray(taken)
    return float(np.var(counted) / np.mean(counted))
