"""Groups have one hash, whatever part and type they come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.counting.group_hashes import group_hashes
from qconf.counting.known_groups import KnownGroups
from qconf.counting.sort_keys import Keys
from qconf.errors import TableError


def hashes(values: Any) -> Keys:
    return group_hashes(values, np.arange(len(values), dtype=np.uint64))[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([3, -1, 2**40], np.array([3, -1, 2**40], dtype=np.float64)),
        ([3, 1, 2], np.array([3, 1, 2], dtype=np.uint8)),
        ([3, 1, 2], pd.Series([3, 1, 2], dtype="Int64")),
        (["a", "b", "a"], pd.Categorical(["a", "b", "a"])),
        (["a", "b", "ü"], pd.Series(["a", "b", "ü"], dtype=object)),
        ([True, False, True], [1, 0, 1]),
        (
            pd.to_datetime(["2031-01-05", "2031-02-05"]).as_unit("s"),
            pd.to_datetime(["2031-01-05", "2031-02-05"]).as_unit("ns"),
        ),
        (
            pd.to_datetime(["2031-01-05 01:00"]).tz_localize("Europe/Berlin"),
            pd.to_datetime(["2031-01-05 00:00"]),
        ),
    ],
)
def test_equal_groups_have_equal_hashes(one: Any, other: Any) -> None:
    """Widths, gaps, categories and time zones are no other groups."""
    assert hashes(one).tolist() == hashes(other).tolist()


def test_other_groups_have_other_hashes() -> None:
    """Long ids beside each other, halves, names that look alike; and rows without a group."""
    ids = [2**60, 2**60 + 1, 0, -1, 1]
    assert len(set(hashes(ids))) == 5
    assert len(set(hashes([0.5, 1.5, 1.0, -0.5]))) == 4
    assert len(set(hashes(["1", "01", "1.0", " 1"]))) == 4
    assert len(set(hashes([None, None, "a", "a"]))) == 3


def test_rows_without_a_group_go_by_score_and_residual() -> None:
    """Where they stand does not matter: the same rows have the same hashes in any part."""
    rows = np.array([5, 6, 5], dtype=np.uint64)
    some: Any = [None, "x", None]
    alone = group_hashes(some, rows)[0]
    assert alone[0] == alone[2] != alone[1]
    assert group_hashes(some[:1], rows[:1]) == (alone[:1], "")
    with pytest.raises(TableError, match="group"):
        group_hashes(["a"], rows)


def test_groups_are_counted_exactly_up_to_a_thousand() -> None:
    """And to a few per cent beyond; merged parts know what all rows at once would tell."""
    for n, exact in ((1000, True), (50_000, False)):
        groups = hashes(np.arange(n)).repeat(3)
        whole, one, two = KnownGroups(), KnownGroups(), KnownGroups()
        whole.add(groups)
        one.add(groups[: 2 * n])
        two.add(groups[2 * n :])
        one.merge(two)
        assert one.count == whole.count
        assert np.array_equal(one.hashes, whole.hashes)
        assert (one.sizes == 3).all()
        assert one.overflowed is not exact
        assert whole.count == (n if exact else pytest.approx(n, rel=0.1))
