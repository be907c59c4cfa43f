"""Check the parameters of the simulation before anything is drawn, made or compiled."""

from __future__ import annotations

from numbers import Integral, Real

from qconf.core.conventions import check_seed
from qconf.errors import OptionError

__all__ = ["FEWEST_GROUPS", "check_parameters", "check_world"]

FEWEST_GROUPS, _MOST = 10, 400_000
#: A standard deviation needs two.
_FEWEST_LANES, _MOST_LANES = 2, 1000
#: Beyond that, the float32 of residuals would no longer tell the houses of a group apart.
_WIDEST = 1000
_MANY = 10_000


def check_world(groups_of_each: int, group_mean_sd: float, seed: int, fewest: int = 1) -> None:
    """Check what a world can be drawn of.

    Raises
    ------
    OptionError
    """
    _check_integer("groups of each archetype", groups_of_each, fewest, _MOST)
    _check_spread(group_mean_sd)
    check_seed(seed)


def check_parameters(groups_of_each: int, bootstrap: int, group_mean_sd: float, seed: int) -> None:
    """Check all parameters of `simulate`.

    Raises
    ------
    OptionError
        If one breaks its rule, which is named.
    """
    _check_integer("bootstrap replicates", bootstrap, _FEWEST_LANES, _MOST_LANES)
    check_world(groups_of_each, group_mean_sd, seed, FEWEST_GROUPS)


def _check_integer(name: str, number: int, fewest: int, most: int) -> None:
    if not isinstance(number, Integral):
        msg = f"The {name} must be an integer from {fewest} to {_shown(most)}, got {number!r}."
        raise OptionError(msg)
    if not fewest <= number <= most:
        msg = f"The {name} must be from {fewest} to {_shown(most)}, got {_shown(number)}."
        raise OptionError(msg)


def _shown(number: int) -> str:
    """Set thousands apart where there are many."""
    return f"{number:,}" if abs(number) >= _MANY else str(number)


def _check_spread(spread: float) -> None:
    name = "The standard deviation of group means"
    if not isinstance(spread, Real):
        msg = f"{name} must be a number greater than 0, got {spread!r}."
        raise OptionError(msg)
    if not spread > 0:
        msg = f"{name} must be greater than 0, got {spread}."
        raise OptionError(msg)
    if spread > _WIDEST:
        msg = f"{name} must be at most {_WIDEST}, got {spread}."
        raise OptionError(msg)
