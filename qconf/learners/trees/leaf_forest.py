"""Extremely randomised trees whose leaves keep moments of what their rows have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from sklearn.base import BaseEstimator

from qconf._types import ArrayLike, FloatArray, IntArray, RandomState, TableLike
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import Interval, TakesTables, check_parameters, check_target
from qconf.encoding.encoded import encode
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.holds_trees import HoldsTrees
from qconf.learners.trees.random_trees import RandomTrees

__all__ = ["LeafForest", "LeafMoments"]

#: Trees of halves, drawn without replacement, differ as much as those of bootstrap samples do
#: (Friedman & Hall 2007, Journal of Statistical Planning and Inference 137).
_IN_BAG = 0.5
#: Many trees of few rows each cost as much as few of many, and disagree less by chance.
_ENOUGH_ROWS, _ENOUGH_SHARE = 4000, 0.1


class LeafMoments(NamedTuple):
    """What trees say of rows, averaged over all trees.

    Attributes
    ----------
    mean : ndarray of shape (n_samples,)
    mean_square : ndarray of shape (n_samples,)
        >= 0.
    variance : ndarray of shape (n_samples,)
        Of the trees' means: how far the trees disagree, >= 0.
    """

    mean: FloatArray
    mean_square: FloatArray
    variance: FloatArray


class LeafForest(HoldsTrees, TakesTables, BaseEstimator, ABC):
    """Base class of forests that ask what rows in the same leaves had.

    Geurts, Ernst & Wehenkel (2006, Machine Learning 63); leaf co-occurrence as weights as in
    Meinshausen (2006, Journal of Machine Learning Research 7). A subclass says what trees are
    grown on: ``_shapes(y)``, whose first column is y; the last, its square, is only averaged.

    Parameters
    ----------
    n_estimators : int, default=100
        Number of trees.
    min_samples_leaf : int, default=3
    max_features : float, default=0.5
        Share of the features that each split may choose from.
    max_samples : int or None, default=None
        Each tree is grown on half of the rows, drawn without replacement, and at most on so many;
        None is 4,000, or a tenth of the rows.
    random_state : int, RandomState instance or None, default=None
    n_jobs : int or None, default=None
        Threads; None is one for each 25,000 rows, up to the cores that the process may use.
    """

    takes_encoded: ClassVar[bool] = True
    encoder_: TableEncoder
    n_features_in_: int
    unit_: FloatArray
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
        "max_features": [Interval(Real, 0, 1, closed="right")],
        "max_samples": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "n_jobs": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        *,
        n_estimators: int = 100,
        min_samples_leaf: int = 3,
        max_features: float = 0.5,
        max_samples: int | None = None,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.max_samples = max_samples
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        LeafForest

        Raises
        ------
        ValueError
            If a parameter, the table or `y` break their rule.
        """
        encoded, values = self._checked(X, y)
        rng = random_source(self.random_state)
        most = self._rows_of_a_tree(len(values))
        bags = [np.sort(rng.permutation(len(values))[:most]) for _ in range(self.n_estimators)]
        self._grow(encoded, values, bags, rng)
        return self

    def _checked(self, X: TableLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        check_parameters(self)
        encoded = encode(self, X, reset=True).matrix
        return encoded, check_target(self, y, len(encoded))

    def _rows_of_a_tree(self, n_rows: int) -> int:
        most = self.max_samples or max(_ENOUGH_ROWS, int(_ENOUGH_SHARE * n_rows))
        return min(most, int(np.ceil(_IN_BAG * n_rows)))

    def _grow(
        self,
        encoded: FloatArray,
        values: FloatArray,
        bags: Sequence[IntArray],
        rng: np.random.RandomState,
    ) -> None:
        """Grow a tree on each bag; keep of what leaves say the mean, its square, the mean square.

        The square has no say in where trees split: a few rows have nearly all of it.
        """
        shapes = self._shapes(values)
        trees = RandomTrees.on(
            encoded,
            shapes,
            n_deciding=shapes.shape[1] - 1,
            min_samples_leaf=self.min_samples_leaf,
            max_features=self.max_features,
        ).grow(bags, [draw_seed(rng) for _ in bags], self.n_jobs)
        # Seven digits are more than three rows tell, and take half the room in a file. The square
        # is that of the rounded mean: their difference, summed over trees, is a variance.
        short = trees.values.astype(np.float32).astype(np.float64)
        mean = short[:, 0]
        self.trees_ = trees.with_values(np.column_stack([short[:, -1], mean, mean**2]))

    def _moments(self, X: TableLike) -> LeafMoments:
        encoded = encode(self, X, reset=False).matrix
        sums = self.trees_.sums(encoded, self.n_jobs)
        mean_square, mean, square_of_mean = (sums / self.trees_.n_trees).T
        variance = np.maximum(square_of_mean - mean**2, 0.0)
        mean_square = np.maximum(mean_square, 0.0)
        unit, unit_of_square = self.unit_[0], self.unit_[-1]
        return LeafMoments(mean * unit, mean_square * unit_of_square, variance * unit**2)

    @abstractmethod
    def _shapes(self, y: FloatArray) -> FloatArray:
        """Put y, what else trees are grown on, and its square side by side.

        Divided by ``unit_``, which is set here.
        """
