"""The cross finds out whether an improvement of one model alone would look like a loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf import Backtest, Cross, backtest
from qconf._types import FloatArray
from qconf.backtesting.cross import Step
from qconf.backtesting.exchange import (
    Judged,
    acceptance,
    changed_acceptance,
    changed_tiers,
    forward_tiers,
)
from qconf.core.error_scale import error_scale
from qconf.core.estimate import Estimate
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.sampling import Sampling

N = 6000


def two_markets(seed: int = 0) -> pd.DataFrame:
    """Make sales which the old model values well in the west, and the new one in the east.

    The new one is better by and large, and the other way round where the old one is good.
    """
    rng = np.random.default_rng(seed)
    east = rng.random(N) < 0.7
    price = np.exp(rng.normal(12, 0.4, N))
    old = np.where(east, 0.25, 0.04)
    new = np.where(east, 0.04, 0.25)
    return pd.DataFrame(
        {
            "longitude": np.where(east, 1.0, -1.0) + rng.uniform(-0.9, 0.9, N),
            "noise": rng.normal(size=N),
            "price": price,
            "old": price * np.exp(rng.normal(scale=old)),
            "new": price * np.exp(rng.normal(scale=new)),
            "day": np.arange(N),
        }
    )


def run(table: pd.DataFrame, **options: Any) -> Backtest:
    settings: dict[str, Any] = {
        "error": "log",
        "n_resamples": 200,
        "estimators": ["residual"],
        "folds": 3,
        "models": {"vendor": "column:old", "own": "column:new"},
    }
    return backtest(table, "price", **{**settings, **options})


@pytest.fixture(scope="module")
def crossed() -> Cross:
    return run(two_markets(), time="day", drop=["noise"]).cross("vendor", "own")


@pytest.mark.slow
def test_an_improvement_that_looks_like_a_loss_is_a_deadlock(crossed: Cross) -> None:
    """The better valuation model is condemned by the confidence that knows the old one's errors."""
    assert crossed.change_of_valuation == "gain"
    for name in ("valuation alone", "confidence alone", "confidence not refitted"):
        assert crossed.steps[name].change == "loss"
        assert crossed.steps[name].best_decile.value > 0.3
    assert crossed.steps["both"].change == "not distinguishable"
    assert crossed.deadlock is True
    assert crossed.locked == ("valuation alone", "confidence alone")
    assert "Change both at once." in crossed.verdict
    # The safest rows lie in the west for the one, in the east for the other.
    assert crossed.steps["both"].accepted.value > 0.95
    tiers = crossed.steps["both"].tiers
    assert tiers is not None
    assert tiers.value > 0.9


def test_cells_are_valuation_under_confidence(crossed: Cross) -> None:
    """An error model that has learned from the other's errors expects what those were."""
    table = crossed.table
    assert list(table.index) == [("old", "old"), ("new", "old"), ("old", "new"), ("new", "new")]
    rates = table["overall_outlier_rate"]
    assert rates["old", "old"] == rates["old", "new"] > rates["new", "new"] == rates["new", "old"]
    assert table["calibration_ratio"]["old", "old"] == pytest.approx(1.0, abs=0.1)
    assert table["calibration_ratio"]["new", "old"] < 0.8
    assert table["calibration_ratio"]["old", "new"] > 1.25


@pytest.mark.slow
def test_what_moves_together_is_not_locked() -> None:
    """A model that is better everywhere, and errs where the old one did, can be put in alone."""
    table = two_markets(1)
    table["new"] = table["price"] * (table["old"] / table["price"]) ** 0.5
    cross = run(table, time="day", drop=["noise"]).cross("vendor", "own")
    assert cross.deadlock is False
    assert cross.locked == ()
    assert "No deadlock is shown" in cross.verdict
    assert cross.steps["both"].accepted.value < 0.9


@pytest.mark.slow
def test_without_an_improvement_there_is_nothing_to_be_locked_out_of() -> None:
    """The other way round: the new model is the worse one."""
    cross = run(two_markets(), models={"a": "column:new", "b": "column:old"}).cross("a", "b")
    assert cross.change_of_valuation == "loss"
    assert cross.deadlock is None
    assert "nothing to be locked out of" in cross.verdict
    assert cross.steps["both"].tiers is None, "without a time there is no past to learn tiers from"


def test_a_cross_is_plain_data(crossed: Cross) -> None:
    """Four cells, four steps, a verdict."""
    numbers = crossed.to_dict()
    assert len(numbers["cells"]) == len(numbers["steps"]) == 4
    assert numbers["steps"][0]["step"] == "both"
    assert numbers["deadlock"] is True
    assert (numbers["old"], numbers["new"]) == ("vendor", "own")


def test_intervals_of_steps_hold_at_once(crossed: Cross) -> None:
    """They are wider than each alone, and a step is the difference of its two cells."""
    old, new = crossed.cells["old", "old"], crossed.cells["new", "new"]
    both = crossed.steps["both"].aurc
    assert both.value == pytest.approx(new.aurc.value - old.aurc.value)
    alone = new.aurc_minus(old, new.confidence_level)
    assert both.interval[0] < alone.interval[0] < alone.interval[1] < both.interval[1]


@pytest.mark.parametrize(
    ("interval", "change"),
    [((-0.2, -0.1), "gain"), ((0.1, 0.2), "loss"), ((-0.1, 0.1), "not distinguishable")],
)
def test_a_change_is_shown_or_not(interval: tuple[float, float], change: str) -> None:
    """By whether its interval leaves out zero."""
    difference = Estimate(sum(interval) / 2, interval)
    step = Step("both", difference, Estimate(0.0, (0.0, 0.0)), difference, None)
    assert step.change == change
    assert step.change_over_all == "not distinguishable"


def judged(time: Any = None, n_rows: int = 400) -> tuple[Judged, FloatArray, FloatArray]:
    rng = np.random.default_rng(7)
    expected = rng.uniform(0.02, 0.4, n_rows)
    residual = rng.normal(scale=expected)
    outcome = Outcome.of(residual, 0.15)
    rows = Judged(
        outcome, Sampling.of(outcome, None, time), np.arange(n_rows) * 4 // n_rows, time,
        error_scale("log"), 0.15, 0.1, 0.95, 0,
    )  # fmt: skip
    return rows, expected, residual


def test_acceptance_is_of_the_safest_of_each_block() -> None:
    """A tenth of each, whatever the units of a block's fit."""
    rows, expected, _ = judged()
    taken = acceptance(expected * (1 + 10 * rows.block), rows)
    assert np.bincount(rows.block, taken).tolist() == [10.0] * 4
    share = changed_acceptance(taken, acceptance(-expected, rows), rows)
    assert share.value == 1.0
    assert changed_acceptance(taken, taken, rows).value == 0.0
    first = np.arange(400) < 200
    half = np.where(first, expected, -expected)
    part = changed_acceptance(taken, acceptance(half, rows), rows)
    assert part.value == 0.5
    assert 0.3 < part.interval[0] < 0.5 < part.interval[1] < 0.7


def test_tiers_are_told_by_earlier_blocks_alone() -> None:
    """The labels of a block, and of later ones, move none of its tiers."""
    rows, expected, residual = judged(time=np.arange(400.0))
    before = forward_tiers(expected, expected, residual, rows)
    changed = residual.copy()
    changed[200:] *= 50
    after = forward_tiers(expected, expected, changed, rows)
    assert before is not None
    assert after is not None
    assert (before[:100] == "").all()
    assert (before[100:300] == after[100:300]).all()
    assert (before[300:] != after[300:]).any()
    moved = changed_tiers(before, after, rows)
    assert moved is not None
    assert moved.value == pytest.approx((before != after).sum() / 300)
    assert forward_tiers(expected, expected, residual, judged()[0]) is None
