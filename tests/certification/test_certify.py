"""A certificate keeps its promise, and no label has a say in where it looks."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from benchmarks.certificates import CONTENDERS, measured, summed
from benchmarks.certified_worlds import THRESHOLD, WORLDS
from qconf import Certificate, certify
from qconf._types import FloatArray
from qconf.errors import OptionError, QconfError


def rows(n_rows: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Draw scores that are right and residuals."""
    rng = np.random.default_rng(seed)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, n_rows))
    return sigma, sigma * rng.standard_t(5, n_rows) * np.sqrt(0.6)


def test_a_certificate_is_what_its_tests_say() -> None:
    """Each test is scipy's binomial tail of the rows it counts; all but the last pass."""
    score, residual = rows(3000)
    one = certify(score, residual, threshold=0.15)
    for test in one.path.to_dict("records"):
        accepted = score <= test["cut_off"]
        assert test["n"] == accepted.sum()
        assert test["outliers"] == (np.abs(residual[accepted]) > 0.15).sum()
        assert test["p_value"] == pytest.approx(
            binom.cdf(test["outliers"], test["n"], 0.05), abs=1e-12
        )
    assert one.path["passed"].tolist() == [True] * (len(one.path) - 1) + [False]
    last = one.path.iloc[-2]
    assert (one.cut_off, one.n_accepted, one.n_outliers) == (
        last["cut_off"], last["n"], last["outliers"],
    )  # fmt: skip
    assert one.coverage == one.n_accepted / 3000
    assert one.outlier_rate.value == one.n_outliers / one.n_accepted
    assert binom.cdf(one.n_outliers, one.n_accepted, one.bound) == pytest.approx(0.05)
    assert one.bound <= 0.05


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.booleans())
def test_labels_have_no_say_in_cut_offs_and_start(seed: int, with_history: bool) -> None:
    """Whatever came out: the same cut-offs, and the same first test."""
    score, residual = rows(400)
    history = rows(300, seed=9) if with_history else None
    other = np.random.default_rng(seed).permutation(residual) * 3
    one, another = (
        certify(score, labels, threshold=0.15, history=history, cut_offs=40)
        for labels in (residual, other)
    )
    assert one.curve["cut_off"].equals(another.curve["cut_off"])
    assert one.path["cut_off"][0] == another.path["cut_off"][0]


def test_older_rows_have_a_say_in_the_start_alone() -> None:
    """Risky older rows start at fewer rows; what each cut-off counts stays."""
    score, residual = rows(2000)
    older, errors = rows(2000, seed=1)
    calm, wild = (
        certify(score, residual, threshold=0.15, history=(older, factor * errors))
        for factor in (0.5, 2.0)
    )
    assert calm.start == wild.start == "older rows"
    assert calm.path["coverage"][0] > wild.path["coverage"][0]
    assert calm.curve.equals(wild.curve)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.floats(-3, 3), st.floats(0.1, 10))
def test_the_order_of_rows_and_the_unit_do_not_matter(
    seed: int, shift: float, factor: float
) -> None:
    """With older rows to start from, any growing function of the score accepts the same rows."""
    score, residual = rows(500, seed=3)
    older, errors = rows(500, seed=4)
    order = np.random.default_rng(seed).permutation(500)
    plain = certify(
        score, residual, threshold=0.15, outlier_rate=0.1, history=(older, errors), cut_offs=50
    )

    def grown(values: FloatArray) -> FloatArray:
        return shift + factor * np.log(values)

    moved = certify(
        grown(score)[order],
        residual[order] * 100,
        threshold=15.0,
        outlier_rate=0.1,
        history=(grown(older), errors * 100),
        cut_offs=50,
    )
    assert plain.certified
    assert (moved.accepts(grown(score)) == plain.accepts(score)).all()


def test_ties_are_accepted_together() -> None:
    """The cut-off is one of the scores, and rows that share it are all counted."""
    score, residual = rows(3000)
    score = np.round(score, 2)
    one = certify(score, residual, threshold=0.15)
    assert one.cut_off in score
    assert one.n_accepted == (score <= one.cut_off).sum()
    assert len(one.curve) == len(np.unique(score))
    constant = certify(np.ones(500), residual[:500], threshold=0.9)
    assert (constant.coverage, constant.cut_off) == (1.0, 1.0)


def test_cut_offs_may_come_from_the_rows_to_score() -> None:
    """Only their scores are tried."""
    score, residual = rows(2000)
    to_score = np.random.default_rng(5).uniform(0.02, 0.2, 30)
    one = certify(score, residual, threshold=0.15, to_score=to_score)
    assert one.cut_off in to_score
    assert len(one.curve) == 30


def test_over_valuation_alone_has_fewer_outliers() -> None:
    """About half of the rows beyond the threshold are too high, so that more are certified."""
    score, residual = rows(2000)
    both, over = (certify(score, residual, threshold=0.15, side=side) for side in ("both", "over"))
    accepted = score <= over.cut_off
    assert over.n_outliers == (residual[accepted] > 0.15).sum()
    assert over.coverage > both.coverage
    assert "too high by more than 15 %" in str(over)


def test_groups_cost_coverage() -> None:
    """Rows of a group that err together are worth fewer, and the text says how many."""
    table = WORLDS["40 groups of 50"].table(np.random.default_rng(0))
    numbers: dict[str, Any] = {"threshold": THRESHOLD, "outlier_rate": 0.08}
    alone = certify(table.score, table.residual, **numbers)
    grouped = certify(table.score, table.residual, groups=table.groups, **numbers)
    assert grouped.n_groups == 40
    assert grouped.coverage < alone.coverage
    assert grouped.n_effective < 0.6 * grouped.n_accepted
    assert "in 40 groups; those accepted are worth" in str(grouped)
    each_its_own = certify(table.score, table.residual, groups=np.arange(2000), **numbers)
    assert each_its_own.coverage == pytest.approx(alone.coverage, abs=0.03)


def test_with_groups_the_tests_start_at_more_rows() -> None:
    """Before any label is seen, rows of large groups are thought to be worth less."""
    score, residual = rows(2000)
    groups = np.arange(2000) // 50
    alone, grouped = (
        certify(score, residual, threshold=0.15, groups=one) for one in (None, groups)
    )
    assert grouped.path["coverage"][0] > alone.path["coverage"][0]


def test_joint_promises_each_get_a_share_of_the_doubt() -> None:
    """Four rates at 95 % together are each tested at 98.75 %."""
    score, residual = rows(4000)
    rates = [0.02, 0.05, 0.1, 0.15]
    each = certify(score, residual, threshold=0.15, outlier_rate=rates)
    joint = certify(score, residual, threshold=0.15, outlier_rate=rates, several="joint")
    single = certify(score, residual, threshold=0.15, outlier_rate=0.05)
    assert each[0.05].cut_off == single.cut_off
    assert joint[0.05].confidence_level == pytest.approx(0.9875)
    assert all(joint[rate].coverage <= each[rate].coverage for rate in rates)
    assert [one.coverage for one in each.values()] == sorted(one.coverage for one in each.values())


def test_the_next_batch_grows_with_its_rows() -> None:
    """More may be outliers of more, and above the rate that was seen."""
    one = certify(*rows(2000), threshold=0.15)
    limits = [one.next_batch(n) for n in (1, 50, 200, 1000)]
    assert limits == sorted(limits)
    assert limits[-1] > 1000 * one.outlier_rate.value
    for bad in (0, 2.5, True):
        with pytest.raises(OptionError, match="integer >= 1"):
            one.next_batch(bad)  # type: ignore[arg-type]


def test_a_missing_expected_error_is_not_accepted() -> None:
    """Nor one beyond the cut-off."""
    one = certify(*rows(2000), threshold=0.15)
    assert one.accepts([one.cut_off, np.nan, one.cut_off * 1.001, 0.0]).tolist() == [
        True, False, False, True,
    ]  # fmt: skip


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"outlier_rate": 0.0}, "strictly between 0 and 1, got 0"),
    ({"outlier_rate": 1.0}, "strictly between 0 and 1, got 1"),
    ({"outlier_rate": 1.5}, r"must lie in \[0, 1\]"),
    ({"outlier_rate": []}, "one or more, and differ"),
    ({"outlier_rate": [0.05, 0.05]}, "one or more, and differ"),
    ({"outlier_rate": "0.05"}, "list of numbers"),
    ({"confidence_level": 1.0}, "confidence level must lie strictly"),
    ({"threshold": -1}, "threshold must be a finite number > 0"),
    ({"cut_offs": 0}, "number of cut-offs must be an integer >= 1"),
    ({"cut_offs": 2.5}, "number of cut-offs must be an integer >= 1"),
    ({"side": "under"}, "side must be one of both, over"),
    ({"several": "all"}, "must be one of each, joint"),
    ({"error": "squared"}, "error scale must be one of"),
    ({"groups": [1, 2]}, "The group has 2 values, the table 100 rows"),
    ({"periods": [1, 2]}, "The period has 2 values, the table 100 rows"),
    ({"history": ([0.1],)}, "must be a pair"),
    ({"history": 3}, "must be a pair"),
    ({"history": ([0.1, 0.2], [0.1])}, "residual of the older rows must have shape"),
    ({"history": ([], [])}, "There are no older rows"),
    ({"to_score": []}, "There are no expected errors to score"),
    ({"to_score": [np.nan]}, "must be finite; 1 of 1"),
]


@pytest.mark.parametrize(("given_", "message"), REFUSED)
def test_what_cannot_be_is_refused_in_a_line(given_: dict[str, Any], message: str) -> None:
    """The thing, the rule, what was found."""
    score, residual = rows(100)
    with pytest.raises(QconfError, match=message) as refused:
        certify(score, residual, **({"threshold": 0.15} | given_))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("score", "residual", "message"),
    [
        ([], [], "There are no calibration rows"),
        ([0.1, np.inf], [0.0, 0.0], "expected error of the calibration rows must be finite"),
        ([0.1, 0.2], [0.0], r"residual of the calibration rows must have shape \(2,\)"),
        ([0.1], ["x"], "must be numbers"),
    ],
)
def test_rows_that_cannot_be_used(score: Any, residual: Any, message: str) -> None:
    """Empty, infinite, of another length, no numbers."""
    with pytest.raises(QconfError, match=message):
        certify(score, residual, threshold=0.15)


def test_one_row_certifies_nothing() -> None:
    """And still says what would help."""
    one = certify([0.1], [0.0], threshold=0.15)
    assert not one.certified
    assert one.cut_off == -np.inf
    assert not one.accepts([0.0])[0]
    assert one.remedies is not None
    assert json.loads(json.dumps(one.to_dict()))["cut_off"] is None


def test_promises_are_kept_in_simulated_tables() -> None:
    """More than 12 of 100 broken ones would be seen once in 700 such tests."""
    world = WORLDS["independent rows, 500"]
    broken, kept_rows = 0, []
    for number in range(100):
        table = world.table(np.random.default_rng([1, number]))
        one = certify(table.score, table.residual, threshold=THRESHOLD, cut_offs=50)
        broken += one.certified and world.risk(one.cut_off) > 0.05
        kept_rows.append(one.coverage)
    assert broken <= 12
    assert np.mean(kept_rows) > 0.5 * world.best_coverage


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "least"),
    [
        ("independent rows, 2000", 0.88),
        ("tied scores, 2000", 0.8),
        ("40 groups of 50", 0.7),
        ("one group of 30 %", 0.3),
    ],
)
@pytest.mark.parametrize("name", ["qconf", "qconf, with older rows"])
def test_promises_are_kept_in_two_thousand_tables(world: str, least: float, name: str) -> None:
    """Broken in at most 5 % and two standard errors, with a good part of what truth would cover."""
    ways = {name: CONTENDERS[name]}
    (told,) = summed(pd.DataFrame(measured(world, range(2000), ways))).to_dict("records")
    assert told["violations"] <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 2000)
    assert told["of_truth_known"] >= least


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "least"), [("independent rows, 500", 0.55), ("independent rows, 10000", 0.95)]
)
def test_coverage_beside_that_of_other_rules(world: str, least: float) -> None:
    """As much of the truth as promised, and more than SGR and Holm's correction."""
    told = summed(pd.DataFrame(measured(world, range(400)))).set_index("contender")
    share = told["of_truth_known"]
    assert share["qconf, with older rows"] >= least
    assert share["qconf"] > max(share["SGR"], share["Holm (MAPIE)"])


@pytest.mark.slow
def test_the_next_batch_keeps_its_limit() -> None:
    """More outliers than told among the next 200 accepted: in at most 5 % of batches."""
    world = WORLDS["independent rows, 2000"]
    broken: list[bool] = []
    for number in range(300):
        rng = np.random.default_rng([7, number])
        table, new = world.table(rng), world.table(rng)
        one = certify(table.score, table.residual, threshold=THRESHOLD, cut_offs=100)
        found = new.outlier[one.accepts(new.score)]
        batches = found[: len(found) // 200 * 200].reshape(-1, 200).sum(axis=1)
        broken.extend((batches > one.next_batch(200)).tolist())
    assert np.mean(broken) <= 0.05


def test_repr_is_a_line() -> None:
    """The cut-off, the coverage, the promise."""
    one: Certificate = certify(*rows(2000), threshold=0.15)
    assert repr(one).startswith("<Certificate: expected error <= 0.")
    assert "at most 5 % outliers" in repr(one)
    assert "nothing certified" in repr(certify([0.1], [0.0], threshold=0.15))
