"""A regressor and its bootstrap replicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.base import clone

from qconf._types import FloatArray, IntArray, Table
from qconf.core.seeding import draw_seed, with_seed
from qconf.core.validation import select_rows
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.leaf_bootstrap.bootstrap import LeafBootstrap

__all__ = ["Replicated", "has_leaves"]


def has_leaves(learner: Any) -> bool:
    """Tell whether replicates of a regressor can be had by learning its leaves anew.

    Signs given by the user bind the steps of the trees, and would not bind leaves learned anew.
    """
    return (
        isinstance(learner, BoostedTrees)
        and learner.loss in {"gamma", "squared"}
        and not learner.monotonic
    )


class Replicated:
    """One regressor fitted on the rows as they are, or several on resampled rows.

    Parameters
    ----------
    learner : regressor
        Not fitted; clones of it are.
    n_bootstrap : int
        Number of replicates; 0 is one model without any.
    leaves : bool
        Learn the leaves of one model anew instead of fitting more (`LeafBootstrap`).

    Attributes
    ----------
    models_ : list of regressors
        The fitted ones: ``max(1, n_bootstrap)``, or one whose leaves are learned anew.
    leaves_ : LeafBootstrap or None
    """

    def __init__(self, learner: Any, n_bootstrap: int, *, leaves: bool) -> None:
        self.learner = learner
        self.n_bootstrap = n_bootstrap
        self.leaves = leaves

    def fit(
        self, X: Table, y: FloatArray, samples: list[IntArray], rng: np.random.RandomState
    ) -> Self:
        """Fit.

        Parameters
        ----------
        X : DataFrame or ndarray of shape (n_samples, n_features)
        y : ndarray of shape (n_samples,)
        samples : list of ndarray
            The rows of each replicate that is fitted anew.
        rng : RandomState
            Seeds the models.
        """
        self.leaves_: LeafBootstrap | None = None
        if samples:
            self.models_ = [
                self._unfitted(rng).fit(select_rows(X, rows), y[rows]) for rows in samples
            ]
            return self
        self.models_ = [self._unfitted(rng).fit(X, y)]
        if self.leaves and self.n_bootstrap:
            bootstrap = LeafBootstrap(self.n_bootstrap, random_state=draw_seed(rng))
            self.leaves_ = bootstrap.fit(self.models_[0], X, y)
        return self

    def predict(self, X: Table) -> FloatArray:
        """Predict by each replicate, shape (max(1, n_bootstrap), n_samples)."""
        return self.predict_models(X) if self.leaves_ is None else self.leaves_.predict(X)

    def predict_models(self, X: Table) -> FloatArray:
        """Predict by each fitted model, shape (n_models, n_samples)."""
        return np.stack([np.asarray(model.predict(X), dtype=np.float64) for model in self.models_])

    def reduce(self, X: Table, function: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Make one number a row of all replicates' predictions, without keeping them if it can."""
        if self.leaves_ is not None:
            return self.leaves_.reduce(X, function)
        return function(self.predict(X))

    def _unfitted(self, rng: np.random.RandomState) -> Any:
        return with_seed(clone(self.learner), rng)
