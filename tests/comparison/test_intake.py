"""What is asked of a table is checked once, for a comparison and for a fit."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import sales_table

from qconf.comparison.intake import Settings, take_in
from qconf.errors import OptionError, TableError


def test_a_threshold_is_chosen_where_errors_are_shares() -> None:
    """15 % is badly wrong unless somebody says otherwise; an absolute error needs somebody."""
    chosen = Settings.checked("log", None, 0.1, 0.95)
    assert (chosen.threshold, chosen.threshold_given) == (0.15, False)
    assert Settings.checked("absolute", 2.0, 0.1, 0.95).threshold_given
    with pytest.raises(OptionError, match="needs a threshold"):
        Settings.checked("absolute", None, 0.1, 0.95)


def test_numbers_go_by_the_names_of_an_evaluation() -> None:
    """So they can be passed on as they are."""
    numbers = Settings.checked("relative", 0.2, 0.3, 0.9).numbers
    assert numbers == {"threshold": 0.2, "fraction": 0.3, "confidence_level": 0.9}


def test_a_doubt_is_an_error_for_the_strict() -> None:
    """What is warned of otherwise; it is said of the table before anything is fitted."""
    table = sales_table(100).assign(gone=None)
    settings = Settings.checked("relative", None, 0.1, 0.95)
    roles = dict.fromkeys(("prediction", "time", "groups", "features"))
    asked: dict[str, Any] = {**roles, "drop": (), "scores": (), "copies": "group"}
    dataset, doubts = take_in(table, "price", settings, strict=False, **asked)
    assert "gone" not in dataset.features
    assert any("'gone' has no values" in line for line in doubts)
    with pytest.raises(TableError, match="'gone' has no values"):
        take_in(table, "price", settings, strict=True, **asked)
