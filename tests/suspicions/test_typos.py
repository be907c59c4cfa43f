"""A digit too many is found, a heavy tail is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.suspicions.typos import far_targets

RNG = np.random.default_rng(0)
RENTS = RNG.lognormal(7, 0.4, 400).round()


@pytest.mark.parametrize(
    "typos", [[40_000_000.0], [3.0, 1.0], [500_000.0, 2.0], [40_000.0 + 1e6] * 3]
)
def test_digits_too_many_or_too_few(typos: list[float]) -> None:
    """A rent of 40,000,000; two that are 100 to 1,000 times too low."""
    y = RENTS.copy()
    rows = [7, 70, 170][: len(typos)]
    y[rows] = typos
    assert far_targets(y).tolist() == rows


def test_codes_for_missing() -> None:
    """-999 in a tenth of the rows, or 9999999."""
    temperature = np.random.default_rng(1).normal(10, 8, 500)
    temperature[::10] = -999
    assert far_targets(temperature).tolist() == list(range(0, 500, 10))
    rents = RENTS.copy()
    rents[::10] = 99_999_999
    assert far_targets(rents).tolist() == list(range(0, 400, 10))


@pytest.mark.parametrize(
    "honest",
    [
        RNG.lognormal(10, 1.5, 10_000),
        RNG.pareto(1.2, 10_000) + 1,
        RNG.pareto(2, 500) + 1,
        RNG.exponential(1, 10_000),
        RNG.uniform(0, 1, 10_000),
        RNG.normal(0, 1, 10_000),
        RNG.standard_t(2, 10_000),
        RNG.gamma(2, 1, 50_000),
        RNG.poisson(2, 5_000).astype(float),
        np.where(RNG.random(5_000) < 0.9, 0, RNG.lognormal(6, 1, 5_000)),
        np.r_[RNG.normal(100, 5, 900), RNG.normal(100_000, 5_000, 100)],
        np.r_[RENTS, 10_000 * 2.0 ** np.arange(4)],
        np.r_[np.linspace(0.001, 1, 2000), 1e-9],
    ],
)  # fmt: skip
def test_tails_are_no_typos(honest: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Claims, incomes, changes, two kinds of things; a tail without gaps, and targets near 0."""
    assert len(far_targets(honest)) == 0


def test_few_rows_tell_nothing() -> None:
    """Of ten, any may be far."""
    assert len(far_targets(np.r_[np.ones(9), 1e9])) == 0


@settings(max_examples=30)
@given(st.floats(1e-3, 1e6), st.integers(0, 399))
def test_units_and_places_do_not_matter(factor: float, row: int) -> None:
    """In any currency, in any row."""
    y = RENTS.copy()
    y[row] = 1e8
    assert far_targets(y * factor).tolist() == [row]


def test_only_what_stands_apart_from_a_tail_is_a_typo() -> None:
    """The tail doubles from row to row; the last row is ten thousand times more."""
    y = np.r_[RENTS, 10_000 * 2.0 ** np.arange(4), 1e9]
    assert far_targets(y).tolist() == [404]
