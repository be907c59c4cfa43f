"""A formula computes, and says how."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.suspicions.formula import FAMILIES, Formula
from qconf.suspicions.terms import Column, Exponential, LevelTerm, OnePlus, Pair, Term
from qconf.suspicions.view import Levels

NUMBERS = {
    "a": np.array([1.0, 2.0, -4.0]),
    "b": np.array([3.0, 0.5, 2.0]),
    "pct": np.array([10.0, 20.0, -50.0]),
}
A, B = Column("a"), Column("b")


@pytest.mark.parametrize(
    ("family", "constant", "parts", "words", "values"),
    [
        ("sum", 0.0, ((A, 1.0), (B, -1.0)), "a - b", [-2, 1.5, -6]),
        ("sum", -5.0, ((A, -2.0),), "-2 * a - 5", [-7, -9, 3]),
        ("sum", 12.0, (), "12", [12]),
        ("product", 0.0, ((A, 1.0), (B, -1.0)), "a / b", [1 / 3, 4, -2]),
        ("product", np.log(0.5), ((A, 2.0),), "0.5 * a^2", [0.5, 2, 8]),
        ("product", 0.0, ((B, -1.0),), "1 / b", [1 / 3, 2, 0.5]),
        ("product", 0.0, ((B, 1.0), (OnePlus("pct", -1, 100), 1.0)), "b * (1 - pct / 100)",
         [2.7, 0.4, 3.0]),
        ("product", 0.0, ((Exponential("b"), 1.0),), "exp(b)", np.exp(NUMBERS["b"])),
        ("hypotenuse", 0.0, ((A, 1.0), (B, 1.0)), "sqrt(a^2 + b^2)",
         np.hypot(NUMBERS["a"], NUMBERS["b"])),
        ("harmonic", 0.0, ((A, 1.0), (B, 1.0)), "1 / (1 / a + 1 / b)", [0.75, 0.4, 4]),
        ("sum of logarithms", 1.0, ((B, 1.0),), "log(b) + 1", 1 + np.log(NUMBERS["b"])),
        ("sum", 0.0, ((Pair("a", "b"), 1.0), (Pair("a", "b", ratio=True), 1.0)), "a * b + a / b",
         [10 / 3, 5, -10]),
    ],
)  # fmt: skip
def test_words_say_what_is_computed(
    family: str, constant: float, parts: tuple[tuple[Term, float], ...], words: str, values: object
) -> None:
    """What is read can be computed by hand."""
    formula = Formula(FAMILIES[family], constant, parts)
    assert formula.in_words("y") == f"y = {words}"
    assert formula.values(NUMBERS) == pytest.approx(np.asarray(values, dtype=float))


def test_levels_have_constants_of_their_own() -> None:
    """An exchange rate for each currency; none where it was not seen."""
    levels = LevelTerm("currency", Levels(np.array([0, 1, -1]), ["USD", "JPY", "XXX"]))
    rates = np.log(np.array([1.0, 0.0067, np.nan]))
    formula = Formula(FAMILIES["product"], 0.0, ((B, 1.0),), levels, rates)
    assert formula.in_words("pay in usd") == (
        "'pay in usd' = b where currency is USD, 0.0067 * b where currency is JPY"
    )
    assert formula.values(NUMBERS) == pytest.approx([3.0, 0.5 * 0.0067, np.nan], nan_ok=True)
    assert formula.columns == ["b", "currency"]


def test_a_scale_knows_what_is_allowed_on_it() -> None:
    """1 % of the target is 0.01 in logarithms; zero has no logarithm."""
    y = np.array([100.0, -100.0, 0.0])
    t, slack = FAMILIES["product"].on_scale(y, np.full(3, 1.0))
    assert t == pytest.approx([np.log(100), np.log(100), np.nan], nan_ok=True)
    assert slack == pytest.approx([0.00995, 0.00995, np.nan], rel=1e-3, nan_ok=True)
