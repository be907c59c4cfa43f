"""Bins hold what they are said to hold."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf.encoding.binning import bin_edges


@given(st.lists(st.sampled_from([0.0, 1.0, 2.5, 7.0]), min_size=1, max_size=30))
def test_few_distinct_values_keep_apart(values: list[float]) -> None:
    """Each distinct value has a bin of its own."""
    column = np.array(values)
    bins = np.searchsorted(bin_edges(column, 8), column)
    assert len(np.unique(bins)) == len(np.unique(column))


def test_equal_widths_and_on_beyond(rng: np.random.Generator) -> None:
    """Three times as many bins as asked for, all as wide as those in the middle."""
    edges = bin_edges(rng.normal(size=5000), 10)
    np.testing.assert_allclose(np.diff(edges), np.diff(edges)[0])
    assert len(edges) == 31


def test_a_number_that_is_nearly_always_the_same() -> None:
    """The one value, and what is above it."""
    column = np.append(np.full(10_000, 3.0), np.arange(40.0))
    edges = bin_edges(column, 8)
    assert np.searchsorted(edges, 3.0) != np.searchsorted(edges, 39.0)
