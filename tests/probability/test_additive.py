"""Residuals that add, and the truth that they lead back to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.core.error_scale import ERROR_SCALES, error_scale
from qconf.errors import OptionError
from qconf.probability.additive import additive_scale

SHARES = st.floats(0.001, 0.99)
SCALES = st.sampled_from(sorted(ERROR_SCALES))


@settings(deadline=None)
@given(name=SCALES, prediction=st.floats(1.0, 1e7), truth=st.floats(1.0, 1e7))
def test_the_truth_comes_back(name: str, prediction: float, truth: float) -> None:
    """A residual of any scale, made to add, tells the truth beside the prediction."""
    given_, true = np.array([prediction]), np.array([truth])
    scale = additive_scale(name)
    if prediction / truth > 1e-5:
        residual = scale.of_residual(error_scale(name).residual(given_, true))
        np.testing.assert_allclose(scale.truth(given_, residual), true, rtol=1e-6, atol=1e-6)


@settings(deadline=None)
@given(x=SHARES, name=st.sampled_from(["relative", "log"]))
def test_within_is_a_share_of_the_truth(x: float, name: str) -> None:
    """At both ends the value is off by exactly x times the truth, on the log scale too."""
    for end, sign in zip(additive_scale(name).within(x), (-1, 1), strict=True):
        assert np.exp(end) - 1 == pytest.approx(sign * x)


def test_within_on_the_absolute_scale_is_in_units_of_the_target() -> None:
    """25,000 is 25,000."""
    assert additive_scale("absolute").within(25_000) == (-25_000, 25_000)


def test_all_of_the_truth() -> None:
    """Within ±100 % is everything below twice the truth."""
    low, high = additive_scale("relative").within(1)
    assert low == -np.inf
    assert high == pytest.approx(np.log(2))


@settings(deadline=None)
@given(threshold=SHARES)
def test_a_threshold_is_on_the_error_scale(threshold: float) -> None:
    """A relative error of the threshold is its logarithm where residuals add; a log error is it."""
    low, high = additive_scale("relative").beyond(threshold)
    ends = error_scale("relative").residual(np.exp([low, high]), np.ones(2))
    np.testing.assert_allclose(ends, [-threshold, threshold])
    for name in ("log", "absolute"):
        assert additive_scale(name).beyond(threshold) == (-threshold, threshold)


def test_a_prediction_of_nothing() -> None:
    """A relative residual of −100 % or less still has a finite logarithm, and no truth."""
    scale = additive_scale("relative")
    assert np.isfinite(scale.of_residual(np.array([-1.0, -3.0]))).all()
    assert np.isnan(scale.truth(np.array([0.0, -5.0]), np.zeros(2))).all()
    assert additive_scale("absolute").truth(np.array([-5.0]), np.array([1.0])) == [-6.0]


@pytest.mark.parametrize("x", [0, -0.1, np.nan, np.inf, "0.1", True, None])
def test_a_distance_is_a_positive_number(x: object) -> None:
    """Anything else is refused, and said."""
    with pytest.raises(OptionError, match=r"The distance x must be a finite number > 0, such as"):
        additive_scale("log").within(x)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=r"The threshold must be a finite number > 0"):
        additive_scale("log").beyond(x)  # type: ignore[arg-type]


def test_per_cent_are_no_share() -> None:
    """10 for 10 % would be a probability of 1: refused."""
    with pytest.raises(OptionError, match=r"at most 1: 0.10 is 10 %; got 10"):
        additive_scale("relative").within(10)


def test_there_are_three_scales() -> None:
    """Another name is refused."""
    with pytest.raises(OptionError, match="error scale"):
        additive_scale("squared")
