"""Rows that are alike are found without a look at their labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.tables.copies import Copies, find_copies, joined, kept_apart, repeats


def table(n_rows: int = 100) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "area": rng.uniform(20, 200, n_rows).round(2),
            "zone": pd.Series(rng.choice(["a", "b", "c"], n_rows)).where(lambda z: z != "c"),
            "built": np.where(rng.random(n_rows) < 0.2, np.nan, rng.integers(1900, 2020, n_rows)),
        }
    )


def repeated(n_times: int = 12, n_rows: int = 8) -> pd.DataFrame:
    once = table()
    return pd.concat([once, *[once.head(n_rows)] * (n_times - 1)], ignore_index=True)


def test_copies_share_a_number() -> None:
    """Missing values are alike, and the first rows stand for their copies."""
    found = find_copies(repeated())
    assert found is not None
    assert found.count == 88
    assert found.codes[100:].tolist() == list(range(8)) * 11
    assert found.codes[:100].tolist() == list(range(100))


def test_ids_and_what_is_put_aside_do_not_tell_copies_apart() -> None:
    """A row number, an id, and the columns that the caller names."""
    rows = repeated()
    numbered = rows.assign(when=np.arange(len(rows)) * 1.5)
    numbered["Unnamed: 0"] = np.arange(len(rows))
    numbered["offer_id"] = [f"x{i}" for i in range(len(rows))]
    assert find_copies(numbered) is None
    found = find_copies(numbered, aside=["when", "not there"])
    assert found is not None
    assert found.count == 88


@pytest.mark.parametrize("features", [table(), table()[["zone"]], table()[[]], np.empty((0, 2))])
def test_no_copies(features: pd.DataFrame) -> None:
    """Different rows; features so coarse that most rows are alike; no features; no rows."""
    assert find_copies(features) is None


def test_in_time_nothing_hangs_on_what_comes_later() -> None:
    """Early rows are copies of each other whatever late rows are like."""
    early = repeated()
    late = pd.concat([early, *[table(1)] * 400], ignore_index=True)
    alone = find_copies(early, time=np.zeros(len(early)))
    both = find_copies(late, time=(np.arange(len(late)) >= len(early)).astype(float))
    assert alone is not None
    assert both is not None
    np.testing.assert_array_equal(alone.codes, both.codes[: len(early)])


def test_repeats_are_rows_that_an_earlier_one_is_like() -> None:
    """Not the first of them, nor its twins of the same moment."""
    copies = Copies(np.array([0, 1, 0, 0, 1]), 3)
    assert repeats(copies, [3, 1, 3, 4, 0]).tolist() == [False, True, False, True, False]  # type: ignore[union-attr]
    assert repeats(None, [1]) is None
    assert repeats(copies, None) is None


def test_lists_and_arrays() -> None:
    """Cells that cannot be hashed are compared as written; arrays have no names."""
    tagged = repeated().assign(tags=lambda t: t["zone"].map(lambda zone: [zone]))
    found, again = find_copies(tagged), find_copies(tagged[["area", "built"]].to_numpy())
    for one in (found, again):
        assert one is not None
        assert one.codes[100:].tolist() == list(range(8)) * 11


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(2, 4))
def test_the_same_number_means_the_same_row(seed: int, n_copied: int, n_times: int) -> None:
    """Copies of rows that chance would not make are found, and no others."""
    rng = np.random.default_rng(seed)
    once = np.column_stack([rng.uniform(size=200), rng.integers(0, 3, 200)])
    rows = np.vstack([once, *[once[:n_copied]] * (n_times - 1)])[
        rng.permutation(200 + n_copied * (n_times - 1))
    ]
    found = find_copies(rows)
    assert found is not None
    assert found.count == n_copied * (n_times - 1)
    np.testing.assert_array_equal(
        found.codes[:, None] == found.codes, (rows[:, None] == rows).all(axis=2)
    )


@pytest.mark.parametrize("seed", range(20))
def test_coarse_features_are_alike_by_chance(seed: int) -> None:
    """A zone, a number of rooms and a year: most rows differ, and those alike are no copies."""
    rng = np.random.default_rng(seed)
    zone = rng.integers(0, 12, 300)
    rooms = rng.integers(1, 4, 300) + zone // 4
    coarse = pd.DataFrame({"zone": zone, "rooms": rooms, "built": rng.integers(1990, 2020, 300)})
    assert 0.5 < len(coarse.drop_duplicates()) / 300 < 1
    assert find_copies(coarse) is None


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=30),
)
def test_joined_groups_are_the_finest_that_hold_both(pairs: list[tuple[int, int]]) -> None:
    """Rows of one group, or alike, are together; nothing is joined without a chain of those."""
    groups, codes = (pd.factorize(np.array(column))[0] for column in zip(*pairs, strict=True))
    both = joined(groups, Copies(codes, 1))
    assert both is not None
    linked = (groups[:, None] == groups) | (codes[:, None] == codes)
    for _ in pairs:
        linked = linked @ linked
    np.testing.assert_array_equal(both[:, None] == both, linked)


def test_either_alone() -> None:
    """Without copies the groups stay, without groups the copies are the groups."""
    groups = np.array([0, 1, 0])
    assert joined(groups, None) is groups
    assert joined(None, None) is None
    np.testing.assert_array_equal(joined(None, Copies(groups, 1)), groups)


def test_no_rows_have_no_copies() -> None:
    """Nor has a table whose times are all missing."""
    assert find_copies(table()[:0], time=np.empty(0)) is None


@pytest.mark.parametrize("n_times", [3, 5, 12])
def test_a_join_that_repeated_every_row(n_times: int) -> None:
    """Not one row is alone, and all of them are copies."""
    table = pd.DataFrame({"area": np.arange(400) * 0.25 + 20, "lot": np.arange(400) % 350})
    found = find_copies(pd.concat([table] * n_times, ignore_index=True))
    assert found is not None
    assert found.count == 400 * (n_times - 1)


def test_few_levels_are_no_copies_though_most_rows_are_alike() -> None:
    """A zip code, with the city and the county that it lies in: levels, to be learned from."""
    zips = np.arange(4000) % 70
    places = pd.DataFrame({"zip": zips, "city": zips // 5, "county": zips // 20})
    assert find_copies(places) is None
    assert find_copies(places[["zip"]]) is None


def test_dates_do_not_tell_copies_apart() -> None:
    """An offer that is listed again has another date, and is the same offer."""
    rows = repeated()
    listed = rows.assign(seen=pd.date_range("2020-01-01", periods=len(rows), freq="h"))
    found = find_copies(listed)
    assert found is not None
    assert found.count == 88


def test_forward_in_time_only_groups_are_kept_apart() -> None:
    """Of a copy the past is known when it is judged: it is a repeat. At random it is kept apart."""
    copies = Copies(np.array([0, 0, 1, 2]), 1)
    groups = np.array([0, 1, 2, 2])
    apart, again = kept_apart(groups, copies, np.arange(4))
    np.testing.assert_array_equal(apart, groups)
    np.testing.assert_array_equal(again, [False, True, False, False])
    apart, again = kept_apart(groups, copies, None)
    np.testing.assert_array_equal(apart, [0, 0, 1, 1])
    assert again is None
