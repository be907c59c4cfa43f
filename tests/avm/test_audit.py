"""Random samples for people to look at, and what they prove."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from qconf import certified_rate, random_sample, rows_to_certify
from qconf.errors import OptionError, TableError

HOUSES = pd.DataFrame({"id": range(1000), "tier": ["A"] * 700 + ["B"] * 250 + [None] * 49 + ["C"]})


def test_each_stratum_has_its_share_and_at_least_one() -> None:
    """Of 20 rows 14, 5 and 1 are due, and one of the stratum that has a single row."""
    drawn = random_sample(HOUSES, 20, strata="tier")
    counts = drawn["tier"].value_counts(dropna=False).to_dict()
    assert sorted(counts.values()) == [1, 1, 5, 13]
    assert counts["B"] == 5
    assert counts["C"] == 1
    assert drawn["id"].is_monotonic_increasing
    assert drawn["id"].is_unique


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=8),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60)
def test_shares_are_fair_and_weights_add_up(sizes: list[int], part: float, seed: int) -> None:
    """Every stratum once, none beyond its size, nobody two away from the quota but for the ones."""
    table = pd.DataFrame({"stratum": np.repeat(np.arange(len(sizes)), sizes)})
    n = len(sizes) + round(part * (len(table) - len(sizes)))
    drawn = random_sample(table, n, strata="stratum", random_state=seed)
    count = drawn["stratum"].value_counts().reindex(range(len(sizes))).to_numpy()
    quota = np.array(sizes) * n / len(table)
    assert len(drawn) == n
    assert (count >= 1).all()
    assert (count <= sizes).all()
    assert (count <= np.maximum(np.ceil(quota), 1)).all()
    # What is lacking was given to strata that would have had none.
    lacking = np.maximum(np.floor(quota) - count, 0).sum()
    assert lacking <= np.maximum(1 - quota, 0).sum() + 1
    assert drawn["sampling_weight"].sum() == pytest.approx(len(table))


def test_the_seed_decides() -> None:
    """The same rows for the same seed, others for another; all of them for as many as there are."""
    once, again, other = (random_sample(HOUSES, 50, random_state=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(once, again)
    assert set(once["id"]) != set(other["id"])
    assert len(random_sample(HOUSES, 1000)) == 1000


def test_every_row_is_as_likely_as_any_other() -> None:
    """In 200 samples of a tenth, within and across strata."""
    times = np.zeros(200)
    table = pd.DataFrame({"id": range(200), "tier": ["A"] * 150 + ["B"] * 50})
    for seed in range(200):
        times[random_sample(table, 20, strata="tier", random_state=seed)["id"]] += 1
    assert binom.cdf(times.min(), 200, 0.1) > 1e-5
    assert binom.sf(times.max(), 200, 0.1) > 1e-5


@pytest.mark.parametrize(
    ("table", "n", "options", "error", "words"),
    [
        (HOUSES, 0, {}, OptionError, "from 1 to 1,000 rows, as the table has; got 0"),
        (HOUSES, 1001, {}, OptionError, "got 1001"),
        (HOUSES, 2.5, {}, OptionError, "got 2.5"),
        (HOUSES, 3, {"strata": "tier"}, OptionError, "one of each of 4 strata: draw 4 or more"),
        (HOUSES, 3, {"strata": "teir"}, TableError, "Did you mean 'tier'"),
        (HOUSES, 3, {"random_state": -1}, OptionError, "seed"),
        (HOUSES.assign(sampling_weight=1), 3, {}, TableError, "rename it"),
        (HOUSES.head(0), 1, {}, TableError, "empty"),
    ],
)
def test_what_cannot_be_drawn(
    table: Any, n: Any, options: Any, error: type[Exception], words: str
) -> None:
    """One line each: the thing, the rule, what was found."""
    with pytest.raises(error, match=words):
        random_sample(table, n, **options)


@given(st.integers(0, 30), st.floats(0.005, 0.6), st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=60)
def test_the_number_of_rows_is_the_smallest(failures: int, rate: float, level: float) -> None:
    """With it the limit of Clopper & Pearson is at most the rate, with one row less it is not."""
    n = rows_to_certify(rate, n_failures=failures, confidence_level=level)
    assert certified_rate(failures, n, confidence_level=level) <= rate + 1e-9
    if n > failures + 1:
        assert certified_rate(failures, n - 1, confidence_level=level) > rate - 1e-9


def test_known_numbers_of_rows() -> None:
    """Zero failures: 29, 59 and 299 rows for 10, 5 and 1 %, as log(0.05) / log(1 - rate)."""
    assert [rows_to_certify(rate) for rate in (0.1, 0.05, 0.01)] == [29, 59, 299]
    assert certified_rate(3, 3) == 1.0
    assert certified_rate(0, 59) < 0.05 < certified_rate(0, 58)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: certified_rate(2, 1), "0 <= failures <= rows"),
        (lambda: certified_rate(-1, 1), "0 <= failures <= rows"),
        (lambda: certified_rate(0, 0), "rows >= 1"),
        (lambda: certified_rate(0, 5, confidence_level=1.0), "confidence level"),
        (lambda: rows_to_certify(0.0), "strictly between 0 and 1"),
        (lambda: rows_to_certify(1.0), "strictly between 0 and 1"),
        (lambda: rows_to_certify(0.1, n_failures=-1), "whole number >= 0"),
        (lambda: rows_to_certify(1e-10), "more than 1,000,000,000 rows"),
    ],
)
def test_numbers_that_mean_nothing(call: Any, words: str) -> None:
    """Refused, with the rule."""
    with pytest.raises(OptionError, match=words):
        call()
