"""What leaks is named once, by the most telling line, with what to drop."""

from __future__ import annotations

import numpy as np
import pandas as pd
from suspicious_tables import houses

from qconf._types import FloatArray
from qconf.suspicions.leaks import leaks
from qconf.suspicions.view import make_view


def lines_on(
    table: pd.DataFrame,
    price: FloatArray,
    prediction: FloatArray | None = None,
    scores: pd.DataFrame | None = None,
    time: FloatArray | None = None,
) -> list[str]:
    view = make_view(
        table,
        price,
        "price",
        None if prediction is None else ("avm", prediction),
        None if time is None else ("day", time),
    )
    return leaks(view, prediction, scores)[0]


def test_the_column_that_names_the_target_is_the_one_to_drop() -> None:
    """Price per square metre, not the area."""
    table, price, _ = houses(300)
    (line,) = lines_on(table.assign(price_per_m2=price / table["area"]), price)
    assert "price = area * price_per_m2 (within 1 % in 100 % of the rows)" in line
    assert line.endswith("(--drop price_per_m2).")


def test_all_are_named_where_names_do_not_tell() -> None:
    """The land, the house and the rest; never the prediction."""
    table, price, rng = houses(300)
    table["land"] = price * rng.uniform(0.1, 0.4, 300)
    table["rest of it"] = price - table["land"]
    (line,) = lines_on(table, price)
    assert line.endswith("(--drop 'land,rest of it').")
    prediction = price * rng.lognormal(0, 0.2, 300)
    (line,) = lines_on(houses(300)[0].assign(off_by=prediction - price), price, prediction)
    assert "price = avm - off_by" in line
    assert line.endswith("(--drop off_by).")


def test_each_leak_has_one_line() -> None:
    """A copy, a formula and an error are three; the copy is not a formula as well."""
    table, price, rng = houses(300)
    prediction = price * rng.lognormal(0, 0.2, 300)
    table["in_euro"] = price * 1.1
    table["rate"] = price / table["area"]
    table["miss"] = np.abs(prediction - price)
    lines = lines_on(table, price, prediction)
    assert len(lines) == 3
    for name, words in (
        ("in_euro", "is almost a copy of the target"),
        ("rate", "price = area * rate"),
        ("miss", "puts the rows in the order of the predictions' errors"),
    ):
        assert sum(words in line and name in line for line in lines) == 1


def test_a_currency_is_told_with_its_rates_and_only_the_amount_dropped() -> None:
    """The currency itself is known before."""
    table, price, rng = houses(300)
    rates = {"USD": 1.0, "JPY": 0.0067}
    table["currency"] = rng.choice(list(rates), 300)
    table["local"] = (price / table["currency"].map(rates)).round()
    (line,) = lines_on(table, price)
    assert "0.0067 * local where currency is JPY" in line
    assert line.endswith("(--drop local).")


def test_a_trend_is_no_leak() -> None:
    """Prices that rise by the day, by zone: the day is known."""
    table, _, rng = houses(300)
    day = rng.uniform(0, 1000, 300)
    steps = dict(zip("abcdefg", range(7), strict=True))
    trend = 1000 + day + 100 * table["zone"].map(steps).to_numpy(dtype=np.float64)
    assert lines_on(table, trend, time=day) == []
    dated = table.assign(sold=pd.Timestamp("2020-01-01") + pd.to_timedelta(day, "D"))
    assert lines_on(dated, trend) == []


def test_scores_that_are_the_error_are_told() -> None:
    """A score to be judged that was made from the truth."""
    table, price, rng = houses(300)
    prediction = price * rng.lognormal(0, 0.2, 300)
    scores = pd.DataFrame({"ape": np.abs(prediction / price - 1), "fsd": rng.random(300)})
    (line,) = lines_on(table, price, prediction, scores)
    assert line.startswith("The score 'ape'")
