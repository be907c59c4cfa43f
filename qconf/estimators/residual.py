"""The error model: a regression on squared residuals, with bootstrap upper bounds."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import RegressorMixin, clone

from qconf._types import FloatArray, RandomState, Table
from qconf._validation import HasMethods, Interval, StrOptions, select_rows
from qconf.base import ConfidenceEstimator
from qconf.bounds import BOUNDS, upper_bound
from qconf.errors import OptionError
from qconf.learners.boosted import BoostedTrees
from qconf.learners.seeding import random_source, with_seed

__all__ = ["ResidualConfidence"]

_MIN_REPLICATES = 2


class ResidualConfidence(ConfidenceEstimator):
    """Regress squared residuals on features; expect the square root of what that predicts.

    The squared residual's mean given x is the expected prediction error, noise + bias² +
    variance (Hastie, Tibshirani & Friedman, ESL 2nd ed., p. 223). With `n_bootstrap`, the error
    model is fitted again on resampled rows, and an upper bound over those replicates is used
    instead of one estimate, so that rows whose error is only thought to be small do not count
    as safe.

    Parameters
    ----------
    learner : "boosted" or regressor, default="boosted"
        What learns squared residuals: gradient boosted trees, or any scikit-learn regressor. A
        regressor gets the table as it was passed to `fit`.
    loss : {"gamma", "squared"}, default="gamma"
        Loss of the boosted trees: Gamma deviance with log link, or squared loss, which the
        heavy tail of squared residuals misleads. A regressor of yours has its own.
    n_bootstrap : int, default=0
        Number of replicates; 0 fits one model on the rows as they are.
    bound : {"mean", "mean+sd", "max"} or float, default="mean"
        What is taken over the replicates' estimates of the squared error; a float strictly
        between 0 and 1 is their quantile. All but ``"mean"`` need at least 2 replicates.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    models_ : list of regressors
        The fitted error models, max(1, n_bootstrap) of them.

    Notes
    -----
    The residuals are held fixed: the replicates vary the error model only, not the valuation
    model that made the residuals, and so understate how uncertain the estimate is.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> residual = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.10))
    >>> est = ResidualConfidence(random_state=0).fit(x, residual)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(est.predict(part).mean()), 2) for part in (x[easy], x[~easy])]
    [0.05, 0.1]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "learner": [StrOptions({"boosted"}), HasMethods(["fit", "predict"])],
        "loss": [StrOptions({"gamma", "squared"})],
        "n_bootstrap": [Interval(Integral, 0, None, closed="left")],
        "bound": [StrOptions(set(BOUNDS)), Interval(Real, 0, 1, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        learner: str | RegressorMixin = "boosted",
        *,
        loss: str = "gamma",
        n_bootstrap: int = 0,
        bound: str | float = "mean",
        random_state: RandomState = None,
    ) -> None:
        self.learner = learner
        self.loss = loss
        self.n_bootstrap = n_bootstrap
        self.bound = bound
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        if self.bound != "mean" and self.n_bootstrap < _MIN_REPLICATES:
            msg = (
                f"The bound {self.bound!r} is taken over bootstrap replicates and needs "
                f"n_bootstrap >= {_MIN_REPLICATES}, got {self.n_bootstrap}."
            )
            raise OptionError(msg)
        rng = random_source(self.random_state)
        squared = y**2
        self.models_ = []
        for rows in self._samples(len(y), rng):
            model = with_seed(self._unfitted(), rng)
            self.models_.append(model.fit(select_rows(X, rows), squared[rows]))

    def _samples(self, n_rows: int, rng: np.random.RandomState) -> list[Any]:
        if self.n_bootstrap == 0:
            return [slice(None)]
        return [rng.randint(n_rows, size=n_rows) for _ in range(self.n_bootstrap)]

    def _unfitted(self) -> Any:
        return BoostedTrees(self.loss) if self.learner == "boosted" else clone(self.learner)

    def _predict(self, X: Table) -> FloatArray:
        replicates = np.stack([np.asarray(model.predict(X)) for model in self.models_])
        # A learner without a log link can predict a negative squared error.
        return np.sqrt(np.maximum(upper_bound(replicates, self.bound), 0.0))
