"""Corrected inputs, as people type them."""

from __future__ import annotations

from typing import Any

import pytest

from qconf.errors import OptionError
from qconf.review.typed_inputs import typed_inputs

KNOWN = {"lot": 6200, "zone": "06", "garden": True, "built": None}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("lot=620", {"lot": 620}),
        ("lot=620.5", {"lot": 620.5}),
        ("zone=07", {"zone": "07"}),
        ("zone=a=b", {"zone": "a=b"}),
        ("garden=false", {"garden": False}),
        ("built=1999", {"built": 1999}),
        ("built=unknown", {"built": "unknown"}),
        ("lot=", {"lot": None}),
    ],
)
def test_values_are_of_the_kind_of_the_input(typed: str, told: dict[str, Any]) -> None:
    """A zip code stays text, and nothing after the sign is not known."""
    assert typed_inputs([typed], KNOWN) == told


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("lot", "such as lot=620; got 'lot'"),
        ("=5", "got '=5'"),
        ("lott=5", "Did you mean 'lot'?"),
        ("lot=big", "The input 'lot' is a number (6200); got 'big'."),
        ("lot=true", "is a number"),
    ],
)
def test_what_cannot_be_meant_is_a_line(typed: str, words: str) -> None:
    """Before anything is kept."""
    with pytest.raises(OptionError) as told:
        typed_inputs([typed], KNOWN)
    assert words in str(told.value)
