"""What a column says of the expected error, and what its drift is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf.monitoring.influence import Influence, influences

RNG = np.random.default_rng(0)
N = 2000
TABLE = pd.DataFrame(
    {
        "region": RNG.choice(["a", "b"], N),
        "area": RNG.uniform(50, 200, N),
        "noise": RNG.normal(size=N),
        "when": pd.Timestamp("2026-01-01"),
    }
)
SQUARES = np.where(TABLE["region"] == "a", 0.01, 0.05) + 0.0002 * TABLE["area"].to_numpy()


def test_columns_that_drive_the_error_come_first() -> None:
    """Noise and times are no part of it."""
    assert [one.name for one in influences(TABLE, SQUARES)] == ["region", "area"]


def test_a_value_stands_for_the_mean_of_its_rows() -> None:
    """Drawn to that of all as if twenty rows more had the mean."""
    one = Influence.of("region", TABLE["region"], SQUARES)
    own = (TABLE["region"] == "a").to_numpy()
    by_hand = (SQUARES[own].sum() + 20 * SQUARES.mean()) / (own.sum() + 20)
    assert one.of_rows(pd.Series(["a"]))[0] == pytest.approx(by_hand)


def test_what_never_came_counts_as_the_hardest() -> None:
    """A level that was never seen, and a missing value where there was none."""
    one = Influence.of("region", TABLE["region"], SQUARES)
    told = one.of_rows(pd.Series(["z", None, "b"]))
    assert told[0] == told[1] == max(told)


def test_it_is_kept_as_plain_values() -> None:
    """Read again, it says the same of every row."""
    for one in influences(TABLE, SQUARES):
        again = Influence.from_dict(one.to_dict())
        assert np.array_equal(again.of_rows(TABLE[one.name]), one.of_rows(TABLE[one.name]))
