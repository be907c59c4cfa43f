"""The constant expects the root mean squared residual."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf import ConstantConfidence

#: Their squares are numbers: smaller residuals than 1e-100 are refused, if all are.
SIZES = st.floats(1e-100, 1e6)


@given(st.lists(SIZES | SIZES.map(lambda size: -size) | st.just(0.0), min_size=1, max_size=20))
def test_is_the_root_mean_square(residual: list[float]) -> None:
    """Whatever the rows are."""
    est = ConstantConfidence().fit(np.zeros((len(residual), 1)), residual)
    np.testing.assert_allclose(est.predict([[1.0], [2.0]]), np.sqrt(np.mean(np.square(residual))))
