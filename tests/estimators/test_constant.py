"""The constant expects the root mean squared residual."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf import ConstantConfidence


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_is_the_root_mean_square(residual: list[float]) -> None:
    """Whatever the rows are."""
    est = ConstantConfidence().fit(np.zeros((len(residual), 1)), residual)
    np.testing.assert_allclose(est.predict([[1.0], [2.0]]), np.sqrt(np.mean(np.square(residual))))
