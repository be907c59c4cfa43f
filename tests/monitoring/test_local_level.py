"""A level is followed as fast as it is believed to walk."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.monitoring.local_level import averaged, filtered


def test_a_level_that_walks_forgets() -> None:
    """After a jump a filter with steps is nearer to the new level than one without."""
    ratio, noise = np.array([0.0] * 8 + [1.0] * 2), np.full(10, 0.01)
    assert filtered(ratio, noise, 0.01)[1] > 0.6 > filtered(ratio, noise, 0.0)[1]


def test_what_cannot_be_told_apart_is_averaged() -> None:
    """Two equal candidates give their mean, and their distance counts as variance."""
    mean, variance = averaged([(0.0, 0.0, 1.0, 0.1), (0.0, 0.0, 3.0, 0.1)])
    assert mean == pytest.approx(2.0)
    assert variance == pytest.approx(1.1)
