"""A card holds plain values, and a stranger's card is checked."""

from __future__ import annotations

from typing import Any

import pytest

from qconf import ModelCard
from qconf.errors import OptionError


def test_a_card_comes_back() -> None:
    """From the plain values that it is written as."""
    card = ModelCard(target="price", threshold=0.15, figures={"best": {"rate": 0.03}}, seed=1)
    assert ModelCard.from_dict(card.to_dict()) == card


def test_what_is_no_plain_value_is_refused() -> None:
    """And named."""
    with pytest.raises(OptionError, match="The card's figures must be plain values"):
        ModelCard(figures={"rate": float("nan")}).to_dict()
    with pytest.raises(OptionError, match="The card's reading"):
        ModelCard(reading={"when": object()}).to_dict()


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_rows", "many"), ("n_rows", True), ("target", 3), ("figures", []), ("not_for", [3]),
     ("threshold", "high"), ("time_range", 3)],
)  # fmt: skip
def test_a_strangers_card_is_of_its_types(name: str, value: Any) -> None:
    """Else what shows it would fail."""
    with pytest.raises(ValueError, match=f"card's {name}"):
        ModelCard.from_dict({**ModelCard().to_dict(), name: value})


def test_a_strangers_card_has_all_entries_and_no_more() -> None:
    """Of this format."""
    with pytest.raises(ValueError, match="entries of a card"):
        ModelCard.from_dict({"target": "price"})
