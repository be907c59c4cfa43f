"""The nearest of some points."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.encoding.unit_cube import Points
from qconf.learners.nearest_points import NearestPoints
from qconf.learners.nearest_rows_loops import search


def points(n_points: int, seed: int) -> Points:
    numbers = np.random.default_rng(seed).normal(size=(4, n_points)).astype(np.float32)
    return Points(numbers, np.empty((0, n_points), dtype=np.int32))


@pytest.mark.parametrize("n_points", [1, 7, 500])
def test_they_are_those_that_looking_at_all_finds(n_points: int) -> None:
    """As many as are asked for, or as there are."""
    there, asked = points(n_points, 0), points(50, 1)
    found = NearestPoints(there, 10)
    assert len(found) == n_points
    squared = ((asked.numbers[:, :, None] - there.numbers[:, None, :]) ** 2).sum(axis=0)
    expected = np.sort(np.argsort(squared, axis=1)[:, :10], axis=1)
    np.testing.assert_array_equal(np.sort(found(asked), axis=1), expected)


@pytest.mark.parametrize("changed", [{"_n_neighbors": 501}, {"_n_neighbors": 0}, {"_blocks": None}])
def test_what_comes_from_a_file_is_checked(changed: dict[str, object]) -> None:
    """Compiled loops look up what they are told to."""
    found = NearestPoints(points(500, 0), 10)
    found.check_restored()
    vars(found).update(changed)
    with pytest.raises((ValueError, AttributeError)):
        found.check_restored()


@pytest.mark.parametrize("n_threads", ["1", "2"])
def test_the_search_is_compiled_once(monkeypatch: pytest.MonkeyPatch, n_threads: str) -> None:
    """Whatever part of the rows a thread looks for: compiling takes seconds."""
    monkeypatch.setenv("OMP_NUM_THREADS", n_threads)
    rng = np.random.default_rng(0)
    for n_levels, n_asked in ((0, 3), (2, 3), (2, 3000)):
        numbers = rng.uniform(size=(2, 3000)).astype(np.float32)
        points = Points(numbers, rng.integers(3, size=(n_levels, 3000), dtype=np.int32))
        asked = Points(points.numbers[:, :n_asked], points.levels[:, :n_asked])
        NearestPoints(points, 1)(asked)
    signatures = [str(one) for one in search.signatures]  # type: ignore[attr-defined]
    assert signatures
    assert not any("2d, A" in one or "readonly" in one for one in signatures)
