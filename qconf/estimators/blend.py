"""Several estimators, combined on residuals that none of them was fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.base import RegressorMixin, clone
from sklearn.linear_model import GammaRegressor
from sklearn.model_selection import KFold

from qconf._types import FloatArray, RandomState, Table
from qconf._validation import Interval, check_enough_rows, select_rows
from qconf.base import ConfidenceEstimator
from qconf.errors import OptionError
from qconf.estimators.count import CountConfidence
from qconf.estimators.quantile import QuantileConfidence
from qconf.estimators.residual import ResidualConfidence
from qconf.learners.seeding import draw_seed, random_source, with_seed

__all__ = ["BlendConfidence"]

#: Ridge penalty on standardised log scores: enough to settle members that say the same.
_PENALTY = 1e-3


class BlendConfidence(ConfidenceEstimator):
    """Combine expected errors by a Gamma regression on their logarithms.

    The rows are cut into folds. Each member is fitted on all folds but one and scores that one;
    a Gamma regression with log link learns from these held-out scores how to weigh the members,
    and gives the result its error units. A new row is scored by the members of every fold, whose
    logarithms are averaged: that is as sharp as members fitted again on all rows, and costs less
    (``benchmarks/README.md``).

    Parameters
    ----------
    estimators : list of confidence estimators or None, default=None
        The members. None is `ResidualConfidence`, `QuantileConfidence` and `CountConfidence`
        with their defaults.
    cv : int, default=3
        Number of folds.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    members_ : list of list of estimators
        For each fold, the fitted members.
    weights_ : ndarray of shape (n_members,)
        Change of the log squared expected error with the log of a member's expected error: a
        member that is right on its own has 2, one that is ignored 0.
    combiner_ : GammaRegressor

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> residual = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.10))
    >>> est = BlendConfidence(random_state=0).fit(x, residual)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(est.predict(part).mean()), 2) for part in (x[easy], x[~easy])]
    [0.05, 0.1]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimators": [list, tuple, None],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimators: Sequence[RegressorMixin] | None = None,
        *,
        cv: int = 3,
        random_state: RandomState = None,
    ) -> None:
        self.estimators = estimators
        self.cv = cv
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        rng = random_source(self.random_state)
        check_enough_rows(self, len(y), 2 * self.cv)
        unfitted = self._unfitted()
        held_out = np.empty((len(y), len(unfitted)))
        self.members_ = []
        folds = KFold(self.cv, shuffle=True, random_state=draw_seed(rng))
        for train, test in folds.split(y):
            seen = select_rows(X, train)
            members = [with_seed(clone(one), rng).fit(seen, y[train]) for one in unfitted]
            held_out[test] = _log_scores(members, select_rows(X, test))
            self.members_.append(members)
        self._combine(held_out, y**2)

    def _unfitted(self) -> list[Any]:
        if self.estimators is None:
            return [ResidualConfidence(), QuantileConfidence(), CountConfidence()]
        if len(self.estimators) == 0:
            msg = "The 'estimators' of a blend must hold at least one estimator. Got none."
            raise OptionError(msg)
        return list(self.estimators)

    def _combine(self, log_scores: FloatArray, squared: FloatArray) -> None:
        self._centre = log_scores.mean(axis=0)
        self._spread = np.maximum(log_scores.std(axis=0), 1e-12)
        self._unit = max(float(squared.mean()), np.finfo(np.float64).tiny)
        # The Gamma deviance wants targets > 0; a floor this low moves no coefficient.
        target = np.maximum(squared / self._unit, 1e-9)
        self.combiner_ = GammaRegressor(alpha=_PENALTY, max_iter=1000)
        self.combiner_.fit((log_scores - self._centre) / self._spread, target)
        self.weights_: FloatArray = self.combiner_.coef_ / self._spread

    def _predict(self, X: Table) -> FloatArray:
        log_scores = np.mean([_log_scores(members, X) for members in self.members_], axis=0)
        squared = self._unit * self.combiner_.predict((log_scores - self._centre) / self._spread)
        expected: FloatArray = np.sqrt(squared)
        return expected


def _log_scores(members: Sequence[Any], X: Table) -> FloatArray:
    # A quantile range of zero is possible; the floor is far below any error that matters.
    scores = np.column_stack([member.predict(X) for member in members])
    logs: FloatArray = np.log(np.maximum(scores, 1e-6))
    return logs
