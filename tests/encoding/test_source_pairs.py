"""Pairs of columns are read and checked before anything is fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.encoding.source_pairs import SourcePair, check_pairs, paired_numbers, read_pairs
from qconf.errors import OptionError, TableError

TABLE = pd.DataFrame(
    {
        "tax": [1.0, 2.0, None],
        "listing": [1, 2, 3],
        "zone": ["a", "b", None],
        "sold": pd.to_datetime(["2020-01-01"] * 3),
        "empty": [np.nan, np.nan, 1.0],
    }
)


def test_pairs_are_read_from_sequences_and_mappings() -> None:
    """A mapping says what both columns tell."""
    assert read_pairs([("tax", "listing")]) == [SourcePair("tax", "listing")]
    assert read_pairs([["tax", "listing"]]) == [SourcePair("tax", "listing")]
    named = read_pairs({"floor area": ("tax", "listing")})
    assert named == [SourcePair("tax", "listing", "floor area")]
    assert read_pairs(()) == read_pairs(None) == []


@pytest.mark.parametrize("pair", ["tax", ("tax",), ("tax", "tax"), ("a", "b", "c"), ("a", 1.5), 7])
def test_a_pair_is_two_different_columns(pair: Any) -> None:
    """Anything else is refused with an example."""
    with pytest.raises(OptionError, match=r"such as \('sqft_tax', 'sqft_listing'\); got"):
        read_pairs([pair])


def test_a_pair_stands_once() -> None:
    """Turned round it is the same pair."""
    with pytest.raises(OptionError, match="'listing' and 'tax' is named twice"):
        read_pairs([("tax", "listing"), ("listing", "tax")])


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("tax", "listng"), "there is no feature 'listng'. Did you mean 'listing'?"),
        (("tax", "zone"), "'zone' holds text. Convert it to numbers"),
        (("tax", "sold"), "'sold' holds dates"),
        (("tax", "empty"), "No row has both 'tax' and 'empty'"),
    ],
)
def test_what_cannot_be_compared_is_refused(pair: tuple[str, str], words: str) -> None:
    """One line: the column, the rule, and what to do."""
    with pytest.raises(TableError) as refused:
        check_pairs([pair], TABLE)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_arrays_have_positions() -> None:
    """A name is refused there, and a position finds its column; so does one of a DataFrame."""
    array = TABLE[["tax", "listing"]].to_numpy()
    first, second = paired_numbers(array, SourcePair(0, 1))
    np.testing.assert_array_equal(first, [1.0, 2.0, np.nan])
    np.testing.assert_array_equal(second, [1.0, 2.0, 3.0])
    with pytest.raises(TableError, match="an array has no names"):
        paired_numbers(array, SourcePair("tax", "listing"))
    with pytest.raises(TableError, match="no feature 2"):
        paired_numbers(array, SourcePair(0, 2))
