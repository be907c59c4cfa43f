"""Sources take turns, and random rows are spread between."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf.review.sources import RANDOM, UNUSUAL, Source, highest_first, mixed

ROWS = st.lists(st.integers(0, 30), unique=True, max_size=12).map(lambda one: np.array(one, int))


@given(st.lists(ROWS, min_size=1, max_size=3), ROWS, ROWS, st.integers(1, 20), ROWS)
def test_each_row_once_and_as_many_as_there_are(
    orders: list[np.ndarray], beyond: np.ndarray, drawn: np.ndarray, n: int, left: np.ndarray
) -> None:
    """No row twice, none of those left out, all random ones, and no place empty without need."""
    drawn = np.setdiff1d(drawn, left)[:n]
    sources = [Source(f"s{i}", one) for i, one in enumerate(orders)]
    sources[0] = Source("s0", orders[0], beyond)
    told = mixed(drawn, sources, n, set(left.tolist()))
    rows = [row for row, _ in told]
    assert len(set(rows)) == len(rows) <= n
    assert not set(rows) & set(left.tolist())
    assert {row for row, name in told if name == RANDOM} == set(drawn.tolist())
    there = set(np.concatenate([*orders, beyond]).tolist()) - set(left.tolist())
    assert len(rows) == min(n, len(there | set(drawn.tolist()))) or len(rows) == n
    for row, name in told:
        if name == UNUSUAL:
            assert row in beyond
        elif name != RANDOM:
            assert row in orders[int(name[1:])]


def test_sources_take_turns_and_random_rows_stand_between() -> None:
    """Whoever stops half-way has seen the same mixture."""
    sources = [Source("a", np.arange(10)), Source("b", np.arange(5, 30))]
    told = mixed(np.array([40, 41]), sources, 10, ())
    assert [name for _, name in told] == ["a", "b", RANDOM, "a", "b", "a", "b", RANDOM, "a", "b"]
    assert [row for row, name in told if name == "b"] == [5, 6, 7, 8]


def test_what_follows_a_source_has_another_name() -> None:
    """What the source itself does not name is unusual, and comes when its own are through."""
    told = mixed(np.array([], int), [Source("a", np.array([3]), np.array([4, 5]))], 3, ())
    assert told == [(3, "a"), (4, UNUSUAL), (5, UNUSUAL)]


def test_ties_are_in_the_order_of_the_table() -> None:
    """So that the same table gives the same queue."""
    score = np.array([1.0, 2.0, 2.0, 0.0, np.nan])
    assert highest_first(score, np.isfinite(score)).tolist() == [1, 2, 0, 3]
