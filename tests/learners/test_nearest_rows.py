"""Nearest rows are found in tables of mixed columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors
from worlds import mixed_table

from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.learners.nearest_rows import NearestRows

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
