"""What is said of rows is said alike of comparisons and backtests."""

from __future__ import annotations

from worlds import sales_table

from qconf import backtest, compare


def test_rows_are_told_in_the_same_words() -> None:
    """How many there are, how they were kept apart, what was left out."""
    table = sales_table(200)
    table.loc[:4, "price"] = None
    options = {"time": "sold_on", "groups": "parcel", "estimators": ["constant"], "folds": 2}
    one = compare(table, "price", **options)  # type: ignore[arg-type]
    other = backtest(table, "price", models=["boosted"], **options)  # type: ignore[arg-type]
    first = str(one).split("Overall")[0]
    assert " ".join(first.split()).startswith("200 rows; ")
    assert "groups kept apart" in first
    assert "5 left out (missing target)" in first
    assert " ".join(str(other).split()).startswith(" ".join(first.split()))
