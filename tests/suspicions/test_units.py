"""Columns that name what is sold again are told from columns that merely repeat."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from suspicious_tables import honest_table, houses

from qconf._types import FloatArray
from qconf.suspicions.units import price_list, unit_column


def resales(n_units: int = 300, seed: int = 0) -> tuple[pd.DataFrame, FloatArray]:
    """Make houses of which a third is sold again, at another price."""
    table, price, rng = houses(n_units, seed)
    again = np.sort(rng.choice(n_units, n_units // 3, replace=False))
    table["parcel"] = rng.choice(10**6, n_units, replace=False)
    both = pd.concat([table, table.iloc[again]], ignore_index=True)
    both["day"] = rng.integers(0, 700, len(both))
    return both, np.r_[price, price[again] * rng.lognormal(0.1, 0.1, len(again))]


def test_a_parcel_that_is_sold_again() -> None:
    """Its rows are alike but for the day; the number of rows is told."""
    table, price = resales()
    assert unit_column(table, price) == ("parcel", 200)


@pytest.mark.parametrize("kind", [str, lambda number: f"parcel {number}", float])
def test_however_the_unit_is_named(kind: type) -> None:
    """Text, or whole numbers that are held as floats; and under any name."""
    table, price = resales()
    table["grundstueck"] = table.pop("parcel").map(kind)
    assert unit_column(table, price) == ("grundstueck", 200)


def test_copies_of_rows_are_no_resales() -> None:
    """A row that is there twice, price and all, makes no unit of its columns."""
    table, price, _ = houses(300)
    table["parcel"] = np.arange(300)
    twice = pd.concat([table, table], ignore_index=True)
    assert unit_column(twice, np.r_[price, price]) is None


def test_numbers_that_repeat_by_chance_are_no_units() -> None:
    """Lots of 5,000 square feet lie all over the county, and a seller sells many houses."""
    table, price, rng = houses(1000)
    table["lot"] = rng.lognormal(8, 0.5, 1000).round()
    table["parcel"] = rng.integers(0, 500, 1000)
    table["seller"] = rng.choice([f"s{number}" for number in range(400)], 1000)
    assert unit_column(table, price) is None


@pytest.mark.parametrize("seed", range(20))
def test_honest_tables_have_no_units(seed: int) -> None:
    """Whatever their columns."""
    table, y, _ = honest_table(seed)
    assert unit_column(table, y) is None


def test_the_order_of_rows_does_not_matter() -> None:
    """Resales may be far apart."""
    table, price = resales()
    rows = np.random.default_rng(1).permutation(len(table))
    assert unit_column(table.iloc[rows], price[rows]) == ("parcel", 200)


def test_an_article_of_one_price() -> None:
    """Sixty articles, each sold many times at its price, a few at another."""
    table, _, rng = houses(1000)
    article = rng.integers(0, 60, 1000)
    price = rng.lognormal(4, 1, 60).round(2)[article]
    price[::40] *= 0.9
    assert price_list(table.assign(article=article), price) == "article"
    assert price_list(table, price) is None


def test_copies_of_rows_are_no_price_list() -> None:
    """They are the same in everything."""
    table, price, _ = houses(300)
    thrice = pd.concat([table] * 3, ignore_index=True)
    assert price_list(thrice, np.tile(price, 3)) is None


def test_a_target_of_few_values_has_no_price_list() -> None:
    """Five grades: rows of one zone often have the same."""
    table, _, rng = houses(500)
    assert price_list(table, rng.integers(0, 5, 500).astype(float)) is None
