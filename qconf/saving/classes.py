"""The classes that a model file may hold: a closed table, and plug-ins where they are asked for.

A file has short names. What they mean stands here, in the code: no name in a file is imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from qconf.errors import EstimatorError
from qconf.estimators.registry import plug_in, plug_in_name

__all__ = ["TABLE", "class_named", "is_ours", "name_of_plug_in", "plug_in_named"]

#: Where each class is. A new one whose objects a fitted model holds needs a line here; what of it
#: reaches compiled code, a method `check_restored`.
TABLE: Final[dict[str, str]] = {
    # qconf.model
    "ConfidentRegressor": "qconf.model.regressor",
    "Background": "qconf.model.background",
    "Cells": "qconf.model.shadow.mix",
    "Clock": "qconf.model.shadow.clock",
    "ColumnSummary": "qconf.model.column_summary",
    "Columns": "qconf.model.shadow.columns",
    "Cuts": "qconf.model.decomposition",
    "GivenPrediction": "qconf.model.given_prediction",
    "KeptRows": "qconf.model.known_sales",
    "KnownSales": "qconf.model.known_sales",
    "KnownValues": "qconf.model.known_values",
    "Mix": "qconf.model.shadow.mix",
    "Pair": "qconf.model.replicates",
    "PredictionScale": "qconf.model.shadow.scale",
    "PredictionShadow": "qconf.model.shadow.prediction_shadow",
    "Replicates": "qconf.model.replicates",
    "RowMemory": "qconf.model.shadow.memory",
    "Scores": "qconf.model.shadow.scores",
    "SelectiveRegressor": "qconf.model.selective_regressor",
    "Support": "qconf.model.shadow.support",
    "Trend": "qconf.model.shadow.trend",
    "TwoParts": "qconf.model.shadow.two_parts",
    "Yardstick": "qconf.model.shadow.yardstick",
    # qconf.estimators
    "BlendConfidence": "qconf.estimators.blend",
    "ColumnConfidence": "qconf.estimators.column",
    "ConflictConfidence": "qconf.estimators.conflict",
    "ConstantConfidence": "qconf.estimators.constant",
    "CountConfidence": "qconf.estimators.count",
    "EmpiricalBayesConfidence": "qconf.estimators.empirical_bayes",
    "ErrorTarget": "qconf.estimators.error_targets",
    "ForestConfidence": "qconf.estimators.forest",
    "InformedErrors": "qconf.estimators.informed_errors",
    "IntervalConfidence": "qconf.estimators.interval",
    "NearbyConfidence": "qconf.estimators.nearby",
    "NeighborConfidence": "qconf.estimators.neighbors",
    "OnlineConfidence": "qconf.estimators.online",
    "QuantileConfidence": "qconf.estimators.quantile",
    "ResidualConfidence": "qconf.estimators.residual",
    "SecondOpinionConfidence": "qconf.estimators.second_opinion",
    # qconf.learners
    "ActiveCoordinates": "qconf.learners.online.coordinates",
    "Blocks": "qconf.learners.nearest_rows_blocks",
    "BoostedTrees": "qconf.learners.trees.boosted",
    "CenteredIsotonicMap": "qconf.learners.maps.isotonic",
    "ComparablesRegressor": "qconf.learners.comparables_regressor",
    "CoefficientPrior": "qconf.learners.linear.coefficient_prior",
    "CountRates": "qconf.learners.online.count_rates",
    "ErrorForest": "qconf.learners.trees.error_forest",
    "FlatTrees": "qconf.learners.trees.flat_trees",
    "GammaGLM": "qconf.learners.linear.gamma_glm",
    "LeafBootstrap": "qconf.learners.trees.leaf_bootstrap.bootstrap",
    "LinearQuantileRegressor": "qconf.learners.linear.linear_quantile",
    "LogTargetRegressor": "qconf.learners.log_target",
    "MonotoneMap": "qconf.learners.maps.monotone_map",
    "NearestPoints": "qconf.learners.nearest_points",
    "NearestRows": "qconf.learners.nearest_rows",
    "OnlineLinearRegressor": "qconf.learners.online.regressor",
    "PriorDesign": "qconf.learners.linear.prior_design",
    "PriorGammaGLM": "qconf.learners.linear.prior_glm",
    "PriorTerm": "qconf.learners.linear.prior_columns",
    "QuantileForest": "qconf.learners.trees.quantile_forest",
    "Replicated": "qconf.learners.trees.replicated",
    "StatsmodelsQuantileRegressor": "qconf.learners.linear.quantreg",
    "ValueForest": "qconf.learners.trees.value_forest",
    "WeightedSignals": "qconf.learners.maps.weighted_signals",
    # qconf.certification
    "Certificate": "qconf.certification.certificate",
    "Estimate": "qconf.core.estimate",
    "PeriodPromise": "qconf.certification.periods",
    "Remedies": "qconf.certification.remedies",
    # qconf.probability
    "BinnedDistribution": "qconf.probability.binned",
    "ErrorDistribution": "qconf.probability.error_distribution",
    # qconf.encoding
    "Agreement": "qconf.encoding.agreement",
    "Encoded": "qconf.encoding.encoded",
    "InputConflict": "qconf.encoding.input_conflict",
    "LinearDesign": "qconf.encoding.linear_design",
    "PlacePoints": "qconf.encoding.place_points",
    "ReadableDesign": "qconf.encoding.readable_design",
    "TableEncoder": "qconf.encoding.encoder",
    "Term": "qconf.encoding.readable_design",
    "UnitCube": "qconf.encoding.unit_cube",
    "UnseenCodes": "qconf.encoding.unseen",
    "UnseenTexts": "qconf.encoding.unseen",
}


def is_ours(kind: type[Any]) -> bool:
    """Tell whether a class is in the table, and not another one of the same name."""
    return TABLE.get(kind.__name__) == kind.__module__


def class_named(name: Any) -> type[Any]:
    """Return the class that a name stands for.

    Raises
    ------
    ValueError
        If it is not in the table.
    """
    module = TABLE.get(name) if isinstance(name, str) else None
    if module is None:
        msg = f"it names a class {str(name)[:80]!r} that qconf does not have"
        raise ValueError(msg)
    found: type[Any] = getattr(import_module(module), name)
    return found


def name_of_plug_in(kind: type[Any]) -> str | None:
    """Return the name that an installed package gives a class by entry point, or None."""
    return plug_in_name(kind)


def plug_in_named(name: str) -> type[Any]:
    """Return the class of an installed plug-in.

    Raises
    ------
    EstimatorError
        If there is none of that name, or it is no class.
    """
    found = plug_in(name)
    if not isinstance(found, type):
        msg = f"The plug-in {name!r} is no class, so that no model of it can be opened."
        raise EstimatorError(msg)
    return found
