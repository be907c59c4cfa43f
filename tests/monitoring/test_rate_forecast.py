"""The share of a batch that will be outliers is a count of its rows, and its interval is, too."""

from __future__ import annotations

import numpy as np
import pytest

from qconf import forecast_batch
from qconf.errors import TableError
from qconf.monitoring.past_batch import PastBatch


def _past(rate: float, n_rows: int, rng: np.random.Generator) -> list[PastBatch]:
    spread = float(np.sqrt(rate * (1 - rate)))
    return [PastBatch(rate, rng.binomial(n_rows, rate) / n_rows, n_rows, spread) for _ in range(10)]


@pytest.mark.parametrize(("rate", "n"), [(0.17, 6), (0.05, 20), (0.02, 6), (0.02, 40), (0.05, 100)])
def test_intervals_of_small_batches_hold_what_comes(rate: float, n: int) -> None:
    """Nine of ten 90 % intervals or more hold what comes of few rows, of which often none."""
    held = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        told = forecast_batch(rate, n, _past(rate, 200, rng))
        held += [share in told for share in rng.binomial(n, rate, size=200) / n]
    assert np.mean(held) >= 0.88


def test_an_interval_of_a_rate_lies_within_0_and_1() -> None:
    """Of six rows none may be outliers, and no more than all can be."""
    for rate in (0.02, 0.17, 0.9):
        low, high = forecast_batch(rate, 6, _past(rate, 200, np.random.default_rng(0))).interval
        assert 0 <= low < high <= 1
    assert 0.0 in forecast_batch(0.02, 6, _past(0.02, 200, np.random.default_rng(0)))


def test_ends_are_shares_of_whole_rows() -> None:
    """Of 20 rows an interval ends at twentieths: nothing else can come."""
    ends = forecast_batch(0.1, 20, _past(0.1, 200, np.random.default_rng(0))).interval
    assert np.multiply(ends, 20) == pytest.approx(np.round(np.multiply(ends, 20)))


def test_batches_without_an_outlier_count() -> None:
    """Five batches of which two had none forecast less than those three alone."""
    some = [PastBatch(0.05, 0.1, 20, 0.22)] * 3
    none = [PastBatch(0.05, 0.0, 20, 0.22)] * 2
    assert forecast_batch(0.05, 20, none + some).value < forecast_batch(0.05, 20, some).value


def test_a_mean_size_of_errors_is_no_rate() -> None:
    """Means that are no whole numbers of rows have a continuous interval, near to themselves."""
    past = [PastBatch(0.1, 0.0912 + 0.0001 * i, 100, 0.05) for i in range(10)]
    told = forecast_batch(0.1, 100, past)
    assert told == forecast_batch(0.1, 100, past, rate=False)
    assert told.interval[1] - told.interval[0] < 0.06
    as_rate = forecast_batch(0.1, 100, past, rate=True)
    assert as_rate.interval[1] - as_rate.interval[0] > 0.06


def test_long_batches_have_no_steps() -> None:
    """Just below and above the length at which rows are counted, intervals are alike."""
    past = _past(0.1, 2000, np.random.default_rng(0))
    few, many = (forecast_batch(0.1, n, past).interval for n in (19_999, 20_001))
    assert few == pytest.approx(many, rel=0.01)


def test_per_cent_are_no_rates() -> None:
    """What is said to be a rate and is above 1 is refused, with what to do."""
    with pytest.raises(TableError, match="shares instead of per cent, or rate=False"):
        forecast_batch(5.0, 20, [PastBatch(5.0, 4.0, 200, 0.2)], rate=True)
