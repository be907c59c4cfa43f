"""What is told of comparables and of what would change, in words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.explanation.sentences import product_in_words
from qconf.explanation.telling import _comparables as comparables_told
from qconf.explanation.telling import _first_reasons, adjustments_of, decision, sections_of
from qconf.report.sections import as_text


def compared(*lines: tuple[str, float, Any, Any]) -> Any:
    """Adjustments of one sale, called 7."""
    columns = ["property", "adjustment", "sale_cell", "row_cell"]
    return SimpleNamespace(adjustments=pd.DataFrame(lines, columns=columns).assign(sale="7"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("area", 18000.0, 100, 140.0), "+18,000 for 40 more area"),
        (("lot", -9000.0, 32_123.0, 11_613), "-9,000 for 20510 less lot"),
        (("age", -900.25, 12, 9), "-900 for 3 less age"),
        (("zone", 5000.0, "a", "b"), "+5,000 for zone b instead of a"),
        (("zone", 5000.0, None, "b"), "+5,000 for zone b instead of -"),
        (("sold", 1234.5, pd.Timestamp("2020-01-02"), pd.Timestamp("2021-03-04")),
         "+1,234 for sold 2021-03-04 instead of 2020-01-02"),
        (("(learned since)", -50.5, None, None), "-50.5 for (learned since)"),
    ],
)  # fmt: skip
def test_an_adjustment_says_what_it_is_for(line: tuple[str, float, Any, Any], words: str) -> None:
    """Numbers by how much more or less, all else by what stands instead."""
    assert adjustments_of(compared(line), "7") == [words]


def test_the_largest_adjustments_are_told() -> None:
    """Three, by size; none of nothing."""
    lines = [(f"c{i}", float(amount), 0, 1) for i, amount in enumerate((5, -300, 0, 40, 20))]
    told = adjustments_of(compared(*lines), "7")
    assert [one.split()[0] for one in told] == ["-300", "+40.0", "+20.0"]
    assert adjustments_of(compared(("c", 0.0, 1, 1)), "7") == []


def test_a_decision_is_told_as_far_as_it_is_known() -> None:
    """Tier and acceptance, either or none."""
    assert decision({}) == []
    assert decision({"tier": "B", "accept": None}) == ["tier B"]
    assert decision({"tier": None, "accept": False}) == ["not accepted"]
    assert decision({"tier": "A", "accept": True}) == ["tier A", "accepted"]


def test_figures_are_whole_however_long_the_names_are() -> None:
    """Names and cells are folded; no digit, tier or word is cut off."""
    lines = [
        {"property": "a name of a column that is far longer than most are", "cell": "-122.008 " * 4,
         "to": "-122.006 " * 4, "which": "typical", "value": 756_697.0, "value_change": -57_641.0,
         "expected_error": 0.162, "tier": "refer", "changes_decision": True},
    ]  # fmt: skip
    no_reasons = pd.DataFrame({"contribution": []})
    told: Any = SimpleNamespace(
        alternatives=pd.DataFrame(lines),
        score={"tier": "A"},
        error=SimpleNamespace(unit="percent", in_words=lambda: "", table=no_reasons),
        value=SimpleNamespace(in_words=lambda: ""),
        comparables=None,
        inputs=pd.DataFrame({"property": ["name " * 12], "cell": ["9" * 60], "typical": ["8" * 60],
                             "mark": [""], "note": [""]}),
    )  # fmt: skip
    text = as_text("", sections_of(told))
    assert "…" not in text
    for whole in ("756,697", "-57,641", "refer"):
        assert whole in text


def test_every_factor_that_the_product_names_is_in_the_table() -> None:
    """One that is large on average and nothing alone stands far down among the reasons."""
    names = [*"abcdefgh", "sqft_living", "least"]
    logs = [0.3, 0.02, -0.02, 0.02, 0.02, 0.01, -0.01, 0.001, 0.07, 0.006]
    table = pd.DataFrame({"property": names, "contribution": logs, "factor": np.exp(logs)})
    words = product_in_words(0.2, 0.25, dict(zip(names, table["factor"], strict=True)), "percent")
    told = list(_first_reasons(table)["property"])
    assert " sqft_living " in words
    assert told == [*"abcdefg", "sqft_living"]


def test_what_is_no_property_is_explained_below() -> None:
    """A part that goes to no property says so; it is not said where there is none."""
    line = {"value": 1.0, "comparables_value": 1.0, "effective_comparables": 1.0, "known_sales": 1,
            "spread": 0.1, "local_error": 0.1}  # fmt: skip
    sale = {"sale": "7", "rank": 1, "weight": 1.0, "price": 9.0, "adjustment": -5.0,
            "adjusted_price": 4.0}  # fmt: skip
    for name in ("(not split)", "(learned since)", "area"):
        told: Any = SimpleNamespace(
            comparables=SimpleNamespace(
                table=pd.DataFrame([sale]), summary=pd.DataFrame([line]),
                adjustments=compared((name, -5.0, None, None)).adjustments,
            ),
        )  # fmt: skip
        said = [one for one in comparables_told(told, "") if isinstance(one, str)]
        assert [one.split(":")[0] for one in said[1:]] == ([name] if "(" in name else [])
