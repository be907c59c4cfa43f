"""How dependent the rows of a rate are, from its own groups and from those of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from qconf._types import FloatArray
from qconf.avm.design_effect import DesignEffect

FIFTY = np.full(40, 50.0)


def events_of(n_groups: int, rng_seed: int = 0) -> FloatArray:
    """Draw events of a fifth of fifty rows in each group."""
    return np.random.default_rng(rng_seed).binomial(50, 0.2, n_groups).astype(np.float64)


def test_a_variance_is_held_against_that_of_independent_rows() -> None:
    """Twice the variance is a design effect of two, mended for groups that were resampled."""
    events = events_of(40)
    rate = (events.sum() + 0.5) / 2001
    effect = DesignEffect.of(FIFTY, events, 2 * rate * (1 - rate) / 2000 * 39 / 40)
    assert effect.value == pytest.approx(2.0)
    assert 25 < effect.freedom <= 39


def test_few_events_tell_little() -> None:
    """Of forty groups, three have an event: the variance is known from about three."""
    events = np.zeros(40)
    events[:3] = 1.0
    assert DesignEffect.of(FIFTY, events, 1e-6).freedom < 10


def test_unequal_groups_are_worth_fewer() -> None:
    """Where rows share what they are, the large ones decide."""
    sizes = np.repeat([4.0, 60.0], [50, 10])
    whole_groups = np.where(np.arange(60) % 3 == 0, sizes, 0.0)
    assert DesignEffect.of(sizes, whole_groups, 0.01).freedom < 30


@pytest.mark.parametrize(
    ("sizes", "events", "variance"),
    [
        (FIFTY, np.zeros(40), 0.0),
        (FIFTY, FIFTY, 0.0),
        (FIFTY[:1], np.array([7.0]), 0.01),
        (FIFTY, events_of(40), 0.0),
        (np.zeros(40), np.zeros(40), np.nan),
    ],
)
def test_where_nothing_varies_nothing_is_known(
    sizes: FloatArray, events: FloatArray, variance: float
) -> None:
    """Rows count as independent, and the interval is Jeffreys' own."""
    effect = DesignEffect.of(sizes, events, variance)
    assert effect == DesignEffect(1.0, 0.0)
    assert effect.inflated(0.95) == 1.0


def test_a_part_that_knows_nothing_takes_what_the_whole_knows() -> None:
    """With as much of it as its smaller groups leave; half of the degrees of freedom."""
    told = DesignEffect(1.0, 0.0).moderated(DesignEffect(5.0, 40.0), 0.25)
    assert told == DesignEffect(2.0, 20.0)
    unknown = DesignEffect(1.0, 0.0)
    assert unknown.moderated(unknown, 1.0) == unknown


def test_a_part_is_averaged_with_the_whole() -> None:
    """By degrees of freedom, and both are known together."""
    told = DesignEffect(1.0, 20.0).moderated(DesignEffect(3.0, 40.0), 1.0)
    assert told == DesignEffect(2.0, 40.0)


def test_a_whole_of_less_than_independent_rows_is_not_believed() -> None:
    """That a part varies less than at random is for the part to show."""
    told = DesignEffect(1.0, 20.0).moderated(DesignEffect(0.4, 40.0), 1.0)
    assert told.value == 1.0


def test_few_degrees_of_freedom_are_paid_for() -> None:
    """The width grows as Student's t does."""
    wide = t.ppf(0.975, 10) / norm.ppf(0.975)
    assert DesignEffect(2.0, 10.0).inflated(0.95) == pytest.approx(2.0 * wide**2)
