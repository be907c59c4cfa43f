"""A sequence of tests stops at the first that fails."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf.certification.sequence import last_passed


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.data())
def test_all_up_to_the_last_passed(passed: list[bool], data: st.DataObject) -> None:
    """Nothing beyond a failure is certified, however many pass there."""
    start = data.draw(st.integers(0, len(passed) - 1))
    last, end = last_passed(np.array(passed), start)
    if last is None:
        assert not passed[start]
        assert end == start + 1
    else:
        assert all(passed[start : last + 1])
        assert end == len(passed) or not passed[end - 1]
        assert last == (end - 1 if end == len(passed) and passed[-1] else end - 2)
