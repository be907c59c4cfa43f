"""What a metric says of a row, and how it is written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qconf.core.estimate import Estimate
from qconf.errors import OptionError
from qconf.evaluation.metrics.registry import METRICS
from qconf.evaluation.metrics.row_metric import RowMetric

RESIDUAL = np.array([-0.3, -0.15, -0.1, 0.0, 0.1, 0.15, 0.2])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("outlier_rate", [1, 0, 0, 0, 0, 0, 1]),
        ("mae", [0.3, 0.15, 0.1, 0.0, 0.1, 0.15, 0.2]),
        ("ppe10", [0, 0, 1, 1, 1, 0, 0]),
        ("bias", [-0.3, -0.15, -0.1, 0.0, 0.1, 0.15, 0.2]),
        ("over_valuation_rate", [0, 0, 0, 0, 0, 0, 1]),
    ],
)
def test_each_metric_follows_its_definition(name: str, values: list[float]) -> None:
    """At the threshold 0.15: what lies on a border is within, and only too high is over-valued."""
    np.testing.assert_array_equal(METRICS[name].values(RESIDUAL, 0.15), values)


def test_only_some_of_them_hang_on_the_threshold() -> None:
    """PPE10 is ten per cent whatever an outlier is."""
    changed = {
        name
        for name, one in METRICS.items()
        if (one.values(RESIDUAL, 0.15) != one.values(RESIDUAL, 0.01)).any()
    }
    assert changed == {"outlier_rate", "over_valuation_rate"}


@pytest.mark.parametrize(
    ("told", "unit", "words"),
    [
        (lambda r, _: r[:1], "error", r"one number a row, shape \(7,\); it gave shape \(1,\)"),
        (lambda r, _: 1 / (r * 0), "error", "finite numbers; 7 of 7 are not"),
        (lambda r, _: r, "share", "0 or 1 for a share; 6 of 7 are not"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_cannot_be_averaged_is_refused(told: Any, unit: Any, words: str) -> None:
    """A number for each row, finite; for a share it happened or it did not."""
    with pytest.raises(OptionError, match=words):
        RowMetric("own", "own", "mine", told, unit).values(RESIDUAL, 0.15)


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"name": " "}, "not empty, got ' '"), ({"name": 3}, "not empty, got 3"),
     ({"unit": "percent"}, "must be one of share, error, got 'percent'")],
)  # fmt: skip
def test_a_metric_without_a_name_or_a_unit_is_refused(settings: Any, words: str) -> None:
    """As soon as it is made, not after all fits."""
    own: dict[str, Any] = {"name": "own", "label": "own", "description": "mine", "per_row": abs}
    with pytest.raises(OptionError, match=words):
        RowMetric(**{**own, **settings})


def test_a_metric_that_writes_on_the_residuals_changes_no_other() -> None:
    """Each gets a copy."""
    residual = RESIDUAL.copy()
    own = RowMetric("own", "own", "mine", lambda r, _: np.abs(r, out=r), "error")
    assert own.values(residual, 0.15)[0] == 0.3
    np.testing.assert_array_equal(residual, RESIDUAL)


def test_values_are_written_in_their_unit() -> None:
    """Shares in per cent, errors in error-scale units, and with a sign where both can be."""
    estimate = Estimate(0.05, (-0.012, 0.2))
    assert METRICS["ppe10"].text(estimate) == "5.0 % (-1.2 to 20.0)"
    assert METRICS["mae"].text(estimate) == "0.050 (-0.012 to 0.200)"
    assert METRICS["bias"].text(estimate) == "+0.050 (-0.012 to +0.200)"


def test_the_better_direction_is_said() -> None:
    """Lower, higher, or neither."""
    assert METRICS["ppe10"].in_words().endswith("; higher is better.")
    assert METRICS["over_valuation_rate"].in_words().endswith("; lower is better.")
    assert "better" not in METRICS["bias"].in_words()
