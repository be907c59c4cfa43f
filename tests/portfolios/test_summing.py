"""A market that moves is in the interval of every sum, or nothing is said of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from towns import MODELS, Told, world

from qconf import ConfidentRegressor, compare_unlabelled
from qconf.errors import TableError

DAYS = 720


def moving(
    seed: int, trend: float = 0.0, walk: float = 0.0, rows: int = 3600
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make two years of labelled rows and a half year without labels, in a market that moves."""
    rng = np.random.default_rng(1000 + seed)
    table = world(rows, seed)
    day = np.sort(rng.uniform(0, DAYS * 1.25, rows))
    month = (day / 30).astype(int)
    level = np.exp(trend * day / DAYS + np.cumsum(rng.normal(0, walk, month.max() + 1))[month])
    table["truth"] *= level
    table["decided"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")
    return table[day < DAYS], table[day >= DAYS]


def choose(known: pd.DataFrame, new: pd.DataFrame, **options: Any) -> Any:
    given = {"by": "town", "time": "decided", "confidence_level": 0.9, **options}
    return compare_unlabelled(MODELS, new, labelled=(known, known["truth"]), **given)


def holds(choice: Any, new: pd.DataFrame) -> Any:
    own = choice.choices
    truth = new.groupby("town")["truth"].sum().loc[own.index]
    return (own["sum_low"] <= truth) & (truth <= own["sum_high"])


def test_a_trend_goes_on_where_rows_have_a_time() -> None:
    """A market that rises by 15 % a year: without a time next to no interval holds its sum."""
    known, new = moving(0, trend=0.3)
    with_time, without = choose(known, new), choose(known, new, time=None)
    assert holds(with_time, new).mean() > 0.8
    assert holds(without, new).mean() < 0.4
    assert "Rows have no time" in without.notes[0]
    assert with_time.notes == ()
    assert with_time.choices["expected_sum"].sum() == pytest.approx(new["truth"].sum(), rel=0.03)


def test_a_market_that_stands_still_costs_little() -> None:
    """Intervals are wider, by less than a half, and sums are where they were."""
    known, new = moving(1)
    with_time, without = choose(known, new).choices, choose(known, new, time=None).choices
    ratio = with_time["sum_std"] / without["sum_std"]
    assert 0.8 < ratio.median() < 1.5
    assert (with_time["expected_sum"] / without["expected_sum"]).between(0.97, 1.03).all()


def test_the_whole_is_less_sure_than_its_parts_say() -> None:
    """A shock of the market does not cancel, however many rows: the sum of all has it whole."""
    known, new = moving(2, walk=0.02)
    whole = choose(known, new, by=None).choices.iloc[0]
    parts = choose(known, new).choices
    independent = np.sqrt((parts["sum_std"] ** 2).sum())
    assert whole["sum_std"] > 2 * independent
    assert whole["sum_low"] < new["truth"].sum() < whole["sum_high"]


def test_labels_of_the_new_rows_change_nothing() -> None:
    """They are not asked; nor does the order of rows count."""
    known, new = moving(3, walk=0.02)
    told = choose(known, new).table
    blind = choose(known.sample(frac=1, random_state=0), new.assign(truth=-1.0)).table
    pd.testing.assert_frame_equal(told, blind, rtol=1e-6)


def test_too_few_periods_and_too_far_ahead_are_told() -> None:
    """Six periods of thirty rows are needed; nothing is said beyond as far as they reach back."""
    known, new = moving(4)
    few = choose(known.sample(170, random_state=0), new)
    assert few.choices["sum_std"].isna().all()
    assert "fewer than 6 periods" in few.notes[0]
    assert "cannot say" in str(few)
    once = choose(known.assign(decided=known["decided"].max()), new)
    assert once.choices["sum_std"].isna().all()
    gap = known[(known["decided"] < "2024-02-01") | (known["decided"] > "2025-12-01")]
    assert choose(gap, new).choices["sum_std"].isna().all()
    far = new["town"].eq("7")
    late = new.assign(decided=new["decided"] + pd.to_timedelta(far * 1000, unit="D"))
    told = choose(known, late)
    assert told.choices["sum_std"].isna().sum() == 1
    assert np.isnan(told.choices.loc["7", "sum_low"])
    assert "Of 1 of 40 portfolios rows lie further ahead" in told.notes[0]


def test_absolute_errors_have_a_shift() -> None:
    """Where errors are in units, the market adds to all values instead of multiplying them."""
    known, new = moving(5, rows=1800)
    models = {name: Told(name, "absolute") for name in MODELS}
    rise = {}
    for name, table in {"known": known, "new": new}.items():
        days = (table["decided"] - known["decided"].min()).dt.days
        rows = table.assign(truth=table["truth"] / 1e5 - 3.0)
        for model in MODELS:
            value = rows["truth"] + np.log(table[f"{model}_value"] / table["truth"])
            rows[f"{model}_value"] = value
        rise[name] = rows.assign(truth=rows["truth"] + 0.002 * days)
    told = compare_unlabelled(
        models, rise["new"], "town", labelled=(rise["known"], rise["known"]["truth"]),
        time="decided", confidence_level=0.9,
    )  # fmt: skip
    assert holds(told, rise["new"]).mean() > 0.75
    mean = told.choices["expected_sum"].sum() / len(new)
    assert mean == pytest.approx(rise["new"]["truth"].mean(), abs=0.1)


@pytest.mark.filterwarnings("ignore:The newest row:UserWarning")
def test_the_time_of_the_fit_is_taken_if_both_tables_have_it() -> None:
    """Nobody has to name it again."""
    known, new = (
        one.assign(day=(one["decided"] - pd.Timestamp("2024-01-01")).dt.days.astype(float))
        for one in moving(6, rows=1500)
    )
    columns = ["east_value", "day"]
    X, y = known[columns], known["truth"]
    models = {
        name: ConfidentRegressor(LinearRegression(), "constant", random_state=0).fit(
            X[:400], y[:400], time="day"
        )
        for name in ("one", "other")
    }
    labelled = X[400:], y[400:], known["town"][400:]
    named, there = (
        compare_unlabelled(models, new[columns], new["town"], labelled=labelled, time=time).table
        for time in ("day", None)
    )
    pd.testing.assert_frame_equal(named, there)


@pytest.mark.parametrize(
    ("column", "told"), [("decidde", "Did you mean 'decided'"), ("gap", "missing in 1 of")]
)
def test_a_time_that_is_not_there_is_told(column: str, told: str) -> None:
    """A name that is mistyped, a row without a time."""
    known, new = moving(7)
    new = new.assign(gap=new["decided"].where(np.arange(len(new)) > 0))
    with pytest.raises(TableError, match=told):
        choose(known.assign(gap=known["decided"]), new, time=column)
    with pytest.raises(TableError, match="of dates in one table and of numbers in the other"):
        choose(known, new.assign(decided=1.0))


@pytest.mark.slow
@pytest.mark.parametrize(("trend", "walk"), [(0.0, 0.0), (0.3, 0.0), (-0.1, 0.02)])
def test_intervals_hold_sums_in_moving_markets(trend: float, walk: float) -> None:
    """Of 90 % intervals, of places and of everything, over forty markets.

    All places of a market share its shock: forty of them have a standard error of 5 points.
    """
    held, whole = [], []
    for seed in range(40):
        known, new = moving(seed, trend, walk, rows=2400)
        held.append(holds(choose(known, new), new).mean())
        one = choose(known, new, by=None).choices.iloc[0]
        whole.append(one["sum_low"] <= new["truth"].sum() <= one["sum_high"])
    assert np.mean(held) >= 0.8
    assert np.mean(whole) >= 0.8
