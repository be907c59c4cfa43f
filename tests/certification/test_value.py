"""The cut-off that is worth most."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from qconf import certify, value_curve
from qconf._types import FloatArray
from qconf.errors import QconfError


def rows(n_rows: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, n_rows))
    return sigma, rng.normal(scale=sigma)


def test_a_small_table_by_hand() -> None:
    """Three good rows, one bad, one good: 1, 2, 3, then 3 − 2 and 2."""
    curve = value_curve([1, 2, 3, 4, 5], [0, 0, 0, 9, 0], threshold=1.0, gain=1.0, loss=2.0)
    assert (5 * curve.curve["value"]).tolist() == [1, 2, 3, 1, 2]
    assert (curve.cut_off, curve.coverage, curve.outlier_rate) == (3.0, 0.6, 0.0)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.0, 5.0), st.floats(0.1, 50.0))
def test_no_cut_off_is_worth_more(seed: int, loss: float, excess: float) -> None:
    """Of all distinct scores, by brute force; rows differ in what they are worth."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 12, 60) / 10
    residual = rng.normal(scale=score + 0.1)
    gain = rng.random(60)
    found = value_curve(score, residual, threshold=0.5, gain=gain, loss=loss, excess_loss=excess)
    size = np.abs(residual)
    each = np.where(size > 0.5, -loss - excess * (size - 0.5), gain)
    best = max((each[score <= t].sum() / 60 for t in np.unique(score)), default=0.0)
    assert found.curve["value"].max() == pytest.approx(best)
    if best > 1e-12:
        assert each[score <= found.cut_off].sum() / 60 == pytest.approx(best)
    else:
        assert found.coverage == 0


def test_the_best_cut_off_is_where_the_next_row_breaks_even() -> None:
    """A gain of 300 and a loss of 4,000 bear 300 of 4,300 outliers among the riskiest accepted."""
    score, residual = rows(200_000)
    found = value_curve(score, residual, threshold=0.15, gain=300.0, loss=4000.0)
    breaks_even = 0.15 / norm.isf(300 / 4300 / 2)
    assert found.cut_off == pytest.approx(breaks_even, rel=0.03)
    assert found.outlier_rate < 300 / 4300


def test_the_chosen_value_is_not_the_highest_of_many() -> None:
    """Of a score that knows nothing the curve's highest point is luck; the value told is not."""
    rng = np.random.default_rng(2)
    highest, told = [], []
    for _ in range(60):
        outlier = rng.random(400) < 0.5
        found = value_curve(rng.random(400), outlier * 1.0, threshold=0.5, gain=1.0, loss=1.0)
        highest.append(found.curve["value"].max())
        told.append(found.value.value)
    error = np.std(told) / np.sqrt(60)
    assert np.mean(highest) > 0.03
    assert abs(np.mean(told)) < 3 * error


def test_nothing_is_worth_acting_on() -> None:
    """All rows are outliers."""
    found = value_curve(np.arange(50.0), np.ones(50), threshold=0.5, loss=1.0)
    assert (found.cut_off, found.coverage) == (-np.inf, 0.0)
    assert str(found).split("\n") == [
        "Act on no row: on these 50 rows no cut-off is worth more than nothing.",
        "Cut-offs from 0 to 2 (2 to 6 % of rows) are not distinguishable from acting on none.",
    ]
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["cut_off"] is None


def test_the_price_of_a_certificate() -> None:
    """What choosing by value earns more than its cut-off; nothing certified costs all of it."""
    score, residual = rows(4000)
    found = value_curve(score, residual, threshold=0.15, gain=300.0, loss=4000.0)
    value = found.curve.set_index("cut_off")["value"]
    for rate in (0.005, 0.05):
        certificate = certify(score, residual, threshold=0.15, outlier_rate=rate)
        price = found.price_of(certificate)
        at_cut_off = value[certificate.cut_off]
        assert found.value_at(certificate.cut_off).value == pytest.approx(at_cut_off)
        assert price.value == pytest.approx(found.value.value - at_cut_off)
        assert price.interval[0] < price.value < price.interval[1]
    nothing = certify(score[:20], residual[:20], threshold=0.15)
    assert found.price_of(nothing) == found.value
    assert found.value_at(nothing.cut_off).value == 0.0


def paired(each: FloatArray, groups: Any = None) -> float:
    """Return the standard error of a mean, by the sums of groups."""
    beyond = each - each.mean()
    units = beyond if groups is None else np.bincount(groups, beyond)
    return float(np.sqrt((units**2).sum() * len(units) / (len(units) - 1)) / len(each))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.booleans())
def test_cut_offs_that_are_as_good_are_told_by_paired_differences(seed: int, grouped: bool) -> None:
    """By brute force, for each distinct score; rows that both accept cancel out."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 12, 120) / 10
    residual = rng.normal(scale=score + 0.1)
    gain = rng.random(120)
    groups = rng.integers(0, 25, 120) if grouped else None
    codes = None if groups is None else np.unique(groups, return_inverse=True)[1]
    found = value_curve(score, residual, threshold=0.5, gain=gain, loss=2.0, groups=groups)
    each = np.where(np.abs(residual) > 0.5, -2.0, gain)
    for t, alike in found.curve[["cut_off", "alike"]].itertuples(index=False):
        less = each * (score <= found.cut_off) - each * (score <= t)
        assert alike == (less.mean() <= norm.ppf(0.975) * paired(less, codes) + 1e-12)
    ends = found.cut_off_interval
    assert ends is None or found.coverage == 0 or ends[0] <= found.cut_off <= ends[1]


def test_more_rows_leave_fewer_cut_offs_that_may_be_best() -> None:
    """And with few rows and no skill, all of them may be."""
    wide, narrow = (
        value_curve(*rows(n), threshold=0.15, gain=300.0, loss=4000.0).coverage_interval
        for n in (500, 50_000)
    )
    assert wide is not None
    assert narrow is not None
    assert narrow[1] - narrow[0] < 0.5 * (wide[1] - wide[0])


def test_groups_widen_the_intervals() -> None:
    """Ten copies of each row are worth no more than the rows."""
    score, residual = rows(300)
    numbers: dict[str, Any] = {"threshold": 0.15, "gain": 1.0, "loss": 5.0}
    once = value_curve(score, residual, **numbers).curve
    copies = value_curve(
        np.repeat(score, 10), np.repeat(residual, 10), groups=np.repeat(np.arange(300), 10),
        **numbers,
    ).curve  # fmt: skip
    np.testing.assert_allclose(copies["value"], once["value"])
    np.testing.assert_allclose(copies["low"], once["low"])
    alone = value_curve(np.repeat(score, 10), np.repeat(residual, 10), **numbers).curve
    assert (alone["high"] - alone["low"] < 0.4 * (once["high"] - once["low"])).iloc[50:].all()


@pytest.mark.slow
def test_intervals_hold_the_value() -> None:
    """Of a fixed cut-off in 93 to 97 % of 1,000 tables."""
    truth = 0.0
    score, residual = rows(2_000_000, seed=99)
    each = np.where(np.abs(residual) > 0.15, -5.0, 1.0) * (score <= 0.1)
    truth = float(each.mean())
    held = []
    for seed in range(1000):
        score, residual = rows(500, seed)
        curve = value_curve(score, residual, threshold=0.15, loss=5.0, cut_offs=500).curve
        at = curve[curve["cut_off"] <= 0.1].iloc[-1]
        held.append(at["low"] <= truth <= at["high"])
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({}, "Acting on outliers costs nothing"),
        ({"loss": -1.0}, "loss must not be negative, got -1"),
        ({"loss": [1.0]}, r"loss must have shape \(4,\)"),
        ({"gain": np.nan, "loss": 1.0}, "gain must be finite"),
        ({"loss": 1.0, "side": "left"}, "side must be one of"),
        ({"loss": 1.0, "threshold": 0}, "threshold must be"),
        ({"loss": 1.0, "random_state": -1}, "seed must be"),
        ({"loss": 1.0, "cut_offs": 0}, "cut-offs must be an integer >= 1"),
        ({"loss": 1.0, "groups": [1]}, "group has 1 values"),
    ],
)
def test_what_cannot_be_is_refused(given_: dict[str, Any], message: str) -> None:
    """The thing, the rule, what was found."""
    with pytest.raises(QconfError, match=message):
        value_curve([1, 2, 3, 4], [0, 0, 1, 1], **({"threshold": 0.5} | given_))
    with pytest.raises(QconfError, match="There are no rows"):
        value_curve([], [], threshold=1.0, loss=1.0)


def test_words() -> None:
    """The cut-off, the share, the value with its interval."""
    score, residual = rows(4000)
    found = value_curve(score, residual, threshold=0.15, gain=300.0, loss=4000.0)
    assert str(found) == (
        "Acting on expected errors up to 0.08372 is worth most: 54 % of rows, 1.8 % of them "
        "outliers, 121 (108 to 135) a row of the table (95 % interval, chosen and measured on "
        "different rows).\n"
        "Cut-offs from 0.0705 to 0.09143 (42 to 61 % of rows) are not distinguishable from it."
    )
    assert repr(found).startswith("<ValueCurve: highest at expected error <= 0.08372, 54.2 %")
    told = json.loads(json.dumps(found.to_dict()))
    assert told["rows"] == 4000
    assert told["value"]["value"] == pytest.approx(121.4, abs=0.5)
