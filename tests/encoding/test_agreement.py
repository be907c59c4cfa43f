"""How two sources usually agree, and which conflicts are unusual."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.encoding.agreement import Agreement

RNG = np.random.default_rng(3)
SIZES = RNG.uniform(50, 300, 200)


def test_the_bias_is_no_conflict() -> None:
    """A source that is always a tenth lower agrees; without rows nothing is known."""
    learned = Agreement.learn(SIZES, 0.9 * SIZES, "ratio")
    assert learned.bias == pytest.approx(-np.log(0.9))
    assert not learned.is_unusual(learned.conflict(SIZES, 0.9 * SIZES) * 0).any()
    blank = Agreement.learn(np.full(3, np.nan), SIZES[:3], "ratio")
    assert blank.bias == 0.0


@given(st.floats(1, 6), st.floats(0, 0.2))
@settings(deadline=None)
def test_unusual_is_beyond_both_limits(deviations: float, least: float) -> None:
    """So many standard deviations, and the least that anybody looks into; NaN is not."""
    other = SIZES * np.exp(RNG.normal(0, 0.02, len(SIZES)))
    learned = Agreement.learn(SIZES, other, "ratio")
    conflict = learned.conflict(SIZES, other)
    spread = 1.4826 * np.median(np.abs(conflict))
    told = learned.is_unusual(conflict, deviations=deviations, least=least)
    beyond = np.abs(conflict) > max(least, deviations * spread)
    # The median of what is learned may differ in the last digit.
    close = np.isclose(np.abs(conflict), max(least, deviations * spread), rtol=1e-9)
    assert (told == beyond)[~close].all()
    assert not learned.is_unusual(np.array([np.nan]), least=least)[0]
    np.testing.assert_array_equal(
        learned.is_unusual(conflict), learned.is_unusual(conflict, deviations=3.0, least=0.0)
    )
