"""Metrics are found by name, and one of your own is as good."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf import compare, evaluate
from qconf.core.error_scale import error_scale
from qconf.errors import OptionError
from qconf.evaluation.metrics.registry import METRICS, check_scale, find_metrics
from qconf.evaluation.metrics.row_metric import RowMetric


def named(name: str) -> RowMetric:
    return RowMetric(name, "x", "x", lambda r, _: r, "error")


OWN = RowMetric("twice", "twice", "twice the error", lambda residual, _: 2 * residual, "error")


def test_names_may_have_hyphens_or_underscores() -> None:
    """As typed on the command line, and as written in JSON."""
    over = METRICS["over_valuation_rate"]
    assert find_metrics(["over-valuation-rate"]) == (over,)
    assert find_metrics(["over_valuation_rate", "bias"]) == (over, METRICS["bias"])
    assert find_metrics("ppe10") == (METRICS["ppe10"],)
    assert find_metrics([]) == ()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["ppe1"], "ppe10, bias, over-valuation-rate, got 'ppe1'. Did you mean 'ppe10'?"),
        (["over-valuation"], "Did you mean 'over-valuation-rate'"),
        ([3], "got 3"),
        (["bias", "bias"], "'bias' is named twice"),
        (["over-valuation-rate", "over_valuation_rate"], "named twice"),
        (7, "must be a list of names such as"),
        ([RowMetric("mae", "x", "x", lambda r, _: r)], "cannot be named 'mae'"),
        ([named("over-valuation-rate")], "cannot be named 'over-valuation-rate'"),
        ([named("own-one"), named("own_one")], "'own_one' is named twice"),
        ([named("seconds")], "cannot be named 'seconds'"),
        ([named("x"), named("x_low")], "cannot be named 'x_low'"),
        ([named("coverage_at_0.05")], "cannot be named 'coverage_at_0.05'"),
    ],
)  # fmt: skip
def test_what_is_no_metric_is_refused_in_a_line(asked: Any, words: str) -> None:
    """With what there is, and what was probably meant."""
    with pytest.raises(OptionError) as told:
        evaluate([1.0, 2.0], [0.1, 0.2], threshold=0.15, metrics=asked, n_resamples=2)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_no_column_of_a_comparison_can_be_the_name_of_a_metric() -> None:
    """It would be overwritten, without a word."""
    table = pd.DataFrame({"truth": np.linspace(1, 2, 60), "given": 1.0})
    of = compare(
        table, "truth", prediction="given", estimators=["constant"], metrics=["bias"], n_resamples=2
    )
    for column in {"estimator", *of.table.columns} - {"bias"}:
        with pytest.raises(OptionError, match="cannot be named"):
            find_metrics([named(column)])


def test_per_cent_metrics_need_errors_in_per_cent() -> None:
    """PPE10 of errors in money would count nearly nobody; it is refused before any work."""
    check_scale(find_metrics(["ppe10"]), error_scale("log"))
    check_scale(find_metrics(["bias"]), error_scale("absolute"))
    with pytest.raises(OptionError, match="absolute errors have no per cent"):
        compare("no such file.csv", "y", error="absolute", threshold=1.0, metrics=["ppe10"])


def test_a_metric_of_ones_own_is_told_like_the_others() -> None:
    """A name and a function of the residuals are enough for a value and an interval."""
    residual = np.linspace(-1, 2, 200)
    one = evaluate(np.arange(200.0), residual, threshold=0.5, metrics=[OWN], n_resamples=50)
    assert one.overall.metrics["twice"].value == pytest.approx(2 * residual.mean())
    told = evaluate(np.arange(200.0), -residual, threshold=0.5, metrics=[OWN], n_resamples=50)
    assert told.overall.metrics["twice"].interval[1] < -0.5
    assert one.to_dict()["best_decile"]["metrics"]["twice"]["value"] == pytest.approx(
        2 * residual[:20].mean()
    )
