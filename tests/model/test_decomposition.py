"""The parts of an expected error add up, stay in their bounds, and get the right labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qconf._types import FloatArray
from qconf.model.decomposition import Cuts, Shares, natural_break, split_error

POSITIVE = st.floats(1e-9, 1e6)
SIX = arrays(np.float64, 6, elements=POSITIVE)


@given(expected=SIX, variance=arrays(np.float64, 6, elements=st.floats(0, 1e6)),
       shortage=st.floats(1, 10))  # fmt: skip
def test_parts_add_up_to_what_was_expected(
    expected: FloatArray, variance: FloatArray, shortage: float
) -> None:
    """Irreducible error and the variance of the residuals' models are the squared residual."""
    shares = split_error(expected, variance, shortage)
    total = shares.irreducible + shortage * shares.model_variance
    np.testing.assert_allclose(total, expected, rtol=1e-9)
    assert (shares.irreducible >= 0).all()
    assert (shares.model_variance <= variance).all()


def test_no_more_variance_is_believed_than_there_is_error() -> None:
    """Where the models differ more than predictions are off, nothing is left, not next to it."""
    expected = np.array([0.1, 0.3, 0.7])
    shares = split_error(expected, np.array([0.2, 0.24, 9.0]), 1.25)
    np.testing.assert_array_equal(shares.irreducible, 0)
    np.testing.assert_allclose(shares.model_variance, expected / 1.25)


def test_a_table_of_parts() -> None:
    """Roots of the parts, effective rows, and one of four labels for each row."""
    shares = Shares(np.array([1.0, 1.0, 4.0, 4.0, 1.0]), np.array([0.01, 0.5, 0.04, 2.0, 0.0]))
    table = shares.to_frame(Cuts(rare_below=10, hard_above=1.5), index=list("abcde"))
    assert list(table.index) == list("abcde")
    np.testing.assert_allclose(table["effective_rows"], [100, 2, 100, 2, np.inf])
    np.testing.assert_allclose(
        table["expected_error"] ** 2, table["irreducible"] ** 2 + table["model_sd"] ** 2
    )
    assert list(table["archetype"]) == [
        "common, easy",
        "rare, easy",
        "common, hard",
        "rare, hard",
        "common, easy",
    ]


def test_heaps_of_unequal_size_are_cut_between_them(rng: np.random.Generator) -> None:
    """The median would go through the larger heap."""
    small, large = np.exp(rng.normal(1, 0.2, 100)), np.exp(rng.normal(3, 0.2, 900))
    assert small.max() < natural_break(np.concatenate([small, large])) < large.min()


def test_one_even_heap_is_cut_at_its_middle(rng: np.random.Generator) -> None:
    """Then it is about the median."""
    heap = np.exp(rng.normal(size=20_000))
    assert natural_break(heap) == pytest.approx(1.0, abs=0.1)


def test_values_next_to_nothing_do_not_make_a_heap_of_their_own() -> None:
    """Nor do zeros and infinity: a few of them leave the cut where it was."""
    heaps = np.repeat([10.0, 40.0], 500)
    odd = np.array([0.0, np.inf, np.nan, 1e-300, 1e-12])
    assert natural_break(np.concatenate([heaps, odd])) == pytest.approx(natural_break(heaps))


def scatter(*sides: FloatArray) -> float:
    """Sum of squared distances from the mean, of each side."""
    return float(sum(((side - side.mean()) ** 2).sum() for side in sides))


@given(logs=arrays(np.float64, st.integers(2, 30), elements=st.integers(-40, 40)))
def test_no_other_cut_leaves_less_scatter(logs: FloatArray) -> None:
    """Tried against all others."""
    logs = np.sort(logs) / 4
    cut = np.log(natural_break(np.exp(logs)))
    if logs[0] == logs[-1]:
        assert cut == pytest.approx(logs[0])
        return
    found = scatter(logs[logs < cut], logs[logs >= cut])
    every = [scatter(logs[:i], logs[i:]) for i in range(1, len(logs))]
    assert found == pytest.approx(min(every), abs=1e-9)


def test_values_without_a_break() -> None:
    """All alike, or none that counts: no row is rare or hard."""
    assert natural_break(np.full(5, 0.1)) == pytest.approx(0.1)
    assert np.isnan(natural_break(np.zeros(3)))
    shares = Shares(np.zeros(3), np.zeros(3))
    assert set(shares.to_frame(shares.natural_cuts())["archetype"]) == {"common, easy"}
