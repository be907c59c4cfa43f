"""No cell of a CSV file is run by a spreadsheet, and nothing of it is lost."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.review.defused import as_typed, defused, defused_table, table_as_typed

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "'=1", "''@x"]


@pytest.mark.parametrize("text", RISKY)
def test_formulas_are_text(text: str) -> None:
    """Nothing that is written begins with what a spreadsheet runs, spaces before it or not."""
    written = defused(text)
    assert written == f"'{text}"
    assert as_typed(written) == text


@given(st.text(max_size=12) | st.sampled_from(RISKY))
def test_what_was_typed_comes_back(text: str) -> None:
    """Whatever it is, also if it looks as if it had been defused before."""
    assert as_typed(defused(text)) == text
    assert not defused(text).lstrip().startswith(("=", "+", "-", "@"))


def test_tables_keep_their_numbers() -> None:
    """A negative number is no text."""
    table = pd.DataFrame({"n": [-1.5, 2.0], "text": ["=x", "fine"], "gone": [None, "-"]})
    told = defused_table(table)
    assert told["n"].tolist() == [-1.5, 2.0]
    assert told["text"].tolist() == ["'=x", "fine"]
    back = table_as_typed(told)
    assert back["text"].tolist() == ["=x", "fine"]
    assert back["gone"].tolist()[1] == "-"
