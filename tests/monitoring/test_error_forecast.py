"""Errors that grow because a market moves are seen coming."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qconf import forecast_error
from qconf._types import ErrorScaleName, FloatArray
from qconf.core.estimate import Estimate
from qconf.errors import OptionError, TableError

ROWS = 200


def history(
    months: int, drift: float = 0.0, seed: int = 0, walk: float = 0.0
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Make residuals (logarithms), expected errors and months; the last month is to be forecast."""
    rng = np.random.default_rng(seed)
    month = np.repeat(np.arange(months + 1.0), ROWS)
    expected = 0.08 * np.exp(rng.normal(0, 0.4, len(month)))
    steps = np.cumsum(rng.normal(0, walk, months + 1))
    bias = drift * month + np.repeat(steps, ROWS)
    return bias + expected * rng.standard_t(6, len(month)) * np.sqrt(4 / 6), expected, month


def forecast(
    told: tuple[FloatArray, FloatArray, FloatArray], error: ErrorScaleName = "log", **options: Any
) -> Estimate:
    residual, expected, month = told
    old = month < month.max()
    return forecast_error(
        residual[old], expected[old], month[old], month[old],
        new_expected_error=expected[~old], new_time=month[~old], error=error, **options,
    )  # fmt: skip


def came(told: tuple[FloatArray, FloatArray, FloatArray]) -> float:
    residual, _, month = told
    return float(np.abs(residual[month == month.max()]).mean())


def test_a_market_that_goes_on_moving_is_followed() -> None:
    """With 2 % a month the next month is worse than the last, and the forecast says so."""
    told = history(14, drift=-0.02)
    residual, _, month = told
    last = float(np.abs(residual[month == 13]).mean())
    value = forecast(told).value
    assert value > last + 0.008
    assert value == pytest.approx(came(told), rel=0.05)


def test_rows_that_are_harder_get_more() -> None:
    """Where nothing moves, errors of a batch are in proportion to what is expected."""
    residual, expected, month = history(12)
    harder = np.where(month == month.max(), 2.0, 1.0)
    plain = forecast((residual, expected, month)).value
    assert forecast((residual, expected * harder, month)).value > 1.6 * plain


def test_expected_errors_need_not_be_in_error_units() -> None:
    """That all are too small by a half is known from what came."""
    residual, expected, month = history(12)
    plain = forecast((residual, expected, month))
    halved = forecast((residual, expected / 2, month))
    assert halved.value == pytest.approx(plain.value, rel=0.01)


def test_scales_agree() -> None:
    """Shares are forecast by their logarithms; absolute errors in their own unit."""
    residual, expected, month = history(12, drift=0.003)
    in_log = forecast((residual, expected, month))
    share = forecast((np.expm1(residual), expected, month), "relative")
    own = month == month.max()
    assert share.value == pytest.approx(np.abs(np.expm1(residual[own])).mean(), rel=0.06)
    thousands = forecast((1e3 * residual, 1e3 * expected, month), "absolute")
    assert thousands.value == pytest.approx(1e3 * in_log.value, rel=1e-6)
    assert forecast((np.full(len(month), -1.0), expected, month), "relative").value > 0


def test_the_order_of_rows_does_not_count_and_dates_are_times() -> None:
    """Batches have the order of their first times."""
    residual, expected, month = history(12, drift=-0.01)
    plain = forecast((residual, expected, month))
    mixed = np.random.default_rng(1).permutation(len(month))
    assert forecast((residual[mixed], expected[mixed], month[mixed])).value == pytest.approx(
        plain.value, rel=1e-3
    )
    old = month < month.max()
    dates = np.datetime64("2024-01-01") + (30 * month).astype("timedelta64[D]")
    names = np.array([f"{99 - one:.0f}" for one in month[old]])
    told = forecast_error(
        residual[old], expected[old], dates[old], names,
        new_expected_error=expected[~old], new_time=dates[~old], error="log",
    )  # fmt: skip
    assert told.value == pytest.approx(plain.value, rel=1e-6)


def test_few_rows_have_a_bias_that_stands_still() -> None:
    """Two batches of twenty rows make no periods: what came goes on, and that is not sure."""
    residual, expected, month = (one[:: ROWS // 20] for one in history(2))
    told = forecast((residual, expected, month))
    assert told.interval[0] < told.value < told.interval[1]
    assert np.diff(told.interval)[0] > 0.5 * told.value


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"batch": np.zeros(3)}, TableError, "one each is needed"),
        ({"residual": np.full(240, np.nan)}, TableError, "residual"),
        ({"residual": np.ones(3)}, TableError, "expected error"),
        ({"new_expected_error": []}, TableError, "one new one"),
        ({"new_time": np.full(20, np.nan)}, TableError, "time is missing in 20 of 20"),
        ({"confidence_level": 2.0}, OptionError, "confidence level"),
    ],
)
def test_errors_say_what_to_do(change: dict[str, Any], error: type[Exception], words: str) -> None:
    """The thing, the rule, what was found."""
    month = np.repeat(np.arange(12.0), 20)
    ones = np.ones(240)
    given: dict[str, Any] = {
        "residual": ones, "expected_error": ones, "time": month, "batch": month,
        "new_expected_error": np.ones(20), "new_time": np.full(20, 12.0), "error": "log",
    } | change  # fmt: skip
    rows = [given.pop(name) for name in ("residual", "expected_error", "time", "batch")]
    with pytest.raises(error, match=words):
        forecast_error(*rows, **given)


@pytest.mark.slow
@pytest.mark.parametrize(("drift", "walk"), [(0.0, 0.0), (-0.01, 0.005), (0.0, 0.02)])
def test_intervals_hold_what_comes(drift: float, walk: float) -> None:
    """Of 90 % intervals 84 to 99 % hold the mean absolute error of the next month."""
    tables = [history(12, drift, seed, walk) for seed in range(80)]
    assert 0.84 <= np.mean([came(one) in forecast(one) for one in tables]) <= 0.99
