"""The constant expects the root mean squared residual."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf import ConstantConfidence


def _have_units(residual: list[float]) -> bool:
    """Whether they are taken: residuals that are all below 1e-100 in size, and not 0, are not."""
    largest = max(map(abs, residual))
    return largest == 0 or largest >= 1e-100


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20).filter(_have_units))
def test_is_the_root_mean_square(residual: list[float]) -> None:
    """Whatever the rows are."""
    est = ConstantConfidence().fit(np.zeros((len(residual), 1)), residual)
    np.testing.assert_allclose(est.predict([[1.0], [2.0]]), np.sqrt(np.mean(np.square(residual))))
