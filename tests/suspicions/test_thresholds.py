"""Thresholds in the wrong unit are pointed out, with the one to type."""

from __future__ import annotations

import numpy as np
import pytest
from suspicious_tables import houses

from qconf._types import FloatArray
from qconf.error_scale import error_scale
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
    y = 13 + 0.1 * RNG.normal(size=500)
    (line,) = doubts_about_threshold(y, error_scale("relative"), 0.15, threshold_given=False)
    assert line.startswith("The default threshold is so wide that no row")
