"""Confidence for each row of a regression model's predictions.

Everything public is imported when it is first used, so that ``import qconf`` costs next to
nothing and the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qconf.comparison import Comparison as Comparison
    from qconf.contest import compare as compare
    from qconf.estimators import BlendConfidence as BlendConfidence
    from qconf.estimators import ColumnConfidence as ColumnConfidence
    from qconf.estimators import ConstantConfidence as ConstantConfidence
    from qconf.estimators import CountConfidence as CountConfidence
    from qconf.estimators import QuantileConfidence as QuantileConfidence
    from qconf.estimators import ResidualConfidence as ResidualConfidence
    from qconf.evaluation import Evaluation as Evaluation
    from qconf.evaluation import evaluate as evaluate
    from qconf.learners.linear_quantile import LinearQuantileRegressor as LinearQuantileRegressor
    from qconf.regressor import ConfidentRegressor as ConfidentRegressor
    from qconf.scoring import best_decile_scorer as best_decile_scorer

__version__ = "0.1.0"

_HOME = {
    "BlendConfidence": "qconf.estimators.blend",
    "ColumnConfidence": "qconf.estimators.column",
    "Comparison": "qconf.comparison",
    "ConfidentRegressor": "qconf.regressor",
    "ConstantConfidence": "qconf.estimators.constant",
    "CountConfidence": "qconf.estimators.count",
    "Evaluation": "qconf.evaluation",
    "LinearQuantileRegressor": "qconf.learners.linear_quantile",
    "QuantileConfidence": "qconf.estimators.quantile",
    "ResidualConfidence": "qconf.estimators.residual",
    "best_decile_scorer": "qconf.scoring",
    "compare": "qconf.contest",
    "evaluate": "qconf.evaluation",
}

__all__ = [
    "BlendConfidence",
    "ColumnConfidence",
    "Comparison",
    "ConfidentRegressor",
    "ConstantConfidence",
    "CountConfidence",
    "Evaluation",
    "LinearQuantileRegressor",
    "QuantileConfidence",
    "ResidualConfidence",
    "best_decile_scorer",
    "compare",
    "evaluate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        msg = f"module 'qconf' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
