"""A model that was fitted before, from a file or at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from saved_models import fitted

import qconf
from qconf import ModelCard
from qconf.errors import OptionError
from qconf.fitting.opened import opened


def test_a_file_tells_its_card_and_how_its_table_was_read(tmp_path: Path) -> None:
    """A model at hand has neither."""
    card = ModelCard(target="price", reading={"decimal": ","})
    qconf.save(fitted("model"), tmp_path / "a.qconf", card=card)
    model, told, reading = opened(tmp_path / "a.qconf", "explained", plugins=False, trust=())
    assert told == card
    assert reading == {"decimal": ","}
    again, none, nothing = opened(model, "explained", plugins=False, trust=())
    assert again is model
    assert (none, nothing) == (ModelCard(), {})


def test_what_is_no_regressor_is_refused(tmp_path: Path) -> None:
    """With what it is, and what it cannot be."""
    qconf.save(fitted("residual"), tmp_path / "a.qconf")
    with pytest.raises(
        OptionError, match=r"Only a regressor can be explained; .* holds a Residual"
    ):
        opened(tmp_path / "a.qconf", "explained", plugins=False, trust=())
