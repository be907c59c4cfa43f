"""Make the two models of a regressor, unfitted, from what was asked for."""

from __future__ import annotations

from typing import Any

from sklearn.base import clone

from qconf._types import Bound, ConfidenceLike, RegressorLike
from qconf.core.error_scale import ErrorScale
from qconf.encoding.source_pairs import Pairs
from qconf.errors import OptionError
from qconf.estimators.conflict import check_learns, with_conflicts
from qconf.estimators.registry import make_estimator
from qconf.model.splitting import MIN_REPLICATES
from qconf.residuals.valuation import default_valuation_model

__all__ = ["check_replicates", "unfitted_confidence", "unfitted_regressor"]


def check_replicates(regressor: Any, bootstrap: str, n_bootstrap: int, bound: Bound) -> None:
    """Check that there are the replicates that are asked for.

    Raises
    ------
    OptionError
        If the valuation model cannot be fitted again, or the bound is over too few.
    """
    if bootstrap == "both" and isinstance(regressor, str):
        msg = (
            "bootstrap='both' fits the valuation model again, and of somebody else's there are "
            f"only predictions (regressor={regressor!r}). Use bootstrap='error'."
        )
        raise OptionError(msg)
    if bound != "mean" and n_bootstrap < MIN_REPLICATES:
        msg = (
            f"The bound {bound!r} is taken over bootstrap replicates and needs "
            f"n_bootstrap >= {MIN_REPLICATES}, got {n_bootstrap}."
        )
        raise OptionError(msg)


def unfitted_regressor(regressor: RegressorLike | str | None, scale: ErrorScale) -> Any:
    """Make the valuation model.

    Parameters
    ----------
    regressor : regressor, str or None
        None is boosted trees.
    scale : ErrorScale

    Raises
    ------
    OptionError
        If it is a class.
    """
    if regressor is None:
        return default_valuation_model(scale)
    return clone(_made("regressor", regressor))


def unfitted_confidence(confidence: str | ConfidenceLike, conflicts: Pairs) -> Any:
    """Make the confidence estimator, which sees conflicts between sources, if there are some.

    Parameters
    ----------
    confidence : str or confidence estimator
    conflicts : sequence or mapping of pairs

    Raises
    ------
    OptionError
        If it is a class, or cannot learn from conflicts.
    EstimatorError
        If it cannot be made.
    """
    if isinstance(confidence, str):
        estimator = make_estimator(confidence)
    else:
        estimator = clone(_made("confidence", confidence))
    check_learns(estimator, conflicts, str(confidence))
    return with_conflicts(estimator, conflicts)


def _made(role: str, estimator: Any) -> Any:
    """Refuse a class where an instance of it is meant."""
    if isinstance(estimator, type):
        msg = f"The {role} is a class; pass one that is made: {estimator.__name__}()."
        raise OptionError(msg)
    return estimator
