"""Make the regressor for a `learner=` name and an error target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sklearn.base import clone

from qconf._types import ErrorLearner, ErrorLoss, RegressorLike
from qconf.errors import OptionError
from qconf.estimators.error_targets import LOSSES
from qconf.learners.linear.coefficient_prior import CoefficientPrior
from qconf.learners.linear.gamma_glm import GammaGLM
from qconf.learners.linear.prior_glm import PriorGammaGLM
from qconf.learners.online.regressor import OnlineLinearRegressor
from qconf.learners.trees.boosted import BoostedTrees

__all__ = ["LEARNERS", "make_learner"]

#: The most trees there can be where held-out rows say when to stop.
_MOST_TREES = 1000
#: As `OnlineConfidence` has them: bins of a number, and rows for each column of the table.
_BINS, _PRIOR_COUNT = 32, 5.0


def make_learner(
    learner: ErrorLearner | RegressorLike,
    target: str,
    n_columns: int,
    *,
    loss: ErrorLoss = "gamma",
    monotonic: Mapping[Any, int] | None = None,
    early_stopping: bool = False,
    prior: CoefficientPrior | None = None,
) -> Any:
    """Make the regressor that is to learn a target.

    Parameters
    ----------
    learner : {"boosted", "glm", "online"} or regressor
    target : {"squared", "absolute", "log", "outlier"}
    n_columns : int
        Of the table.
    loss : {"gamma", "squared"}, default="gamma"
        Of boosted trees, for squared residuals.
    monotonic : mapping or None, default=None
        The signs of columns, for boosted trees.
    early_stopping : bool, default=False
        For ``"boosted"``.
    prior : CoefficientPrior, default=None
        For ``"glm"``.

    Returns
    -------
    regressor
        Not fitted.

    Raises
    ------
    OptionError
        If an option or the target is not for this learner.

    Examples
    --------
    >>> make_learner("boosted", "outlier", 3).loss
    'binary'
    """
    boosted = isinstance(learner, BoostedTrees)
    if monotonic and learner != "boosted" and not boosted:
        msg = (
            f"monotonic is for boosted trees; the learner {_name(learner)} cannot be held to a "
            "sign. Use learner='boosted'."
        )
        raise OptionError(msg)
    if early_stopping and learner != "boosted":
        own = "set it on the learner itself" if boosted else "use that"
        msg = f"early_stopping is for learner='boosted', got {_name(learner)}; {own}."
        raise OptionError(msg)
    if learner == "boosted":
        trees = BoostedTrees(loss if target == "squared" else LOSSES[target], monotonic=monotonic)
        if early_stopping:
            trees.early_stopping, trees.n_estimators = True, _MOST_TREES
        return trees
    if prior is not None:
        return PriorGammaGLM(prior)
    if isinstance(learner, str):
        return LEARNERS[learner](target, n_columns)
    own = clone(learner)
    if monotonic:
        own.monotonic = monotonic
    return own


def _glm(target: str, _: int) -> GammaGLM:
    if target not in {"squared", "absolute"}:
        msg = (
            "learner='glm' learns the targets 'squared' and 'absolute', and not "
            f"{target!r} or a combination with it. Use learner='boosted'."
        )
        raise OptionError(msg)
    return GammaGLM()


def _online(target: str, n_columns: int) -> OnlineLinearRegressor:
    return OnlineLinearRegressor(
        prior_count=_PRIOR_COUNT * n_columns,
        bins=_BINS,
        # Logarithms have effects that add up; what is never negative, effects that multiply.
        link="identity" if target == "log" else "log",
    )


def _name(learner: Any) -> str:
    return repr(learner) if isinstance(learner, str) else type(learner).__name__


#: Learners by name; trees have options that others do not.
LEARNERS: Final[dict[str, Callable[[str, int], Any]]] = {"glm": _glm, "online": _online}
