"""Whatever is in a table, no cell is cut, no word is broken, and no number loses its unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from qconf.report.column_widths import laid_out
from qconf.report.drawing import drawn, fits
from qconf.report.grid import Column, Grid

NUMBER = "12.3 (10.1 to 14.5)"
NAME = "interval:avm_value_low,avm_value_high"


@pytest.mark.parametrize("columns", ["40", "80", "97", "100"])
@pytest.mark.parametrize("n_numbers", [1, 3, 5, 9])
def test_names_and_verdicts_are_whole(
    columns: str, n_numbers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table without room goes on below, with its first column; in each line stands its name."""
    monkeypatch.setenv("COLUMNS", columns)
    header = [Column("name", fold=True), *[Column("n", right=True)] * n_numbers, Column("verdict")]
    grid = Grid(header, [[NAME, *[NUMBER] * n_numbers, "cannot say"]] * 2)
    text = drawn(grid)
    assert "…" not in text
    assert text.count("cannot say") == 2
    assert text.count(NUMBER) == 2 * n_numbers
    assert max(map(len, text.splitlines())) <= max(80, int(columns))
    with_numbers = [line for line in text.splitlines() if NUMBER in line or "cannot" in line]
    assert all(line.startswith(f" {NAME} ") for line in with_numbers)
    assert fits(grid) == (text.count("name") == 1)


def test_as_wide_as_it_likes_where_there_is_room() -> None:
    """Gaps of three, and no cell is folded."""
    grid = Grid([Column("a", fold=True), Column("b", right=True)], [["one two", "3"]])
    (layout,) = laid_out(grid, 100, (3, 1))
    assert (layout.widths, layout.gap) == ([7, 1], 3)


def test_gaps_give_way_before_the_table_does() -> None:
    """Of 33 columns the two of 15 take all with a gap of one."""
    grid = Grid([Column("a"), Column("b")], [["x" * 15, "y" * 15]])
    assert [one.gap for one in laid_out(grid, 35, (3, 1))] == [3]
    assert [one.gap for one in laid_out(grid, 33, (3, 1))] == [1]
    assert len(laid_out(grid, 32, (3, 1))) == 1  # less than two columns there never are


def test_sentences_give_way_before_names() -> None:
    """What is left over helps the short one to all that it needs, and the long one has the rest."""
    grid = Grid(
        [Column("name", fold=True), Column("why", fold=True)],
        [["column:score", "a long sentence " * 9], ["two words", ""]],
    )
    (layout,) = laid_out(grid, 60, (3,))
    assert layout.widths == [12, 60 - 2 - 3 - 12]


@given(
    cells=st.lists(
        st.lists(st.text("abc 1,%", min_size=1, max_size=30), min_size=4, max_size=4),
        min_size=1, max_size=3,
    ),
    folds=st.lists(st.booleans(), min_size=4, max_size=4),
    width=st.integers(80, 100),
)  # fmt: skip
@how(deadline=None)
def test_no_column_is_lost_and_none_is_too_narrow(
    cells: list[list[str]], folds: list[bool], width: int
) -> None:
    """Each stands in one table, the first in all; and each has room for its longest word."""
    grid = Grid([Column("", fold=one) for one in folds], cells)
    layouts = laid_out(grid, width, (3, 1))
    for layout in layouts:
        assert 2 + sum(layout.widths) + layout.gap * (len(layout.widths) - 1) <= width
        for i, column in enumerate(layout.grid.columns):
            texts = [row[i] for row in layout.grid.rows]
            words = [word for one in texts for word in (one.split() if column.fold else [one])]
            assert layout.widths[i] >= max(map(len, words), default=0)
    rows = [
        [row[0], *(cell for layout in layouts for cell in layout.grid.rows[i][1:])]
        for i, row in enumerate(cells)
    ]
    assert rows == cells
