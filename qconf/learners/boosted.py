"""Gradient boosted trees for tables, through LightGBM.

Knows nothing of confidence. Chosen over scikit-learn's histogram boosting by measurement; see
``benchmarks/results/boosting.csv``.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, FloatArray, RandomState, TableLike
from qconf._validation import (
    Interval,
    StrOptions,
    TakesTables,
    check_parameters,
    check_table,
    check_target,
)
from qconf.errors import QconfError
from qconf.learners.encoding import TableEncoder
from qconf.learners.seeding import draw_seed, random_source
from qconf.learners.threads import threads_for

__all__ = ["BoostedTrees", "leaf_size", "load_lightgbm"]

_MIN_ROWS_TO_SUBSAMPLE = 20
_OBJECTIVES = {"squared": "regression", "gamma": "gamma", "quantile": "quantile"}


class BoostedTrees(TakesTables, RegressorMixin, BaseEstimator):
    """Gradient boosted trees on tables with strings, dates and missing values.

    Parameters
    ----------
    loss : {"squared", "gamma", "quantile"}, default="squared"
        ``gamma`` is the Gamma deviance with log link, for targets >= 0.
    quantile : float, default=0.5
        Which quantile, if `loss` is ``"quantile"``; strictly between 0 and 1.
    n_estimators : int, default=200
        Number of trees.
    learning_rate : float, default=0.05
    max_leaf_nodes : int, default=31
    min_samples_leaf : int or None, default=None
        None is a twentieth of the rows, at least 5 and at most 100: the targets that qconf
        learns, sizes of errors, are noisy.
    max_features : float, default=0.5
        Share of the features a tree may use.
    subsample : float, default=0.7
        Share of the rows a tree is grown on.
    random_state : int, RandomState instance or None, default=None
    n_jobs : int or None, default=None
        Threads; None is one for each 25,000 rows, up to the cores that the process may use.

    Attributes
    ----------
    booster_ : lightgbm.Booster
    encoder_ : TableEncoder
    scale_ : float
        What the target was divided by (Gamma only), so that units do not matter.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 400).reshape(-1, 1)
    >>> model = BoostedTrees(loss="gamma", random_state=0).fit(x, 1 + 3 * (x[:, 0] > 0.5))
    >>> model.predict([[0.2], [0.8]]).round(1)
    array([1., 4.])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "loss": [StrOptions(set(_OBJECTIVES))],
        "quantile": [Interval(Real, 0, 1, closed="neither")],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "max_leaf_nodes": [Interval(Integral, 2, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left"), None],
        "max_features": [Interval(Real, 0, 1, closed="right")],
        "subsample": [Interval(Real, 0, 1, closed="right")],
        "random_state": ["random_state"],
        "n_jobs": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        loss: str = "squared",
        *,
        quantile: float = 0.5,
        n_estimators: int = 200,
        learning_rate: float = 0.05,
        max_leaf_nodes: int = 31,
        min_samples_leaf: int | None = None,
        max_features: float = 0.5,
        subsample: float = 0.7,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.loss = loss
        self.quantile = quantile
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.subsample = subsample
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
        BoostedTrees

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule; with the Gamma loss also
            if a target is negative.
        """
        check_parameters(self)
        table = check_table(self, X, reset=True)
        target = self._scaled(check_target(self, y, len(table)))
        self.encoder_ = TableEncoder().fit(table)
        lightgbm = load_lightgbm()
        parameters = self._engine_parameters(len(target))
        data = lightgbm.Dataset(
            self.encoder_.transform(table),
            label=target,
            categorical_feature=np.flatnonzero(self.encoder_.is_categorical_).tolist(),
            params=parameters,
        )
        self.booster_ = lightgbm.train(parameters, data, num_boost_round=self.n_estimators)
        return self

    def predict(self, X: TableLike) -> FloatArray:
        """Predict the mean, or the quantile, of the target.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            In the target's units; >= 0 with the Gamma loss.
        """
        check_is_fitted(self)
        encoded = self.encoder_.transform(check_table(self, X, reset=False))
        raw: FloatArray = self.booster_.predict(
            encoded, num_threads=threads_for(len(encoded), self.n_jobs)
        )
        return raw * self.scale_

    def _scaled(self, target: FloatArray) -> FloatArray:
        self.scale_ = 1.0
        if self.loss != "gamma":
            return target
        if target.min() < 0:
            msg = f"The Gamma loss needs targets >= 0, got {target.min():g}."
            raise ValueError(msg)
        self.scale_ = float(target.mean())
        if self.scale_ == 0.0:
            return np.ones_like(target)
        # The engine wants labels > 0. The gradient in a row is 1 - target / prediction, so a
        # floor this low changes nothing that can be seen.
        return np.maximum(target / self.scale_, 1e-9)

    def _engine_parameters(self, n_rows: int) -> dict[str, Any]:
        leaf = self.min_samples_leaf
        if leaf is None:
            leaf = leaf_size(n_rows)
        seed = draw_seed(random_source(self.random_state))
        return {
            "objective": _OBJECTIVES[self.loss],
            "alpha": self.quantile,
            "learning_rate": self.learning_rate,
            "num_leaves": self.max_leaf_nodes,
            "min_data_in_leaf": leaf,
            "feature_fraction": self.max_features,
            "bagging_fraction": self.subsample,
            # A share of very few rows can be none at all, which the engine takes badly.
            "bagging_freq": int(self.subsample < 1 and n_rows >= _MIN_ROWS_TO_SUBSAMPLE),
            "seed": seed,
            "num_threads": threads_for(n_rows, self.n_jobs),
            # Without these two, the engine picks its histogram layout by a stopwatch, and the
            # same seed need not give the same trees.
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.loss == "gamma"
        return tags


def leaf_size(n_rows: int) -> int:
    """Choose how many rows a leaf has at least: a twentieth, at least 5 and at most 100."""
    return int(np.clip(n_rows // 20, 5, 100))


def load_lightgbm() -> Any:
    """Import the engine when it is first needed, and say what is missing if it cannot load."""
    try:
        import lightgbm  # noqa: PLC0415 - the import costs a second; `import qconf` must not pay it
    except OSError as error:
        msg = (
            f"LightGBM cannot load its OpenMP library ({error}). Install it: "
            "'apt-get install libgomp1' on Debian and Ubuntu, 'brew install libomp' on macOS."
        )
        raise QconfError(msg) from error
    return lightgbm
