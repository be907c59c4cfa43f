"""Rows of groups are worth fewer independent ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from qconf.certification.clusters import GroupSums, effective_rows, up_to_each
from qconf.certification.cut_offs import CutOffs
from qconf.certification.tally import Tally


def worth(outlier: list[int], groups: list[int], level: float = 0.95) -> float:
    """How many independent rows a single cut-off's rows are worth."""
    n = len(outlier)
    tally = Tally.of(
        CutOffs.of(np.ones(n), 1), np.ones(n), np.array(outlier, bool), np.array(groups), level
    )
    return float(tally.n_effective[0])


def test_groups_that_are_all_good_or_all_bad_count_once_each() -> None:
    """Forty groups of five alike: a design effect of five, and Korn & Graubard's share."""
    bad = np.repeat(np.arange(40) % 4 == 0, 5).astype(int).tolist()
    groups = np.repeat(np.arange(40), 5).tolist()
    few = t.ppf(0.95, 39) / t.ppf(0.95, 199)
    assert worth(bad, groups) == pytest.approx(200 / (40 / 39 * 5) / few**2)


def test_groups_without_dependence_cost_hardly_anything() -> None:
    """A thousand pairs of independent rows are worth nearly all of their rows."""
    outlier = (np.random.default_rng(0).random(2000) < 0.1).astype(int).tolist()
    assert 1800 < worth(outlier, np.repeat(np.arange(1000), 2).tolist()) <= 2000


def test_a_level_of_one_half_has_no_reach() -> None:
    """The design effect alone counts."""
    bad = np.repeat(np.arange(40) % 4 == 0, 5).astype(int).tolist()
    groups = np.repeat(np.arange(40), 5).tolist()
    assert worth(bad, groups, 0.5) == worth(bad, groups, 0.2) == pytest.approx(39.0)


def test_one_group_is_worth_nothing() -> None:
    """There is nothing to compare it with."""
    assert worth([0, 1, 0, 0], [0, 0, 0, 0]) == 0.0


def test_never_more_than_the_rows() -> None:
    """Groups that are more even than chance do not add rows."""
    outlier = [1, 0] * 50
    assert worth(outlier, np.repeat(np.arange(50), 2).tolist()) <= 100


def test_one_large_group_counts_even_if_it_looks_average() -> None:
    """Its own total cannot show how far it might have been off; the others' likeness does."""
    rng = np.random.default_rng(3)
    shocks = np.where(rng.random(60) < 0.3, 0.5, 0.02)
    small = rng.random((60, 20)) < shocks[:, None]
    rate = small.mean()
    large = np.arange(600) < round(600 * rate)
    outlier = np.concatenate([large, small.ravel()]).astype(int).tolist()
    groups = np.concatenate([np.zeros(600, int), 1 + np.repeat(np.arange(60), 20)]).tolist()
    only_small = worth(small.ravel().astype(int).tolist(), np.repeat(np.arange(60), 20).tolist())
    assert worth(outlier, groups) < only_small / 3


def test_sums_do_not_depend_on_how_many_groups_are_summed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All at once, or one group at a time."""
    rng = np.random.default_rng(0)
    bins, groups = rng.integers(0, 8, 500), rng.integers(0, 40, 500)
    outlier = rng.random(500) < 0.2
    whole = GroupSums.of(bins, outlier, groups, 7)
    monkeypatch.setattr("qconf.certification.clusters._CELLS", 1)
    single = GroupSums.of(bins, outlier, groups, 7)
    for name in ("groups", "sizes", "outliers", "both", "rates"):
        np.testing.assert_allclose(getattr(single, name), getattr(whole, name))
    (total,) = np.concatenate([one for (one,) in up_to_each(bins, groups, 7, np.ones(500))]).sum(
        axis=0, keepdims=True
    )
    assert total.tolist() == [int((bins <= i).sum()) for i in range(7)]


def test_few_outliers_do_not_prove_that_groups_are_independent() -> None:
    """Where the safest rows have none, the likeness of all rows counts."""
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(50), 20)
    bad = np.repeat(rng.random(50) < 0.3, 20)
    score = rng.random(1000)
    outlier = bad & (score > 0.85)  # none among twice the rows either
    cut_offs = CutOffs.of(score, 10)
    tally = Tally.of(cut_offs, score, outlier, groups, 0.95)
    assert tally.outliers[3] == 0
    assert tally.n_effective[3] < 0.8 * tally.n[3]
    sums = GroupSums.of(cut_offs.bin_of(score), outlier, groups, 10)
    np.testing.assert_allclose(
        effective_rows(tally.n, tally.outliers, sums, 0.95), tally.n_effective
    )


def test_a_sample_that_looks_independent_is_held_against_more_rows() -> None:
    """Safe rows whose outliers happen to be even over groups, among others that hang together."""
    rng = np.random.default_rng(4)
    groups = np.tile(np.arange(40), 50)
    score = np.repeat(np.arange(50), 40) / 50
    even = (score < 0.5) & (np.arange(2000) % 41 == 0)
    bad = (score >= 0.5) & (rng.random(40) < 0.3)[groups]
    whole = Tally.of(CutOffs.of(score, 50), score, even | bad, groups, 0.95)
    safe = score < 0.5
    part = Tally.of(CutOffs.of(score[safe], 50), score[safe], even[safe], groups[safe], 0.95)
    assert whole.outliers[24] == part.outliers[24] > 10
    assert part.n_effective[24] > 0.9 * part.n[24]
    assert whole.n_effective[24] < 0.5 * part.n_effective[24]
