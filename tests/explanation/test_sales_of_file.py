"""Sales are called by their rows; some are left out, and others added."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from new_rows import fitted_model, new_rows

from qconf.errors import OptionError
from qconf.explanation.sales_of_file import sales_of_file, sales_with, sales_without
from qconf.tables.schema import Schema

SALES = pd.DataFrame({"zone": ["a", "b", "c"], "price": [1.0, 2.0, 3.0]}, index=["1", "2", "3"])


def test_sales_are_called_by_their_rows_from_1(tmp_path: Path) -> None:
    """And read as the model knows their columns."""
    new_rows(4).assign(zone=["1", "2", "3", "4"]).to_csv(tmp_path / "sales.csv", index=False)
    sales = sales_of_file(str(tmp_path / "sales.csv"), Schema.of_model(fitted_model()), {})
    assert sales.index.tolist() == ["1", "2", "3", "4"]
    assert sales["zone"].tolist() == ["1", "2", "3", "4"]


def test_sales_are_left_out_by_name() -> None:
    """One that there is not is refused."""
    assert sales_without(SALES, ["2"])["price"].tolist() == [1.0, 3.0]
    with pytest.raises(
        OptionError, match=r"--without: there is no sale '4'; sales are rows 1 to 3"
    ):
        sales_without(SALES, ["4"])


def test_added_sales_have_names_of_their_own() -> None:
    """Their columns may be of other types, or missing."""
    added = pd.DataFrame({"price": [4, 5]}, index=["1", "2"])
    both = sales_with(SALES, added)
    assert both.index.tolist() == ["1", "2", "3", "+1", "+2"]
    assert both["price"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert both["price"].dtype.kind == "f"
    assert both["zone"].isna().tolist() == [False] * 3 + [True] * 2
