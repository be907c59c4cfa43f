"""Lines are folded between words, and a number keeps its unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from qconf.core.printable import shown
from qconf.report.wrapping import folded, glued, unglued

SENTENCE = (
    "Intervals hold with 95 % of 1,500 rows; +1.5 % points in 20 days, 4 GB, 3 years on. It was "
    "off (p = 3e-09), 0.1 % (0.0 to 3.5), by -1.2 to +0.7 of all."
)
TOGETHER = (
    "95 %", "1,500 rows", "+1.5 % points", "20 days", "4 GB", "3 years", "(p = 3e-09)",
    "(0.0 to 3.5)", "-1.2 to +0.7",
)  # fmt: skip


@pytest.mark.parametrize("width", range(15, 101))
def test_a_number_keeps_its_unit(width: int) -> None:
    """At every width; and no word is lost."""
    text = folded(SENTENCE, width)
    assert text.split() == SENTENCE.split()
    assert max(map(len, text.split("\n"))) <= width
    lines = text.split("\n")
    for one in TOGETHER:
        assert any(one in line for line in lines), (one, text)


def test_what_is_no_unit_is_folded() -> None:
    """A word that only begins as a unit does, and a number at the end of a sentence."""
    assert glued("5 msgs, 7 rowsets, 8. % 9 a") == "5 msgs, 7 rowsets, 8. % 9 a"
    assert glued("a % b, rows") == "a % b, rows"
    assert glued("from 5 to all, x = y, up to 7") == "from 5 to all, x = y, up to 7"


def test_labels_stand_before_the_first_line() -> None:
    """And spaces of the same width before the others; a digest is not broken."""
    assert folded("a b " + "c" * 30, 12, "L:  ", "    ") == "L:  a b\n    " + "c" * 30


@given(text=st.text(max_size=60))
@how(deadline=None)
def test_what_prints_comes_out_as_it_was(text: str) -> None:
    """What ties them is nobody else's character: `shown` has written it out."""
    assert unglued(glued(shown(text))) == shown(text)
