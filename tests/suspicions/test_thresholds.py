"""Thresholds in the wrong unit are pointed out, with the one to type."""

from __future__ import annotations

import numpy as np
import pytest
from suspicious_tables import houses

from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.suspicions.thresholds import doubts_about_threshold

PRICE = houses(500)[1]
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("y", "error", "threshold", "remedy"),
    [
        (PRICE, "relative", 15.0, "--threshold 0.15."),
        (PRICE, "log", 20.0, "--threshold 0.2."),
        (np.log(PRICE), "relative", 0.15, "logarithm, --error absolute --threshold 0.15."),
        (2000 + 5 * RNG.normal(size=500), "relative", 0.15, "(--threshold 0.003)."),
        (PRICE, "absolute", 1e9, "(--threshold 40000)"),
        (PRICE, "absolute", 0.15, "--error relative."),
    ],
)
def test_a_remedy_for_each(y: FloatArray, error: str, threshold: float, remedy: str) -> None:
    """Per cent, a logarithm, targets that are all alike, another scale."""
    (line,) = doubts_about_threshold(y, error_scale(error), threshold)
    assert remedy.replace("(--threshold 40000)", "--threshold") in line


@pytest.mark.parametrize(
    ("error", "threshold"),
    [("relative", 0.15), ("relative", 0.01), ("relative", 1.0), ("log", 0.2), ("absolute", 2e4)],
)
def test_a_threshold_that_tells_rows_apart_is_fine(error: str, threshold: float) -> None:
    """A strict one and a mild one too."""
    assert doubts_about_threshold(PRICE, error_scale(error), threshold) == []


def test_the_default_is_called_so() -> None:
    """Nobody chose it."""
    y = 13 + 0.1 * np.random.default_rng(0).normal(size=500)
    (line,) = doubts_about_threshold(y, error_scale("relative"), 0.15, threshold_given=False)
    assert line.startswith("The default threshold looks wide: if ")
    assert "no row would be off by more than 15 %" in line


LOAD = np.tile(np.arange(920.0, 932.0), 10)


def test_nothing_is_said_where_the_predictions_have_outliers() -> None:
    """Loads that are all alike, forecast 4 to 6 % too low: one number for all would be better."""
    forecast = 885.0 - (LOAD - 920.0)
    scale = error_scale("relative")
    assert np.mean(np.abs(forecast / LOAD - 1) > 0.05) > 0.4
    assert doubts_about_threshold(LOAD, scale, 0.05, prediction=forecast) == []
    (line,) = doubts_about_threshold(LOAD, scale, 0.15, prediction=forecast)
    assert line.startswith(
        "The threshold is so wide that with these predictions no row is off by more than 15 %;"
    )
    assert "(--threshold 0.06)" in line


def test_good_predictions_do_not_make_a_threshold_wide() -> None:
    """Hardly an outlier is what a good model has, at a threshold that others would miss."""
    prediction = PRICE * 1.01
    assert doubts_about_threshold(PRICE, error_scale("relative"), 0.15, prediction=prediction) == []


def test_before_a_model_is_fitted_nothing_is_claimed_of_its_outliers() -> None:
    """The line is on one number for all, and says so."""
    (line,) = doubts_about_threshold(LOAD, error_scale("relative"), 0.15)
    assert line == (
        "The threshold looks wide: if 925.5 were predicted for all, no row would be off by more "
        "than 15 %; a smaller one tells rows apart (--threshold 0.005)."
    )


def test_predictions_without_a_logarithm_are_not_within_the_threshold() -> None:
    """Nothing is said of an error that is no number, and nothing is raised."""
    prediction = np.where(LOAD > 925, -1.0, LOAD)
    assert doubts_about_threshold(LOAD, error_scale("log"), 0.2, prediction=prediction) == []


@pytest.mark.parametrize("threshold", [0.0155, 0.016, 0.019])
def test_the_threshold_to_type_is_smaller(threshold: float) -> None:
    """A rounded one could be larger than the one it is to replace."""
    y = np.repeat([1000.0, 1000.0, 1015.2], 100)
    prediction = np.full(300, 1000.0) * np.tile([1.0152, 1.0154], 150)
    (line,) = doubts_about_threshold(y, error_scale("relative"), threshold, prediction=prediction)
    told = float(line.split("--threshold ")[1].rstrip(").").split()[0])
    assert 0 < told < threshold
