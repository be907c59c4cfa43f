"""A forest that predicts quantiles: leaves remember those of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

from qconf._types import ArrayLike, FloatArray, IntArray, RandomState, TableLike
from qconf.core.seeding import draw_seed, random_source
from qconf.core.threads import threads_for
from qconf.core.validation import Interval, TakesTables, check_parameters, check_target
from qconf.encoding.encoded import encode
from qconf.encoding.encoder import TableEncoder
from qconf.learners.linear.linear_quantile import check_quantiles
from qconf.learners.quantile_score import ScoresQuantiles
from qconf.learners.trees.flat_trees import FlatTrees
from qconf.learners.trees.holds_trees import HoldsTrees
from qconf.learners.trees.lightgbm_engine import EngineRows, grow, leaf_size

__all__ = ["QuantileForest"]

_MOST_LEAVES = 1024
_FEW_ROWS = 20
#: Leaves of a million rows in all trees at once would take a gigabyte.
_TREES_AT_ONCE = 20
#: Share of the rows that a tree is grown on: what a bootstrap sample has of different rows.
_SUBSAMPLE = 0.632


class QuantileForest(HoldsTrees, TakesTables, ScoresQuantiles, RegressorMixin, BaseEstimator):
    """Quantile regression forest on tables with strings, dates and missing values.

    A random forest is grown on how far the target is from its median, since rows that differ in
    spread and not in the mean are what quantiles can tell apart. Every leaf keeps the quantiles
    of all rows that fall into it, and trees are averaged; so predictions never cross. Simpler
    than Meinshausen (2006, Journal of Machine Learning Research 7), who pools the rows of all
    leaves, and as good on the benchmark's tables, at a fifth of the time.

    Parameters
    ----------
    quantiles : float or sequence of float, default=(0.25, 0.75)
        Rising, each strictly between 0 and 1. A single number makes predictions 1-dimensional.
    n_estimators : int, default=200
        Number of trees.
    min_samples_leaf : int or None, default=None
        None is a twentieth of the rows, at least 5 and at most 100.
    max_features : float, default=0.5
        Share of the features that each split may choose from.
    random_state : int, RandomState instance or None, default=None
    n_jobs : int or None, default=None
        Threads; None is one for each 25,000 rows, up to the cores that the process may use.

    Attributes
    ----------
    trees_ : FlatTrees
        Each leaf says its rows' quantiles.
    encoder_ : TableEncoder
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 4000).reshape(-1, 1)
    >>> y = np.random.default_rng(0).uniform(-1, 1, size=4000) * (1 + 3 * (x[:, 0] > 0.5))
    >>> QuantileForest(random_state=0).fit(x, y).predict([[0.2], [0.8]]).round(1)
    array([[-0.5,  0.5],
           [-1.7,  1.6]])
    """

    takes_encoded: ClassVar[bool] = True
    encoder_: TableEncoder
    n_features_in_: int
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "quantiles": ["array-like", Interval(Real, 0, 1, closed="neither")],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left"), None],
        "max_features": [Interval(Real, 0, 1, closed="right")],
        "random_state": ["random_state"],
        "n_jobs": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        quantiles: float | Sequence[float] = (0.25, 0.75),
        *,
        n_estimators: int = 200,
        min_samples_leaf: int | None = None,
        max_features: float = 0.5,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.quantiles = quantiles
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.random_state = random_state
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # What scikit-learn's suite asks for is an R² of 0.5, which a forest grown on distances from
        # the median reaches too; but D², its score, is on another scale.
        tags.regressor_tags.poor_score = True
        return tags

    def fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        QuantileForest

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule.
        """
        check_parameters(self)
        quantiles = check_quantiles(np.atleast_1d(self.quantiles))
        encoded = encode(self, X, reset=True).matrix
        target = check_target(self, y, len(encoded))
        distance = np.abs(target - np.quantile(target, 0.5, method="lower"))
        # The engine's labels are short floats: in units of their own mean.
        labels = distance / (float(distance.mean()) or 1.0)
        rows = EngineRows(encoded, labels, None, self.encoder_.is_categorical_)
        grown = grow(self._engine_parameters(len(target)), rows, self.n_estimators).trees
        order = np.argsort(target, kind="stable")
        kept = [
            _quantiles_of_groups(leaves[order], int(n_leaves), target[order], quantiles)
            for leaves, n_leaves in zip(self._leaves(grown, encoded), grown.n_leaves, strict=True)
        ]
        self.trees_ = grown.with_values(np.concatenate(kept))
        return self

    def predict(self, X: TableLike) -> FloatArray:
        """Predict every quantile; rising in the quantile for every row.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_quantiles)
            Or (n_samples,), if `quantiles` is a single number.
        """
        encoded = encode(self, X, reset=False).matrix
        predicted = self.trees_.sums(encoded, self.n_jobs)
        predicted /= self.trees_.n_trees
        return predicted[:, 0] if np.ndim(self.quantiles) == 0 else predicted

    def _leaves(self, grown: FlatTrees, encoded: FloatArray) -> Iterator[IntArray]:
        """Tell the leaf of each row, tree after tree."""
        for start in range(0, grown.n_trees, _TREES_AT_ONCE):
            some = slice(start, start + _TREES_AT_ONCE)
            yield from grown.leaves(encoded, self.n_jobs, trees=some)

    def _engine_parameters(self, n_rows: int) -> dict[str, Any]:
        leaf = leaf_size(n_rows) if self.min_samples_leaf is None else self.min_samples_leaf
        return {
            # A share of very few rows can be none; then all trees are one leaf anyway.
            "boosting": "rf" if n_rows >= _FEW_ROWS else "gbdt",
            "objective": "regression",
            "num_leaves": int(np.clip(n_rows // leaf, 2, _MOST_LEAVES)),
            "min_data_in_leaf": leaf,
            "feature_fraction_bynode": self.max_features,
            "bagging_fraction": _SUBSAMPLE,
            "bagging_freq": int(n_rows >= _FEW_ROWS),
            "seed": draw_seed(random_source(self.random_state)),
            "num_threads": threads_for(n_rows, self.n_jobs),
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }


def _quantiles_of_groups(
    groups: IntArray, n_groups: int, rising: FloatArray, quantiles: FloatArray
) -> FloatArray:
    """Interpolate the quantiles of each group; a group without rows has those of all.

    Parameters
    ----------
    groups : ndarray of int of shape (n,)
    n_groups : int
    rising : ndarray of shape (n,)
        The target, in rising order.
    quantiles : ndarray of shape (n_quantiles,)

    Returns
    -------
    ndarray of shape (n_groups, n_quantiles)
    """
    count = np.bincount(groups, minlength=n_groups)
    order = np.argsort(groups, kind="stable")
    first = np.cumsum(count) - count
    at = quantiles * np.maximum(count - 1, 0)[:, None]
    low = np.floor(at).astype(np.intp)
    high = np.minimum(low + 1, np.maximum(count - 1, 0)[:, None])
    values = rising[order]
    last = len(values) - 1
    lower, upper = (values[np.minimum(first[:, None] + step, last)] for step in (low, high))
    found: FloatArray = lower + (at - low) * (upper - lower)
    found[count == 0] = np.quantile(rising, quantiles)
    return found
