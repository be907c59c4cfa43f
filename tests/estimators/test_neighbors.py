"""The errors of the nearest rows."""

from __future__ import annotations

import numpy as np
import pytest

from qconf import NeighborConfidence
from qconf.estimators.neighbors import _most_rows


def test_is_the_root_mean_square_of_the_neighbours() -> None:
    """Of the two rows of the same place, and of all rows as one more."""
    x = np.array([[0.0], [0.0], [1.0], [1.0]])
    residual = np.array([0.1, -0.3, 2.0, 0.0])
    est = NeighborConfidence(2).fit(x, residual)
    mean = np.mean(residual**2)
    expected = np.sqrt([(0.1**2 + 0.3**2 + mean) / 3, (2.0**2 + mean) / 3])
    np.testing.assert_allclose(est.predict([[0.0], [1.0]]), expected)


def test_signals_tell_the_distance() -> None:
    """A row in the middle of nowhere is known to be there."""
    x = np.linspace(0, 1, 200)[:, None] ** 4
    est = NeighborConfidence(5).fit(x, np.ones(200))
    signals = est.signals([[0.0], [0.9]])
    np.testing.assert_array_equal(signals[:, 0], est.predict([[0.0], [0.9]]))
    assert signals[1, 1] > signals[0, 1] > 0


@pytest.mark.parametrize("name", ["n_neighbors", "max_rows"])
def test_parameters_are_checked(name: str) -> None:
    """Each parameter has its rule, named in the message."""
    with pytest.raises(ValueError, match=f"The '{name}' parameter of NeighborConfidence"):
        NeighborConfidence(**{name: 0}).fit([[0.0], [1.0]], [0.1, 0.2])


def test_large_tables_are_thinned_out_more() -> None:
    """Twice as many rows, half as many of them searched: pairs are what time is spent on."""
    found = [_most_rows(n_rows) for n_rows in (10, 12_500, 25_000, 250_000)]
    assert found == [20_000, 20_000, 10_000, 1000]
