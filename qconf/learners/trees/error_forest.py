"""A forest whose leaves say how large the errors of rows alike were."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, FloatArray, RandomState, TableLike
from qconf.core.seeding import draw_seed, random_source
from qconf.core.threads import threads_for
from qconf.core.validation import Interval, TakesTables, check_parameters, check_target
from qconf.encoding.encoded import encode
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.flat_trees import FlatTrees

__all__ = ["ErrorForest"]

#: What the trees are grown on, and how much each counts. The square has next to no say in where
#: they split, since a few rows have nearly all of it; it is there to be averaged.
_SIGNED, _SQUARE = 0, 3
_SAY = np.array([1.0, 1.0, 1.0, 0.03])
#: Sizes below this share of all rows' sizes count alike in the logarithm.
_FLOOR_QUANTILE = 0.02


class ErrorForest(TakesTables, BaseEstimator):
    """Extremely randomised trees on the sign, the size and the log size of an error at once.

    Rows that fall into the same leaves are alike in the direction and in the size of their
    errors; the mean squared error of a row is that of the rows it shares leaves with. Trees that
    have not grown on the same rows also disagree on the mean error, most where few rows were
    seen or where the target is steep. Geurts, Ernst & Wehenkel (2006, Machine Learning 63); leaf
    co-occurrence as weights as in Meinshausen (2006, Journal of Machine Learning Research 7).

    Parameters
    ----------
    n_estimators : int, default=100
        Number of trees.
    min_samples_leaf : int, default=3
    max_features : float, default=0.5
        Share of the features that each split may choose from.
    max_samples : int, default=20000
        Rows that a tree is grown on, at most; drawn with replacement.
    random_state : int, RandomState instance or None, default=None
    n_jobs : int or None, default=None
        Threads; None is one for each 25,000 rows, up to the cores that the process may use.

    Attributes
    ----------
    trees_ : FlatTrees
        Each leaf says the mean squared error of its rows, their mean error, and the square of that.
    encoder_ : TableEncoder
    unit_ : ndarray of shape (4,)
        What the error, its size, its log size and its square were divided by.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> error = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.10))
    >>> mean_square, variance = ErrorForest(random_state=0).fit(x, error).moments(x)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(np.sqrt(mean_square[part].mean())), 2) for part in (easy, ~easy)]
    [0.05, 0.1]
    """

    takes_encoded: ClassVar[bool] = True
    encoder_: TableEncoder
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
        "max_features": [Interval(Real, 0, 1, closed="right")],
        "max_samples": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        *,
        n_estimators: int = 100,
        min_samples_leaf: int = 3,
        max_features: float = 0.5,
        max_samples: int = 20_000,
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
            Signed errors.

        Returns
        -------
        ErrorForest

        Raises
        ------
        ValueError
            If a parameter, the table or the errors break their rule.
        """
        check_parameters(self)
        encoded = encode(self, X, reset=True).matrix
        error = check_target(self, y, len(encoded))
        forest = ExtraTreesRegressor(
            self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            max_features=self.max_features,
            bootstrap=True,
            max_samples=min(len(error), self.max_samples),
            random_state=draw_seed(random_source(self.random_state)),
            n_jobs=threads_for(len(error), self.n_jobs),
        )
        forest.fit(encoded, self._shapes(error))
        trees = FlatTrees.of_sklearn(forest)
        mean = trees.values[:, _SIGNED]
        self.trees_ = trees.with_values(np.column_stack([trees.values[:, _SQUARE], mean, mean**2]))
        return self

    def moments(self, X: TableLike) -> tuple[FloatArray, FloatArray]:
        """Predict the mean squared error, and how far the trees disagree on the mean error.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        mean_square : ndarray of shape (n_samples,)
            In squared units of the errors, >= 0.
        variance : ndarray of shape (n_samples,)
            Of the trees' mean errors, in the same units, >= 0.
        """
        check_is_fitted(self)
        encoded = encode(self, X, reset=False).matrix
        sums = self.trees_.sums(encoded, self.n_jobs)
        mean_square, mean, square_of_mean = (sums / self.trees_.n_trees).T
        variance = np.maximum(square_of_mean - mean**2, 0.0)
        mean_square = np.maximum(mean_square, 0.0)
        return mean_square * self.unit_[_SQUARE], variance * self.unit_[_SIGNED] ** 2

    def _shapes(self, error: FloatArray) -> FloatArray:
        """Put the four shapes of an error side by side, each of about the same spread."""
        size = np.abs(error)
        floor = np.quantile(size, _FLOOR_QUANTILE) + np.finfo(np.float64).tiny
        shapes = np.column_stack([error, size, np.log(size + floor), error**2])
        spread = shapes.std(axis=0)
        self.unit_: FloatArray = np.where(spread > 0, spread, 1.0) / _SAY
        standard: FloatArray = shapes / self.unit_
        return standard
