"""Value a row as people of the trade do: by sales alike, adjusted and weighted."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self

from sklearn.base import BaseEstimator, RegressorMixin

from qconf._types import ArrayLike, FloatArray, RandomState, TableLike
from qconf.core.restored import require
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import (
    Interval,
    TakesTables,
    check_parameters,
    check_target,
)
from qconf.encoding.encoded import Encoded, encode
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.shared_leaves import leaves_of, most_alike

__all__ = ["ComparablesRegressor"]


class ComparablesRegressor(TakesTables, RegressorMixin, BaseEstimator):
    """Predict the weighted mean of the targets of a few rows alike, adjusted for differences.

    Alike are rows that share the most leaves of boosted trees, every tree with the same weight.
    Each comparable's target is adjusted by how much more the trees predict for the row asked for
    than for the comparable; so what they leave of it is carried over. Wrapped in a logarithm of
    the target, as `qconf.backtest` does under the name ``"comparables"``, adjustments are factors.

    Parameters
    ----------
    n : int, default=5
        Number of comparables.
    adjusted : bool, default=True
        Whether targets are adjusted.
    n_estimators : int, default=300
        Number of trees.
    learning_rate : float, default=0.06
    min_samples_leaf : int, default=20
    random_state : int, RandomState instance or None, default=None
    n_jobs : int or None, default=None
        Threads; None is as many as rows keep busy.

    Attributes
    ----------
    model_ : BoostedTrees
        Grown on all rows.
    leaves_ : ndarray of shape (n_trees, n_samples)
        Of the rows of `fit`.
    carried_ : ndarray of shape (n_samples,)
        What each row of `fit` brings with it: its target, less what the trees predict for it if
        targets are adjusted.
    encoder_ : TableEncoder
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Notes
    -----
    It remembers the rows of `fit`, and each is its own best comparable: how good it is tell only
    rows that it has not seen. What trees predict for comparables they predict with their targets
    seen. Adjusted by out-of-sample predictions, as `qconf.comparables` does to tell how far off
    the model is, what is odd of a comparable would count twice, for the trees have learned a part
    of it (docs/decisions/0043-comparables.md).

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 400).reshape(-1, 1)
    >>> model = ComparablesRegressor(random_state=0).fit(x, 10 * x[:, 0])
    >>> model.predict([[0.2], [0.8]]).round()
    array([2., 8.])
    """

    takes_encoded: ClassVar[bool] = True
    encoder_: TableEncoder
    n_features_in_: int
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n": [Interval(Integral, 1, None, closed="left")],
        "adjusted": ["boolean"],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        n: int = 5,
        *,
        adjusted: bool = True,
        n_estimators: int = 300,
        learning_rate: float = 0.06,
        min_samples_leaf: int = 20,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n = n
        self.adjusted = adjusted
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.min_samples_leaf = min_samples_leaf
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: TableLike | Encoded, y: ArrayLike) -> Self:
        """Grow the trees, and remember the rows.

        Parameters
        ----------
        X : DataFrame, array-like or Encoded of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        ComparablesRegressor

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule.
        """
        check_parameters(self)
        encoded: Any = encode(self, X, reset=True)
        target = check_target(self, y, len(encoded))
        self.model_ = BoostedTrees(
            n_estimators=self.n_estimators,
            learning_rate=self.learning_rate,
            max_features=0.7,
            subsample=1.0,
            min_samples_leaf=self.min_samples_leaf,
            max_rows=None,
            random_state=draw_seed(random_source(self.random_state)),
            n_jobs=self.n_jobs,
        ).fit(encoded, target)
        self.leaves_ = leaves_of([self.model_.trees_], encoded.matrix, self.n_jobs)
        self.carried_: FloatArray = target
        if self.adjusted:
            self.carried_ = target - self.model_.predict(encoded)
        return self

    def predict(self, X: TableLike | Encoded) -> FloatArray:
        """Predict the target.

        Parameters
        ----------
        X : DataFrame, array-like or Encoded of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        encoded: Any = encode(self, X, reset=False)
        asked = leaves_of([self.model_.trees_], encoded.matrix, self.n_jobs)
        alike = most_alike(self.leaves_, asked, self.n, sharp=True, n_jobs=self.n_jobs)
        predicted: FloatArray = (alike.shares * self.carried_[alike.places]).sum(axis=1)
        return predicted + self.model_.predict(encoded) if self.adjusted else predicted

    def check_restored(self) -> None:
        """Check what comes from a file: rows are looked up by the loops.

        Raises
        ------
        ValueError
        """
        if "leaves_" in vars(self):
            n_rows = len(self.carried_)
            require(isinstance(self.model_, BoostedTrees), "comparables have no trees")
            shape = self.model_.trees_.n_trees, n_rows
            require(
                self.leaves_.dtype.kind == "u" and self.leaves_.shape == shape,
                "leaves are not one a tree and row",
            )
            require(self.carried_.shape == (n_rows,), "comparables are not one a row")
