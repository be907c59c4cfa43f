"""Stretches of a progressive pass are all rows, once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.errors import OptionError
from qconf.learners.online.progressive_pass import checked_known, stretches


@given(st.integers(1, 5000))
def test_stretches_follow_each_other(n_rows: int) -> None:
    """From the first row to the last, none empty."""
    found = stretches(n_rows)
    assert [start for start, _ in found] == [0, *(stop for _, stop in found[:-1])]
    assert found[-1][1] == n_rows
    assert all(start < stop for start, stop in found)


def test_what_is_known_is_checked() -> None:
    """Whole numbers of any width pass; a row that knows its own label does not."""
    assert checked_known(np.array([0, 0, 2], dtype=np.uint8), 3).tolist() == [0, 0, 2]
    with pytest.raises(OptionError, match="at most the row's own position"):
        checked_known(np.array([0, 1, 3]), 3)
