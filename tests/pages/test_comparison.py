"""The page of a comparison tells its numbers, and each with its interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from paged_results import comparison, page_of
from pages_read import sections_of, steps_of, table_of, text_of

from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.pages.words import rows_of
from qconf.pages.write import report_html


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(comparison(), subject="sales.parquet", made="2026-11-26 12:00")


def told(rate: Estimate) -> str:
    return f"{in_percent(rate.value)} ({percent_range(rate)})"


@pytest.mark.slow
def test_the_verdict_comes_first(page: str) -> None:
    """With the figures that decide, before any section."""
    sections = sections_of(page)
    assert next(iter(sections)) == "Verdict"
    verdict = text_of(sections["Verdict"])
    assert verdict.startswith(comparison().verdict)
    best = comparison().ranking[0].evaluation
    assert in_percent(best.best_decile.outlier_rate.value) in verdict
    share = f"{100 * best.coverage_at[0.1].value:.0f} %"
    assert f"of the rows can be accepted at 10 % outliers {share}" in verdict
    assert all(note in verdict for note in comparison().notes)
    assert "sales.parquet" in text_of(page)
    assert "on 2026-11-26 12:00" in text_of(page)


def test_all_sections_are_there_and_in_the_contents(page: str) -> None:
    """In the order in which they are needed."""
    assert list(sections_of(page)) == [
        "Verdict", "Estimators compared", "Risk and coverage", "Calibration by tenth",
        "Probability of a value within 10 % of the truth", "Tiers", "Drift: errors by period",
        "Metrics asked for", "How it was made",
    ]  # fmt: skip
    contents = text_of(page.partition("<nav")[2].partition("</nav>")[0])
    assert all(one in contents for one in sections_of(page))


def test_the_ranking_is_the_comparison_s(page: str) -> None:
    """Every estimator, the best first."""
    rows = table_of(sections_of(page)["Estimators compared"])[1:]
    assert [row[0] for row in rows] == [one.name for one in comparison().ranking]
    rates = [one.evaluation.best_decile.outlier_rate for one in comparison().ranking]
    assert [row[1] for row in rows] == [told(one) for one in rates]


def test_the_slider_says_the_rate_of_each_share_with_its_interval(page: str) -> None:
    """Those of the evaluation, for every estimator; it starts at the safest tenth."""
    section = sections_of(page)["Risk and coverage"]
    tracks = steps_of(section)
    for one in comparison().ranking:
        risks = one.evaluation.risks
        steps = tracks[one.name]
        assert len(steps) == len(risks)
        for row, (_, _, label, sentence) in zip(rows_of(risks), steps, strict=True):
            assert label == f"{100 * row.coverage:.0f} %"
            assert told(Estimate(row.outlier_rate, (row.low, row.high))) in sentence
    best = comparison().ranking[0].evaluation
    start = text_of(section[section.index("<output") : section.index("</output>")])
    assert "safest 10 %" in start
    assert told(best.best_decile.outlier_rate) in start


def test_tables_beside_pictures_have_their_numbers(page: str) -> None:
    """Risks, calibration, probabilities, tiers and periods."""
    sections, best = sections_of(page), comparison().ranking[0].evaluation
    risk = table_of(sections["Risk and coverage"])
    assert len(risk) == 1 + len(best.risks)
    tenth = table_of(sections["Calibration by tenth"])[1:]
    assert [row[3] for row in tenth] == [f"{n:,}" for n in best.calibration["n"]]
    bins = comparison().reliability().bins
    within = table_of(sections["Probability of a value within 10 % of the truth"])[1:]
    assert [row[0] for row in within] == [in_percent(p) for p in bins["probability"]]
    tiers = comparison().tiers()
    rows = table_of(sections["Tiers"])[1:]
    assert [row[0] for row in rows] == [str(name) for name in tiers.index if tiers.n[name] >= 10]
    period = table_of(sections["Drift: errors by period"])[1:]
    assert [row[0] for row in period] == [one.name for one in comparison().by_period]
    assert [row[2] for row in period] == [told(one.outlier_rate) for one in comparison().by_period]


def test_without_a_time_it_says_why_there_are_no_probabilities() -> None:
    """And has no section of a drift."""
    sections = sections_of(page_of("comparison without a time"))
    within = text_of(sections["Probability of a value within 10 % of the truth"])
    assert within.startswith("Not told: ")
    assert "--time" in within
    assert not {"Tiers", "Drift: errors by period"} & set(sections)


def test_warnings_are_told_of_and_not_repeated() -> None:
    """For they quote cells."""
    doubtful = replace(comparison(), warnings=("Row 17 has the price 123456.78.", "And so on."))
    page = report_html(doubtful)
    assert "2 warnings were given of the table" in text_of(sections_of(page)["Verdict"])
    assert "123456.78" not in page


@pytest.mark.slow
def test_seconds_do_not_change_the_page() -> None:
    """The same numbers in another time are the same page."""
    slower = replace(
        comparison(),
        seconds=dict.fromkeys(comparison().seconds, 99.0),
        ranking=tuple(replace(one, seconds=99.0) for one in comparison().ranking),
    )
    assert report_html(slower, made="noon") == page_of("comparison")


@pytest.mark.slow
def test_what_is_summed_up_from_few_rows_is_left_out() -> None:
    """Bins, periods and shares of fewer than ten rows would tell of single ones."""
    first = comparison().ranking[0]
    calibration = first.evaluation.calibration.assign(n=[9, *[150] * 9])
    few = replace(first.evaluation, calibration=calibration)
    periods = tuple(replace(one, n=9) for one in comparison().by_period[:1])
    made = replace(
        comparison(),
        ranking=(replace(first, evaluation=few), *comparison().ranking[1:]),
        by_period=(*periods, *comparison().by_period[1:]),
    )
    sections = sections_of(report_html(made))
    assert len(table_of(sections["Calibration by tenth"])) == 1 + 9
    names = [row[0] for row in table_of(sections["Drift: errors by period"])[1:]]
    assert names == [one.name for one in comparison().by_period[1:]]
    small = comparison(80)
    n = small.overall.n
    steps = steps_of(sections_of(report_html(small))["Risk and coverage"])
    for one in small.ranking:
        wanted = int((one.evaluation.risks["coverage"] * n >= 10).sum())
        assert 0 < len(steps[one.name]) == wanted < len(one.evaluation.risks)
    assert np.isfinite(small.ranking[0].evaluation.aurc.value)
