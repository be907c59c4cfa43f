"""Rows are counted by their time, in as few cells as it takes, whatever order they come in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.counting import moments
from qconf.counting.moments import CountedMoments, moment_keys
from qconf.errors import TableError


def counted(*parts: list[int]) -> CountedMoments:
    made = CountedMoments()
    for part in parts:
        made.add(np.array(part, dtype=np.uint64))
    return made


@given(
    st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 40), max_size=12), min_size=1),
    st.integers(2, 9), st.randoms(use_true_random=False),
)  # fmt: skip
@settings(deadline=None)
def test_any_split_and_order_is_counted_alike(
    parts: list[list[int]], most: int, rng: object
) -> None:
    """Added in any order, or merged: the same cells, no more than there may be, of all rows."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(moments, "_MOST", most)
        every = [one for part in parts for one in part]
        whole = counted(sorted(every))
        rng.shuffle(parts)  # type: ignore[attr-defined]
        merged = CountedMoments()
        for part in parts:
            merged.merge(counted(part))
        for other in (merged, counted(*parts)):
            assert other.are_those_of(whole)
        assert len(whole.cells) <= most
        assert whole.n.sum() == len(every)
        # Cells half as wide would be too many.
        if whole.shift:
            narrower = {one >> (whole.shift - 1) for one in every}
            assert len(narrower) > most


def test_a_date_that_is_far_off_makes_no_other_cell_wider() -> None:
    """Ten years of minutes and one row of 1900: stretches of the years are as even as without."""
    minutes = pd.date_range("2015", periods=200_000, freq="25min")
    for times in (minutes, minutes.insert(0, pd.Timestamp("1900-01-01"))):
        made = CountedMoments()
        made.add(moment_keys(times, len(times))[0])
        found = made.stretches()
        assert len(found.sizes) == 100
        assert found.sizes.max() < 1.1 * 2000
        assert found.n_moments > 2000


def test_rows_are_found_in_the_stretch_that_counted_them() -> None:
    """By their keys, earlier or later than all others too."""
    times = np.repeat(np.arange(300), 7)
    keys, kind = moment_keys(times, len(times))
    made = CountedMoments()
    made.add(keys)
    found = made.stretches()
    assert kind == "numbers"
    np.testing.assert_array_equal(np.bincount(found.locate(keys)), found.sizes)
    ends = found.locate(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert ends.tolist() == [0, len(found.sizes) - 1]


def test_times_sort_as_their_keys() -> None:
    """Before and after 1970, below and above zero, in any unit; one that is missing is refused."""
    for times in (["1901-05-01", "1969-12-31", "1970-01-01", "2031-01-01"], [-2.5, -1e-9, 0, 3]):
        keys, _ = moment_keys(times, 4)
        assert (keys[1:] > keys[:-1]).all()
    days = pd.Series(["2020-01-01"]).astype("datetime64[s]")
    assert moment_keys(days, 1)[0] == moment_keys(days.astype("datetime64[ns]"), 1)[0]
    with pytest.raises(TableError, match="time is missing in 1 of 2 rows"):
        moment_keys(np.array([1.0, np.nan]), 2)
