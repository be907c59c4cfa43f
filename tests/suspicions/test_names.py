"""Names say what a column is, in whatever way their words are joined."""

from __future__ import annotations

import pytest

from qconf.suspicions.names import names_a_key, names_a_past_date, names_a_time, names_a_unit


@pytest.mark.parametrize(
    "name",
    ["id", "ID", "sale_id", "saleId", "Unnamed: 0", "house number", "uuid", "pid", "Index", "no."],
)
def test_keys(name: str) -> None:
    """The word stands alone, or among others."""
    assert names_a_key(name)


@pytest.mark.parametrize(
    "name", ["paid", "humidity", "number_of_rooms", "width", "area", "keyboard", "noise", ""]
)
def test_what_only_looks_like_a_key(name: str) -> None:
    """Letters inside a word, or a number *of* something."""
    assert not names_a_key(name)


def test_units_are_keys_or_things() -> None:
    """A parcel, a seller."""
    assert names_a_unit("parcel")
    assert names_a_unit("seller_id")
    assert not names_a_unit("garden")


def test_a_date_of_the_thing_is_not_the_time_of_the_row() -> None:
    """When it was built is a feature; when it was sold orders the rows."""
    for name, is_time in (("sold_on", True), ("date_built", False)):
        assert names_a_time(name) == is_time
        assert names_a_past_date(name) != is_time
