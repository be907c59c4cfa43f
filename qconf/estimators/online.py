"""Learn squared residuals online, as a product of shrunken means of categories and bins."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from qconf._types import ArrayLike, Bound, FloatArray, IntArray, RandomState, Table, TableLike
from qconf.base import OnlineConfidenceEstimator
from qconf.core.all_or_nothing import all_or_nothing
from qconf.core.validation import Interval, StrOptions
from qconf.estimators.bounds import BOUNDS, upper_bound
from qconf.learners.online.regressor import OnlineLinearRegressor
from qconf.residuals.absurd_residuals import squared

__all__ = ["OnlineConfidence"]


class OnlineConfidence(OnlineConfidenceEstimator):
    """Learn squared residuals row by row; expect the square root of an upper bound of them.

    With one column, the shrunken mean of each level's squared residuals: (sum + prior_count * mean
    of all rows) / (count + prior_count). With several, the levels' factors multiply (numbers are
    cut into bins, which are levels), and each row's surprise is shared among those that are known
    least: `OnlineLinearRegressor` with the log link. With an upper bound, rows are held for safe
    only where bootstrap replicates agree that they are. One pass, no tree, no tuning: for streams,
    and for groups that are small and many.

    Parameters
    ----------
    bound : {"mean", "mean+sd", "max"} or float, default="mean"
        What is expected: the estimate itself, or over the replicates' estimates their mean plus
        standard deviation, their maximum, or a quantile strictly between 0 and 1.
    n_bootstrap : int, default=20
        Replicates, at least 2; none are made for the bound ``"mean"``.
    prior_count : float, default=5.0
        How many rows of its own outweigh what all rows say of a level, for each column of the
        table: where a row has many levels, each must be surer.
    bins : int, default=32
        Bins between the 1st and 99th percentile of a number.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    learner_ : OnlineLinearRegressor

    Notes
    -----
    The residuals are held fixed: the replicates vary the error model only, not the valuation
    model that made the residuals, and so understate how uncertain the estimate is.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> building = rng.integers(2, size=5000).astype(str).reshape(-1, 1)
    >>> residual = rng.normal(scale=np.where(building[:, 0] == "0", 0.05, 0.10))
    >>> est = OnlineConfidence().fit(building, residual)
    >>> est.predict([["0"], ["1"], ["never seen"]]).round(2)
    array([0.05, 0.1 , 0.08])
    """

    takes_encoded = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "bound": [StrOptions(set(BOUNDS)), Interval(Real, 0, 1, closed="neither")],
        "n_bootstrap": [Interval(Integral, 2, None, closed="left")],
        "prior_count": [Interval(Real, 0, None, closed="neither")],
        "bins": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        bound: Bound = "mean",
        *,
        n_bootstrap: int = 20,
        prior_count: float = 5.0,
        bins: int = 32,
        random_state: RandomState = None,
    ) -> None:
        self.bound = bound
        self.n_bootstrap = n_bootstrap
        self.prior_count = prior_count
        self.bins = bins
        self.random_state = random_state

    def progressive_predict(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        known: IntArray | None = None,
    ) -> FloatArray:
        """Expect each row's error before its residual is learned, and learn all.

        See `qconf.progressive_validation`, which calls this.
        """
        with all_or_nothing(self):
            table, residual = self._checked(X, y)
            lanes = self.learner_.progressive_lanes(
                table, squared(residual), sample_weight=sample_weight, known=known
            )
        return np.sqrt(upper_bound(lanes.T, self.bound))

    def _start(self, X: Table) -> None:
        self.learner_ = OnlineLinearRegressor(
            prior_count=self.prior_count * X.shape[1],
            n_bootstrap=0 if self.bound == "mean" else self.n_bootstrap,
            bins=self.bins,
            link="log",
            random_state=self.random_state,
        )

    def _learn(self, X: Table, y: FloatArray) -> None:
        self.learner_.partial_fit(X, squared(y))

    def _predict(self, X: Table) -> FloatArray:
        if self.bound == "mean":
            return np.sqrt(self.learner_.predict(X))
        return np.sqrt(upper_bound(self.learner_.predict_replicates(X).T, self.bound))
