"""Seeds reach every part of a model, and None leaves the global generator alone."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import make_pipeline

from qconf.core.seeding import draw_seed, random_source, with_seed


def test_none_is_fresh_and_an_int_is_not() -> None:
    """An int repeats itself, None does not."""
    assert draw_seed(random_source(3)) == draw_seed(random_source(3))
    assert draw_seed(random_source(None)) != draw_seed(random_source(None))
    own = np.random.RandomState(0)
    assert random_source(own) is own


def test_nested_seeds_are_set_and_given_ones_kept() -> None:
    """A step's missing seed is drawn; one that was chosen stays."""
    unset = with_seed(make_pipeline(RandomForestRegressor()), np.random.RandomState(0))
    assert isinstance(unset[-1].random_state, int)
    chosen = with_seed(RandomForestRegressor(random_state=7), np.random.RandomState(0))
    assert chosen.random_state == 7
