"""A report as people read it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from benchmarks.report_card import report_on, table_of
from qconf import AvmReport, avm_report


@pytest.fixture(scope="module")
def report() -> AvmReport:
    table = table_of("40 groups of 50 rows", np.random.default_rng(3))
    table["tier"] = table["tier"].cat.rename_categories({"A": "the \x1b[31msafest"})
    return report_on(table, protected=np.where(table.index % 2 == 0, "<x>", "y"), n_resamples=40)


def test_no_line_is_cut(report: AvmReport, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most 100 columns, all digits, on any terminal."""
    for columns in ("60", "80", "100", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        text = str(report)
        assert max(map(len, text.splitlines())) <= 100
        assert "…" not in text


@pytest.mark.parametrize("columns", ["60", "80", "90", "97", "100"])
def test_a_verdict_stands_whole_beside_its_band(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tier of an FSD has its name, its rows and its verdict in one line, at every width."""
    monkeypatch.setenv("COLUMNS", columns)
    rng = np.random.default_rng(3)
    fsd = rng.uniform(0.03, 0.3, 3000)
    truth = rng.uniform(1e5, 9e5, 3000)
    told = avm_report(truth * (1 + fsd * rng.normal(size=3000)), truth, expected_error=fsd,
                      n_resamples=40)  # fmt: skip
    text = str(told)
    for section in ("tiers", "fsd"):
        for block in told.sections[section]:
            own = [one.verdict for one in block.figures.values() if one.verdict]
            verdict = block.verdict or next(iter(own), "")
            begin = f" {block.band} "
            lines = [one for one in text.splitlines() if one.startswith(begin)]
            assert any(one.endswith(f" {verdict}" if verdict else ")") for one in lines), block.band


def test_all_sections_and_verdicts_are_there(
    report: AvmReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What JSON has is in the text: each label, band, class, and what decides."""
    monkeypatch.setenv("COLUMNS", "100")
    text = str(report)
    for blocks in report.sections.values():
        for block in blocks:
            assert block.band == "all" or repr(block.band)[1:-1] in text
            assert all(one.label in text for one in block.figures.values())
            assert block.verdict is None or block.verdict in text
    cod = report.figure("ratios", "cod")
    assert f"{cod.estimate.value:.1f} ({cod.estimate.interval[0]:.1f} to" in text
    assert "5 to 15" in text
    assert "-0.05 to +0.05" in text
    assert "40 groups resampled whole" in text
    assert "intervals of 95 %, 40 resamples" in text
    assert "(all rows)" in text


def test_names_of_others_command_nothing(
    report: AvmReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a terminal nor a page."""
    monkeypatch.setenv("COLUMNS", "100")
    assert r"the \x1b[31msafest" in str(report)
    assert "\x1b" not in str(report)
    page = report._repr_html_()
    assert "&lt;x&gt;" in page
    assert "<x>" not in page
    assert page.count("<table>") == page.count("</table>") >= 10


def test_a_report_in_a_line(report: AvmReport) -> None:
    """For a prompt: rows, PPE10, failures."""
    assert repr(report).startswith(f"<AvmReport on {report.valued:,} values: PPE10 ")


def test_what_is_not_there_is_not_drawn() -> None:
    """Without scores, tiers and classes there are values and ratios alone."""
    table = table_of("40 groups of 50 rows", np.random.default_rng(3))
    plain = pd.DataFrame({"value": table["value"], "truth": table["truth"]})
    plain = plain.assign(fsd=np.nan, ccs=np.nan, tier="all alike")
    text = str(report_on(plain, n_resamples=20))
    assert "FSD" not in text
    assert "CCS" not in text
    assert "class" not in text
    assert "Ratio statistics" in text


def test_what_is_not_known_is_said_in_words() -> None:
    """Too few rows for an interval; equal prices, which have no order."""
    text = str(avm_report([90.0, 110.0], [100.0, 100.0], n_resamples=10))
    assert re.search(r"COD +10\.0 \(unknown\)", text)
    assert re.search(r"MKI +not defined", text)
    assert "nan" not in text
