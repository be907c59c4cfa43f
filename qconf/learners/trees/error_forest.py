"""A forest whose leaves say how large the errors of rows alike were."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, TableLike
from qconf.learners.trees.leaf_forest import LeafForest

__all__ = ["ErrorForest"]

#: Sizes below this share of all rows' sizes count alike in the logarithm.
_FLOOR_QUANTILE = 0.02


class ErrorForest(LeafForest):
    """Extremely randomised trees on the sign, the size and the log size of an error at once.

    Rows that fall into the same leaves are alike in the direction and in the size of their
    errors; the mean squared error of a row is that of the rows it shares leaves with. Trees that
    have not grown on the same rows also disagree on the mean error, most where the error is large
    or changes steeply. Geurts, Ernst & Wehenkel (2006, Machine Learning 63); leaf
    co-occurrence as weights as in Meinshausen (2006, Journal of Machine Learning Research 7).

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
        found = self._moments(X)
        return found.mean_square, found.variance

    def _shapes(self, error: FloatArray) -> FloatArray:
        """Put the four shapes of an error side by side, each of about the same spread."""
        size = np.abs(error)
        floor = np.quantile(size, _FLOOR_QUANTILE) + np.finfo(np.float64).tiny
        shapes = np.column_stack([error, size, np.log(size + floor), error**2])
        spread = shapes.std(axis=0)
        self.unit_: FloatArray = np.where(spread > 0, spread, 1.0)
        standard: FloatArray = shapes / self.unit_
        return standard
