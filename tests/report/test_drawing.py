"""Grids are drawn as wide as there is room."""

from __future__ import annotations

import pytest

from qconf.report.drawing import drawn, is_wide, page_width
from qconf.report.grid import Column, Grid


@pytest.mark.parametrize(("columns", "width"), [("20", 40), ("80", 80), ("300", 100), ("x", 100)])
def test_a_page_has_between_40_and_100_columns(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the terminal; where nobody says, a hundred."""
    monkeypatch.setenv("COLUMNS", columns)
    assert page_width() == width
    assert is_wide() == (width == 100)


def test_cells_are_text_and_long_names_are_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Markup is not obeyed, numbers are not cut, and a name of 120 letters takes two lines."""
    monkeypatch.setenv("COLUMNS", "80")
    grid = Grid([Column("name", fold=True), Column("n", right=True)], [["[b]" + "x" * 120, "12"]])
    text = drawn("first\x07", grid)
    assert text.startswith("first\\x07\n")
    assert "[b]xxx" in text
    assert text.count("x") == 121
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("columns", "width", "gap"),
    [("100", 30, 3), ("100", 31, 2), ("100", 32, 1), ("80", 24, 2), ("80", 25, 1)],
)
def test_columns_are_as_far_apart_as_there_is_room(
    columns: str, width: int, gap: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gaps shrink one by one: three where the page is wide, two where it is narrow, then one."""
    monkeypatch.setenv("COLUMNS", columns)
    cell = "x" * width
    (line,) = [
        one for one in drawn(Grid([Column("a")] * 3, [[cell] * 3])).splitlines() if cell in one
    ]
    assert line == f" {cell}{' ' * gap}{cell}{' ' * gap}{cell}"
