"""A forecast follows what came before, and its interval holds what comes."""

from __future__ import annotations

import numpy as np
import pytest

from qconf import forecast_batch
from qconf.errors import OptionError, TableError
from qconf.monitoring.forecast import PastBatch


def test_a_constant_ratio_is_found() -> None:
    """Where outliers have been half as many again as expected, so they are forecast."""
    past = [PastBatch(0.10, 0.15, 100_000, 0.3)] * 12
    told = forecast_batch(0.10, 100_000, past)
    assert told.value == pytest.approx(0.15, rel=0.02)
    assert 0.15 in told


def test_it_follows_the_newest_batches() -> None:
    """After a lasting step the forecast is nearer to the new level than to the old."""
    past = [PastBatch(0.1, 0.1, 50_000, 0.3)] * 8 + [PastBatch(0.1, 0.2, 50_000, 0.3)] * 3
    assert forecast_batch(0.1, 50_000, past).value > 0.17


def test_a_batch_that_is_harder_gets_more() -> None:
    """Expected outliers count: of batches that followed them, one of twice as many has more."""
    past = [PastBatch(p, 1.2 * p, 100_000, 0.3) for p in (0.05, 0.1, 0.07, 0.12, 0.06, 0.09)]
    low, high = (forecast_batch(p, 100_000, past).value for p in (0.05, 0.10))
    assert high / low > 1.7


def test_small_batches_have_wide_intervals() -> None:
    """Chance in the rows of the batch counts."""
    past = [PastBatch(0.1, 0.1, 1000, 0.3)] * 10
    widths = [np.diff(forecast_batch(0.1, n, past).interval)[0] for n in (20, 2000)]
    assert widths[0] > 3 * widths[1]


def test_later_batches_are_not_asked() -> None:
    """The order counts: the same batches the other way round forecast something else."""
    past = [PastBatch(0.1, 0.1 + 0.01 * i, 20_000, 0.3) for i in range(6)]
    assert forecast_batch(0.1, 1000, past).value > forecast_batch(0.1, 1000, past[::-1]).value


def test_what_cannot_be_forecast_is_told() -> None:
    """Nothing before, or nothing expected, is an error of one line."""
    with pytest.raises(TableError, match="at least one batch"):
        forecast_batch(0.1, 100, [PastBatch(0.1, 0.0, 50, 0.3)])
    with pytest.raises(OptionError, match="expected value > 0"):
        forecast_batch(0.0, 100, [PastBatch(0.1, 0.1, 50, 0.3)])


@pytest.mark.slow
def test_intervals_hold_what_comes() -> None:
    """Of 300 batches of a walking rate, 85 to 95 % of the 90 % intervals hold what came."""
    held, n = [], 400
    rng = np.random.default_rng(0)
    for _ in range(30):
        rate = 0.1
        past: list[PastBatch] = []
        for batch in range(20):
            rate = float(np.clip(rate * np.exp(rng.normal(0, 0.06)), 0.02, 0.4))
            came = rng.binomial(n, rate) / n
            if batch >= 10:
                held.append(came in forecast_batch(0.1, n, past))
            past.append(PastBatch(0.1, came, n, float(np.sqrt(came * (1 - came)))))
    assert 0.85 <= np.mean(held) <= 0.95
