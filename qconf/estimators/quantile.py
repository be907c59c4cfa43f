"""The interquartile range of the residual, as a sigma."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from scipy.stats import norm
from sklearn.base import RegressorMixin, clone
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from qconf._types import FloatArray, RandomState, Table
from qconf._validation import HasMethods, StrOptions
from qconf.base import ConfidenceEstimator
from qconf.errors import OptionError
from qconf.learners.boosted import BoostedTrees
from qconf.learners.encoding import TableEncoder, design_matrix
from qconf.learners.linear_quantile import LinearQuantileRegressor, check_quantiles
from qconf.learners.seeding import random_source, with_seed

__all__ = ["QuantileConfidence"]

_A_PAIR = 2


class QuantileConfidence(ConfidenceEstimator):
    """Regress two quantiles of the residual; their distance, scaled for the Normal, is sigma.

    For a Normal residual q75 − q25 is 1.349 sigma. Quantiles do not care how far out the
    outliers are, which makes this robust where squared residuals are not, and less efficient
    where they are.

    Parameters
    ----------
    learner : {"boosted", "linear"}, regressor, or pair of regressors, default="boosted"
        ``linear`` is `LinearQuantileRegressor`, on standardised numbers and indicators of
        levels. A regressor must have a parameter ``quantile`` and is fitted once for each; a
        pair is fitted as it is, the lower quantile first. Regressors get the table as it was
        passed to `fit`.
    quantiles : pair of float, default=(0.25, 0.75)
        The two quantiles; the scale follows from them.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    models_ : list of regressors
    scale_ : float
        How many sigma lie between the two quantiles of a Normal; 1.349 for the quartiles.

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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "learner": [StrOptions({"boosted", "linear"}), HasMethods(["fit", "predict"]), tuple, list],
        "quantiles": ["array-like"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        learner: str | RegressorMixin | Sequence[RegressorMixin] = "boosted",
        *,
        quantiles: Sequence[float] = (0.25, 0.75),
        random_state: RandomState = None,
    ) -> None:
        self.learner = learner
        self.quantiles = quantiles
        self.random_state = random_state

    def predict_quantiles(self, X: Any) -> FloatArray:
        """Predict the two quantiles of the residual.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 2)
            The lower one first, in every row: values that cross are put in order
            (Chernozhukov, Fernández-Val & Galichon 2010).
        """
        check_is_fitted(self)
        columns = [np.asarray(model.predict(X), dtype=np.float64) for model in self.models_]
        both = columns[0] if len(columns) == 1 else np.column_stack(columns)
        return np.sort(both, axis=1)

    def _fit(self, X: Table, y: FloatArray) -> None:
        quantiles = check_quantiles(self.quantiles)
        if len(quantiles) != _A_PAIR:
            msg = f"The 'quantiles' must be a pair, such as (0.25, 0.75). Got {self.quantiles!r}."
            raise OptionError(msg)
        rng = random_source(self.random_state)
        self.scale_ = float(norm.ppf(quantiles[1]) - norm.ppf(quantiles[0]))
        self.models_ = [
            with_seed(model, rng).fit(X, y) for model in self._unfitted(X, quantiles.tolist())
        ]

    def _unfitted(self, X: Table, quantiles: list[float]) -> list[Any]:
        if self.learner == "boosted":
            return [BoostedTrees("quantile", quantile=q) for q in quantiles]
        if self.learner == "linear":
            encoder = TableEncoder().fit(X)
            design = design_matrix(encoder.is_categorical_)
            return [make_pipeline(TableEncoder(), design, LinearQuantileRegressor(quantiles))]
        if hasattr(self.learner, "get_params"):
            if "quantile" not in self.learner.get_params(deep=False):
                msg = (
                    f"The learner {type(self.learner).__name__} has no parameter 'quantile'; "
                    "pass a pair of regressors, the lower quantile first."
                )
                raise OptionError(msg)
            return [clone(self.learner).set_params(quantile=q) for q in quantiles]
        pair = list(self.learner)  # type: ignore[arg-type]
        if len(pair) != _A_PAIR:
            msg = f"The learner must be a pair of regressors, got {len(pair)}."
            raise OptionError(msg)
        return [clone(model) for model in pair]

    def _predict(self, X: Table) -> FloatArray:
        lower, upper = self.predict_quantiles(X).T
        width: FloatArray = (upper - lower) / self.scale_
        return width
