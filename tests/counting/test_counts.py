"""Counts of parts, merged in any way, tell what `qconf.evaluate` tells of all rows."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from counted_rows import few_kept, in_parts, passes_over, rows_strategy, scored_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf import CountedEvaluation, Evaluation, RiskCoverageCounts, evaluate, evaluate_parts
from qconf._types import RowMetricName
from qconf.errors import OptionError, TableError
from qconf.evaluation.metrics.row_metric import RowMetric

#: An example takes a tenth of a second and more; the slow test has many.
FEW, MANY = 5, 150
METRICS: list[RowMetricName] = ["ppe10", "bias", "over-valuation-rate"]


def merged_at_once(parts: list[RiskCoverageCounts]) -> RiskCoverageCounts:
    whole, *others = parts
    for one in others:
        whole.merge(one)
    return whole


def alike(counted: CountedEvaluation, known: Evaluation) -> None:
    """Hold every figure against that of `evaluate`: rates to the bit, means to rounding."""
    for some, same in (
        (counted.best_decile, known.best_decile),
        (counted.overall, known.overall),
    ):
        assert some.outlier_rate.value == same.outlier_rate.value
        assert some.n == same.n
        assert some.mae.value == pytest.approx(same.mae.value, rel=1e-12, abs=1e-300)
        for name, one in same.metrics.items():
            assert some.metrics[name].value == pytest.approx(one.value, rel=1e-9, abs=1e-9)
    assert {k: v.value for k, v in counted.coverage_at.items()} == {
        k: v.value for k, v in known.coverage_at.items()
    }
    assert list(counted.risks["outlier_rate"]) == list(known.risks["outlier_rate"])
    assert list(counted.calibration["n"]) == list(known.calibration["n"])
    for column in ("expected_error", "residual"):
        assert counted.calibration[column].to_numpy() == pytest.approx(
            known.calibration[column].to_numpy(), rel=1e-12
        )
    assert counted.calibration_ratio.value == pytest.approx(
        known.calibration_ratio.value, rel=1e-12, nan_ok=True
    )
    low, high = counted.aurc_bounds
    assert low - 1e-12 <= known.aurc.value <= high + 1e-12
    assert low - 1e-12 <= counted.aurc.value <= high + 1e-12


def figures_are_those_of_evaluate(rows: Any, fraction: float) -> None:
    """Of few rows in one pass, and the same rows taken for many in several."""
    asked: dict[str, Any] = {"threshold": 0.15, "fraction": fraction, "metrics": METRICS}
    known = evaluate(*rows[:2], groups=rows[2], n_resamples=2, **asked)
    once = RiskCoverageCounts(n_resamples=20, **asked).update(*rows)
    assert once.is_last
    alike(once.evaluate(), known)
    with few_kept():
        counted = evaluate_parts([rows], n_resamples=20, **asked)
    alike(counted, known)
    assert once.evaluate().aurc.value == pytest.approx(known.aurc.value, abs=1e-12)


def no_split_order_or_merge_changes_a_bit(rows: Any, data: st.DataObject) -> None:
    """Any cuts, any order of rows, any tree of merges, as in one update; in one pass or several."""
    n = len(rows[0])
    cuts = data.draw(st.lists(st.integers(0, n), max_size=5))
    order = np.array(data.draw(st.permutations(range(n))), dtype=int)
    most = data.draw(st.sampled_from([3, 10, 100]))
    mixed: Any = tuple(None if one is None else one[order] for one in rows)

    def in_a_tree(parts: list[RiskCoverageCounts]) -> RiskCoverageCounts:
        waiting = list(parts)
        while len(waiting) > 1:
            at = data.draw(st.integers(0, len(waiting) - 2))
            waiting.append(waiting.pop(at).merge(waiting.pop(at)))
        return waiting[0]

    asked: dict[str, Any] = {"metrics": METRICS, "n_resamples": 20}
    with few_kept(most):
        whole = passes_over([rows], merged_at_once, **asked)
        parts = passes_over(in_parts(mixed, cuts), in_a_tree, **asked)
        assert parts.pass_number == whole.pass_number
        assert repr(parts.evaluate().to_dict()) == repr(whole.evaluate().to_dict())
        assert parts.evaluate().curve.equals(whole.evaluate().curve)


def the_area_lies_within_its_bounds(rows: Any) -> None:
    """Also where the last pass leaves cells of several scores, as of very many rows."""
    with few_kept(0):
        counted = evaluate_parts([rows], n_resamples=2, outlier_rates=())
    known = evaluate(*rows[:2], threshold=0.15, n_resamples=2).aurc.value
    low, high = counted.aurc_bounds
    assert low - 1e-12 <= known <= high + 1e-12
    assert low - 1e-12 <= counted.aurc.value <= high + 1e-12


@pytest.mark.slow
def test_many_rows_take_three_passes_and_a_bound_that_is_small() -> None:
    """Of 200,000 rows the area is known to five digits, and all else as `evaluate` tells it."""
    rows = scored_rows(200_000)
    counted = evaluate_parts(in_parts(rows, [70_000]), metrics=METRICS)
    assert counted.passes == 3
    known = evaluate(*rows[:2], threshold=0.15, metrics=METRICS, n_resamples=2)
    alike(counted, known)
    low, high = counted.aurc_bounds
    assert 0 < high - low < 1e-5
    assert counted.aurc.value == pytest.approx(known.aurc.value, abs=1e-7)


def test_scores_of_few_values_take_two_passes() -> None:
    """Where cells hold one score each, nothing is left to look for but the sums."""
    score = np.repeat([0.05, 0.1, 0.2], 50_000)
    residual = score * np.random.default_rng(0).normal(size=150_000)
    counted = evaluate_parts([(score, residual)])
    assert counted.passes == 2
    alike(counted, evaluate(score, residual, threshold=0.15, n_resamples=2))
    assert counted.aurc_bounds[0] == counted.aurc_bounds[1]


@pytest.mark.slow
@pytest.mark.parametrize("of_group", [0, 5])
def test_intervals_are_about_those_of_evaluate(of_group: int) -> None:
    """Each end of each interval within a quarter of its width, with groups and without."""
    rows = scored_rows(20_000, 3, of_group)
    asked: dict[str, Any] = {"metrics": METRICS}
    counted = RiskCoverageCounts(n_resamples=1000, **asked).update(*rows).evaluate()
    known = evaluate(*rows[:2], groups=rows[2], threshold=0.15, **asked)
    pairs = [(counted.aurc, known.aurc), (counted.aurc_difference, known.aurc_difference)]
    pairs += [(counted.coverage_at[rate], known.coverage_at[rate]) for rate in known.coverage_at]
    pairs += [(counted.calibration_ratio, known.calibration_ratio)]
    for some, same in (
        (counted.best_decile, known.best_decile),
        (counted.overall, known.overall),
    ):
        pairs += [(some.outlier_rate, same.outlier_rate), (some.mae, same.mae)]
        pairs += [(some.metrics[name], same.metrics[name]) for name in same.metrics]
    for one, other in pairs:
        width = other.interval[1] - other.interval[0]
        assert one.interval == pytest.approx(other.interval, abs=width / 4)
    for end in ("low", "high"):
        widths = (known.calibration["high"] - known.calibration["low"]).to_numpy()
        differences = (counted.calibration[end] - known.calibration[end]).to_numpy()
        assert (np.abs(differences) < widths / 4).all()


def test_groups_widen_intervals() -> None:
    """Rows that are copies of each other are worth one."""
    score, residual, _ = scored_rows(4000)
    copied = np.tile(score, 5), np.tile(residual, 5)
    groups = np.tile(np.arange(4000), 5)
    alone = RiskCoverageCounts().update(*copied).evaluate()
    together = RiskCoverageCounts().update(*copied, groups).evaluate()
    assert together.n_groups == pytest.approx(4000, rel=0.1)
    for name in ("aurc", "calibration_ratio"):
        wide, narrow = (np.diff(getattr(one, name).interval)[0] for one in (together, alone))
        assert wide == pytest.approx(np.sqrt(5) * narrow, rel=0.25)


def test_groups_are_the_same_in_any_type_a_part_has_them() -> None:
    """Ids with gaps are floats, and still the same ids; a row without a group is on its own."""
    score, residual, groups = scored_rows(300, 1, 3)
    whole = RiskCoverageCounts().update(score, residual, groups).evaluate()
    parts = RiskCoverageCounts().update(score[:99], residual[:99], groups[:99])
    parts.update(score[99:], residual[99:], groups[99:].astype(float))
    assert parts.evaluate().to_dict() == whole.to_dict()
    gaps = groups.astype(float)
    gaps[gaps == 7] = np.nan
    assert RiskCoverageCounts().update(score, residual, gaps).evaluate().n_groups == 102


def test_few_groups_and_one() -> None:
    """Few groups are told of, as `evaluate` does; one alone is refused."""
    score, residual, groups = scored_rows(3000, 1, 300)
    counted = RiskCoverageCounts().update(score, residual, groups).evaluate()
    known = evaluate(score, residual, groups=groups, threshold=0.15, n_resamples=50)
    assert counted.notes == known.notes
    assert "only 10 groups" in counted.notes[0]
    with pytest.raises(TableError, match="at least 2 distinct values, found 1"):
        RiskCoverageCounts().update(score, residual, np.ones(3000)).evaluate()


def test_misuse_is_told_in_a_line() -> None:
    """What does not go together is refused before it is counted."""
    rows = scored_rows(300)
    with pytest.raises(TableError, match="No rows were counted"):
        RiskCoverageCounts().evaluate()
    with pytest.raises(TableError, match="No rows were counted"):
        RiskCoverageCounts().next_pass()
    with pytest.raises(OptionError, match=r"the same threshold: 0.15 here, 0.2 there"):
        RiskCoverageCounts().update(*rows).merge(RiskCoverageCounts(threshold=0.2).update(*rows))
    with pytest.raises(OptionError, match="not with a ndarray: use update"):
        RiskCoverageCounts().merge(rows[0])  # type: ignore[arg-type]
    with few_kept():
        first = RiskCoverageCounts().update(*rows)
        with pytest.raises(
            OptionError, match=r"must be gone over again: counts = counts.next_pass"
        ):
            first.evaluate()
        second = first.next_pass()
        with pytest.raises(OptionError, match="the same pass: 1 here, 2 there"):
            first.merge(second)
        with pytest.raises(TableError, match="No rows were counted in pass 2"):
            second.evaluate()
        second.update(rows[0][:200], rows[1][:200])
        with pytest.raises(OptionError, match="Pass 2 has seen 200 rows and the one before 300"):
            second.next_pass()
        other = first.next_pass().update(rows[0], rows[1][::-1])
        with pytest.raises(OptionError, match="Pass 2 has seen other scores or residuals"):
            other.next_pass()
        elsewhere = RiskCoverageCounts().update(*scored_rows(300, 9)).next_pass()
        with pytest.raises(OptionError, match="follow from different earlier passes"):
            first.next_pass().merge(elsewhere)
    assert RiskCoverageCounts().update(*rows).is_last


def test_groups_belong_to_all_parts_or_none() -> None:
    """Nor may they be numbers here and names there: no two of them would ever meet."""
    score, residual, groups = scored_rows(30, 1, 3)
    counts = RiskCoverageCounts().update(score, residual, groups)
    with pytest.raises(OptionError, match="with groups and others without"):
        counts.update(score, residual)
    with pytest.raises(OptionError, match="Groups are numbers in one part and text in another"):
        counts.update(score, residual, [f"g{one}" for one in groups])
    assert counts.n_rows == 30
    with few_kept():
        again = counts.next_pass()
        with pytest.raises(OptionError, match="seen other groups"):
            again.update(score, residual).next_pass()


@pytest.mark.parametrize(
    ("score", "residual", "message"),
    [
        ([0.1, np.nan], [0.1, 0.1], "expected error must be finite"),
        ([0.1, 0.1], [0.1, np.inf], "residual must be finite"),
        ([0.1], [0.1, 0.2], "must have shape"),
        ([0.1, 0.1], [0.1, 1e80], "residual must lie within"),
    ],
)
def test_bad_rows_are_refused_and_not_counted(score: Any, residual: Any, message: str) -> None:
    """A part is counted as a whole or not at all."""
    counts = RiskCoverageCounts()
    with pytest.raises(TableError, match=message):
        counts.update(score, residual)
    assert counts.n_rows == 0
    with pytest.raises(OptionError, match="threshold must be"):
        RiskCoverageCounts(threshold=-1)


def test_what_it_tells_of_itself() -> None:
    """A line for people, a table for CSV, and differences that cannot be told."""
    counts = RiskCoverageCounts().update(*scored_rows(300))
    assert repr(counts) == "<RiskCoverageCounts of 300 rows, pass 1, the last>"
    told = counts.evaluate()
    assert "rank correlation" not in str(told)
    assert told.table.loc["safest"].set_index("figure").loc["outlier_rate", "n"] == 30
    assert "spearman" not in told.to_dict()
    others = {
        "rate_minus": (told,), "aurc_minus": (told, 0.95), "coverage_minus": (told, 0.05),
    }  # fmt: skip
    for name, given_others in others.items():
        with pytest.raises(OptionError, match="resamples are not paired"):
            getattr(told, name)(*given_others)


def test_a_metric_of_ones_own_is_counted_too() -> None:
    """Its mean over the safest rows is that of `evaluate`, groups or not."""
    squared = RowMetric("squared", "squared", "mean square", lambda r, _: r * r, "error")
    for of_group in (0, 4):
        rows = scored_rows(400, 2, of_group)
        known = evaluate(*rows[:2], groups=rows[2], threshold=0.15, metrics=[squared])
        counted = RiskCoverageCounts(metrics=[squared]).update(*rows).evaluate()
        for some, same in itertools.pairwise(
            [counted.best_decile.metrics["squared"], known.best_decile.metrics["squared"]]
        ):
            assert some.value == pytest.approx(same.value, rel=1e-9)
            assert some.interval == pytest.approx(same.interval, rel=0.3)


#: Each law, and of what it holds.
LAWS: dict[str, tuple[Any, dict[str, Any]]] = {
    "figures are those of evaluate": (
        figures_are_those_of_evaluate,
        {"rows": rows_strategy(), "fraction": st.sampled_from([0.1, 0.25, 0.5, 1.0])},
    ),
    "no split, order or merge changes a bit": (
        no_split_order_or_merge_changes_a_bit, {"rows": rows_strategy(), "data": st.data()}
    ),
    "the area lies within its bounds": (
        the_area_lies_within_its_bounds, {"rows": rows_strategy(groups=False)}
    ),
}  # fmt: skip


def _holds(law: str, max_examples: int) -> None:
    test, drawn = LAWS[law]
    settings(deadline=None, max_examples=max_examples)(given(**drawn)(test))()


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
def test_a_law_holds(law: str) -> None:
    """Of a few tables, in every run."""
    _holds(law, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
def test_a_law_holds_for_many_tables(law: str) -> None:
    """Of many more."""
    _holds(law, MANY)
