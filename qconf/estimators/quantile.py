"""Estimate sigma from the distance of two conditional quantiles of the residual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, get_args

import numpy as np
from scipy.stats import norm
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from qconf._types import FloatArray, QuantileLearner, RandomState, RegressorLike, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import random_source, with_seed
from qconf.core.threads import side_by_side
from qconf.core.validation import HasMethods, StrOptions, only_what_learners_take
from qconf.encoding.encoded import takes_encoded
from qconf.encoding.encoder import TableEncoder, design_matrix
from qconf.errors import OptionError
from qconf.learners.linear.linear_quantile import LinearQuantileRegressor, check_quantiles
from qconf.learners.linear.quantreg import StatsmodelsQuantileRegressor
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.quantile_forest import QuantileForest

__all__ = ["QuantileConfidence"]

_PLANES = {"linear": LinearQuantileRegressor, "statsmodels": StatsmodelsQuantileRegressor}


class QuantileConfidence(ConfidenceEstimator):
    """Regress two quantiles of the residual; their distance, scaled for the Normal, is sigma.

    For a Normal residual q75 − q25 is 1.349 sigma. Quantiles do not care how far out the
    outliers are, which makes this robust where squared residuals are not, and less efficient
    where they are.

    Parameters
    ----------
    learner : str, regressor, or sequence of regressors, default="boosted"
        - ``"boosted"``: gradient boosted trees, grown for each quantile.
        - ``"forest"``: `QuantileForest`, one forest for all quantiles; as sharp, and slower.
        - ``"linear"``: `LinearQuantileRegressor`, exact, on standardised numbers and indicators
          of levels; the fastest, and readable.
        - ``"statsmodels"``: the same design fitted by statsmodels, with standard errors in
          ``models_[0][-1].results_``.
        - a regressor with a parameter ``quantile``, which is fitted once for each; or one
          regressor for each quantile, the lowest first, fitted as they are. They get the table
          as it was passed to `fit`.
    quantiles : sequence of float, default=(0.25, 0.75)
        Rising, an even number of them. The outermost two make an interval, and so on inwards;
        each has its own scale, and sigma is their average. Three intervals, such as
        ``(0.05, 0.15, 0.25, 0.75, 0.85, 0.95)``, rank rows better than one, at three times the
        cost.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    models_ : list of regressors
        One for all quantiles, or one for each.
    scale_ : ndarray of shape (n_intervals,)
        How many sigma lie between the two quantiles of a Normal, from the outermost interval
        inwards; 1.349 for the quartiles.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(4000, 1))
    >>> residual = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.10))
    >>> est = QuantileConfidence(random_state=0).fit(x, residual)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(est.predict(part).mean()), 2) for part in (x[easy], x[~easy])]
    [0.05, 0.1]
    """

    averages_unseen: ClassVar[bool] = True
    winsorises: ClassVar[bool] = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "learner": [
            StrOptions(set(get_args(QuantileLearner))), HasMethods(["fit", "predict"]), tuple, list
        ],
        "quantiles": ["array-like"],
        "random_state": ["random_state"],
    }  # fmt: skip

    def __init__(
        self,
        learner: QuantileLearner | RegressorLike | Sequence[RegressorLike] = "boosted",
        *,
        quantiles: Sequence[float] = (0.25, 0.75),
        random_state: RandomState = None,
    ) -> None:
        self.learner = learner
        self.quantiles = quantiles
        self.random_state = random_state

    @property
    def takes_encoded(self) -> bool:
        """Whether the learner does."""
        if isinstance(self.learner, str):
            return self.learner not in _PLANES
        return takes_encoded(self.learner)

    def __sklearn_tags__(self) -> Any:
        own = self.learner if isinstance(self.learner, list | tuple) else [self.learner]
        return only_what_learners_take(
            super().__sklearn_tags__(), [one for one in own if not isinstance(one, str)]
        )

    def predict_quantiles(self, X: Any) -> FloatArray:
        """Predict the quantiles of the residual.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_quantiles)
            The lowest one first, in every row: values that cross are put in order
            (Chernozhukov, Fernández-Val & Galichon 2010).
        """
        check_is_fitted(self)
        return self._quantiles(self._checked_table(X, reset=False))

    def _quantiles(self, X: Table) -> FloatArray:
        columns = [np.asarray(model.predict(X), dtype=np.float64) for model in self.models_]
        together = columns[0] if len(columns) == 1 else np.column_stack(columns)
        return np.sort(together, axis=1)

    def share(self, n: int) -> QuantileConfidence:
        """Make an unfitted estimator for one of `n` folds of a blend (`BoostedTrees.share`).

        Parameters
        ----------
        n : int
            At least 2.

        Returns
        -------
        QuantileConfidence
            With boosted trees, one with fewer of them; else one like this.
        """
        one: QuantileConfidence = clone(self)
        if self.learner == "boosted":
            one.learner = BoostedTrees("quantile").share(n)
        return one

    def _fit(self, X: Table, y: FloatArray) -> None:
        quantiles = check_quantiles(self.quantiles)
        if len(quantiles) % 2:
            msg = (
                "The 'quantiles' must be pairs, a lower one for each upper one, such as "
                f"(0.25, 0.75). Got {self.quantiles!r}."
            )
            raise OptionError(msg)
        rng = random_source(self.random_state)
        self.scale_: FloatArray = _widths(norm.ppf(quantiles)[None, :])[0]
        unfitted = [with_seed(model, rng) for model in self._unfitted(X, quantiles.tolist())]
        ours = all(map(takes_encoded, unfitted))
        self.models_ = list(
            side_by_side(lambda model: model.fit(X, y), unfitted, len(y), ours=ours)
        )

    def _unfitted(self, X: Table, quantiles: list[float]) -> list[Any]:
        if isinstance(self.learner, str):
            return _built_in(self.learner, X, quantiles)
        if hasattr(self.learner, "get_params"):
            learner = clone(self.learner)
            if "quantile" not in learner.get_params(deep=False):
                msg = (
                    f"The learner {type(learner).__name__} has no parameter 'quantile'; "
                    "pass one regressor for each quantile, the lowest first."
                )
                raise OptionError(msg)
            return [clone(learner).set_params(quantile=q) for q in quantiles]
        given = list(self.learner)  # type: ignore[arg-type]
        if len(given) != len(quantiles):
            msg = (
                f"The learner must be one regressor for each of the {len(quantiles)} quantiles, "
                f"got {len(given)}."
            )
            raise OptionError(msg)
        return [clone(model) for model in given]

    def _predict(self, X: Table) -> FloatArray:
        sigma: FloatArray = (_widths(self._quantiles(X)) / self.scale_).mean(axis=1)
        return sigma


def _built_in(learner: str, X: Table, quantiles: list[float]) -> list[Any]:
    if learner == "boosted":
        return [BoostedTrees("quantile", quantile=q) for q in quantiles]
    if learner == "forest":
        return [QuantileForest(quantiles)]
    design = design_matrix(TableEncoder().fit(X).is_categorical_)
    return [make_pipeline(TableEncoder(), design, _PLANES[learner](quantiles))]


def _widths(quantiles: FloatArray) -> FloatArray:
    """Subtract the lower quantile of each interval from the upper one, outermost first."""
    half = quantiles.shape[1] // 2
    return quantiles[:, ::-1][:, :half] - quantiles[:, :half]
