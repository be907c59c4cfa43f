"""Whether probabilities come true, and how surely that is told."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from qconf import reliability
from qconf._types import FloatArray
from qconf.errors import OptionError, TableError
from qconf.evaluation.resampling import Draws
from qconf.evaluation.simultaneous import simultaneous_level


def test_by_hand() -> None:
    """Two bins of four rows: means, rates, Brier score, excess and calibration error."""
    p = np.array([0.2, 0.2, 0.2, 0.2, 0.6, 0.6, 0.6, 0.6])
    hit = np.array([1, 0, 0, 0, 1, 1, 0, 1])
    told = reliability(p, hit, bins=2, n_resamples=50)
    np.testing.assert_allclose(told.bins["probability"], [0.2, 0.6])
    np.testing.assert_allclose(told.bins["rate"], [0.25, 0.75])
    assert told.bins["n"].tolist() == [4, 4]
    assert told.brier.value == pytest.approx(np.mean((p - hit) ** 2))
    assert told.mean_excess.value == pytest.approx(0.4 - 0.5)
    assert told.calibration_error.value == pytest.approx((0.05 + 0.15) / 2)
    assert told.rate.value == 0.5


def test_bins_hold_equally_many_rows_and_ties_stay_together() -> None:
    """Ten of distinct probabilities, as many as there are values of tied ones."""
    rng = np.random.default_rng(0)
    told = reliability(rng.random(500), rng.random(500) < 0.5, n_resamples=20)
    assert told.bins["n"].tolist() == [50] * 10
    tied = reliability(rng.choice([0.1, 0.9], 500), rng.random(500) < 0.5, n_resamples=20)
    assert tied.bins["probability"].tolist() == [pytest.approx(0.1), pytest.approx(0.9)]


def test_independent_rows_have_jeffreys_intervals() -> None:
    """A single bin has that of its rate; ten have it at a level at which all hold."""
    rng = np.random.default_rng(1)
    hit = rng.random(2000) < 0.3
    one = reliability(np.full(2000, 0.3), hit, n_resamples=400).bins.iloc[0]
    exact = beta.ppf([0.025, 0.975], hit.sum() + 0.5, 2000 - hit.sum() + 0.5)
    np.testing.assert_allclose([one["low"], one["high"]], exact, atol=0.002)
    ten = reliability(rng.random(2000), hit, n_resamples=400).bins.iloc[0]
    level = 0.95**0.1
    n = int(ten["n"])
    x = round(ten["rate"] * n)
    wide = beta.ppf([(1 - level) / 2, (1 + level) / 2], x + 0.5, n - x + 0.5)
    np.testing.assert_allclose([ten["low"], ten["high"]], wide, atol=0.02)


def test_a_bin_in_which_nothing_came_has_an_upper_end() -> None:
    """Nought of a hundred is not nought for certain."""
    told = reliability(np.full(100, 0.01), np.zeros(100), n_resamples=20)
    (one,) = told.bins.to_dict(orient="records")
    assert one["low"] == 0.0
    assert 0.02 < one["high"] < 0.04


def test_right_probabilities_pass_and_wrong_ones_do_not() -> None:
    """The lower end of the calibration error is 0, or says by how much probabilities are off."""
    rng = np.random.default_rng(2)
    p = rng.random(4000)
    right = reliability(p, rng.random(4000) < p, n_resamples=100)
    assert right.is_reliable
    assert 0.0 in right.mean_excess
    wrong = reliability(0.5 + p / 2, rng.random(4000) < p, n_resamples=100)
    assert not wrong.is_reliable
    assert 0.15 < wrong.calibration_error.interval[0] < 0.25
    assert 0.25 in wrong.calibration_error
    assert 0.25 in wrong.mean_excess


def grouped(seed: int, n_groups: int, size: int) -> tuple[FloatArray, Any, Any]:
    """Make rows of groups that succeed together: probabilities are right on average over groups."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(n_groups), size)
    p = rng.uniform(0.2, 0.8, n_groups * size)
    shift = rng.choice([-0.2, 0.2], n_groups)[group]
    return p, rng.random(n_groups * size) < p + shift, group


def alone(seed: int) -> tuple[FloatArray, Any]:
    """Make independent rows whose probabilities are right."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.1, 0.9, 1500)
    return p, rng.random(1500) < p


def test_groups_widen_intervals() -> None:
    """Rows that succeed together say less than rows alone."""
    p, hit, group = grouped(0, 40, 50)
    single, together = (reliability(p, hit, groups=one, n_resamples=200) for one in (None, group))
    width = [(one.bins["high"] - one.bins["low"]).mean() for one in (single, together)]
    assert width[1] > 1.2 * width[0]
    assert together.rate.n_effective is not None
    assert together.rate.n_effective < 800


def test_time_widens_intervals() -> None:
    """A market in which rates move slowly makes a stretch of history worth few rows."""
    rng = np.random.default_rng(3)
    time = np.arange(3000)
    hit = rng.random(3000) < 0.5 + 0.3 * np.sin(time / 400)
    single, moving = (
        reliability(np.full(3000, 0.5), hit, time=one, n_resamples=50) for one in (None, time)
    )
    assert np.diff(moving.rate.interval)[0] > 3 * np.diff(single.rate.interval)[0]
    assert np.diff(moving.mean_excess.interval)[0] > 3 * np.diff(single.mean_excess.interval)[0]


@pytest.mark.slow
@pytest.mark.parametrize("clustered", [False, True])
def test_all_bins_hold_at_once(clustered: bool) -> None:
    """In 300 simulated tables, all ten intervals hold the truth together in 92 % at least."""
    held = 0
    for seed in range(300):
        p, hit, group = grouped(seed, 60, 30) if clustered else (*alone(seed), None)
        held += reliability(p, hit, groups=group, n_resamples=200).is_reliable
    assert held / 300 >= 0.92


@pytest.mark.slow
def test_intervals_hold_the_truth() -> None:
    """Of 300 simulated tables, those of Brier score and mean excess hold it in 92 to 98 %."""
    held = np.zeros(2)
    for seed in range(300):
        p, hit = alone(seed)
        told = reliability(p, hit, n_resamples=200)
        # What is expected, given the probabilities of these rows.
        held += [float(np.mean(p * (1 - p))) in told.brier, 0.0 in told.mean_excess]
    assert (np.abs(held / 300 - 0.95) <= 0.03).all()


@pytest.mark.slow
@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("off", [0.0, 0.03, 0.1])
def test_the_interval_of_the_calibration_error_holds_it(clustered: bool, off: float) -> None:
    """Of 200 simulated tables in 93 % at least, for probabilities that are off by this much."""
    held = 0
    for seed in range(200):
        p, hit, group = grouped(seed, 60, 30) if clustered else (*alone(seed), None)
        told = reliability(p + off * np.sign(p - 0.5), hit, groups=group, n_resamples=200)
        held += told.calibration_error.interval[0] <= off <= told.calibration_error.interval[1]
    assert held / 200 >= 0.93


def test_simultaneous_level() -> None:
    """Independent intervals need Šidák's level, copies of one need no more than their own."""
    rng = np.random.default_rng(4)
    independent = [Draws(rng.normal(size=4000)) for _ in range(10)]
    assert simultaneous_level(independent, 0.95) == pytest.approx(0.95**0.1, abs=0.0015)
    copies = [independent[0]] * 10
    assert simultaneous_level(copies, 0.95) == pytest.approx(0.95, abs=0.006)
    assert simultaneous_level(independent[:1], 0.95) == 0.95
    still = [*copies, Draws(np.zeros(4000))]
    assert simultaneous_level(still, 0.95) == pytest.approx(0.95 ** (1 / 11))


def test_what_it_prints() -> None:
    """A line, two tables, HTML, and plain numbers that JSON takes."""
    rng = np.random.default_rng(5)
    p = rng.random(300)
    told = reliability(p, rng.random(300) < p, bins=3, n_resamples=20)
    assert repr(told).startswith("<Reliability on 300 rows: Brier score 0.1")
    text = str(told)
    assert "interval (95 %, all at once)" in text
    assert "resolution (higher is better)" in text
    assert told._repr_html_().count("<table>") == 2
    plain = json.loads(json.dumps(told.to_dict()))
    assert plain["rows"] == 300
    assert len(plain["bins"]) == 3
    assert set(plain["brier"]) == {
        "value", "interval", "reliability", "resolution", "uncertainty", "within_bins",
    }  # fmt: skip


def test_few_misses_are_noted() -> None:
    """What limits the intervals is said beside them."""
    told = reliability(np.full(100, 0.99), np.ones(100), n_resamples=20)
    assert any("outliers" in note for note in told.notes)
    assert "Note:" in str(told)


def test_a_table_of_any_kind() -> None:
    """Series of pandas with an index of their own and Booleans are taken as they are."""
    p = pd.Series([0.2, 0.7, 0.9, 0.1], index=[9, 7, 5, 3])
    hit = pd.Series([False, True, True, False])
    assert reliability(p, hit, bins=1, n_resamples=10).rate.value == 0.5


@pytest.mark.parametrize(
    ("probability", "hit", "said"),
    [
        ([], [], "no probabilities to evaluate"),
        ([0.5, 1.5], [0, 1], r"1 of 2 do not. They look like per cent"),
        ([0.5, -0.5], [0, 1], r"must lie in \[0, 1\]; 1 of 2 do not\.$"),
        ([0.5, np.nan], [0, 1], "probability must be finite"),
        ([0.5, 0.5], [0, 2], "true or false, 1 or 0; 1 of 2 values are neither"),
        ([0.5, 0.5], [0], r"hit must have shape \(2,\)"),
        ([0.5, 0.5], ["yes", "no"], "hit must be numbers"),
    ],
)
def test_columns_are_checked(probability: Any, hit: Any, said: str) -> None:
    """Each is refused in one line."""
    with pytest.raises(TableError, match=said):
        reliability(probability, hit)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"bins": 0}, "bins must be an integer >= 1"),
        ({"bins": 2.5}, "got 2.5"),
        ({"bins": True}, "got True"),
        ({"confidence_level": 95}, "strictly between 0 and 1"),
        ({"n_resamples": 1}, "resamples"),
        ({"random_state": -1}, "seed"),
    ],
)
def test_options_are_checked(options: dict[str, Any], said: str) -> None:
    """Each is refused in one line."""
    with pytest.raises(OptionError, match=said):
        reliability([0.5, 0.4], [0, 1], **options)


def test_bins_may_be_given_by_their_limits() -> None:
    """A limit belongs to the bin below it, as in `tiers`; a bin without rows is left out."""
    p = np.array([0.05, 0.1, 0.1, 0.3, 0.9, 0.9])
    hit = np.array([0, 0, 1, 0, 1, 1])
    told = reliability(p, hit, bins=[0.1, 0.5, 0.8], n_resamples=20)
    assert told.bins["n"].tolist() == [3, 1, 2]
    np.testing.assert_allclose(told.bins["rate"], [1 / 3, 0.0, 1.0])


@pytest.mark.parametrize("bins", [[0.5, 0.2], [0.0, 0.5], [0.5, 1.0], [0.2, "x"], [True]])
def test_limits_of_bins_rise_between_0_and_1(bins: Any) -> None:
    """One line says so."""
    with pytest.raises(ValueError, match="limits of bins must rise strictly between 0 and 1"):
        reliability([0.1, 0.9], [0, 1], bins=bins)
