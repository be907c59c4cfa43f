"""A forest whose leaves say what values rows alike had, and how far apart these were."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray, TableLike
from qconf.core.seeding import at_most, random_source
from qconf.learners.trees.leaf_forest import LeafForest

__all__ = ["ValueForest", "ValueMoments"]


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
    max_samples : int or None, default=None
        Each tree is grown on half of the rows, drawn without replacement, and at most on so many;
        None is 4,000, or a tenth of the rows.
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

    def fit_out_of_bag(
        self, X: TableLike, y: ArrayLike, units: IntArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Grow the trees; return what those say of each row that have not seen it.

        Out-of-bag estimation (Breiman 1996).

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        units : ndarray of shape (n_samples,), default=None
            Numbers from 0. Rows of a unit are all seen by a tree or none is. None is a unit each.

        Returns
        -------
        mean : ndarray of shape (n_samples,)
            Of the trees that have not seen the row; of all trees where each has.
        variance_of_means : ndarray of shape (n_samples,)
            Between these trees, >= 0.

        Raises
        ------
        ValueError
            If a parameter, the table or `y` break their rule.
        """
        encoded, values = self._checked(X, y)
        rng = random_source(self.random_state)
        most = self._rows_of_a_tree(len(values))
        unseen = np.ones((self.n_estimators, len(values)), dtype=bool)
        bags = [_bag(own, units, most, rng) for own in unseen]
        self._grow(encoded, values, bags, rng)
        # Who was seen by all trees is told what they remember: better than nothing, if not new.
        unseen |= ~unseen.any(axis=0)
        _, total, squares = self.trees_.sums(encoded, self.n_jobs, asked=unseen).T
        n_trees = unseen.sum(axis=0)
        mean = total / n_trees
        variance = np.maximum(squares / n_trees - mean**2, 0.0)
        unit = self.unit_[0]
        return mean * unit + self.centre_, variance * unit**2

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
        self.unit_ = np.where(spread > 0, spread, 1.0)
        standard: FloatArray = shapes / self.unit_
        return standard


def _bag(
    unseen: BoolArray, units: IntArray | None, most: int, rng: np.random.RandomState
) -> IntArray:
    """Draw units until there are so many rows; mark all rows of theirs as seen."""
    if units is None:
        rows = at_most(most, np.arange(len(unseen)), rng)
        unseen[rows] = False
        return rows
    size = np.bincount(units)
    order = rng.permutation(len(size))
    n_taken = max(1, int(np.searchsorted(np.cumsum(size[order]), most, side="right")))
    taken = np.zeros(len(size), dtype=bool)
    taken[order[:n_taken]] = True
    unseen[taken[units]] = False
    rows = np.flatnonzero(~unseen)
    # One unit alone may have more rows than a tree is to have.
    return at_most(most, rows, rng)
