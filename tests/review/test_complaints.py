"""How often people complained of a group so far."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.errors import OptionError, TableError
from qconf.review.complaints import complaint_share

SEEN = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.booleans()), min_size=1, max_size=30
)
ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), min_size=1, max_size=12)


def shares(rows: Any, seen: Any, prior: float = 2.0) -> Any:
    return complaint_share(
        [one[0] for one in rows], [one[1] for one in rows], prior=prior,
        seen_groups=[one[0] for one in seen], seen_time=[one[1] for one in seen],
        complained=[one[2] for one in seen],
    )  # fmt: skip


@given(ROWS, SEEN)
def test_it_is_the_share_as_it_is_written(rows: Any, seen: Any) -> None:
    """Of the group's estimates before the row, drawn to that of all estimates before the row."""
    told = shares(rows, seen)
    for (group, time), share in zip(rows, told, strict=True):
        before = [one for one in seen if one[1] < time]
        own = [one[2] for one in before if one[0] == group]
        usual = sum(one[2] for one in before) / max(len(before), 1)
        assert share == pytest.approx((sum(own) + 2 * usual) / (len(own) + 2))


@given(ROWS, SEEN)
def test_nothing_of_the_same_time_or_later_is_in_it(rows: Any, seen: Any) -> None:
    """Turn every complaint from some time on around, and earlier rows stay as they are."""
    changed = [(group, time, not said if time >= 5 else said) for group, time, said in seen]
    early = [at for at, one in enumerate(rows) if one[1] <= 5]
    assert (shares(rows, seen)[early] == shares(rows, changed)[early]).all()


def test_dates_are_times_too_and_kinds_are_not_mixed() -> None:
    """And a prior of nothing would be a share of nothing."""
    days = np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]")
    told = complaint_share(
        ["a"], days[1:], seen_groups=["a"], seen_time=days[:1], complained=[1], prior=1
    )
    assert told.tolist() == [1.0]
    with pytest.raises(TableError, match="one kind"):
        complaint_share(["a"], [1.0], seen_groups=["a"], seen_time=days[:1], complained=[1])
    with pytest.raises(OptionError, match="prior must be above 0"):
        shares([("a", 1)], [("a", 0, True)], prior=0)
    with pytest.raises(TableError, match="complaints has 2 values"):
        complaint_share(["a"], [1.0], seen_groups=["a"], seen_time=[0.0], complained=[1, 0])
