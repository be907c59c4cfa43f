"""A report on anybody's values: what it holds, whom it hears, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.report_card import WORLDS, figures_of, report_on, table_of
from qconf import AvmReport, avm_report, evaluate
from qconf.errors import OptionError, TableError

FAST: dict[str, Any] = {"n_resamples": 60}
WORLD = "100 groups of 3 to 60 rows"


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return table_of(WORLD, np.random.default_rng(7))


@pytest.fixture(scope="module")
def report(table: pd.DataFrame) -> AvmReport:
    return report_on(table, **FAST)


def numbers(report: AvmReport) -> dict[Any, tuple[float, float, float]]:
    return {key: (one.value, *one.interval) for key, one in figures_of(report)}


def assert_same(one: AvmReport, other: AvmReport) -> None:
    """Compare all figures with their intervals."""
    ours, theirs = numbers(one), numbers(other)
    assert ours.keys() == theirs.keys()
    for key, told in ours.items():
        assert told == pytest.approx(theirs[key], rel=1e-6, abs=1e-6, nan_ok=True), key


def test_figures_by_hand(table: pd.DataFrame, report: AvmReport) -> None:
    """Every kind of figure, from its definition, on the rows that have a value."""
    rows = table.dropna(subset="value")
    error = rows["value"] / rows["truth"] - 1
    safe, tier = rows["fsd"] <= 0.1, rows["tier"] == "B"
    band = (rows["fsd"] > 0.05) & (rows["fsd"] <= 0.1)
    score = (rows["ccs"] >= 60) & (rows["ccs"] < 70)
    z = (error / rows["fsd"])[band]
    expected = {
        ("scope", "all", "hit_rate"): len(rows) / len(table),
        ("accuracy", "all", "ppe5"): (error.abs() <= 0.05).mean(),
        ("accuracy", "all", "ppe20"): (error.abs() <= 0.2).mean(),
        ("accuracy", "all", "mdape"): error.abs().median(),
        ("accuracy", "all", "mean_error"): error.mean(),
        ("accuracy", "all", "median_error"): error.median(),
        ("accuracy", "all", "failure_rate"): (error.abs() > 0.15).mean(),
        ("accuracy", "all", "right_tail"): (error > 0.15).mean(),
        ("accuracy", "all", "failure_size"): error.abs()[error.abs() > 0.15].mean(),
        ("fsd", "5 to 10 %", "within_1_fsd"): (z.abs() <= 1).mean(),
        ("fsd", "5 to 10 %", "within_2_fsd"): (z.abs() <= 2).mean(),
        ("fsd", "5 to 10 %", "z_rms"): np.sqrt((z**2).mean()),
        ("cut_offs", "up to 10 %", "hit_rate"): safe.sum() / len(table),
        ("cut_offs", "up to 10 %", "failure_rate"): (error.abs() > 0.15)[safe].mean(),
        ("ccs", "60 to 70", "ppe10"): (error.abs() <= 0.1)[score].mean(),
        ("tiers", "B", "share"): tier.sum() / len(table),
        ("tiers", "B", "ppe10"): (error.abs() <= 0.1)[tier].mean(),
        ("tiers", "B", "mdape"): error.abs()[tier].median(),
        ("tiers", "B", "median_error"): error[tier].median(),
        ("ratios", "all", "median_ratio"): (1 + error).median(),
    }
    told = {key: value for key, (value, _, _) in numbers(report).items()}
    assert {key: told[key] for key in expected} == pytest.approx(expected)
    proxy = (rows["value"] / (1 + error).median() + rows["truth"]) / 2
    fifth = ((proxy.rank() - 0.5) / len(proxy) * 5).astype(int)
    for number, (_, ratios) in enumerate((1 + error).groupby(fifth), 1):
        band_level = told["price_bands", f"fifth {number}", "median_ratio"]
        assert band_level == pytest.approx(ratios.median())
        relative = told["price_bands", f"fifth {number}", "relative_level"]
        assert relative == pytest.approx(ratios.median() / (1 + error).median())


def test_rates_are_those_of_evaluate(table: pd.DataFrame) -> None:
    """The same resamples make the same interval of a rate, whichever door is taken."""
    rows = table.dropna(subset="value")
    error = (rows["value"] - rows["truth"]) / rows["truth"]
    for beside in ({}, {"groups": rows["group"]}, {"time": np.arange(len(rows)) // 20}):
        settings: dict[str, Any] = {**FAST, **beside, "random_state": 3}
        ours = avm_report(rows["value"], rows["truth"], **settings)
        theirs = evaluate(
            rows["fsd"], error, threshold=0.15, metrics=["ppe10", "over-valuation-rate"], **settings
        ).overall
        failures = ours.figure("accuracy", "failure_rate").estimate
        assert failures.interval == pytest.approx(theirs.outlier_rate.interval, rel=1e-9)
        for name, other in (("ppe10", "ppe10"), ("right_tail", "over_valuation_rate")):
            found = ours.figure("accuracy", name).estimate.interval
            assert found == pytest.approx(theirs.metrics[other].interval, rel=1e-9), name


def test_every_figure_is_within_its_interval(report: AvmReport) -> None:
    """Or has none, where there are too few rows."""
    for key, (value, low, high) in numbers(report).items():
        assert np.isnan(low) or low <= value <= high, key


def test_money_and_order_of_the_rows_do_not_matter(table: pd.DataFrame, report: AvmReport) -> None:
    """Yen for dollars change nothing; another order changes the resamples, and no value."""
    dearer = report_on(table.assign(value=150 * table["value"], truth=150 * table["truth"]), **FAST)
    assert_same(dearer, report)
    turned = report_on(table.iloc[::-1], **FAST)
    for key, (value, _, _) in numbers(turned).items():
        assert value == pytest.approx(numbers(report)[key][0]), key


def test_the_seed_decides(table: pd.DataFrame, report: AvmReport) -> None:
    """The same figures again; another seed moves the intervals, and no value."""
    assert_same(report_on(table, **FAST), report)
    other = numbers(report_on(table, random_state=1, **FAST))
    assert all(told[0] == numbers(report)[key][0] for key, told in other.items())
    assert other["ratios", "all", "cod"] != numbers(report)["ratios", "all", "cod"]


def test_copies_that_are_grouped_are_worth_one(table: pd.DataFrame) -> None:
    """Four copies of each row, resampled together, have the intervals of one, not half of it."""
    once = table.assign(group=np.arange(len(table)))
    four = once.loc[once.index.repeat(4)]
    one, grouped, apart = (
        numbers(report_on(some, n_resamples=300))
        for some in (once, four, four.drop(columns="group"))
    )
    wide = [
        (grouped[key][2] - grouped[key][1], apart[key][2] - apart[key][1], high - low)
        for key, (_, low, high) in one.items()
        if key[0] in {"accuracy", "ratios"}
    ]
    for together, alone, own in wide:
        assert together == pytest.approx(own, rel=0.3)
        assert alone < 0.75 * own


def test_a_cut_off_without_failures_knows_of_the_groups() -> None:
    """No resample shows a failure that is not there: how dependent rows are, the others show."""
    house = np.repeat(np.arange(60), 20)
    error = np.where(house % 3 == 0, 0.3, 0.01)[: len(house)]
    fsd = np.where(house % 3 == 0, 0.2, 0.04)
    truth = np.full(len(house), 100.0)
    limits = []
    for groups in (None, house):
        report = avm_report(truth * (1 + error), truth, expected_error=fsd, groups=groups, **FAST)
        rate = report.figure("cut_offs", "failure_rate", "up to 5 %").estimate
        assert rate.value == 0.0
        limits.append(rate.interval[1])
    # 800 rows in 40 groups are worth forty.
    assert limits[0] < 0.004
    assert 0.03 < limits[1] < 0.12


def test_slow_movement_in_time_widens_intervals(table: pd.DataFrame) -> None:
    """A market that the model does not follow for a third of the time."""
    moved = table.assign(value=table["value"] * np.where(np.arange(len(table)) < 600, 1.1, 1.0))
    moved = moved.drop(columns="group")
    plain, slow = (report_on(moved, **FAST, **one) for one in ({}, {"time": np.arange(len(moved))}))
    for section, name in (("accuracy", "mean_error"), ("ratios", "median_ratio")):
        (low, high), (below, above) = (
            one.figure(section, name).estimate.interval for one in (plain, slow)
        )
        assert above - below > 3 * (high - low), name


def test_rows_without_a_truth_are_left_out_and_counted(
    table: pd.DataFrame, report: AvmReport
) -> None:
    """They change nothing."""
    more = pd.concat([table, table.head(9).assign(truth=np.nan)])
    longer = report_on(more, **FAST)
    assert longer.left_out == {"missing_truth": 9}
    assert longer.rows == report.rows
    assert_same(longer, report)


def test_scores_that_are_missing_are_missing_there_alone(table: pd.DataFrame) -> None:
    """A row without an FSD has an error all the same, and is accepted by no cut-off."""
    gaps = table.assign(fsd=table["fsd"].where(table.index % 3 > 0))
    report = report_on(gaps, **FAST)
    known = gaps["fsd"].notna() & gaps["value"].notna()
    assert report.sections["fsd"][0].n == known.sum()
    assert report.sections["accuracy"][0].n == table["value"].notna().sum()
    last = report.sections["cut_offs"][-1]
    assert last.n == (known & (gaps["fsd"] <= last.given["cut_off"])).sum()
    empty = report_on(table.assign(fsd=np.nan, ccs=np.nan), **FAST)
    assert set(empty.sections) == {"scope", "accuracy", "tiers", "ratios", "price_bands"}


def test_scores_may_be_in_per_cent_or_probabilities(table: pd.DataFrame, report: AvmReport) -> None:
    """What is nowhere above 1 is a probability."""
    same = report_on(table.assign(ccs=table["ccs"] / 100), **FAST)
    for one, other in zip(same.sections["ccs"], report.sections["ccs"], strict=True):
        assert one.n == other.n
        assert one.given == pytest.approx(other.given)
        assert one.figures == other.figures


def test_by_class_is_a_report_of_its_own(table: pd.DataFrame) -> None:
    """All figures again on the rows of each class; too small ones are named, and not told."""
    cast = np.where(table.index % 4 == 0, "a", "b").astype(object)
    cast[:4], cast[4:400:5] = "few", None
    whole = report_on(table, protected=cast, **FAST)
    assert list(whole.by_class) == ["a", "b", "(missing)"]
    alone = report_on(table[cast == "a"], **FAST)
    assert_same(whole.by_class["a"], alone)
    assert any("few (" in note for note in whole.notes)
    assert set(whole.table["class"]) == {"", "a", "b", "(missing)"}
    assert set(whole.to_dict()["by_class"]) == set(whole.by_class)


def test_keys_of_json_and_columns_of_the_table(report: AvmReport) -> None:
    """What programs read stays where it is."""
    told = report.to_dict()
    assert list(told) == [
        "rows", "valued", "left_out", "groups", "threshold", "confidence_level", "resamples",
        "scope", "accuracy", "fsd", "cut_offs", "ccs", "tiers", "ratios", "price_bands", "notes",
    ]  # fmt: skip
    assert set(told["ratios"]["cod"]) == {"value", "interval", "range", "verdict"}
    assert {"band", "n", "mean_fsd", "within_1_fsd", "z_rms", "verdict"} <= set(told["fsd"][0])
    assert {"band", "cut_off", "hit_rate", "failure_rate"} <= set(told["cut_offs"][0])
    assert json.loads(json.dumps(told))["rows"] == report.rows
    assert report.table.index.name == "section"
    assert list(report.table) == [
        "band", "n", "figure", "value", "low", "high", "least", "greatest", "verdict"
    ]  # fmt: skip
    assert report.table.loc["fsd"].query("figure == 'verdict'")["verdict"].notna().all()
    with pytest.raises(KeyError):
        report.figure("fsd", "z_rms", "no such band")


@pytest.mark.parametrize(("tail", "verdict"), [(1.0, "right"), (0.7, "too high"), (1.5, "too low")])
def test_an_fsd_is_found_out(tail: float, verdict: str) -> None:
    """Errors as large as it says, smaller, or larger: 5,000 rows are enough to tell."""
    rng = np.random.default_rng(0)
    truth, fsd = np.exp(rng.normal(12, 0.4, 5000)), np.full(5000, 0.08)
    values = truth * (1 + tail * fsd * rng.normal(size=5000))
    report = avm_report(values, truth, expected_error=fsd, **FAST)
    assert {one.verdict for one in report.sections["fsd"]} == {verdict}


GOOD: dict[str, Any] = {"values": [90.0, 110.0, 105.0], "truth": [100.0, 100.0, 100.0]}


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"values": [1.0, 2.0]}, TableError, "The value has 2 values, the table 3 rows"),
        ({"values": [1.0, 2.0, 0.0]}, TableError, "A value must be above 0; 1 of 3 are not"),
        ({"truth": [1.0, -2.0, 0.0]}, TableError, "A truth must be above 0; 2 of 3 are not"),
        ({"truth": ["dear", "cheap", "?"]}, TableError, "The truth must be numbers"),
        ({"values": [1.0, np.inf, 2.0]}, TableError, "The value must be finite"),
        ({"values": [1.0, np.nan, np.nan]}, TableError, "At least 2 rows .* found 1"),
        ({"truth": [np.nan] * 3}, TableError, "At least 2 rows .* found 0"),
        ({"expected_error": [0.1, 0.0, 0.2]}, TableError, "An FSD must be above 0; 1 of 3"),
        ({"expected_error": [8.0, 7.0, 9.0]}, TableError, "such as 0.08 for 8 %; the median is 8"),
        ({"expected_error": [0.1]}, TableError, "The FSD has 1 values"),
        ({"ccs": [101.0, 5.0, 5.0]}, TableError, "A CCS must lie from 0 to 100"),
        ({"ccs": [-1.0, 5.0, 5.0]}, TableError, "1 of 3 do not"),
        ({"ccs": [0.7, 0.8, 70.0]}, TableError, "2 of 3 lie from 0 to 1 and 1 above, up to 70"),
        ({"tiers": ["A"]}, TableError, "The tier has 1 values"),
        ({"groups": [1, 1, 1]}, TableError, "at least 2 distinct values, found 1"),
        ({"time": [1, 1, 1]}, TableError, "The time must have at least 2 distinct values"),
        ({"time": [1, None, 3]}, TableError, "The time is missing in 1 of 3 rows"),
        ({"threshold": 0}, OptionError, "threshold must be a finite number > 0"),
        ({"confidence_level": 95}, OptionError, "confidence level must lie strictly"),
        ({"n_resamples": 1}, OptionError, "number of resamples must be an integer >= 2"),
        ({"random_state": -1}, OptionError, "seed must be an integer"),
    ],
)
def test_refusals(given: dict[str, Any], error: type[Exception], words: str) -> None:
    """One line: the thing, the rule, what was found."""
    with pytest.raises(error, match=words) as raised:
        avm_report(**{**GOOD, **given})
    assert "\n" not in str(raised.value)


def test_too_many_classes_are_refused() -> None:
    """A column of ids is no column of classes."""
    values = np.linspace(90, 110, 60)
    for role in ("tiers", "protected"):
        options: dict[str, Any] = {role: np.arange(60)}
        with pytest.raises(TableError, match="at most 50 distinct values, found 60"):
            avm_report(values, np.full(60, 100.0), **options)


def test_two_rows_are_enough_and_tell_little() -> None:
    """Numbers without intervals where nobody knows how rows differ, and no verdict."""
    report = avm_report([90.0, 110.0], [100.0, 100.0], n_resamples=10)
    assert report.figure("accuracy", "ppe10").estimate.value == 1.0
    assert report.figure("ratios", "cod").estimate.value == pytest.approx(10.0)
    assert {one.verdict for one in report.sections["ratios"][0].figures.values()} == {"cannot say"}
    assert "failure_size" not in report.sections["accuracy"][0].figures


def test_worlds_of_the_benchmark_differ() -> None:
    """Groups share shocks in the clustered ones, and are rows in the others."""
    shares = {}
    for name in WORLDS:
        table = table_of(name, np.random.default_rng(0)).dropna(subset="value")
        error = np.log(table["value"] / table["truth"])
        means = pd.Series(error).groupby(table["group"]).transform("mean")
        sizes = table.groupby("group").size().mean()
        shares[name] = means.var() / error.var() * sizes
    assert min(shares["40 groups of 50 rows"], shares[WORLD]) > 1.4
    assert shares["2,000 independent rows"] == pytest.approx(1.0, abs=0.05)
