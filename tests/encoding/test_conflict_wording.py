"""What two sources tell of a row, in a sentence."""

from __future__ import annotations

import math

import pytest

from qconf.encoding.conflict_wording import in_words
from qconf.encoding.source_pairs import SourcePair

PAIR = SourcePair("tax", "listing")


@pytest.mark.parametrize(
    ("told", "bias", "unusual", "words"),
    [
        (
            (8.0, 76.0),
            0.05,
            True,
            "two sources disagree: tax 8, listing 76; tax is usually 5 % above",
        ),
        (
            (80.0, 76.0),
            0.05,
            False,
            "two sources agree: tax 80, listing 76; tax is usually 5 % above",
        ),
        (
            (8.0, 76.0),
            0.0,
            True,
            "two sources disagree: tax 8, listing 76; neither is usually above",
        ),
        ((math.nan, 76.0), 0.0, False, "one source alone tells it: listing 76, tax is missing"),
        ((math.nan, math.nan), 0.0, False, "no source tells tax or listing"),
    ],
)
def test_a_sentence_for_each_case(
    told: tuple[float, float], bias: float, unusual: bool, words: str
) -> None:
    """Both, one of them, none; and how they usually differ."""
    assert in_words(PAIR, *told, bias=bias, by_ratio=True, unusual=unusual) == words
