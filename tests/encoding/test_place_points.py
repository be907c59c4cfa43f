"""Rows as points: how far they are from each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qconf._types import FloatArray
from qconf.encoding.place_points import _DEVIATION, PlacePoints

EARTH = 6371.0


def spread(n_rows: int = 500, seed: int = 0) -> FloatArray:
    """Latitude, longitude and a prediction."""
    rng = np.random.default_rng(seed)
    where = rng.uniform([47, -123], [48, -122], size=(n_rows, 2))
    return np.column_stack([where, np.exp(rng.normal(size=n_rows))])


def apart(points: PlacePoints, first: list[float], second: list[float]) -> float:
    """Say how far two rows are apart, in the unit of the points."""
    numbers = points(np.array([first, second])).numbers.astype(float)
    return float(np.linalg.norm(numbers[:, 0] - numbers[:, 1]))


def great_circle(first: list[float], second: list[float]) -> float:
    """Return the kilometres between two places by the haversine formula."""
    (a, b), (c, d) = np.radians(first), np.radians(second)
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return float(2 * EARTH * np.arcsin(np.sqrt(h)))


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
@settings(deadline=None, max_examples=40)
def test_distances_are_those_on_earth(
    latitude: float, longitude: float, north: float, east: float
) -> None:
    """Of places within a day's walk, to one part in ten thousand, everywhere."""
    assume((latitude or longitude) and (latitude + north or longitude + east))  # 0, 0 is no place
    there = np.array([[latitude, longitude], [latitude + north, longitude + east]])
    points = PlacePoints(there, (0, 1))
    km = great_circle(*there.tolist())
    found = points._unit * apart(points, *there.tolist())
    assert found == pytest.approx(km, rel=1e-4, abs=1e-6) or km < 1e-3


def test_the_date_line_is_no_border() -> None:
    """A degree of longitude at 60° is half of one at the equator, also across it."""
    points = PlacePoints(np.array([[0.0, 179.5], [0.0, -179.5], [60.0, 0.0]]), (0, 1))
    across = apart(points, [0, 179.5], [0, -179.5])
    assert across == pytest.approx(apart(points, [0, 10], [0, 11]), rel=1e-4)
    assert across == pytest.approx(2 * apart(points, [60, 10], [60, 11]), rel=1e-3)


def test_the_unit_is_how_far_rows_nearby_are() -> None:
    """The table of a town and that of a country give the same points."""
    town = spread()
    country = town * [1.0, 1.0, 1.0]
    country[:, :2] = [47, -123] + 8 * (town[:, :2] - [47, -123])
    near, far = (PlacePoints(one, (0, 1), 2) for one in (town, country))
    assert far._unit / near._unit == pytest.approx(8, rel=0.1)


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_values_are_in_their_deviations(scale: float) -> None:
    """Of logs, whatever the currency."""
    rows = spread()
    rows[:, 2] *= scale
    points = PlacePoints(rows, (0, 1), 2)
    deviation = np.log(rows[:, 2]).std()
    same = [47.5, -122.5]
    found = apart(points, [*same, scale], [*same, scale * np.exp(deviation)])
    assert found == pytest.approx(_DEVIATION, rel=1e-5)
    # A missing prediction is the one in the middle.
    middle = float(np.median(rows[:, 2]))
    assert apart(points, [*same, np.nan], [*same, middle]) == pytest.approx(0, abs=1e-2)


def test_values_below_zero_are_not_logged() -> None:
    """Differences count, then."""
    rows = spread()
    rows[:, 2] = np.linspace(-1, 1, len(rows))
    points = PlacePoints(rows, (0, 1), 2)
    one, two = ([47.5, -122.5, value] for value in (-0.2, 0.3))
    assert apart(points, one, two) == pytest.approx(_DEVIATION * 0.5 / rows[:, 2].std(), rel=1e-5)


def test_where_a_place_is_not_known() -> None:
    """Gaps, places that are not on earth, and 0, 0; zero alone is a place."""
    points = PlacePoints(spread(), (0, 1))
    rows = np.array([[47.5, -122.5], [np.nan, 1], [1, np.nan], [91, 0], [0, 181], [0, 0], [0, 9]])
    assert points.known(rows).tolist() == [True, False, False, False, False, False, True]
    assert np.isfinite(points(rows).numbers).all()


def test_metres_of_a_map() -> None:
    """What is no degree is in a plane, where nothing is too far away."""
    rows = np.array([[5.2e5, 5.10e6], [5.3e5, 5.10e6], [5.3e5, 5.11e6]])
    points = PlacePoints(rows, (0, 1))
    assert len(points(rows).numbers) == 2
    assert apart(points, *rows[:2].tolist()) == pytest.approx(apart(points, *rows[1:].tolist()))
    assert np.isfinite(points(np.array([[1e30, -1e30]])).numbers).all()


@pytest.mark.parametrize("n_places", [1, 5])
def test_many_rows_at_a_place(n_places: int) -> None:
    """The unit is the way to the next place, or one kilometre."""
    rows = np.repeat([[47.0, -122.0 + 0.1 * i] for i in range(n_places)], 100, axis=0)
    points = PlacePoints(rows, (0, 1))
    step = great_circle([47, -122], [47, -121.9]) if n_places > 1 else 1.0
    assert points._unit == pytest.approx(step, rel=1e-3)
    assert np.isfinite(points(rows).numbers).all()


def test_no_place_is_known() -> None:
    """A fold may have none."""
    rows = np.full((5, 3), np.nan)
    points = PlacePoints(rows, (0, 1), 2)
    assert not points.known(rows).any()
    assert np.isfinite(points(rows).numbers).all()
