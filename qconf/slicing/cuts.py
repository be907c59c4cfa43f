"""Where a measured column is cut: at quantiles, and where a shallow tree would."""

from __future__ import annotations

import math

import numpy as np

from qconf._types import FloatArray

__all__ = ["chosen_cuts", "decimals_of"]

#: Five bins of equal size, as far as ties allow.
_QUANTILES = (0.2, 0.4, 0.6, 0.8)
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


def chosen_cuts(column: FloatArray, errors: FloatArray, min_rows: int, seed: int) -> FloatArray:
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

    Returns
    -------
    ndarray of shape (n_cuts,)
        Rising; a value that is equal to a cut is below it.
    """
    known = np.flatnonzero(np.isfinite(column))
    if len(known) == 0:
        return np.empty(0)
    values = column[known]
    distinct = np.unique(values)
    if len(distinct) <= _FEW_VALUES:
        return distinct[:-1]
    quantiles = np.quantile(values, _QUANTILES, method="inverted_cdf")
    tree = _tree_cuts(column, errors, known, min_rows, seed)
    decimals = decimals_of(values)
    unit = 10.0**-decimals
    # Down, as a value that is equal to a cut is below it: whole numbers are cut where they were.
    cuts = np.unique(
        np.round(np.floor(np.concatenate([quantiles, tree]) / unit + _ROUNDING), 0) * unit
    )
    cuts = np.round(cuts, decimals)
    return cuts[(cuts >= distinct[0]) & (cuts < distinct[-1])]


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
    column: FloatArray, errors: FloatArray, known: np.ndarray, min_rows: int, seed: int
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
