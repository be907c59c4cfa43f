"""Errors are one family, and know the nearest name."""

from __future__ import annotations

from qconf import errors
from qconf.errors import QconfError, did_you_mean


def test_one_family() -> None:
    """Each error is a QconfError, and so a ValueError."""
    for name in errors.__all__:
        if name.endswith("Error"):
            assert issubclass(getattr(errors, name), QconfError)
    assert issubclass(QconfError, ValueError)


def test_case_does_not_matter() -> None:
    """A name in other letters is the closest one."""
    assert did_you_mean("PRICE", ["area", "Price"]) == "Did you mean 'Price'?"


def test_long_lists_are_cut() -> None:
    """Names are listed up to a number, the rest is counted."""
    told = did_you_mean("?", [f"c{i}" for i in range(20)])
    assert told.startswith("There are: c0, c1, c2,")
    assert told.endswith(", c11 and 8 more.")
