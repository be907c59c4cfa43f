"""The section of a model card."""

from __future__ import annotations

from qconf.pages.words import row_table
from qconf.report.page.parts import Section
from qconf.saving.card import ModelCard
from qconf.saving.card_lines import card_lines

__all__ = ["card_section"]


def card_section(card: ModelCard) -> Section:
    """Tell what there is to know of a model before it is used."""
    rows = [[label, text] for label, text in card_lines(card) if text]
    table = row_table("What whoever uses the model should know", ["", ""], rows, words=(0, 1))
    return Section("Model card", [table])
