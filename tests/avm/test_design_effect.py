"""How dependent the rows of a rate are, from its own groups and from those of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from qconf.avm.design_effect import DesignEffect

FIFTY = np.full(40, 50.0)


def test_a_variance_is_held_against_that_of_independent_rows() -> None:
    """Twice the variance is a design effect of two, mended for groups that were resampled."""
    independent = 0.2 * 0.8 / 2000
    effect = DesignEffect.of(0.2, FIFTY, 2 * independent * 39 / 40)
    assert effect.value == pytest.approx(2.0, rel=2e-3)
    assert effect.freedom == pytest.approx(39.0)


def test_unequal_groups_are_worth_fewer() -> None:
    """The more rows of a group share, the more the large ones decide."""
    sizes = np.repeat([5.0, 60.0], 50)
    independent = 0.2 * 0.8 / sizes.sum()
    loose = DesignEffect.of(0.2, sizes, independent)
    bound = DesignEffect.of(0.2, sizes, 20 * independent)
    assert 49 < bound.freedom < loose.freedom < 99


@pytest.mark.parametrize(
    ("rate", "sizes", "variance"),
    [(0.0, FIFTY, 0.0), (1.0, FIFTY, 0.0), (0.2, FIFTY[:1], 0.01), (0.2, FIFTY, 0.0)],
)
def test_without_an_event_nothing_is_known(rate: float, sizes: np.ndarray, variance: float) -> None:
    """Rows count as independent, and the interval is Jeffreys' own."""
    effect = DesignEffect.of(rate, sizes, variance)
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
