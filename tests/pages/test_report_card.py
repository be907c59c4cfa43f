"""The page of a report card."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from paged_results import page_of, report_card
from pages_read import sections_of, table_of, text_of

from qconf.pages.write import report_html


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    return sections_of(page_of("report card"))


@pytest.mark.slow
def test_verdicts_are_counted(sections: dict[str, str]) -> None:
    """Every figure or block that has one, once; what is outside is named."""
    verdict = text_of(sections["Verdict"])
    n, inside, outside, unsure = map(
        int,
        re.findall(
            r"(\d+) figures have .* in it are (\d+), outside (\d+), and of (\d+) the data", verdict
        )[0],
    )
    judged = []
    for blocks in report_card().sections.values():
        for block in blocks:
            own = [one.verdict for one in block.figures.values() if one.verdict is not None]
            judged += own if block.verdict is None else [block.verdict]
    assert n == len(judged) == inside + outside + unsure
    assert inside == sum(one in {"in range", "right"} for one in judged)
    assert unsure == judged.count("cannot say")


def test_all_sections_of_the_report_are_there(sections: dict[str, str]) -> None:
    """With a row for each band."""
    assert list(sections) == [
        "Verdict", "Scope and accuracy", "Forecast standard deviation", "Volume and quality",
        "Common confidence score", "Tiers", "Ratio statistics", "Equity by price",
        "Protected classes",
    ]  # fmt: skip
    tiers = [one for one in report_card().sections["tiers"] if one.n >= 10]
    assert [row[0] for row in table_of(sections["Tiers"])[1:]] == [one.band for one in tiers]
    accuracy = table_of(sections["Scope and accuracy"], 1)[1:]
    figures = report_card().sections["accuracy"][0].figures.values()
    assert [row[1] for row in accuracy] == [one.written.text(one.estimate) for one in figures]


def test_bands_of_prices_do_not_end_at_prices(sections: dict[str, str]) -> None:
    """The dearest house is one house."""
    blocks = report_card().sections["price_bands"]
    rows = table_of(sections["Equity by price"])[1:]
    assert len(rows) == len(blocks)
    for row, block in zip(rows, blocks, strict=True):
        assert block.band not in row[0]
        assert re.search(r"fifth, about \d{1,3},?\d?0,?000 to", row[0]), row[0]


def test_bands_of_few_rows_are_left_out() -> None:
    """And it says how many."""
    report = report_card()
    first, *others = report.sections["tiers"]
    few = replace(report, sections={**report.sections, "tiers": (replace(first, n=9), *others)})
    section = sections_of(report_html(few))["Tiers"]
    assert first.band not in [row[0] for row in table_of(section)]
    assert "Bands of fewer than 10 rows are not told" in text_of(section)


def test_the_terminal_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """However wide it is, the page is the same."""
    monkeypatch.setenv("COLUMNS", "60")
    narrow = report_html(report_card())
    monkeypatch.setenv("COLUMNS", "200")
    assert report_html(report_card()) == narrow
