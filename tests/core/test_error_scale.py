"""Error scales measure what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.core.error_scale import ERROR_SCALES, error_scale
from qconf.errors import OptionError, TableError

PRICES = st.floats(1.0, 1e7)


@given(PRICES, PRICES)
def test_over_valuation_is_positive_on_every_scale(prediction: float, y: float) -> None:
    """The sign is that of prediction minus truth."""
    for scale in ERROR_SCALES.values():
        residual = scale.residual(np.array([prediction]), np.array([y]))
        assert np.sign(residual[0]) == np.sign(prediction - y) or abs(residual[0]) < 1e-9


@given(PRICES, st.floats(-0.5, 0.5), st.floats(1e-3, 1e3))
def test_relative_and_log_do_not_care_for_the_currency(y: float, error: float, unit: float) -> None:
    """Prices in cents have the same errors."""
    truth, prediction = np.array([y]), np.array([y * (1 + error)])
    for name in ("relative", "log"):
        residual = error_scale(name).residual
        np.testing.assert_allclose(
            residual(prediction, truth), residual(prediction * unit, truth * unit), atol=1e-9
        )


def test_spread_is_in_units_of_the_target() -> None:
    """A relative error of 10 % at 200 is 20; an absolute one is itself."""
    spread = [
        float(scale.spread(np.array([0.1]), np.array([200.0]))[0])
        for scale in ERROR_SCALES.values()
    ]
    assert spread == [20.0, 20.0, 0.1]


def test_outliers_in_words() -> None:
    """What a reader is told."""
    assert error_scale("relative").in_words(0.15) == "off by more than 15 %"
    assert error_scale("absolute").in_words(25_000) == "off by more than 25,000"


@pytest.mark.parametrize("name", ["percent", None, 3])
def test_unknown_scales(name: object) -> None:
    """Anything else is named."""
    with pytest.raises(OptionError, match="one of relative, log, absolute"):
        error_scale(name)  # type: ignore[arg-type]


def test_relative_errors_are_shares_of_the_truth() -> None:
    """A house of 100 that was valued at 110 is 10 % off, and so is one valued at 90."""
    residual = ERROR_SCALES["relative"].residual(np.array([110.0, 90.0]), np.array([100.0, 100.0]))
    np.testing.assert_allclose(residual, [0.1, -0.1])


def test_the_spread_of_a_negative_prediction_is_positive() -> None:
    """How far off a value is has no sign."""
    spread = ERROR_SCALES["relative"].spread(np.array([0.1]), np.array([-200.0]))
    np.testing.assert_allclose(spread, [20.0])


def test_a_prediction_of_zero_has_no_log_error() -> None:
    """Nor has one below; the message says what to do."""
    for prediction in (0.0, -1.0):
        with pytest.raises(TableError, match=r"predicts values <= 0, .* use another"):
            ERROR_SCALES["log"].checked_residual(np.array([prediction]), np.array([1.0]))


@given(st.floats(0.0, 20.0), PRICES)
def test_a_range_lies_around_the_prediction_and_never_reaches_zero(e: float, price: float) -> None:
    """One expected error to either side, on the scale itself; the residual at the low end is it."""
    expected, prediction = np.array([e]), np.array([price])
    for scale in ERROR_SCALES.values():
        low, high = scale.around(expected, prediction)
        assert low[0] <= price <= high[0]
        np.testing.assert_allclose(scale.residual(prediction, low), expected, atol=1e-9 * price)
        if scale.needs_positive:
            assert low[0] > 0
            np.testing.assert_allclose(low * high, prediction**2)


def test_the_relative_spread_is_the_spread_over_the_prediction() -> None:
    """For negative predictions, too; of a prediction of zero there is none."""
    expected, prediction = np.array([0.1, 0.2, 0.3]), np.array([2.0, -4.0, 0.0])
    for scale in ERROR_SCALES.values():
        shares = scale.relative_spread(expected, prediction)[:2]
        np.testing.assert_allclose(
            shares * abs(prediction[:2]), scale.spread(expected, prediction)[:2]
        )
    assert np.isnan(error_scale("absolute").relative_spread(expected, prediction)[2])
