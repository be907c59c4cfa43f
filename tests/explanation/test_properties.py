"""Columns, alone and together."""

from __future__ import annotations

import pytest

from qconf.errors import OptionError
from qconf.explanation.properties import properties_of

COLUMNS = ["lat", "rooms", "long", "lot"]


def test_each_column_stands_for_itself() -> None:
    """In the order of the fit."""
    assert [one.name for one in properties_of(COLUMNS, None)] == COLUMNS


def test_together_stands_where_its_first_column_does() -> None:
    """And its columns nowhere else."""
    found = properties_of(COLUMNS, [("long", "lat"), ("lot",)])
    assert [one.columns for one in found] == [("long", "lat"), ("rooms",), ("lot",)]
    assert found[0].name == "long + lat"


@pytest.mark.parametrize(
    ("together", "message"),
    [
        ([("lat", "lnog")], "sees no column 'lnog'. Did you mean 'long'?"),
        ([("lat", "long"), ("lot", "lat")], "the column 'lat' stands twice"),
        ([("lat", "lat")], "the column 'lat' stands twice"),
        (("lat", "long"), "together wants groups of columns"),
    ],
)
def test_groups_that_are_none_are_refused(together: object, message: str) -> None:
    """With the closest name, or what is wanted."""
    with pytest.raises(OptionError, match=message):
        properties_of(COLUMNS, together)  # type: ignore[arg-type]
