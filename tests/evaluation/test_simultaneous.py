"""Several intervals hold at once, at the level that their draws ask for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from qconf.evaluation.resampling import Draws
from qconf.evaluation.simultaneous import joint_confidence_level, simultaneous_level


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


def test_joint_level_is_that_of_the_range_of_equals() -> None:
    """Five independent statistics: the studentised range, 3.858 / sqrt(2) = 2.728 deviations."""
    drawn = np.random.default_rng(0).normal(size=(5, 200_000))
    level = joint_confidence_level([Draws(one) for one in drawn], 0.95)
    assert norm.ppf((1 + level) / 2) == pytest.approx(2.728, abs=0.02)


def test_two_competitors_need_no_more_than_the_level_asked_for() -> None:
    """One pair is one comparison; a statistic that is the same twice adds none."""
    drawn = np.random.default_rng(0).normal(size=(2, 500))
    one, other = (Draws(values) for values in drawn)
    assert joint_confidence_level([one, other], 0.9) == 0.9
    assert joint_confidence_level([one], 0.9) == 0.9
    assert joint_confidence_level([one, one], 0.9) == 0.9
    assert joint_confidence_level([one, one, other], 0.9) == pytest.approx(0.9, abs=0.03)


def test_joint_level_is_at_most_that_of_strangers() -> None:
    """Jumps in few resamples reach further than normal ones; Šidák’s level is enough."""
    rng = np.random.default_rng(0)
    jumps = (np.arange(1000) % 16 == 0).astype(np.float64)
    drawn = [jumps, *rng.normal(scale=0.01, size=(2, 1000))]
    joint = joint_confidence_level([Draws(one) for one in drawn], 0.95)
    assert joint == pytest.approx(0.95 ** (1 / 3))
