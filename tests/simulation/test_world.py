"""The archetypes' world is as published."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.errors import OptionError
from qconf.simulation.world import ARCHETYPES, archetypes


def test_sizes_and_noise() -> None:
    """Each group has its archetype's number of rows, and its sigma around the group's mean."""
    world = archetypes(400)
    assert len(world) == 40_000
    groups = world.groupby("archetype")["group"]
    for name, _, size, sigma in ARCHETYPES:
        assert groups.get_group(name).value_counts().unique().tolist() == [size]
        rows = world[world["archetype"] == name]
        within = rows["value"] - rows.groupby("group")["value"].transform("mean")
        spread = np.sqrt((within**2).sum() / (400 * (size - 1)))
        assert spread == pytest.approx(sigma, rel=0.03)


def test_means_spread_as_asked() -> None:
    """Group means have the standard deviation that is passed."""
    means = archetypes(300, group_mean_sd=0.3).groupby("group")["value"].mean()
    assert means.std() == pytest.approx(0.3, rel=0.1)


def test_order_is_random_and_seeded() -> None:
    """Groups are mixed; the same seed gives the same world."""
    world = archetypes(10)
    assert world.equals(archetypes(10))
    assert not world.equals(archetypes(10, random_state=1))
    assert (world["group"] == world["group"].shift()).mean() < 0.1


def test_the_default_spread_is_the_one_that_was_found() -> None:
    """0.1, in log price: the published method has both published overall figures then."""
    means = archetypes(300).groupby("group")["value"].mean()
    assert np.sqrt(means.var() - 0.00025) == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups_of_each": 0}, "from 1 to 400,000, got 0"),
        ({"groups_of_each": 2.5}, "an integer from 1"),
        ({"group_mean_sd": 0.0}, "greater than 0, got 0.0"),
        ({"random_state": -1}, "got -1"),
    ],
)
def test_parameters_out_of_rule(options: dict[str, float], message: str) -> None:
    """Each is named, with what was found."""
    with pytest.raises(OptionError, match=message):
        archetypes(**options)  # type: ignore[arg-type]
