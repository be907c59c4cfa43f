"""A card in lines says what the card knows, whoever wrote it."""

from __future__ import annotations

from typing import Any

from qconf.saving.card import ModelCard
from qconf.saving.card_lines import as_figures, card_lines, safe


def test_each_line_says_what_the_card_knows() -> None:
    """Rows, span and outliers in words; what is not known is empty."""
    card = ModelCard(
        target="price", error="relative", threshold=0.15, n_rows=1200, fitted="2026-11-26",
        time_range=["2020-01-01", "2021-12-31"], figures={"in_words": "Held out (9 rows): x."},
        not_for=["A guarantee.", "Castles."],
    )  # fmt: skip
    told = dict(card_lines(card))
    assert told["Fitted"] == "2026-11-26 on 1,200 rows from 2020-01-01 to 2021-12-31"
    assert told["Error"] == "relative; an outlier is off by more than 15 %"
    assert told["Held out"] == "(9 rows): x."
    assert told["Not for"] == "A guarantee. Castles."
    assert told["Groups"] == ""


def test_what_the_card_lacks_the_file_may_know() -> None:
    """The number of rows and the error scale."""
    told = dict(card_lines(ModelCard(), n_rows=7, scale="log"))
    assert told["Fitted"] == "on 7 rows"
    assert told["Error"] == "log"


def test_a_stranger_s_card_commands_nothing_and_ends() -> None:
    """Control characters are written out, long texts are cut, an unknown scale is only told."""
    card = ModelCard(estimator="\x1b[31m" + "x" * 5000, error="furlongs", threshold=2.0)
    told = dict(card_lines(card))
    assert told["Estimator"].startswith(r"\x1b[31m")
    assert len(told["Estimator"]) < 2100
    assert told["Error"] == "furlongs; threshold 2"
    assert safe(None) == ""
    assert list(as_figures({"a": {"b": 1, "c": None}, "d": 2})) == ["a.b 1", "d 2"]


def test_a_baseline_is_one_line() -> None:
    """Its many numbers are for programs; one that is damaged says nothing, and hides nothing."""
    baseline = {"n_rows": 1300, "outlier_rate": 0.4066, "edges": [0.1] * 9, "past": [{"a": 1}]}
    told = dict(card_lines(ModelCard(figures={"baseline": baseline, "mae": 0.1})))
    assert told["Baseline"].startswith("1,300 rows, 40.7 % of them outliers: qconf monitor holds")
    assert told["Held out"] == "mae 0.1"
    damages: list[Any] = [
        {**baseline, "n_rows": "x"},
        {**baseline, "outlier_rate": None},
        [],
        7,
        {},
    ]
    for damaged in damages:
        told = dict(card_lines(ModelCard(figures={"baseline": damaged})))
        assert (told["Baseline"], told["Held out"]) == ("", "")
