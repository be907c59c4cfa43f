"""A forest whose leaves say what values rows alike had, and how far apart these were."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from qconf._types import FloatArray, TableLike
from qconf.learners.trees.leaf_forest import LeafForest

__all__ = ["ValueForest", "ValueMoments"]

#: The value decides where trees split; its square is there to be averaged.
_SAY = np.array([1.0, 0.03])


class ValueMoments(NamedTuple):
    """What a forest says of the value of each row.

    Attributes
    ----------
    mean : ndarray of shape (n_samples,)
        Of the values of the rows it shares leaves with.
    variance : ndarray of shape (n_samples,)
        Of these values, over all trees: within leaves and between the trees' means, >= 0.
    variance_of_means : ndarray of shape (n_samples,)
        Between the trees' means alone: how far the trees disagree, >= 0.
    """

    mean: FloatArray
    variance: FloatArray
    variance_of_means: FloatArray


class ValueForest(LeafForest):
    """Extremely randomised trees on a value, that also say how far values of rows alike differ.

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
        Each leaf says the mean squared value of its rows, their mean, and the square of that.
    centre_ : float
        Mean value, from which squares are taken: they would be rounded otherwise.
    encoder_ : TableEncoder
    unit_ : ndarray of shape (2,)
        What the value and its square were divided by.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 400).reshape(-1, 1)
    >>> forest = ValueForest(random_state=0).fit(x, np.where(x[:, 0] < 0.5, 10.0, 20.0))
    >>> forest.moments([[0.2], [0.8]]).mean.round()
    array([10., 20.])
    """

    def moments(self, X: TableLike) -> ValueMoments:
        """Predict the value, its variance among rows alike, and how far the trees disagree.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ValueMoments
        """
        found = self._moments(X)
        variance = np.maximum(found.mean_square - found.mean**2, 0.0)
        return ValueMoments(found.mean + self.centre_, variance, found.variance)

    def _shapes(self, y: FloatArray) -> FloatArray:
        self.centre_ = float(y.mean())
        shapes = np.column_stack([y - self.centre_, (y - self.centre_) ** 2])
        spread = shapes.std(axis=0)
        self.unit_ = np.where(spread > 0, spread, 1.0) / _SAY
        standard: FloatArray = shapes / self.unit_
        return standard
