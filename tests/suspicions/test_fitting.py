"""Coefficients of known terms are fitted, and rounded where that costs nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf.suspicions.fitting import fit_formula, simplified
from qconf.suspicions.formula import FAMILIES
from qconf.suspicions.sheet import Sheet, make_sheet
from qconf.suspicions.terms import Column, LevelTerm
from qconf.suspicions.view import make_view


def sheet_of(table: pd.DataFrame, y: pd.Series[float]) -> Sheet:
    return make_sheet(make_view(table, np.asarray(y, dtype=np.float64), "y"))


@pytest.fixture
def meters() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "day": rng.uniform(150, 500, 400),
            "night": rng.uniform(150, 500, 400),
            "plan": rng.choice(["basic", "green"], 400),
        }
    )


def test_coefficients_are_found_and_rounded(meters: pd.DataFrame) -> None:
    """Bills that are rounded to the cent still give the tariff."""
    bill = (0.31 * meters["day"] + 0.22 * meters["night"] + 12.5).round(2)
    sheet = sheet_of(meters, bill)
    fitted = fit_formula(FAMILIES["sum"], [Column("day"), Column("night")], None, sheet)
    assert fitted is not None
    words = simplified(fitted, sheet).in_words("bill")
    assert words == "bill = 0.31 * day + 0.22 * night + 12.5"
    assert sheet.agreement(fitted) == 1.0


def test_levels_get_their_own_constants(meters: pd.DataFrame) -> None:
    """Two plans, two prices, and one in twenty bills wrong."""
    bill = meters["day"] * meters["plan"].map({"basic": 0.3, "green": 0.35})
    bill[::20] *= 3
    sheet = sheet_of(meters, bill)
    plan = LevelTerm("plan", sheet.levels["plan"])
    fitted = fit_formula(FAMILIES["product"], [Column("day")], plan, sheet)
    assert fitted is not None
    words = simplified(fitted, sheet).in_words("bill")
    assert "0.3 * day where plan is basic" in words
    assert "0.35 * day where plan is green" in words
    assert sheet.agreement(fitted) == pytest.approx(0.95, abs=0.03)


def test_columns_that_hardly_any_row_has_fit_nothing(meters: pd.DataFrame) -> None:
    """Too few complete rows for the coefficients."""
    meters["gas"] = np.nan
    meters.loc[:2, "gas"] = [1.0, 2.0, 3.0]
    sheet = sheet_of(meters, meters["day"])
    assert fit_formula(FAMILIES["sum"], [Column("gas")], None, sheet) is None
