"""The metrics that can be asked for by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qconf._types import RowMetricName
from qconf.core.error_scale import ErrorScale
from qconf.errors import OptionError, not_one_of
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.bias import BIAS
from qconf.evaluation.metrics.mean_absolute_error import MEAN_ABSOLUTE_ERROR
from qconf.evaluation.metrics.outlier_rate import OUTLIER_RATE
from qconf.evaluation.metrics.over_valuation_rate import OVER_VALUATION_RATE
from qconf.evaluation.metrics.ppe10 import PPE10
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.metrics.spearman import SPEARMAN

__all__ = ["ALWAYS_TOLD", "METRICS", "check_scale", "find_metrics"]

#: What every evaluation tells of rows, asked or not.
ALWAYS_TOLD = (OUTLIER_RATE, MEAN_ABSOLUTE_ERROR)

_COLUMNS = {
    "estimator", AURC.name, SPEARMAN.name, "difference_to_best", "n", "distinguishable", "seconds",
}  # fmt: skip

METRICS = {one.name: one for one in (*ALWAYS_TOLD, PPE10, BIAS, OVER_VALUATION_RATE)}


def find_metrics(
    metrics: Iterable[RowMetricName | RowMetric] | RowMetricName,
) -> tuple[RowMetric, ...]:
    """Look up metrics by their names.

    Parameters
    ----------
    metrics : iterable of (str or RowMetric)
        In a name a hyphen is as good as an underscore. A metric of one's own is taken as it is.

    Returns
    -------
    tuple of RowMetric

    Raises
    ------
    OptionError
        If there is no such metric, or two have one name.

    Examples
    --------
    >>> [one.label for one in find_metrics(["ppe10", "over-valuation-rate"])]
    ['PPE10', 'over-valued']
    """
    if not isinstance(metrics, Iterable):
        msg = f"The metrics must be a list of names such as ['ppe10'], got {metrics!r}."
        raise OptionError(msg)
    found = [_find(one) for one in ([metrics] if isinstance(metrics, str) else metrics)]
    names = [_underscored(one.name) for one in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"The metric {twice!r} is named twice."
        raise OptionError(msg)
    return tuple(found)


def check_scale(metrics: Iterable[RowMetric], scale: ErrorScale) -> None:
    """Check that metrics of errors in per cent are asked of such errors.

    Raises
    ------
    OptionError
    """
    for one in metrics:
        if one.needs_ratio and scale.name == "absolute":
            msg = (
                f"The metric {one.name!r} is the {one.description}, and absolute errors have no "
                "per cent: leave it out, or use the relative or log error."
            )
            raise OptionError(msg)


def _is_taken(name: str) -> bool:
    """Tell the columns that a table of estimators has, whatever is asked for."""
    return name in _COLUMNS or name.startswith("coverage_at_") or name.endswith(("_low", "_high"))


def _find(metric: Any) -> RowMetric:
    if isinstance(metric, RowMetric):
        if METRICS.get(_underscored(metric.name), metric) is not metric or _is_taken(metric.name):
            msg = (
                f"A metric cannot be named {metric.name!r}, as one of qconf's, or a column of its "
                "tables, is; rename it."
            )
            raise OptionError(msg)
        return metric
    if not isinstance(metric, str) or _underscored(metric) not in METRICS:
        known = [name.replace("_", "-") for name in METRICS]
        raise OptionError(not_one_of("metric", metric, known))
    return METRICS[_underscored(metric)]


def _underscored(name: str) -> str:
    return name.replace("-", "_")
