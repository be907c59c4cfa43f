"""Groups become numbers, and rows without one stay apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf.core.grouping import group_codes


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=30))
def test_codes_are_equal_where_values_are(values: list[str | None]) -> None:
    """Equal values share a code, missing ones share none, and no number is left out."""
    codes = group_codes(np.array(values, dtype=object))
    for i, one in enumerate(values):
        for j, other in enumerate(values):
            assert (codes[i] == codes[j]) == (i == j or (one is not None and one == other))
    assert set(codes) == set(range(codes.max() + 1))


def test_sorted_codes_follow_the_values() -> None:
    """Times are numbered in their order."""
    assert group_codes([30, 10, 20, 10], sort=True).tolist() == [2, 0, 1, 0]


def test_a_gap_in_a_list_of_words_is_a_gap() -> None:
    """It is not the word "nan" that an array of strings would make of it."""
    words: Any = ["a", float("nan"), "nan", float("nan"), "a"]
    assert group_codes(words).tolist() == [0, 2, 1, 3, 0]
