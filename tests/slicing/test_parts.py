"""The parts of an audit against slow and plain ways to do the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sliced_tables import properties

from qconf.slicing.cell_sums import CellSums
from qconf.slicing.cuts import chosen_cuts
from qconf.slicing.influence import Excesses, Newer
from qconf.slicing.levels import supported_levels
from qconf.slicing.properties import Condition, properties_of
from qconf.slicing.simultaneous import joint_quantile
from qconf.slicing.slices import Slice

EVERY = 100


def cells(table: pd.DataFrame, errors: Any = None) -> Any:
    older = np.arange(len(table))
    errors = np.zeros((len(table), 1)) if errors is None else errors
    return properties_of(table, older, errors, 20, 0)


def test_sums_over_cells_are_those_of_slices() -> None:
    """Of one property and of two; rows taken out are as if they had not been there."""
    rng = np.random.default_rng(0)
    table, value = properties(1000, rng), rng.normal(size=1000)
    made, rows = cells(table), np.arange(1000)
    sums = CellSums(made, rows, [value], pairs=True)
    one = Slice((Condition(0, 1, 1), Condition(1, 0, 2)))
    inside = one.holds(made, rows)
    part = sums.pair[0, 1][:, 1:2, 0:3].sum(axis=(1, 2))
    assert part == pytest.approx([inside.sum(), value[inside].sum()])
    sums.without(rows[:400], [value[:400]])
    fresh = CellSums(made, rows[400:], [value[400:]], pairs=True)
    for pair, own in fresh.pair.items():
        assert sums.pair[pair] == pytest.approx(own, abs=1e-9)
    for number, own in fresh.single.items():
        assert sums.single[number] == pytest.approx(own, abs=1e-9)


def test_what_a_condition_says_is_what_it_holds() -> None:
    """Ranges, names and gaps, written for people, hold the rows they name."""
    rng = np.random.default_rng(1)
    table = properties(2000, rng)
    made = cells(table)
    for column, one in enumerate(made):
        for condition in one.conditions(column):
            text = one.text(condition)
            inside = Slice((condition,)).holds(made, np.arange(2000))
            values = table[one.name]
            if text.endswith("missing"):
                assert np.array_equal(inside, values.isna())
            elif " above " in text or " up to " in text:
                low = float(text.partition(" above ")[2].partition(",")[0] or "-inf")
                high = float(text.partition("up to ")[2] or "inf")
                assert np.array_equal(inside, (values > low) & (values <= high)), text


def test_a_tree_cuts_where_errors_change() -> None:
    """Beside the quantiles there is a cut where the older errors jump."""
    x = np.linspace(0, 1, 4000)
    errors = np.where((x > 0.33) & (x < 0.37), 3.0, 1.0)[:, None]
    cuts = chosen_cuts(x, errors, 50, 0)
    assert {0.33, 0.37} <= set(cuts.edges.round(2))
    assert cuts.edges[cuts.coarse] == pytest.approx([0.2, 0.4, 0.6, 0.8], abs=0.01)
    few = chosen_cuts(np.repeat([1.0, 2.0, 5.0], 50), np.zeros((150, 1)), 50, 0)
    assert few.fifths() == [(0, 0), (1, 1), (2, 2)]


def test_rare_names_share_a_cell_and_new_ones_too() -> None:
    """What is frequent is told by the older rows alone."""
    names = ["a"] * 60 + ["b"] * 50 + ["c"] * 5 + [None] * 30 + ["new"] * 55
    table = pd.DataFrame({"kind": names})
    (one,) = properties_of(table, np.arange(145), np.zeros((145, 1)), 20, 0)
    assert one.texts == ("a", "b", "rare", "missing")
    assert np.bincount(one.codes).tolist() == [60, 50, 60, 30]


@pytest.mark.parametrize("grouped", [False, True])
def test_standard_errors_and_correlations_are_those_of_resamples(grouped: bool) -> None:
    """Means of slices minus that of all rows, in bootstrap resamples of rows or groups."""
    rng = np.random.default_rng(2)
    n = 900
    groups = np.arange(n) // 3 if grouped else None
    excess = rng.exponential(size=(n, 2))
    if groups is not None:
        excess += rng.exponential(size=(300, 2))[groups]
    excess -= excess.mean(axis=0)
    inside = [np.arange(n) < 300, (np.arange(n) >= 200) & (np.arange(n) < 700)]
    told = Excesses.of(Newer(excess, groups, None), inside, 0)
    unit = np.arange(n) if groups is None else groups
    drawn = []
    for _ in range(2000):
        count = np.bincount(
            rng.integers(unit.max() + 1, size=unit.max() + 1), minlength=unit.max() + 1
        )
        weight = count[unit]
        whole = weight @ excess / weight.sum()
        drawn.append([weight[one] @ excess[one] / weight[one].sum() - whole for one in inside])
    stacked = np.array(drawn).transpose(0, 2, 1).reshape(2000, -1)
    assert told.standard_error.T.ravel() == pytest.approx(stacked.std(axis=0), rel=0.12)
    assert told.correlation == pytest.approx(np.corrcoef(stacked.T), abs=0.1)


def test_a_skewed_mean_reaches_further_on_its_long_side() -> None:
    """And no less far on the other; few units reach further than many."""
    rng = np.random.default_rng(3)
    excess = rng.exponential(size=(2000, 1)) ** 2
    excess -= excess.mean()
    inside = [np.arange(2000) < 100, np.arange(2000) < 1500]
    told = Excesses.of(Newer(excess, None, None), inside, 0)
    below, above = told.reach(3.0)
    assert np.all(above > below)
    assert np.all(below >= 3.0 * told.standard_error)
    few = Excesses.of(Newer(excess, np.arange(2000) // 100, None), [inside[1]], 0)
    assert few.reach(3.0)[0][0, 0] > 3.5 * few.standard_error[0, 0]


def test_the_joint_quantile_is_that_of_the_maximum() -> None:
    """Šidák's for independent excesses; that of one for excesses that move together."""
    sidak = norm.ppf((1 + 0.95 ** (1 / 50)) / 2)
    assert joint_quantile(np.eye(50), 0.95, 0) == pytest.approx(sidak, rel=0.02)
    assert joint_quantile(np.ones((50, 50)), 0.95, 0) == pytest.approx(1.96, rel=0.03)
    assert joint_quantile(np.eye(50), 0.95, 1) == joint_quantile(np.eye(50), 0.95, 1)


@pytest.mark.slow
@pytest.mark.parametrize("right", [0, 1, 2])
def test_the_level_that_data_support_is_the_one_they_have(right: int) -> None:
    """None, single properties, or pairs, in most worlds; never judged on what they learned from."""
    levels = [_level_of_a_world(right, seed) for seed in (1, 2, 3)]
    assert np.median(levels) == right


def _level_of_a_world(right: int, seed: int) -> int:
    rng = np.random.default_rng(seed)
    table = properties(6000, rng)
    one, other = table["zone"].isin(["a", "b"]), table["rooms"] > 3
    factor = {
        0: 1.0,
        1: np.where(one, 1.5, 1.0) * np.where(other, 1.4, 1.0),
        2: np.where(one & other, 1.6, 1.0),
    }[right]
    size = np.abs(rng.normal(size=6000)) * factor
    older, newer = np.arange(3000), np.arange(3000, 6000)
    found = supported_levels(
        cells(table), (older, newer), (size[:3000], size[3000:]), groups=None, time=None,
        min_rows=100, seed=0,
    )  # fmt: skip
    return max((each.n_properties for each in found if each.supported), default=0)
