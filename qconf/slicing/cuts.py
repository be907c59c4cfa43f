"""Where a measured column is cut: at quantiles, and where a shallow tree would."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["NO_CUTS", "Cuts", "chosen_cuts", "decimals_of"]

#: Twenty bins of equal size at most; and ranges of so many of them, of which each is tried.
_FINE, _NARROW = 20, 4
#: A tree of so many leaves adds three cuts at most.
_LEAVES = 4
#: So many rows tell a tree of one column where to cut.
_ROWS_OF_A_TREE = 50_000
#: Columns with no more values than this are cut between all of them.
_FEW_VALUES = 8
_ROUNDING = 1e-9
#: Numbers are looked at to so many decimals, at most.
_MOST_DECIMALS = 8
#: Cuts are rounded to about this share of the range, so that what is written is what is meant.
_STEP = 0.01


@dataclass(frozen=True, eq=False)
class Cuts:
    """Where a column is cut.

    Attributes
    ----------
    edges : ndarray of shape (n_cuts,)
        Rising; a value that is equal to a cut is below it.
    coarse : ndarray of shape (n_cuts,), dtype bool
        Cuts at quintiles: each fifth is looked at by itself.
    tree : ndarray of shape (n_cuts,), dtype bool
        Cuts of the tree.
    """

    edges: FloatArray
    coarse: BoolArray
    tree: BoolArray

    def ranges(self) -> list[tuple[int, int]]:
        """List the ranges of cells that a slice may ask for, first and last cell of each.

        All ranges between quintiles and cuts of the tree; tails, and what is narrower than a
        fifth, to a twentieth: so many that few slices are missed, and not as many as all.
        """
        n_cells = len(self.edges) + 1
        borders = [0, *(np.flatnonzero(self.coarse | self.tree) + 1), n_cells]
        found = {(first, end - 1) for i, first in enumerate(borders) for end in borders[i + 1 :]}
        for cell in range(n_cells):
            found |= {(0, cell), (cell, n_cells - 1)}
            found |= {(cell, min(cell + more, n_cells - 1)) for more in range(_NARROW)}
        return sorted((int(first), int(last)) for first, last in found)

    def fifths(self) -> list[tuple[int, int]]:
        """List the ranges between quintiles."""
        borders = [0, *(np.flatnonzero(self.coarse) + 1), len(self.edges) + 1]
        return [(int(a), int(b) - 1) for a, b in pairwise(borders)]


#: A column that is not cut.
NO_CUTS = Cuts(np.empty(0), np.empty(0, dtype=bool), np.empty(0, dtype=bool))


def chosen_cuts(column: FloatArray, errors: FloatArray, min_rows: int, seed: int) -> Cuts:
    """Choose where to cut a column.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        Older rows; missing values are left out.
    errors : ndarray of shape (n_rows, n_measures)
        What a tree is to tell apart, of older rows.
    min_rows : int
        A leaf of the tree has so many rows.
    seed : int
        Chooses the rows that a tree sees.
    """
    known = np.flatnonzero(np.isfinite(column))
    if len(known) == 0:
        return NO_CUTS
    values = column[known]
    distinct = np.unique(values)
    if len(distinct) <= _FEW_VALUES:
        each = np.ones(len(distinct) - 1, dtype=bool)
        return Cuts(distinct[:-1], each, each)
    n_bins = int(np.clip(len(known) // min_rows, 5, _FINE))
    fifths, fine, tree = (
        _rounded(one, values)
        for one in (
            np.quantile(values, np.arange(1, 5) / 5, method="inverted_cdf"),
            np.quantile(values, np.arange(1, n_bins) / n_bins, method="inverted_cdf"),
            _tree_cuts(column, errors, known, min_rows, seed),
        )
    )
    cuts = np.unique(np.concatenate([fifths, fine, tree]))
    cuts = cuts[(cuts >= distinct[0]) & (cuts < distinct[-1])]
    return Cuts(cuts, np.isin(cuts, fifths), np.isin(cuts, tree))


def _rounded(cuts: FloatArray, values: FloatArray) -> FloatArray:
    """Round cuts down: a value that is equal to one is below it, and whole numbers stay apart."""
    decimals = decimals_of(values)
    unit = 10.0**-decimals
    return np.round(np.floor(cuts / unit + _ROUNDING) * unit, decimals)


def decimals_of(values: FloatArray) -> int:
    """Return to how many decimals numbers are told apart.

    That is about a hundredth of their range, and no more than they have themselves.

    Examples
    --------
    >>> import numpy as np
    >>> decimals_of(np.array([47.5123, 47.7711])), decimals_of(np.array([1.0, 9.0]))
    (3, 0)
    """
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [0.05, 0.95])
    span = float(high - low) or float(np.abs(known).max()) or 1.0
    wanted = min(max(0, -math.floor(math.log10(span * _STEP))), _MOST_DECIMALS)
    own = (one for one in range(wanted) if np.array_equal(np.round(known, one), known))
    return next(own, wanted)


def _tree_cuts(
    column: FloatArray, errors: FloatArray, known: IntArray, min_rows: int, seed: int
) -> FloatArray:
    from sklearn.tree import DecisionTreeRegressor  # noqa: PLC0415 - help must not wait for it

    rows = known
    if len(rows) > _ROWS_OF_A_TREE:
        rows = np.random.default_rng(seed).choice(rows, _ROWS_OF_A_TREE, replace=False)
    least = max(1, math.ceil(min_rows * len(rows) / len(known)))
    spread = errors[rows].std(axis=0)
    tree = DecisionTreeRegressor(max_leaf_nodes=_LEAVES, min_samples_leaf=least, random_state=0)
    tree.fit(column[rows, None], errors[rows] / np.where(spread > 0, spread, 1.0))
    return np.asarray(tree.tree_.threshold[tree.tree_.feature >= 0], dtype=np.float64)
