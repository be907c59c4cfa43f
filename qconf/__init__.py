"""Confidence for each row of a regression model's predictions.

Everything public is imported when it is first used, so that ``import qconf`` costs next to
nothing and the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as type checkers have it: `typing` alone would double the time
if TYPE_CHECKING:
    from typing import Any

    from qconf.avm.audit import certified_rate as certified_rate
    from qconf.avm.audit import random_sample as random_sample
    from qconf.avm.audit import rows_to_certify as rows_to_certify
    from qconf.avm.report import avm_report as avm_report
    from qconf.avm.result import AvmReport as AvmReport
    from qconf.backtesting.backtest import backtest as backtest
    from qconf.backtesting.cross import Cross as Cross
    from qconf.backtesting.result import Backtest as Backtest
    from qconf.certification.certificate import Certificate as Certificate
    from qconf.certification.certificates import Certificates as Certificates
    from qconf.certification.certify import certify as certify
    from qconf.certification.scorer import certified_coverage_scorer as certified_coverage_scorer
    from qconf.certification.value import ValueCurve as ValueCurve
    from qconf.certification.value import value_curve as value_curve
    from qconf.comparison.contest import compare as compare
    from qconf.comparison.result import Comparison as Comparison
    from qconf.core.spreading import spread_fits as spread_fits
    from qconf.counting.counts import RiskCoverageCounts as RiskCoverageCounts
    from qconf.counting.evaluate_files import evaluate_files as evaluate_files
    from qconf.counting.evaluate_parts import evaluate_parts as evaluate_parts
    from qconf.counting.result import CountedEvaluation as CountedEvaluation
    from qconf.datasets import load_example as load_example
    from qconf.encoding.input_conflict import InputConflict as InputConflict
    from qconf.errors import QconfError as QconfError
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
    from qconf.estimators.second_opinion import SecondOpinionConfidence as SecondOpinionConfidence
    from qconf.evaluation.evaluate import evaluate as evaluate
    from qconf.evaluation.reliability import Reliability as Reliability
    from qconf.evaluation.reliability import reliability as reliability
    from qconf.evaluation.result import Evaluation as Evaluation
    from qconf.evaluation.scorer import best_decile_scorer as best_decile_scorer
    from qconf.evaluation.scorer import brier_within_scorer as brier_within_scorer
    from qconf.explanation.comparables import comparables as comparables
    from qconf.explanation.comparables_result import Comparables as Comparables
    from qconf.explanation.error_explanation import ErrorExplanation as ErrorExplanation
    from qconf.explanation.error_explanation import explain_error as explain_error
    from qconf.explanation.value_explanation import ValueExplanation as ValueExplanation
    from qconf.explanation.value_explanation import explain_value as explain_value
    from qconf.fitting.certified import CertifiedModel as CertifiedModel
    from qconf.fitting.certify_fit import fit_certified as fit_certified
    from qconf.fitting.certify_model import certify_model as certify_model
    from qconf.fitting.fit_model import fit_model as fit_model
    from qconf.fitting.result import FittedModel as FittedModel
    from qconf.learners.comparables_regressor import ComparablesRegressor as ComparablesRegressor
    from qconf.learners.linear.linear_quantile import (
        LinearQuantileRegressor as LinearQuantileRegressor,
    )
    from qconf.learners.online.regressor import OnlineLinearRegressor as OnlineLinearRegressor
    from qconf.model.regressor import ConfidentRegressor as ConfidentRegressor
    from qconf.model.selective_regressor import SelectiveRegressor as SelectiveRegressor
    from qconf.monitoring.error_forecast import forecast_error as forecast_error
    from qconf.monitoring.forecast import forecast_batch as forecast_batch
    from qconf.monitoring.rate_monitor import RateMonitor as RateMonitor
    from qconf.monitoring.run import monitor_file as monitor_file
    from qconf.pages.write import write_report as write_report
    from qconf.portfolios.result import PortfolioChoice as PortfolioChoice
    from qconf.portfolios.unlabelled import compare_unlabelled as compare_unlabelled
    from qconf.probability.error_distribution import ErrorDistribution as ErrorDistribution
    from qconf.probability.fitting import fit_error_distribution as fit_error_distribution
    from qconf.probability.tiers import tiers as tiers
    from qconf.residuals.progressive import progressive_validation as progressive_validation
    from qconf.review.corrections import apply_corrections as apply_corrections
    from qconf.review.queue import review_queue as review_queue
    from qconf.review.result import ReviewQueue as ReviewQueue
    from qconf.review.store.store import FeedbackStore as FeedbackStore
    from qconf.saving.card import ModelCard as ModelCard
    from qconf.saving.first_page import read_manifest as read_manifest
    from qconf.saving.opening import load as load
    from qconf.saving.opening import open_model as open_model
    from qconf.saving.writing import save as save
    from qconf.scoring.batch import score_batch as score_batch
    from qconf.serve.app import create_app as create_app
    from qconf.simulation.result import Simulation as Simulation
    from qconf.simulation.simulate import simulate as simulate
    from qconf.slicing.audit import audit_slices as audit_slices
    from qconf.slicing.result import SliceAudit as SliceAudit

__version__ = "0.1.0"

_HOME = {
    "AvmReport": "qconf.avm.result",
    "Backtest": "qconf.backtesting.result",
    "BlendConfidence": "qconf.estimators.blend",
    "Certificate": "qconf.certification.certificate",
    "Certificates": "qconf.certification.certificates",
    "CertifiedModel": "qconf.fitting.certified",
    "ColumnConfidence": "qconf.estimators.column",
    "Comparables": "qconf.explanation.comparables_result",
    "ComparablesRegressor": "qconf.learners.comparables_regressor",
    "Comparison": "qconf.comparison.result",
    "ConfidentRegressor": "qconf.model.regressor",
    "ConstantConfidence": "qconf.estimators.constant",
    "CountConfidence": "qconf.estimators.count",
    "CountedEvaluation": "qconf.counting.result",
    "Cross": "qconf.backtesting.cross",
    "EmpiricalBayesConfidence": "qconf.estimators.empirical_bayes",
    "ErrorDistribution": "qconf.probability.error_distribution",
    "ErrorExplanation": "qconf.explanation.error_explanation",
    "Evaluation": "qconf.evaluation.result",
    "FeedbackStore": "qconf.review.store.store",
    "FittedModel": "qconf.fitting.result",
    "ForestConfidence": "qconf.estimators.forest",
    "InputConflict": "qconf.encoding.input_conflict",
    "IntervalConfidence": "qconf.estimators.interval",
    "LinearQuantileRegressor": "qconf.learners.linear.linear_quantile",
    "ModelCard": "qconf.saving.card",
    "NeighborConfidence": "qconf.estimators.neighbors",
    "OnlineConfidence": "qconf.estimators.online",
    "OnlineLinearRegressor": "qconf.learners.online.regressor",
    "PortfolioChoice": "qconf.portfolios.result",
    "QconfError": "qconf.errors",
    "QuantileConfidence": "qconf.estimators.quantile",
    "RateMonitor": "qconf.monitoring.rate_monitor",
    "Reliability": "qconf.evaluation.reliability",
    "ReviewQueue": "qconf.review.result",
    "RiskCoverageCounts": "qconf.counting.counts",
    "ResidualConfidence": "qconf.estimators.residual",
    "SecondOpinionConfidence": "qconf.estimators.second_opinion",
    "SelectiveRegressor": "qconf.model.selective_regressor",
    "Simulation": "qconf.simulation.result",
    "SliceAudit": "qconf.slicing.result",
    "ValueCurve": "qconf.certification.value",
    "ValueExplanation": "qconf.explanation.value_explanation",
    "apply_corrections": "qconf.review.corrections",
    "audit_slices": "qconf.slicing.audit",
    "avm_report": "qconf.avm.report",
    "backtest": "qconf.backtesting.backtest",
    "best_decile_scorer": "qconf.evaluation.scorer",
    "brier_within_scorer": "qconf.evaluation.scorer",
    "certified_coverage_scorer": "qconf.certification.scorer",
    "certified_rate": "qconf.avm.audit",
    "certify": "qconf.certification.certify",
    "certify_model": "qconf.fitting.certify_model",
    "comparables": "qconf.explanation.comparables",
    "compare": "qconf.comparison.contest",
    "compare_unlabelled": "qconf.portfolios.unlabelled",
    "create_app": "qconf.serve.app",
    "evaluate": "qconf.evaluation.evaluate",
    "evaluate_files": "qconf.counting.evaluate_files",
    "evaluate_parts": "qconf.counting.evaluate_parts",
    "explain_error": "qconf.explanation.error_explanation",
    "explain_value": "qconf.explanation.value_explanation",
    "fit_certified": "qconf.fitting.certify_fit",
    "fit_error_distribution": "qconf.probability.fitting",
    "fit_model": "qconf.fitting.fit_model",
    "forecast_batch": "qconf.monitoring.forecast",
    "forecast_error": "qconf.monitoring.error_forecast",
    "load": "qconf.saving.opening",
    "load_example": "qconf.datasets",
    "monitor_file": "qconf.monitoring.run",
    "open_model": "qconf.saving.opening",
    "progressive_validation": "qconf.residuals.progressive",
    "random_sample": "qconf.avm.audit",
    "read_manifest": "qconf.saving.first_page",
    "reliability": "qconf.evaluation.reliability",
    "review_queue": "qconf.review.queue",
    "rows_to_certify": "qconf.avm.audit",
    "save": "qconf.saving.writing",
    "score_batch": "qconf.scoring.batch",
    "simulate": "qconf.simulation.simulate",
    "spread_fits": "qconf.core.spreading",
    "tiers": "qconf.probability.tiers",
    "value_curve": "qconf.certification.value",
    "write_report": "qconf.pages.write",
}

__all__ = [
    "AvmReport",
    "Backtest",
    "BlendConfidence",
    "Certificate",
    "Certificates",
    "CertifiedModel",
    "ColumnConfidence",
    "Comparables",
    "ComparablesRegressor",
    "Comparison",
    "ConfidentRegressor",
    "ConstantConfidence",
    "CountConfidence",
    "CountedEvaluation",
    "Cross",
    "EmpiricalBayesConfidence",
    "ErrorDistribution",
    "ErrorExplanation",
    "Evaluation",
    "FeedbackStore",
    "FittedModel",
    "ForestConfidence",
    "InputConflict",
    "IntervalConfidence",
    "LinearQuantileRegressor",
    "ModelCard",
    "NeighborConfidence",
    "OnlineConfidence",
    "OnlineLinearRegressor",
    "PortfolioChoice",
    "QconfError",
    "QuantileConfidence",
    "RateMonitor",
    "Reliability",
    "ResidualConfidence",
    "ReviewQueue",
    "RiskCoverageCounts",
    "SecondOpinionConfidence",
    "SelectiveRegressor",
    "Simulation",
    "SliceAudit",
    "ValueCurve",
    "ValueExplanation",
    "apply_corrections",
    "audit_slices",
    "avm_report",
    "backtest",
    "best_decile_scorer",
    "brier_within_scorer",
    "certified_coverage_scorer",
    "certified_rate",
    "certify",
    "certify_model",
    "comparables",
    "compare",
    "compare_unlabelled",
    "create_app",
    "evaluate",
    "evaluate_files",
    "evaluate_parts",
    "explain_error",
    "explain_value",
    "fit_certified",
    "fit_error_distribution",
    "fit_model",
    "forecast_batch",
    "forecast_error",
    "load",
    "load_example",
    "monitor_file",
    "open_model",
    "progressive_validation",
    "random_sample",
    "read_manifest",
    "reliability",
    "review_queue",
    "rows_to_certify",
    "save",
    "score_batch",
    "simulate",
    "spread_fits",
    "tiers",
    "value_curve",
    "write_report",
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
