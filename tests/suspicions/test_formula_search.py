"""Targets that were computed from columns are found out, and honest ones left alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from suspicious_tables import honest_table, houses

from qconf._types import FloatArray
from qconf.suspicions.formula_search import find_formula
from qconf.suspicions.sheet import make_sheet
from qconf.suspicions.view import make_view

Leak = Callable[[pd.DataFrame, FloatArray, np.random.Generator], "FloatArray | None"]
LEAKS: dict[str, tuple[Leak, str]] = {}


def leak(words: str) -> Callable[[Leak], Leak]:
    """Register a way of hiding the target, with the formula that must be found."""

    def register(hide: Leak) -> Leak:
        LEAKS[hide.__name__] = (hide, words)
        return hide

    return register


@leak("price = area * rate")
def price_per_area(t: pd.DataFrame, y: FloatArray, _: np.random.Generator) -> None:
    t["rate"] = (y / t["area"]).round()


@leak("price = land + house + extra")
def parts(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    t["land"], t["house"] = (y * rng.uniform(0.1, 0.4, (2, len(y)))).round()
    t["extra"] = y - t["land"] - t["house"]


@leak("price = land + house + extra")
def parts_with_gaps(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    parts(t, y, rng)
    t.loc[rng.random(len(y)) < 0.15, "land"] = np.nan


@leak("price = land + house + extra")
def parts_with_typos(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    parts(t, y, rng)
    t.loc[rng.random(len(y)) < 0.05, "house"] *= 10


@leak("price = m0 + m1 + m2 + m3 + m4 + m5 + m6 + m7 + m8 + m9 + m10 + m11")
def twelve_months(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    for month, share in enumerate(rng.dirichlet(np.ones(12), len(y)).T):
        t[f"m{month}"] = y * share


@leak("price = revenue - cost")
def margin(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    t["revenue"] = rng.lognormal(14, 0.5, len(y)).round()
    t["cost"] = t["revenue"] - y


@leak("price = quantity * each + shipping")
def order(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    t["quantity"], t["shipping"] = rng.integers(1, 50, len(y)), rng.uniform(2000, 20_000, len(y))
    t["each"] = (y - t["shipping"]) / t["quantity"]


@leak("price = (1 - discount / 100) * list")
def discount(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    t["discount"] = rng.uniform(0, 40, len(y)).round(1)
    t["list"] = y / (1 - t["discount"] / 100)


@leak("price = (1 + vat) * net")
def tax(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    t["vat"] = rng.choice([0.07, 0.19], len(y))
    t["net"] = (y / (1 + t["vat"])).round(2)


@leak("0.0067 * local where currency is JPY")
def currency(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    rates = {"USD": 1.0, "EUR": 1.1, "JPY": 0.0067}
    t["currency"] = rng.choice(list(rates), len(y))
    t["local"] = (y / t["currency"].map(rates)).round()


@leak("price = kg / height^2")
def body_mass(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> FloatArray:
    t["kg"], t["height"] = rng.normal(75, 12, len(y)), rng.normal(1.72, 0.1, len(y))
    return (t["kg"] / t["height"] ** 2).to_numpy()


@leak("price = end - start")
def duration(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> FloatArray:
    days = rng.integers(5, 400, len(y))
    t["start"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 700, len(y)), "D")
    t["end"] = t["start"] + pd.to_timedelta(days, "D")
    return days.astype(np.float64)


@leak("price = sqrt(dx^2 + dy^2)")
def way(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> FloatArray:
    t["dx"], t["dy"] = rng.normal(size=(2, len(y)))
    return np.asarray(np.hypot(t["dx"], t["dy"]))


@leak("price = 1 / (1 / r1 + 1 / r2)")
def in_parallel(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> FloatArray:
    t["r1"], t["r2"] = rng.lognormal(3, 0.6, (2, len(y)))
    return (1 / (1 / t["r1"] + 1 / t["r2"])).to_numpy()


@leak("price = log(area) + log(rate)")
def logarithm_of_a_product(t: pd.DataFrame, y: FloatArray, _: np.random.Generator) -> FloatArray:
    t["rate"] = y / t["area"]
    return np.log(y)


@leak("price = revenue * margin")
def of_both_signs(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> FloatArray:
    t["revenue"], t["margin"] = rng.lognormal(5, 0.5, len(y)), rng.normal(0.05, 0.2, len(y))
    return (t["revenue"] * t["margin"]).to_numpy()


@leak("price = 2 * u^2 + v^2 + 3")
def squares(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> FloatArray:
    t["u"], t["v"] = rng.uniform(-5, 5, (2, len(y)))
    return (3 + 2 * t["u"] ** 2 + t["v"] ** 2).to_numpy()


@leak("price = parts + labour")
def many_zeros(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> FloatArray:
    none = rng.random(len(y)) < 0.5
    t["parts"], t["labour"] = np.where(none, 0, rng.lognormal(4, 1, (2, len(y))).round(2))
    return (t["parts"] + t["labour"]).to_numpy()


@leak("price = 1000 * thousands")
def in_other_units(t: pd.DataFrame, y: FloatArray, rng: np.random.Generator) -> None:
    t["thousands"] = y / 1000
    wrong = rng.random(len(y)) < 0.05
    t.loc[wrong, "thousands"] = rng.permutation(t["thousands"][wrong])


@leak("price = 12 where zone is d")
def looked_up(t: pd.DataFrame, *_: object) -> FloatArray:
    prices = dict(zip("abcdefg", [3.0, 5.0, 9.0, 12.0, 20.0, 31.0, 44.0], strict=True))
    t.loc[t.index % 3 == 0, "zone"] = "d"
    return np.asarray(t["zone"].map(prices), dtype=np.float64)


@pytest.mark.parametrize("n_rows", [100, 1000])
@pytest.mark.parametrize("name", LEAKS)
def test_leaks_are_found_and_the_formula_is_right(name: str, n_rows: int) -> None:
    """Among eight honest columns, with what is rounded, missing or wrong."""
    table, price, rng = houses(n_rows, seed=3)
    hide, words = LEAKS[name]
    made = hide(table, price, rng)
    found = find_formula(make_view(table, price if made is None else made, "price"))
    assert found is not None
    formula, share = found
    assert words in formula.in_words("price")
    assert share >= 0.9


@pytest.mark.parametrize("seed", range(60))
def test_honest_tables_have_no_formula(seed: int) -> None:
    """Any kind of column and target, R² up to 0.99, few rows and many columns."""
    table, y, _ = honest_table(seed)
    assert find_formula(make_view(table, y, "y")) is None


def test_many_columns_and_few_rows_are_no_formula() -> None:
    """Noise can be fitted by 60 columns of noise, but not on other rows."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(80, 60))).rename(columns=str)
    assert find_formula(make_view(table, np.exp(rng.normal(size=80)), "y")) is None


def test_formulas_are_judged_on_rows_that_they_were_not_fitted_on() -> None:
    """In large tables; in small ones on all rows, as few would be left."""
    table, price, _ = houses(1000)
    sheet = make_sheet(make_view(table, price, "price"))
    assert not set(sheet.judged) & set(sheet.fit)
    assert len(sheet.judged) >= 100
    small = make_sheet(make_view(table[:60], price[:60], "price"))
    assert len(small.judged) == 60
    assert not set(small.check) & set(small.fit)


def test_columns_can_be_left_out() -> None:
    """One leak may hide behind another."""
    table, price, rng = houses(300)
    price_per_area(table, price, rng)
    view = make_view(table, price, "price")
    assert find_formula(view, frozenset(["rate"])) is None
    assert "rate" not in make_sheet(view, frozenset(["rate"])).numbers


@settings(max_examples=10)
@given(st.randoms(use_true_random=False), st.floats(0.01, 100))
def test_neither_order_nor_units_matter(random: object, factor: float) -> None:
    """Rows and columns may be shuffled, and prices be in another currency."""
    table, price, rng = houses(200)
    parts(table, price, rng)
    table[["land", "house", "extra"]] *= factor
    columns = list(table)
    random.shuffle(columns)  # type: ignore[attr-defined]
    rows = np.random.default_rng(random.getrandbits(32)).permutation(200)  # type: ignore[attr-defined]
    found = find_formula(make_view(table[columns].iloc[rows], price[rows] * factor, "price"))
    assert found is not None
    assert set(found[0].columns) == {"land", "house", "extra"}
    assert {coefficient for _, coefficient in found[0].parts} == {1.0}
