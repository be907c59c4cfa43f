"""A valuation model that goes with the market is the same model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from shadow_markets import avm, houses

from qconf.errors import TableError
from qconf.model.shadow import PredictionShadow, ShadowWatch

_BEGIN = np.datetime64("2024-01-01")
_N = 3000


def _days(days: Any) -> Any:
    return _BEGIN + np.asarray(days, dtype=int)


def _year(rate: float, seed: int = 0, n: int = 6000) -> tuple[pd.DataFrame, Any, Any]:
    """Houses over a year, predicted by a formula that goes up by a rate."""
    known = houses(n, seed)
    day = np.random.default_rng(7000 + seed).integers(0, 365, n)
    return known, avm(known) * np.exp(rate * day / 365), _days(day)


def _month(rate: float, month: int, seed: int = 1, jump: float = 1.0) -> tuple[Any, Any, Any]:
    new = houses(1000, 100 + seed)
    day = 365 + 30 * month + np.random.default_rng(8000 + seed).integers(0, 30, 1000)
    return new, jump * avm(new) * np.exp(rate * day / 365), _days(day)


@pytest.fixture(scope="module", params=[0.05])
def rising(request: pytest.FixtureRequest) -> tuple[float, PredictionShadow]:
    known, said, time = _year(request.param)
    return request.param, PredictionShadow(random_state=0).fit(known, said, time=time)


@pytest.mark.slow
def test_a_steady_trend_is_no_change_for_a_year(rising: tuple[float, PredictionShadow]) -> None:
    """None of twelve months is refused, nor all of them as one stream."""
    rate, shadow = rising
    watch = ShadowWatch(shadow)
    for month in range(12):
        new, said, time = _month(rate, month)
        verdict = shadow.check(new, said, time=time)
        assert not verdict.changed, month
        watch.update(new, said, time)
    assert not watch.verdict.changed


@pytest.mark.parametrize("jump", [1.05, 0.95])
def test_a_jump_is_found_in_the_first_month(
    rising: tuple[float, PredictionShadow], jump: float
) -> None:
    """Five per cent at once are more than a market moves."""
    rate, shadow = rising
    new, said, time = _month(rate, 0, jump=jump)
    verdict = shadow.check(new, said, time=time)
    assert verdict.changed
    assert "shifted" in verdict.statement
    assert verdict.difference == pytest.approx(0.05, abs=0.02)


def test_without_the_time_no_month_of_the_year_is_refused(
    rising: tuple[float, PredictionShadow],
) -> None:
    """The rows may be of any of these; a tenth is too much all the same."""
    rate, shadow = rising
    for month in (0, 5, 11):
        new, said, _ = _month(rate, month)
        assert not shadow.check(new, said).changed
    new, said, _ = _month(rate, 0, jump=1.5)
    assert shadow.check(new, said).changed


def test_homes_that_come_again_may_have_followed_the_market(
    rising: tuple[float, PredictionShadow],
) -> None:
    """The same houses a month later; a jump of all of them is found by what is remembered."""
    rate, shadow = rising
    known, said, time = _year(rate)
    later, moved = time + 380, said * np.exp(rate * 380 / 365)
    again = np.flatnonzero(later < _days(395))
    assert len(again) > 100
    rows = known.iloc[again]
    verdict = shadow.check(rows, moved[again], time=later[again])
    assert (verdict.changed, verdict.n_rows) == (False, 0)
    jumped = shadow.check(rows, 1.07 * moved[again], time=later[again])
    assert "rows of the fit have other predictions" in jumped.statement


def test_rows_of_fit_at_their_own_time_are_held_to_one_per_cent(
    rising: tuple[float, PredictionShadow],
) -> None:
    """There no market can have moved them."""
    rate, shadow = rising
    known, said, time = _year(rate)
    assert not shadow.check(known[:50], said[:50], time=time[:50]).changed
    assert shadow.check(known[:50], 1.013 * said[:50], time=time[:50]).changed


def test_the_time_may_be_a_feature() -> None:
    """A column that orders the rows as the times do tells it to later batches too."""
    known, said, time = _year(0.05)
    known = known.assign(sold=time)
    shadow = PredictionShadow(random_state=0).fit(known, said, time=time)
    new, later, when = _month(0.05, 8)
    new = new.assign(sold=when)
    assert not shadow.check(new, later).changed
    assert shadow.check(new, later).n_rows > 950
    new, later, when = _month(0.05, 0, jump=1.05)
    assert shadow.check(new.assign(sold=when), later).changed


def test_rows_without_a_time_are_left_out(rising: tuple[float, PredictionShadow]) -> None:
    """Where others have one."""
    rate, shadow = rising
    new, said, time = _month(rate, 0)
    gaps = time.astype("datetime64[D]").copy()
    gaps[:300] = np.datetime64("NaT")
    with_gaps = shadow.check(new, said, time=gaps)
    assert with_gaps == shadow.check(new[300:], said[300:], time=time[300:])


def test_times_of_another_kind_are_refused(rising: tuple[float, PredictionShadow]) -> None:
    """Numbers cannot be held against dates, and rows of fit must have a time."""
    _, shadow = rising
    new, said, time = _month(0.05, 0)
    with pytest.raises(TableError, match="The times of fit were dates, and these are numbers"):
        shadow.check(new, said, time=np.arange(1000.0))
    gaps = time.astype("datetime64[D]").copy()
    gaps[0] = np.datetime64("NaT")
    with pytest.raises(TableError, match="time is missing in 1 of 1000"):
        PredictionShadow().fit(new, said, time=gaps)


def _refused(n_worlds: int) -> dict[str, tuple[int, int]]:
    """Count refusals of a formula that follows a random walk with a drift, by kind of batch."""
    refused: dict[str, list[bool]] = {"dearest": [], "newest": [], "jump": []}
    for seed in range(n_worlds):
        rng = np.random.default_rng(seed)
        known, new = houses(_N, 5000 + 2 * seed), houses(_N, 5001 + 2 * seed)
        steps = rng.normal(rng.normal(0.03, 0.04) / 365, 0.02 / np.sqrt(365), 400)
        day, later = rng.integers(0, 365, _N), rng.integers(0, 395, _N)
        level = np.cumsum(steps)
        shadow = PredictionShadow(random_state=seed).fit(
            known, avm(known) * np.exp(level[day]), time=_days(day)
        )
        said = avm(new) * np.exp(level[later])
        newest = np.flatnonzero(later >= 365)
        kinds = {"dearest": np.argsort(-said)[: _N // 10], "newest": newest, "jump": newest}
        for kind, rows in kinds.items():
            factor = 1.05 if kind == "jump" else 1.0
            found = shadow.check(new.iloc[rows], factor * said[rows], time=_days(later[rows]))
            refused[kind].append(found.changed)
    return {kind: (sum(found), len(found)) for kind, found in refused.items()}


@pytest.mark.slow
def test_the_level_holds_where_the_market_walks() -> None:
    """In a hundred worlds at most 4 dearest tenths and newest months are refused.

    A jump of 5 % is found in three of four first months of 230 rows, by shadows of 3,000 rows: a
    walk of 2 % a year is hard to tell from none there.
    """
    found = _refused(100)
    # More than 4 of 100 have a chance of 0.3 % where each has one of 1 %.
    assert found["dearest"][0] <= 4
    assert found["newest"][0] <= 4
    assert found["jump"][0] >= 75
