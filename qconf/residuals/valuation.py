"""Make valuation models: the one that is fitted when there is none, and others by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from qconf._types import RandomState
from qconf.core.error_scale import ErrorScale
from qconf.errors import OptionError, not_one_of
from qconf.learners.comparables_regressor import ComparablesRegressor
from qconf.learners.encoded_regressor import EncodedRegressor
from qconf.learners.log_target import LogTargetRegressor
from qconf.learners.trees.boosted import BoostedTrees

__all__ = ["VALUATION_MODELS", "default_valuation_model", "make_valuation_model"]

#: Indicator columns of a category in the linear model: a region's zip codes.
_MAX_LEVELS = 100


def default_valuation_model(scale: ErrorScale, random_state: RandomState = None) -> Any:
    """Make boosted trees that predict the target, through its logarithm where that is sensible.

    Parameters
    ----------
    scale : ErrorScale
        On the relative and the log scale the trees are fitted to log(target).
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    regressor
        Unfitted; takes tables with strings, dates and missing values.
    """
    return make_valuation_model("boosted", scale, random_state)


def make_valuation_model(name: str, scale: ErrorScale, random_state: RandomState = None) -> Any:
    """Make a valuation model by its name.

    Parameters
    ----------
    name : {"boosted", "comparables", "forest", "linear"}
        Boosted trees; the weighted mean of five adjusted comparables; a random forest; a ridge
        regression on standardised numbers and indicators of levels.
    scale : ErrorScale
        On the relative and the log scale the model is fitted to log(target).
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    regressor
        Unfitted; takes tables with strings, dates and missing values.

    Raises
    ------
    OptionError
        If there is no such model.
    """
    if name not in VALUATION_MODELS:
        raise OptionError(not_one_of("valuation model", name, [*VALUATION_MODELS, "column:NAME"]))
    model = VALUATION_MODELS[name](random_state)
    return LogTargetRegressor(model) if scale.needs_positive else model


def _boosted(random_state: RandomState) -> Any:
    # Of six settings the best on King County, and within 0.1 % of the best on California.
    return BoostedTrees(
        n_estimators=300,
        learning_rate=0.06,
        max_features=0.7,
        subsample=1.0,
        min_samples_leaf=20,
        max_rows=None,
        random_state=random_state,
    )


def _comparables(random_state: RandomState) -> Any:
    return ComparablesRegressor(random_state=random_state)


def _forest(random_state: RandomState) -> Any:
    from sklearn.ensemble import RandomForestRegressor  # noqa: PLC0415 - few fits ask for it

    return EncodedRegressor(
        RandomForestRegressor(
            n_estimators=100, max_features=1 / 3, min_samples_leaf=3, random_state=random_state
        )
    )


def _linear(random_state: RandomState) -> Any:  # noqa: ARG001 - nothing in it is random
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - few fits ask for it

    return EncodedRegressor(Ridge(), max_levels=_MAX_LEVELS)


#: What can be asked for by name.
VALUATION_MODELS: Final[dict[str, Callable[[RandomState], Any]]] = {
    "boosted": _boosted,
    "comparables": _comparables,
    "forest": _forest,
    "linear": _linear,
}
