"""Features that hold the target in one column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from suspicious_tables import houses

from qconf._types import FloatArray
from qconf.suspicions.copies import (
    bands,
    copies,
    cut_into_bands,
    equal_share,
    equals,
    rank_correlation,
)
from qconf.suspicions.view import View, make_view


def view_with(n_rows: int = 500, **columns: Any) -> View:
    table, price, _ = houses(n_rows)
    return make_view(table.assign(**columns), price, "price")


@pytest.mark.parametrize(
    "change",
    [np.log, np.negative, np.sqrt, lambda y: y / 1000, lambda y: pd.Series(y).rank().to_numpy()],
)
def test_any_column_in_the_targets_order_is_a_copy(
    change: Callable[[FloatArray], FloatArray],
) -> None:
    """In other units, as a logarithm, reversed, or as a rank."""
    price = houses(500)[1]
    assert copies(view_with(copy=change(price))) == ["copy"]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_rounded_copy_is_a_copy(sign: int) -> None:
    """To tens of thousands: it never falls while the target rises."""
    price = houses(200)[1]
    assert copies(view_with(200, rounded=sign * (price / 20_000).round())) == ["rounded"]


def test_gaps_do_not_hide_a_copy() -> None:
    """Rows in which both are known decide."""
    price = houses(500)[1]
    gone = np.random.default_rng(0).random(500) < 0.3
    assert copies(view_with(copy=np.where(gone, np.nan, price))) == ["copy"]


def test_a_very_good_feature_is_no_copy() -> None:
    """An asking price that is within 5 % of the price."""
    price = houses(500)[1]
    near = price * np.random.default_rng(0).normal(1, 0.05, 500)
    assert copies(view_with(asked=near)) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=30, max_size=60))
def test_rank_correlation_is_spearmans(pairs: list[tuple[int, int]]) -> None:
    """Ties at their mean rank."""
    a, b = np.array(pairs, dtype=float).T
    if np.ptp(a) and np.ptp(b):
        assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
    else:
        assert np.isnan(rank_correlation(a, b))


def test_a_first_look_may_end_the_matter() -> None:
    """Columns that differ in some hundred rows are not ranked in all."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 5000))
    assert abs(rank_correlation(a, b, at_least=0.9)) < 0.2
    assert rank_correlation(a, a, at_least=0.9) == pytest.approx(1.0)


@pytest.mark.parametrize(("share", "found"), [(0.3, True), (0.1, False)])
def test_a_feature_that_equals_the_target_in_a_fifth_of_rows(share: float, found: bool) -> None:
    """A bid that won."""
    price = houses(500)[1]
    won = np.random.default_rng(1).random(500) < share
    assert ("bid" in equals(view_with(bid=np.where(won, price, price * 0.7)))) == found


def test_equal_zeros_and_small_counts_are_chance() -> None:
    """No claim last year and none this year; five rooms sold and five before."""
    rng = np.random.default_rng(0)
    claims = np.where(rng.random(1000) < 0.7, 0.0, rng.lognormal(5, 1, 1000))
    before = np.where(claims == 0, 0.0, rng.lognormal(5, 1, 1000))
    assert equal_share(before, claims) == 0.0
    sold = rng.poisson(8, 1000).astype(float)
    assert equal_share(sold.clip(6, 10), sold) == 0.0
    assert equal_share(rng.choice([3.0, 4.0, 12.0, 13.0], 1000), sold) == 0.0
    assert equal_share(claims, claims) == 1.0


@pytest.mark.parametrize("n_bands", [2, 3, 6, 10])
def test_bands_of_the_target(n_bands: int) -> None:
    """Cheap, medium, dear: names and numbers alike, in any order."""
    price = houses(500)[1]
    numbers = pd.qcut(price, n_bands, labels=False)
    names = pd.Series(numbers).map(dict(enumerate("kcafhbgdei")))
    assert bands(view_with(number=numbers, name=names)) == ["number", "name"]


def test_kinds_of_things_are_no_bands() -> None:
    """Pens, bicycles and cars differ in price, but nobody cut prices to make them."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 600)
    price = np.array([2.0, 500.0, 20_000.0])[kind] * rng.lognormal(0, 0.3, 600)
    table = pd.DataFrame({"kind": np.array(["pen", "bicycle", "car"])[kind]})
    assert bands(make_view(table, price, "price")) == []
    assert cut_into_bands(table, price, touching=False) == ["kind"]


def test_rare_features_are_no_bands() -> None:
    """Four houses with a pool, all dear."""
    price = houses(500)[1]
    pool = np.where(price >= np.sort(price)[-6], "yes", "no")
    assert bands(view_with(pool=pool)) == []
