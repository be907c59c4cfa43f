"""Confidence for each row of a regression model's predictions.

Everything public is imported when it is first used, so that ``import qconf`` costs next to
nothing and the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as type checkers have it: `typing` alone would double the time
if TYPE_CHECKING:
    from typing import Any

    from qconf.comparison.contest import compare as compare
    from qconf.comparison.result import Comparison as Comparison
    from qconf.datasets import load_example as load_example
    from qconf.estimators.blend import BlendConfidence as BlendConfidence
    from qconf.estimators.column import ColumnConfidence as ColumnConfidence
    from qconf.estimators.constant import ConstantConfidence as ConstantConfidence
    from qconf.estimators.count import CountConfidence as CountConfidence
    from qconf.estimators.empirical_bayes import (
        EmpiricalBayesConfidence as EmpiricalBayesConfidence,
    )
    from qconf.estimators.forest import ForestConfidence as ForestConfidence
    from qconf.estimators.interval import IntervalConfidence as IntervalConfidence
    from qconf.estimators.neighbors import NeighborConfidence as NeighborConfidence
    from qconf.estimators.online import OnlineConfidence as OnlineConfidence
    from qconf.estimators.quantile import QuantileConfidence as QuantileConfidence
    from qconf.estimators.residual import ResidualConfidence as ResidualConfidence
    from qconf.evaluation.evaluate import Evaluation as Evaluation
    from qconf.evaluation.evaluate import evaluate as evaluate
    from qconf.evaluation.reliability import Reliability as Reliability
    from qconf.evaluation.reliability import reliability as reliability
    from qconf.evaluation.scorer import best_decile_scorer as best_decile_scorer
    from qconf.evaluation.scorer import brier_within_scorer as brier_within_scorer
    from qconf.fitting.fit_model import fit_model as fit_model
    from qconf.fitting.result import FittedModel as FittedModel
    from qconf.learners.linear.linear_quantile import (
        LinearQuantileRegressor as LinearQuantileRegressor,
    )
    from qconf.learners.online.regressor import OnlineLinearRegressor as OnlineLinearRegressor
    from qconf.model.regressor import ConfidentRegressor as ConfidentRegressor
    from qconf.probability.error_distribution import ErrorDistribution as ErrorDistribution
    from qconf.probability.fitting import fit_error_distribution as fit_error_distribution
    from qconf.probability.tiers import tiers as tiers
    from qconf.residuals.progressive import progressive_validation as progressive_validation
    from qconf.simulation.result import Simulation as Simulation
    from qconf.simulation.simulate import simulate as simulate

__version__ = "0.1.0"

_HOME = {
    "BlendConfidence": "qconf.estimators.blend",
    "ColumnConfidence": "qconf.estimators.column",
    "Comparison": "qconf.comparison.result",
    "ConfidentRegressor": "qconf.model.regressor",
    "ConstantConfidence": "qconf.estimators.constant",
    "CountConfidence": "qconf.estimators.count",
    "EmpiricalBayesConfidence": "qconf.estimators.empirical_bayes",
    "ErrorDistribution": "qconf.probability.error_distribution",
    "Evaluation": "qconf.evaluation.evaluate",
    "FittedModel": "qconf.fitting.result",
    "ForestConfidence": "qconf.estimators.forest",
    "IntervalConfidence": "qconf.estimators.interval",
    "LinearQuantileRegressor": "qconf.learners.linear.linear_quantile",
    "NeighborConfidence": "qconf.estimators.neighbors",
    "OnlineConfidence": "qconf.estimators.online",
    "OnlineLinearRegressor": "qconf.learners.online.regressor",
    "QuantileConfidence": "qconf.estimators.quantile",
    "Reliability": "qconf.evaluation.reliability",
    "ResidualConfidence": "qconf.estimators.residual",
    "Simulation": "qconf.simulation.result",
    "best_decile_scorer": "qconf.evaluation.scorer",
    "brier_within_scorer": "qconf.evaluation.scorer",
    "compare": "qconf.comparison.contest",
    "evaluate": "qconf.evaluation.evaluate",
    "fit_error_distribution": "qconf.probability.fitting",
    "fit_model": "qconf.fitting.fit_model",
    "load_example": "qconf.datasets",
    "progressive_validation": "qconf.residuals.progressive",
    "reliability": "qconf.evaluation.reliability",
    "simulate": "qconf.simulation.simulate",
    "tiers": "qconf.probability.tiers",
}

__all__ = [
    "BlendConfidence",
    "ColumnConfidence",
    "Comparison",
    "ConfidentRegressor",
    "ConstantConfidence",
    "CountConfidence",
    "EmpiricalBayesConfidence",
    "ErrorDistribution",
    "Evaluation",
    "FittedModel",
    "ForestConfidence",
    "IntervalConfidence",
    "LinearQuantileRegressor",
    "NeighborConfidence",
    "OnlineConfidence",
    "OnlineLinearRegressor",
    "QuantileConfidence",
    "Reliability",
    "ResidualConfidence",
    "Simulation",
    "best_decile_scorer",
    "brier_within_scorer",
    "compare",
    "evaluate",
    "fit_error_distribution",
    "fit_model",
    "load_example",
    "progressive_validation",
    "reliability",
    "simulate",
    "tiers",
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
