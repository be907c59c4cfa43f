"""Named bands of the probability that a value fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf import tiers
from qconf.errors import OptionError, TableError
from qconf.probability.tiers import REFER, TIER_LIMITS


def test_a_limit_belongs_to_its_tier() -> None:
    """At most 5, 10, 20, 35 %; a hair above is the next tier."""
    at = np.array(TIER_LIMITS)
    assert tiers(at).tolist() == ["A", "B", "C", "D"]
    assert tiers(np.nextafter(at, 1)).tolist() == ["B", "C", "D", REFER]
    assert tiers([0.0, 1.0]).tolist() == ["A", REFER]


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_safer_row_is_never_in_a_worse_tier(probabilities: list[float]) -> None:
    """Tiers follow the order of probabilities, and equal ones are in one tier."""
    order = {name: place for place, name in enumerate(["A", "B", "C", "D", REFER])}
    places = [order[str(name)] for name in tiers(sorted(probabilities))]
    assert places == sorted(places)


def test_own_tiers() -> None:
    """A mapping names them, a list has its own limits."""
    named = tiers([0.01, 0.2, 0.9], {"high": 0.05, "medium": 0.3}, otherwise="low")
    assert named.tolist() == ["high", "medium", "low"]
    assert tiers([0.01, 0.2], [0.1]).tolist() == ["A", REFER]
    assert tiers(np.empty(0)).tolist() == []


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ([0.1, 0.1], "must rise, got 0.1, 0.1"),
        ([0.2, 0.1], "must rise"),
        ([0.0, 0.1], "strictly between 0 and 1 .*got 0.0"),
        ([5, 10], "0.05 is 5 %"),
        ([True], "got True"),
        ([np.nan], "got nan"),
        ([], "from 1 to 26 limits of tiers, got 0"),
        ("0.1", "must be numbers such as"),
        (0.1, "must be numbers such as"),
        ({"refer": 0.1}, "a name of its own, got refer, refer"),
    ],
)
def test_what_no_tiers_are(limits: Sequence[float] | Mapping[str, float], said: str) -> None:
    """Each is refused in one line."""
    with pytest.raises(OptionError, match=said):
        tiers([0.1], limits)


@pytest.mark.parametrize("probability", [[1.5], [-0.1], [np.nan], ["a"]])
def test_what_no_probabilities_are(probability: Any) -> None:
    """Each is refused in one line."""
    with pytest.raises(TableError):
        tiers(probability)
