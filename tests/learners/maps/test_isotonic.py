"""The centered isotonic map rises, keeps order and mean, and follows the data."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qconf.learners.maps.isotonic import CenteredIsotonicMap


@st.composite
def pairs(draw: Any) -> tuple[Any, Any]:
    n = draw(st.integers(1, 30))
    score = draw(hnp.arrays(float, n, elements=st.integers(0, 12).map(float)))
    target = draw(hnp.arrays(float, n, elements=st.floats(0, 10).map(lambda x: round(x, 2))))
    return score, target


@given(pairs())
def test_rises_strictly_between_its_knots_and_stays_in_range(rows: tuple[Any, Any]) -> None:
    """No ties but beyond the ends; never outside of the targets."""
    rising = CenteredIsotonicMap(*rows)
    assert (np.diff(rising.score_knots) > 0).all()
    assert (np.diff(rising.target_knots) > 0).all()
    mapped = rising(np.linspace(-5, 20, 50))
    assert (np.diff(mapped) >= 0).all()
    assert mapped.min() >= rows[1].min() - 1e-9
    assert mapped.max() <= rows[1].max() + 1e-9


def test_rising_data_are_followed() -> None:
    """Where the data rise already, the map goes through them."""
    score = np.arange(5.0)
    np.testing.assert_allclose(CenteredIsotonicMap(score, score**2)(score), score**2)


def test_falling_data_become_their_mean() -> None:
    """Where the data only fall, one pool is left."""
    score = np.arange(5.0)
    np.testing.assert_allclose(CenteredIsotonicMap(score, -score)(score), -2.0)
