"""Levels get coordinates as they come; numbers are held against those before them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf.errors import TableError
from qconf.learners.online.coordinates import ActiveCoordinates
from qconf.learners.online.count_rates import ABSENT, UNSEEN


def test_levels_in_the_order_they_come() -> None:
    """A level keeps its coordinate, a gap has one of its own, columns share none."""
    frame = pd.DataFrame({"zip": ["b", "a", None, "b"], "kind": ["a", "a", "c", "a"]})
    coordinates = ActiveCoordinates(frame, bins=None)
    place, values = coordinates.learn(frame)
    assert place[:, 0].tolist() == [place[0, 0], place[1, 0], place[2, 0], place[0, 0]]
    assert len(set(place.ravel())) == coordinates.n_coordinates == 5
    assert values.shape == (4, 0)
    later = pd.DataFrame({"zip": ["z", "a"], "kind": [None, "c"]})
    assert coordinates.find(later)[0].tolist() == [[UNSEEN, UNSEEN], [place[1, 0], place[2, 1]]]
    assert coordinates.n_coordinates == 5


def test_looking_a_row_up_changes_nothing() -> None:
    """`find` neither numbers levels nor moves means."""
    frame = pd.DataFrame({"zip": ["a", "b"], "size": [1.0, 3.0]})
    coordinates = ActiveCoordinates(frame, bins=None)
    coordinates.learn(frame)
    moments = coordinates.moments.copy()
    coordinates.find(pd.DataFrame({"zip": ["c"], "size": [99.0]}))
    np.testing.assert_array_equal(coordinates.moments, moments)
    assert coordinates.levels[0] == {"a": 2, "b": 3}


def test_a_number_is_held_against_those_before_it() -> None:
    """(x - mean) / sd of the earlier ones, 0 as long as there is no spread, and never too far."""
    x = np.array([5.0, 7.0, 9.0, np.nan, 1e9, 6.0])
    frame = pd.DataFrame({"size": x})
    place, values = ActiveCoordinates(frame, bins=None).learn(frame)
    assert values[:3, 0].tolist() == pytest.approx([0.0, 0.0, 3.0])
    assert place[3].tolist() == [ABSENT, 1]
    assert place[0].tolist() == [0, ABSENT]
    assert values[4, 0] == 5.0


def test_batches_make_no_difference_to_numbers(rng: np.random.Generator) -> None:
    """Means go on where they were."""
    frame = pd.DataFrame({"size": rng.normal(1e6, 1.0, size=50)})
    at_once = ActiveCoordinates(frame, bins=None).learn(frame)[1]
    by_parts = ActiveCoordinates(frame, bins=None)
    parts = [by_parts.learn(frame[:20])[1], by_parts.learn(frame[20:])[1]]
    np.testing.assert_allclose(np.concatenate(parts), at_once)


def test_bins_are_levels() -> None:
    """Numbers of one bin share a coordinate; edges are those of the first rows."""
    frame = pd.DataFrame({"size": np.linspace(0, 1, 101)})
    coordinates = ActiveCoordinates(frame, bins=4)
    place, values = coordinates.learn(frame)
    # Four in the middle, and the ends beyond the 1st and 99th percentile.
    assert len(np.unique(place)) == 6
    assert values.shape == (101, 0)
    far = coordinates.find(pd.DataFrame({"size": [0.6, 50.0]}))[0].ravel()
    assert far[0] == place[60, 0]
    assert far[1] == UNSEEN


def test_a_reading_is_not_yet_learned() -> None:
    """`read` says what `learn` would, and changes nothing until it is accepted."""
    frame = pd.DataFrame({"zip": ["a", "b"], "size": [1.0, 3.0]})
    coordinates, other = ActiveCoordinates(frame, bins=None), ActiveCoordinates(frame, bins=None)
    reading = coordinates.read(frame)
    assert coordinates.levels == {0: {}}
    assert coordinates.n_coordinates == 2
    assert not coordinates.moments.any()
    np.testing.assert_array_equal(reading.coordinates, other.learn(frame)[0])
    coordinates.accept(reading)
    assert coordinates.levels == other.levels == {0: {"a": 2, "b": 3}}
    assert coordinates.n_coordinates == other.n_coordinates == 4
    np.testing.assert_array_equal(coordinates.moments, other.moments)


def test_a_copy_learns_apart() -> None:
    """Neither levels nor moments are shared."""
    frame = pd.DataFrame({"zip": ["a"], "size": [1.0]})
    first = ActiveCoordinates(frame, bins=None)
    first.learn(frame)
    second = first.copy()
    second.learn(pd.DataFrame({"zip": ["b"], "size": [9.0]}))
    assert first.levels == {0: {"a": 2}}
    assert first.moments[0].tolist() == [1.0, 1.0, 0.0]
    assert second.levels == {0: {"a": 2, "b": 3}}


@pytest.mark.parametrize("bins", [None, 4])
@pytest.mark.parametrize(
    ("began", "comes", "words"),
    [
        (
            [1.0, 2.0],
            ["3", "n/a"],
            "'b' held numbers when learning began, and holds values such as",
        ),
        ([1.0, 2.0], pd.to_datetime(["2026-01-01"] * 2), "held numbers .*, and holds dates now"),
        (pd.to_datetime(["2026-01-01"] * 2), [3.0, 4.0], "held dates .*, and holds numbers now"),
        (pd.to_timedelta([1, 2], unit="D"), [3.0, 4.0], "Give durations, or missing values"),
    ],
)
def test_a_column_that_changes_its_kind(
    began: object, comes: object, words: str, bins: int
) -> None:
    """Refused with the column's name; days are not mixed with numbers."""
    coordinates = ActiveCoordinates(pd.DataFrame({"b": began}), bins=bins)
    for use in (coordinates.read, coordinates.find):
        with pytest.raises(TableError, match=words):
            use(pd.DataFrame({"b": comes}))
    assert (coordinates.find(pd.DataFrame({"b": [None, None]}))[0] != 99).all()


def test_bins_may_be_cut_by_the_first_rows_only() -> None:
    """Later rows then move no edge."""
    frame = pd.DataFrame({"size": np.arange(200.0)})
    later = frame.assign(size=[*range(50), *([1e6] * 150)])
    one, two = (ActiveCoordinates(table, bins=8, cut_by=50) for table in (frame, later))
    np.testing.assert_array_equal(one.edges[0], two.edges[0])
