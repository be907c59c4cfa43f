"""Several intervals hold at once, at the level that their draws ask for."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.evaluation.resampling import Draws
from qconf.evaluation.simultaneous import simultaneous_level


def test_independent_statistics_need_sidaks_level_and_equal_ones_their_own() -> None:
    """Two hundred draws of ten statistics: apart, or all the same."""
    rng = np.random.default_rng(0)
    apart = [Draws(one) for one in rng.normal(size=(10, 4000))]
    sidak = 0.95 ** (1 / 10)
    assert simultaneous_level(apart, 0.95) == pytest.approx(sidak, abs=0.002)
    assert simultaneous_level([apart[0]] * 10, 0.95) == pytest.approx(0.95, abs=0.005)


def test_what_never_moves_asks_for_the_strictest() -> None:
    """No resample knows anything of it; alone, a statistic keeps its level."""
    still = Draws(np.zeros(100))
    moving = Draws(np.random.default_rng(0).normal(size=100))
    assert simultaneous_level([still, moving], 0.9) == pytest.approx(0.9**0.5)
    assert simultaneous_level([moving], 0.9) == pytest.approx(0.9)
