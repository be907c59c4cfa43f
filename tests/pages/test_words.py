"""Words and small tables that pages share."""

from __future__ import annotations

import pandas as pd
import pytest

from qconf.pages.words import (
    LEAST_ROWS,
    doubts,
    enough,
    row_table,
    rows_of,
)


@pytest.mark.parametrize(("n", "folded"), [(15, False), (16, True)])
def test_long_tables_are_opened_by_a_click(n: int, folded: bool) -> None:
    """Unless somebody says otherwise."""
    rows = [["a", "1"]] * n
    assert row_table("t", ["", "n"], rows).folded == folded
    assert not row_table("t", ["", "n"], rows, folded=False).folded


def test_numbers_stand_on_the_right() -> None:
    """Words take several lines, and names stand as they are."""
    grid = row_table("t", ["w", "n", "x"], [], words=(0,), names=(2,)).grid
    assert [(one.right, one.fold) for one in grid.columns] == [
        (False, True), (True, False), (False, False),
    ]  # fmt: skip


def test_what_is_summed_up_from_few_rows_is_left_out() -> None:
    """It would tell of single ones."""
    table = pd.DataFrame({"n": [LEAST_ROWS - 1, LEAST_ROWS]})
    assert [one.n for one in rows_of(enough(table))] == [LEAST_ROWS]


def test_warnings_are_counted_and_not_repeated() -> None:
    """They quote cells of the table."""
    told = doubts(["cell 412000"], ["a note"])
    assert told[0] == "a note"
    assert told[1].startswith("A warning was given")
    assert "412000" not in told[1]
    assert doubts([], ()) == ()
