"""Slices are found on the older half, and told by what the newer half says of them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sliced_tables import THRESHOLD, properties, scored

from qconf import audit_slices
from qconf.errors import OptionError, TableError
from qconf.slicing.halves import halve

QUICK: dict[str, Any] = {"threshold": THRESHOLD, "levels": False}


def in_slice(table: pd.DataFrame) -> Any:
    return ((table["zone"] == "c") & (table["size"] > 140)).to_numpy()


def test_one_slice_of_two_properties_is_found_and_told_once() -> None:
    """Neither its properties alone nor its neighbours are told beside it."""
    table, unit, expected = scored()
    bad = in_slice(table)
    audit = audit_slices(table, unit * expected * np.where(bad, 2.0, 1.0), expected, **QUICK)
    (worse,) = audit.worse
    assert worse.properties == ("zone", "size")
    found = audit.holds(worse)
    assert found[bad].mean() > 0.9
    assert bad[found].mean() > 0.9
    explained = [one for one in audit.slices if one.explained_by == worse.text]
    assert "zone c" in {one.text for one in explained}
    assert all(one.verdict == "worse" for one in explained)


def test_one_property_that_is_worse_is_told_as_one() -> None:
    """A slice of two is told only where it is worse than the rest of both."""
    table, unit, expected = scored()
    bad = (table["zone"] == "b").to_numpy()
    audit = audit_slices(table, unit * expected * np.where(bad, 1.6, 1.0), expected, **QUICK)
    assert [one.text for one in audit.worse] == ["zone b"]


def test_where_nothing_is_wrong_nothing_is_worse_and_much_is_fine() -> None:
    """Fine is said where the upper limit is below the tolerance."""
    table, unit, expected = scored(20_000, seed=3)
    audit = audit_slices(table, unit * expected, expected, **QUICK)
    assert audit.worse == ()
    assert len(audit.fine) > len(audit.slices) / 2
    for one in audit.slices:
        figure = one.figures["calibration"]
        assert (figure.verdict == "fine") == (figure.estimate.interval[1] < 1.25)


def test_few_rows_cannot_say() -> None:
    """Neither worse nor fine is an answer."""
    table, unit, expected = scored(600)
    audit = audit_slices(table, unit * expected, expected, min_rows=40, **QUICK)
    assert len(audit.cannot_say) == len(audit.slices)


def test_newer_labels_have_no_say_in_which_slices_are_looked_at() -> None:
    """With other newer residuals the same slices are looked at, with the same cuts."""
    table, unit, expected = scored()
    residual = unit * expected * np.where(in_slice(table), 2.0, 1.0)
    time = np.arange(len(table))
    changed = residual.copy()
    changed[3000:] = np.random.default_rng(9).normal(size=3000) ** 3
    told = [audit_slices(table, one, expected, time=time, **QUICK) for one in (residual, changed)]
    looked = [{(one.text, one.suspect, one.n, one.n_older) for one in a.slices} for a in told]
    assert looked[0] == looked[1]
    assert told[0].worse != told[1].worse
    older = residual.copy()
    older[:3000] = changed[3000:]
    other = audit_slices(table, older, expected, time=time, **QUICK)
    assert {(one.text, one.suspect, one.n, one.n_older) for one in other.slices} != looked[0]


def test_newer_expected_errors_have_no_say_either() -> None:
    """They are looked at when slices are measured, and not before."""
    table, unit, expected = scored()
    time = np.arange(len(table))
    other = expected.copy()
    other[3000:] *= np.random.default_rng(1).uniform(0.5, 2, 3000)
    told = [
        audit_slices(table, unit * expected, one, time=time, **QUICK) for one in (expected, other)
    ]
    assert len({frozenset(one.text for one in audit.slices) for audit in told}) == 1


def test_a_slice_that_is_known_to_be_hard_is_no_news() -> None:
    """Unless outliers are held against those of all rows."""
    table, unit, expected = scored()
    expected = expected * np.where(table["zone"] == "d", 2.0, 1.0)
    residual = unit * expected
    assert audit_slices(table, residual, expected, **QUICK).worse == ()
    against = audit_slices(table, residual, expected, against="all", **QUICK)
    assert [one.text for one in against.worse] == ["zone d"]
    assert "outliers" in against.worse[0].sentence
    assert "of all rows" in against.worse[0].sentence


@pytest.mark.parametrize(("shift", "side"), [(0.1, "too high by"), (-0.1, "too low by")])
def test_values_that_are_too_high_or_too_low_are_told(shift: float, side: str) -> None:
    """A bias is worse on either side of that of all rows."""
    table, unit, expected = scored()
    residual = unit * expected + np.where(table["rooms"] == 2, shift, 0.0)
    audit = audit_slices(table, residual, expected, metrics="bias", **QUICK)
    (worse,) = audit.worse
    assert worse.text == "rooms 2"
    assert side in worse.sentence


def test_a_slice_without_a_bias_is_no_worse_beside_a_biased_one() -> None:
    """It is unlike the mean of all rows, which the biased one has moved away from zero."""
    table, unit, expected = scored()
    half = np.random.default_rng(5).random(len(table)) < 0.5
    table = table[["rooms"]].assign(half=np.where(half, "biased", "right"))
    residual = unit * expected + np.where(half, 0.1, 0.0)
    audit = audit_slices(table, residual, expected, metrics="bias", max_columns=1, **QUICK)
    told = {one.text: one.figures["bias"] for one in audit.slices}
    right = told["half right"]
    assert right.estimate.interval[1] < right.expected
    assert right.verdict == "cannot say"
    assert told["half biased"].verdict == "worse"


def test_a_missing_value_is_a_value() -> None:
    """Rows without one may be where the confidence is wrong."""
    table, unit, expected = scored()
    bad = table["lot"].isna().to_numpy()
    audit = audit_slices(table, unit * expected * np.where(bad, 1.6, 1.0), expected, **QUICK)
    assert [one.text for one in audit.worse] == ["lot missing"]


def test_all_rows_together_are_no_slice() -> None:
    """Expected errors that are too small everywhere make no slice worse, and are told."""
    table, unit, expected = scored()
    right = audit_slices(table, unit * expected, expected, **QUICK)
    half = audit_slices(table, unit * expected, expected / 2, **QUICK)
    assert half.worse == ()
    assert half.calibration == pytest.approx(2 * right.calibration)


@settings(max_examples=5, deadline=None)
@given(st.floats(1e-3, 1e5))
def test_units_do_not_matter(unit: float) -> None:
    """Errors in euros or in millions give the same verdicts."""
    table, errors, expected = scored(2000)
    residual = errors * expected * np.where(table["zone"] == "a", 2.0, 1.0)
    told = [
        audit_slices(table, k * residual, k * expected, threshold=k * THRESHOLD, levels=False)
        for k in (1.0, unit)
    ]
    first, second = ({one.text: one.verdict for one in audit.slices} for audit in told)
    assert first == second


def test_rows_of_a_group_count_as_one() -> None:
    """Every row ten times tells as much as every row once: intervals stay as wide."""
    table, unit, expected = scored(3000)
    residual = unit * expected
    ten = np.repeat(np.arange(3000), 10)
    once = audit_slices(table, residual, expected, min_rows=100, **QUICK)
    copies = audit_slices(
        table.iloc[ten], residual[ten], expected[ten], groups=ten, min_rows=1000, **QUICK
    )
    alone = audit_slices(table.iloc[ten], residual[ten], expected[ten], min_rows=1000, **QUICK)

    def width(audit: Any) -> float:
        (one,) = [each for each in audit.slices if each.text == "zone a"]
        low, high = one.figures["calibration"].estimate.interval
        return float(high - low)

    assert width(copies) == pytest.approx(width(once), rel=0.15)
    assert width(alone) < width(once) / 2
    assert copies.n_groups == 1500


def test_of_few_groups_nothing_is_said() -> None:
    """Ten towns, of which five are newer: what came is told, without an interval or a verdict."""
    table, unit, expected = scored(4000)
    town = np.random.default_rng(1).integers(0, 10, 4000)
    bad = (table["zone"] == "b").to_numpy()
    residual = unit * expected * np.where(bad, 3.0, 1.0)
    audit = audit_slices(table, residual, expected, groups=town, threshold=THRESHOLD)
    assert not audit.is_measured
    assert len(audit.worse) == len(audit.fine) == len(audit.levels) == 0
    assert len(audit.cannot_say) == len(audit.slices) > 10
    assert "fewer do not tell how far groups differ" in " ".join(str(audit).split())
    assert "Intervals hold" not in str(audit)
    assert "too few groups" in audit.slices[0].sentence
    named = next(one for one in audit.slices if one.text == "zone b")
    assert named.figures["calibration"].estimate.value > 1.5
    assert named.figures["calibration"].expected == pytest.approx(1.0)
    forty = audit_slices(
        table, residual, expected, groups=np.arange(4000) % 40, threshold=THRESHOLD, levels=False
    )
    assert forty.is_measured
    assert [one.text for one in forty.worse] == ["zone b"]


def test_errors_that_move_slowly_in_time_widen_the_intervals() -> None:
    """Where each zone has good and bad months, a month tells less."""
    table, unit, expected = scored(8000)
    time = np.arange(8000) // 40
    rng = np.random.default_rng(5)
    phase = dict(zip("abcde", rng.uniform(0, 2 * np.pi, 5), strict=True))
    waves = np.exp(0.5 * np.sin(time / 12 + table["zone"].map(phase)))
    widths = []
    for moved in (1.0, waves):
        audit = audit_slices(table, unit * expected * moved, expected, time=time, **QUICK)
        (one,) = [each for each in audit.slices if each.text == "zone a"]
        low, high = one.figures["calibration"].estimate.interval
        widths.append(high - low)
    assert widths[1] > 1.3 * widths[0]


def test_strange_columns_do_no_harm() -> None:
    """Keys, constants, dates, booleans, infinite numbers, lists and gaps are cut or left out."""
    table, unit, expected = scored(2000)
    rng = np.random.default_rng(0)
    table = table.assign(
        key=[f"k{i}" for i in range(2000)],
        constant=1,
        empty=np.nan,
        sold=pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 2000), unit="D"),
        pool=rng.random(2000) < 0.3,
        far=np.where(rng.random(2000) < 0.1, np.inf, rng.normal(size=2000)),
    )
    audit = audit_slices(table, unit * expected, expected, **QUICK)
    cut = {name for one in audit.slices for name in one.properties}
    assert cut >= {"sold", "pool", "far", "zone"}
    assert not cut & {"key", "constant", "empty"}
    (last,) = [one.text for one in audit.slices if one.text.startswith("sold up to 2020-")][:1]
    assert len(last) == len("sold up to 2020-06-30")


def test_a_residual_or_a_score_of_zero_is_no_trouble() -> None:
    """Nothing is divided by an expected error of zero."""
    table, unit, expected = scored(1000)
    expected[:50] = 0.0
    residual = unit * expected
    assert np.isfinite(audit_slices(table, residual, expected, **QUICK).calibration)


def test_faces_and_formats_tell_the_same() -> None:
    """Text, HTML, JSON and CSV; the JSON has no NaN."""
    table, unit, expected = scored()
    bad = in_slice(table)
    audit = audit_slices(
        table, unit * expected * np.where(bad, 2.0, 1.0), expected, threshold=THRESHOLD
    )
    assert f"1. worse: {audit.worse[0].text}" in " ".join(str(audit).split())
    assert audit.worse[0].text in audit._repr_html_()
    assert repr(audit).startswith("<SliceAudit of ")
    plain = json.loads(json.dumps(audit.to_dict(), allow_nan=False))
    assert plain["worse"] == [audit.worse[0].sentence]
    assert sum(plain["verdicts"].values()) == len(audit.slices)
    assert plain["level_of_slicing"]["properties"] == audit.level == 2
    assert len(audit.table) == 3 * len(audit.slices)
    assert set(audit.table["verdict"]) <= {"worse", "fine", "cannot say"}


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"max_columns": 3}, "1 or 2 properties"),
        ({"min_rows": 3}, "at least 20 rows"),
        ({"tolerance": 0}, "share > 0"),
        ({"metrics": ["bias", "mae"]}, "metric of slices"),
        ({"metrics": []}, "at least one metric"),
        ({"against": "some"}, "option against"),
        ({"confidence_level": 1.0}, "confidence level"),
        ({"threshold": -1.0}, "threshold"),
    ],
)
def test_options_outside_their_range_are_refused(wrong: dict[str, Any], found: str) -> None:
    """In one line that says the rule."""
    table, unit, expected = scored(1000)
    with pytest.raises(OptionError, match=found) as refused:
        audit_slices(table, unit, expected, **{**QUICK, **wrong})
    assert "\n" not in str(refused.value)


def test_tables_that_cannot_be_used_are_refused() -> None:
    """Lengths, gaps, negative or empty scores, unknown columns, too few rows or levels."""
    table, unit, expected = scored(1000)
    refused: list[tuple[Any, Any, dict[str, Any], str]] = [
        (unit[:-1], expected, {}, "residual must have shape"),
        (np.where(unit > 2, np.nan, unit), expected, {}, "must be finite"),
        (unit, -expected, {}, "must be >= 0"),
        (unit, 0 * expected, {}, "are zero"),
        (unit, expected, {"columns": "zine"}, "Did you mean"),
        (unit, expected, {"min_rows": 400}, "each needs at least 800"),
        (unit, expected, {"time": np.zeros(1000)}, "each needs at least"),
        (unit, expected, {"groups": np.zeros(1000)}, "each needs at least"),
    ]
    for residual, score, options, found in refused:
        with pytest.raises(TableError, match=found):
            audit_slices(table, residual, score, **QUICK, **options)
    with pytest.raises(TableError, match="Nothing to slice by"):
        audit_slices(pd.DataFrame({"key": range(1000)}).astype(str), unit, expected, **QUICK)


def test_one_property_is_enough_if_asked() -> None:
    """No pair is searched or told."""
    table, unit, expected = scored()
    residual = unit * expected * np.where(in_slice(table), 2.0, 1.0)
    audit = audit_slices(
        table, residual, expected, max_columns=1, columns=["zone", "size"], **QUICK
    )
    assert {len(one.properties) for one in audit.slices} == {1}
    assert {name for one in audit.slices for name in one.properties} == {"zone", "size"}


def test_halves_have_nothing_in_common() -> None:
    """Neither rows, nor groups, nor moments; what is newer is later."""
    rng = np.random.default_rng(0)
    time, groups = rng.integers(0, 50, 1000), rng.integers(0, 600, 1000)
    by_time = halve(1000, time, groups, 20, 0)
    assert time[by_time.older].max() < time[by_time.newer].min()
    assert not set(groups[by_time.older]) & set(groups[by_time.newer])
    at_random = halve(1000, None, groups, 20, 0)
    assert not set(groups[at_random.older]) & set(groups[at_random.newer])
    assert len(at_random.older) + len(at_random.newer) == 1000
    again, other = halve(1000, None, None, 20, 0), halve(1000, None, None, 20, 1)
    assert np.array_equal(again.older, halve(1000, None, None, 20, 0).older)
    assert not np.array_equal(again.older, other.older)


@pytest.mark.slow
def test_no_effect_is_flagged_in_at_most_five_per_cent() -> None:
    """300 tables of 2,000 rows with Student's t5: at most 5 % and two standard errors."""
    flagged = 0
    for seed in range(300):
        rng = np.random.default_rng([11, seed])
        table, expected = properties(2000, rng), rng.uniform(0.05, 0.15, 2000)
        residual = rng.standard_t(5, 2000) * np.sqrt(0.6) * expected
        flagged += bool(audit_slices(table, residual, expected, random_state=seed, **QUICK).worse)
    assert flagged <= 300 * (0.05 + 2 * np.sqrt(0.05 * 0.95 / 300))


@pytest.mark.slow
def test_what_is_too_much_is_hardly_ever_called_fine() -> None:
    """Zones whose errors are 1.35 times as large as elsewhere are not certified up to 1.25."""
    fine = 0
    for seed in range(200):
        rng = np.random.default_rng([12, seed])
        table, expected = properties(3000, rng), rng.uniform(0.05, 0.15, 3000)
        bad = (table["zone"] == "a").to_numpy()
        residual = rng.standard_t(5, 3000) * np.sqrt(0.6) * expected * np.where(bad, 1.35, 1.0)
        audit = audit_slices(table, residual, expected, random_state=seed, **QUICK)
        (one,) = [each for each in audit.slices if each.text == "zone a"]
        fine += one.figures["calibration"].verdict == "fine"
    assert fine <= 200 * (0.05 + 2 * np.sqrt(0.05 * 0.95 / 200))
