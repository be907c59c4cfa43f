"""The section of a model card."""

from __future__ import annotations

from qconf.pages.model_card import card_section
from qconf.report.page.parts import Table
from qconf.saving.card import ModelCard


def test_a_card_tells_what_is_known_and_nothing_else() -> None:
    """A line each; signs that do not print are written out."""
    (table,) = card_section(ModelCard(target="price\x1b", not_for=["Farms."])).parts
    assert isinstance(table, Table)
    assert [list(one) for one in table.grid.rows] == [
        ["Target", "price\\x1b"],
        ["Not for", "Farms."],
    ]
