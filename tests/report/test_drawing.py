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
