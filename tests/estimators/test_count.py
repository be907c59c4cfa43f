"""Counts know what was seen often, and are calibrated without a row's own count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf import CountConfidence, EmpiricalBayesConfidence, OnlineConfidence
from qconf._types import FloatArray


def scores(est: CountConfidence, X: Any) -> FloatArray:
    """Return u(x), before it is mapped to error units."""
    return est._score(est._cells(est._checked_table(X, reset=False)), own_row=0)


@pytest.mark.slow
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=40))
def test_score_of_a_level_is_one_over_the_root_of_its_count(levels: list[str]) -> None:
    """u(x) = 1 / sqrt(beta + n), the formula of the paper with counts."""
    table = pd.DataFrame({"level": levels})
    est = CountConfidence(beta=2.0).fit(table, np.ones(len(levels)))
    counts = table["level"].map(table["level"].value_counts())
    np.testing.assert_allclose(scores(est, table), 1 / np.sqrt(2.0 + counts))


def test_score_averages_over_features() -> None:
    """A row that is rare in one of two features lies between."""
    table = pd.DataFrame({"a": ["x"] * 99 + ["y"], "b": ["x"] * 100})
    score = scores(CountConfidence().fit(table, np.ones(100)), table)
    common, rare = 1 / np.sqrt(101), 1 / np.sqrt(2)
    assert score[-1] == pytest.approx((common + rare) / 2)


def test_rare_regions_of_numbers_are_rare(rng: np.random.Generator) -> None:
    """Bins of equal width: the tail of a number was seen less often than its middle."""
    x = rng.normal(size=(5000, 1))
    est = CountConfidence().fit(x, np.ones(5000))
    middle, tail, beyond = scores(est, [[0.0], [3.0], [50.0]])
    assert middle < tail <= beyond == 1.0


def test_missing_and_unseen_count_as_never_seen_unless_they_were() -> None:
    """A gap is as well known as gaps are frequent."""
    seen = pd.DataFrame({"z": ["a"] * 50 + [None] * 50})
    new = pd.DataFrame({"z": ["a", None, "new"]})
    score = scores(CountConfidence().fit(seen, np.ones(100)), new)
    np.testing.assert_allclose(score, 1 / np.sqrt(51))
    without = scores(CountConfidence().fit(seen[:50], np.ones(50)), new)
    np.testing.assert_allclose(without, [1 / np.sqrt(51), 1.0, 1.0])


def test_calibrated_to_error_units(rng: np.random.Generator) -> None:
    """Where rare levels are noisy, the expected errors are the levels' own."""
    level = np.repeat(np.arange(220), [400] * 20 + [5] * 200)
    sigma = np.where(level < 20, 0.05, 0.2)
    table = pd.DataFrame({"level": level.astype(str)})
    expected = CountConfidence().fit(table, rng.normal(scale=sigma)).predict(table)
    assert expected[sigma == 0.05].mean() == pytest.approx(0.05, rel=0.1)
    assert expected[sigma == 0.2].mean() == pytest.approx(0.2, rel=0.15)
    assert np.sqrt(np.mean(expected**2)) == pytest.approx(np.sqrt(np.mean(sigma**2)), rel=0.1)


def test_a_training_row_is_scored_as_a_new_one_would_be(rng: np.random.Generator) -> None:
    """Levels seen once are calibrated as never seen: what a new level will meet."""
    singles = [f"single {i}" for i in range(500)]
    table = pd.DataFrame({"level": ["common"] * 500 + singles})
    residual = rng.normal(scale=np.repeat([0.05, 0.3], 500))
    est = CountConfidence().fit(table, residual)
    assert est.predict(pd.DataFrame({"level": ["new"]}))[0] == pytest.approx(0.3, rel=0.1)


def test_a_level_seen_once_is_calibrated_on_levels_seen_twice(rng: np.random.Generator) -> None:
    """A row of a pair, itself left out, is one of a level seen once, as a second one will be."""
    level = ["c"] * 500 + [f"p{i // 2}" for i in range(800)] + [f"s{i}" for i in range(500)]
    sigma = np.repeat([0.05, 0.1, 0.3], [500, 800, 500])
    est = CountConfidence().fit(pd.DataFrame({"level": level}), rng.normal(scale=sigma))
    once, twice, never = est.predict(pd.DataFrame({"level": ["s0", "p0", "new"]}))
    assert once == pytest.approx(0.1, rel=0.15)
    # Nothing was seen three times: between what pairs and what the common level say.
    assert 0.05 < twice < once
    assert never == pytest.approx(0.3, rel=0.15)


def test_residuals_do_not_move_the_score(rng: np.random.Generator) -> None:
    """Counts see features only: the raw score is the same whatever the residuals are."""
    x = rng.normal(size=(300, 3))
    first = scores(CountConfidence().fit(x, rng.normal(size=300)), x)
    second = scores(CountConfidence().fit(x, rng.normal(size=300)), x)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("family", [CountConfidence, EmpiricalBayesConfidence, OnlineConfidence])
def test_numbers_are_cut_into_as_many_bins_as_asked_for(
    family: Any, rng: np.random.Generator
) -> None:
    """Rows of a bin are alike, in all families that count: with few bins there are few answers."""
    X = np.sort(rng.normal(size=(400, 1)), axis=0)
    residual = rng.normal(scale=np.exp(X[:, 0]))
    few, many = (
        len(np.unique(family(bins=bins).fit(X, residual).predict(X).round(9))) for bins in (2, 20)
    )
    # Beyond the 1st and the 99th percentile there is a bin more each.
    assert few <= 4 < many
