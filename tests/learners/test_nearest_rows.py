"""Nearest rows are found in tables of mixed columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors
from worlds import mixed_table

from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.learners.nearest_rows import NearestRows
from qconf.learners.nearest_rows_blocks import Blocks

RNG = np.random.RandomState


def encoded(table: Any, encoder: TableEncoder | None = None) -> Encoded:
    """Encode a table, by its own levels or by those of another."""
    frame = pd.DataFrame(table)
    return Encoded.of(frame, encoder or TableEncoder().fit(frame))


def test_a_row_is_nearest_to_itself() -> None:
    """At no distance, in every kind of column."""
    table = mixed_table(300).drop_duplicates()
    distance, position = NearestRows(encoded(table), 1, 1000, RNG(0))(encoded(table))
    np.testing.assert_array_equal(position[:, 0], np.arange(len(table)))
    np.testing.assert_allclose(distance, 0.0, atol=1e-3)


def test_the_same_level_is_nearer_than_half_the_range() -> None:
    """Levels count as much as the whole range of a number."""
    table = pd.DataFrame({"zone": ["a", "b", "a"], "area": [0.0, 0.1, 1.0]})
    asked = pd.DataFrame({"zone": ["a"], "area": [0.4]})
    known = encoded(table)
    distance, position = NearestRows(known, 3, 10, RNG(0))(encoded(asked, known.encoder))
    np.testing.assert_array_equal(position[0, np.argsort(distance[0])], [0, 2, 1])


def test_units_do_not_matter() -> None:
    """Metres or millimetres, the neighbours are the same."""
    x = np.random.default_rng(0).random((500, 3))
    plain, scaled = (
        NearestRows(encoded(x * units), 5, 1000, RNG(0))(encoded(x * units))[1]
        for units in ([1, 1, 1], [1, 1000, 1e-3])
    )
    assert np.mean(plain == scaled) > 0.99


def test_many_rows_are_thinned_out() -> None:
    """Only so many are searched, and positions are those in the whole table."""
    x = encoded(np.arange(1000.0)[:, None])
    nearest = NearestRows(x, 2, 100, RNG(0))
    assert len(nearest.kept) == 100
    distance, position = nearest(x[:10])
    assert np.isin(position, nearest.kept).all()
    assert distance.shape == (10, 2)


def test_fewer_rows_than_neighbours() -> None:
    """All there are."""
    three, two = (encoded(np.zeros((n, 1))) for n in (3, 2))
    assert NearestRows(three, 25, 100, RNG(0))(two)[1].shape == (2, 3)


def test_it_finds_what_scikit_learn_finds(rng: np.random.Generator) -> None:
    """Distances between numbers from 0 to 1 and indicator columns, one for each level."""
    table = pd.DataFrame({"zone": rng.choice(list("abcde"), 900), "x": rng.random(900)})
    table["y"] = rng.random(900) * 7 - 3
    table.loc[::9, "y"] = np.nan
    known = encoded(table)
    distance, _ = NearestRows(known, 7, 1000, RNG(0))(known)
    numbers = table[["x", "y"]]
    scaled = (numbers - numbers.min()) / (numbers.max() - numbers.min())
    filled = scaled.fillna(scaled["y"].median()).assign(gap=table["y"].isna())
    points = filled.join(pd.get_dummies(table["zone"])).to_numpy(dtype=float)
    expected, _ = NearestNeighbors(n_neighbors=7).fit(points).kneighbors(points)
    np.testing.assert_allclose(np.sort(distance), expected, atol=2e-3)


def test_rare_levels_and_those_that_come_later_are_alike() -> None:
    """Of more than thirty levels the rarest are one, which is what an unknown one is taken for."""
    names = [f"z{i}" for i in range(60)]
    table = pd.DataFrame({"zone": np.repeat(names, np.arange(60, 0, -1))})
    known = encoded(table)
    nearest = NearestRows(known, 1, 10_000, RNG(0))
    asked = encoded(pd.DataFrame({"zone": ["z0", "z59", "new", None]}), known.encoder)
    distance, position = nearest(asked)
    np.testing.assert_allclose(distance, 0.0)
    found = table["zone"].iloc[position[:, 0]].tolist()
    assert found == ["z0", "z29", "z29", "z29"]


def test_a_row_alone_has_the_neighbours_it_has_among_others(rng: np.random.Generator) -> None:
    """Also where many are at the same distance."""
    known = encoded(rng.integers(0, 3, (500, 3)).astype(float))
    nearest = NearestRows(known, 25, 1000, RNG(0))
    together = nearest(known)[1]
    alone = np.vstack([nearest(known[np.array([row])])[1] for row in range(20)])
    np.testing.assert_array_equal(alone, together[:20])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 700), n_columns=st.integers(0, 4))
def test_no_block_with_a_near_point_is_left_out(seed: int, n: int, n_columns: int) -> None:
    """Of numbers that are often alike, of levels and of gaps, all distances are looked at."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"same": np.full(n, 7.0)})
    for j in range(n_columns):
        numbers = rng.normal(size=n).round(int(rng.integers(0, 4)))
        names = rng.integers(0, 40, size=n).astype(str)
        table[f"column {j}"] = names if rng.random() < 0.5 else numbers
        table.loc[rng.random(n) < 0.1, f"column {j}"] = None
    known = encoded(table)
    nearest = NearestRows(known, 5, 1000, RNG(0))
    asked = nearest._cube(known.matrix)
    found, position = nearest(known)
    for row in range(0, n, 37):
        away = ((asked.numbers - asked.numbers[:, [row]]).astype(np.float64) ** 2).sum(axis=0)
        own, others = asked.levels[:, [row]], asked.levels
        away += ((own != others) * ((own >= 0) * 1.0 + (others >= 0))).sum(axis=0)
        np.testing.assert_allclose(np.sort(found[row] ** 2), np.sort(away)[:5], atol=1e-5)
        np.testing.assert_allclose(away[position[row]], found[row] ** 2, atol=1e-5)


def test_no_column_says_anything() -> None:
    """Rows without any number are all at no distance, and the first ones are taken."""
    known = encoded(np.full((100, 2), np.nan))
    distance, position = NearestRows(known, 3, 1000, RNG(0))(known)
    np.testing.assert_array_equal(distance, 0.0)
    np.testing.assert_array_equal(np.sort(position), np.tile([0, 1, 2], (100, 1)))


@pytest.mark.parametrize("name", Blocks._fields)
def test_blocks_of_another_shape_are_not_searched(name: str) -> None:
    """A file may hold anything; a compiled loop would read beyond it."""
    known = encoded(mixed_table(200))
    nearest = NearestRows(known, 3, 1000, RNG(0))
    blocks = nearest._blocks
    for wrong in (getattr(blocks, name)[:-1], getattr(blocks, name).astype(np.int16)):
        nearest._blocks = blocks._replace(**{name: wrong})
        if name == "position" and wrong.dtype == np.int32:
            # One point less in the last block is one point less, and no harm.
            continue
        with pytest.raises(ValueError, match=f"Blocks of points: {name} must be"):
            nearest(known)
