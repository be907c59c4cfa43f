"""Calibration rows are the newest, or whole groups, and nothing of them is in the fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.errors import TableError
from qconf.model.holding_out import HeldOut, hold_out
from qconf.tables.fit_roles import fit_roles


def held_out(
    n_rows: int, share: float, seed: int = 0, *, time: object = None, groups: object = None
) -> HeldOut:
    table = pd.DataFrame({"x": np.arange(n_rows)})
    roles = fit_roles(table, time, groups, keep_copies=False)
    return hold_out(roles, share, np.random.RandomState(seed))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1000), st.booleans(), st.floats(0.05, 0.8))
def test_no_group_is_on_both_sides(seed: int, timed: bool, share: float) -> None:
    """Nor any row; and with a time all calibration rows are newer than those of the fit."""
    rng = np.random.default_rng(seed)
    groups, time = rng.integers(0, 30, 80), rng.integers(0, 20, 80)
    try:
        split = held_out(80, share, seed, time=time if timed else None, groups=groups)
    except TableError:
        return  # every group has newer rows
    assert not set(groups[split.fitted]) & set(groups[split.calibration])
    assert len(split.calibration) >= round(0.8 * share * 80)
    if timed:
        assert time[split.fitted].max() < time[split.calibration].min()
        assert split.time is not None


def test_the_newest_share_whole_moments() -> None:
    """A fifth of ten rows, and all rows of the moment that it begins in."""
    split = held_out(10, 0.2, time=[5, 1, 2, 9, 9, 9, 3, 4, 6, 7])
    assert split.calibration.tolist() == [3, 4, 5]
    assert split.fitted.tolist() == [0, 1, 2, 6, 7, 8, 9]
    assert split.groups is None


def test_at_random_without_a_time() -> None:
    """As many rows as asked for, other ones with another seed."""
    splits = [held_out(100, 0.25, seed).calibration for seed in (0, 0, 1)]
    assert len(splits[0]) == 25
    assert splits[0].tolist() == splits[1].tolist() != splits[2].tolist()


def test_copies_are_kept_together() -> None:
    """A row that is there twice is not fitted on and certified on."""
    x = np.repeat(np.arange(50), 2)
    roles = fit_roles(pd.DataFrame({"x": x}), None, None, keep_copies=False)
    split = hold_out(roles, 0.2, np.random.RandomState(0))
    assert not set(x[split.fitted]) & set(x[split.calibration])


def test_nothing_left_to_fit_on() -> None:
    """One moment, or one group that goes on."""
    with pytest.raises(TableError, match="No row is left to fit on: all 10 are of one time"):
        held_out(10, 0.2, time=np.ones(10))
    with pytest.raises(TableError, match="No row is left"):
        held_out(10, 0.2, time=np.arange(10), groups=np.ones(10))


def test_groups_of_single_rows_are_none() -> None:
    """They are independent rows; a pair of them is not."""
    assert held_out(50, 0.2, groups=np.arange(50)).groups is None
    paired = np.arange(50)
    paired[49] = 48
    time = np.arange(50)
    groups = held_out(50, 0.2, time=time, groups=paired).groups
    assert groups is not None
    assert len(groups) == 10
