"""The page of a comparison: which estimator to trust, and how far."""

from __future__ import annotations

from collections.abc import Iterator

from qconf.comparison.result import Comparison
from qconf.comparison.scheme import rows_in_words
from qconf.comparison.table import metric_grids, ranking_grid
from qconf.core.error_scale import error_scale
from qconf.core.estimate import in_units
from qconf.evaluation.metrics.aurc import AURC
from qconf.pages.evaluations import calibration_section, key_figures, risk_section
from qconf.pages.probabilities import probability_sections
from qconf.pages.words import LEAST_ROWS, dots_height, doubts, rate_text, row_table, size_text
from qconf.report.intervals import IntervalsDisplay
from qconf.report.page.parts import KeyFigure, Page, Picture, Section, Table

__all__ = ["page"]

_NEVER_SEEN = (
    "Every row was scored by models that had seen neither its target nor anything made from it, "
    "nor, with a time, anything later."
)


def page(comparison: Comparison, subject: str) -> Page:
    """Return the page of a comparison."""
    best = comparison.ranking[0]
    outlier = error_scale(comparison.error).in_words(comparison.threshold)
    evaluations = {one.name: one.evaluation for one in comparison.ranking}
    sections = [
        _ranking(comparison),
        risk_section(evaluations, outlier, "Estimator"),
        calibration_section(best.name, best.evaluation),
        *probability_sections(comparison, outlier),
        *_periods(comparison),
        *_metrics(comparison),
        _made(comparison, outlier),
    ]
    return Page(
        title="Which predictions can be acted on?",
        subject=subject,
        verdict=[comparison.verdict],
        figures=[KeyFigure(best.name, "is the best estimator"), *key_figures(best.evaluation)],
        cautions=doubts(comparison.warnings, comparison.notes),
        sections=sections,
    )


def _ranking(comparison: Comparison) -> Section:
    overall = comparison.overall.outlier_rate
    rates = {one.name: one.evaluation.best_decile.outlier_rate for one in comparison.ranking}
    safest = f"safest {100 * comparison.fraction:g} %"
    picture = Picture(
        IntervalsDisplay(
            rates, f"outliers among the {safest}, %", reference=(overall.value, "all rows")
        ),
        f"Outliers among the {safest} of the rows by each estimator, the best first: "
        + ", ".join(f"{name} {rate_text(one)}" for name, one in rates.items())
        + ".",
        Table("The ranking", ranking_grid(comparison, wide=False)),
        height=dots_height(len(rates)),
    )
    sentence = (
        "Each estimator says how large the error of each row is likely to be. The one is best "
        f"whose {safest} have the fewest outliers. {AURC.in_words()}"
    )
    return Section("Estimators compared", [sentence, picture])


def _periods(comparison: Comparison) -> Iterator[Section]:
    """Yield the drift of the errors, if there is a time."""
    periods = [one for one in comparison.by_period if one.n >= LEAST_ROWS]
    if not periods:
        return
    rates = {one.name: one.outlier_rate for one in periods}
    numbers = row_table(
        "Errors by period (intervals as if rows were independent)",
        ["period", "rows", "outliers", "mean signed error", "median size"],
        [
            [
                one.name,
                f"{one.n:,}",
                rate_text(one.outlier_rate),
                ("+" if one.bias > 0 else "") + size_text(one.bias, comparison.error),
                size_text(one.median_absolute_residual, comparison.error),
            ]
            for one in periods
        ],
    )
    overall = comparison.overall.outlier_rate.value
    picture = Picture(
        IntervalsDisplay(rates, "outliers, %", reference=(overall, "all rows")),
        f"Outlier rate of {len(periods)} periods with intervals, from "
        f"{rate_text(periods[0].outlier_rate)} in {periods[0].name} to "
        f"{rate_text(periods[-1].outlier_rate)} in {periods[-1].name}.",
        numbers,
        height=dots_height(len(rates)),
    )
    trend = comparison.trends or ("No trend in time is shown.",)
    yield Section("Drift: errors by period", [*trend, picture])


def _metrics(comparison: Comparison) -> Iterator[Section]:
    if comparison.metrics:
        yield Section(
            "Metrics asked for",
            [
                *(one.in_words() for one in comparison.metrics),
                *(
                    Table("Of the safest rows of each estimator, and of all", grid)
                    for grid in metric_grids(comparison, at_once=len(comparison.metrics))
                ),
            ],
        )


def _made(comparison: Comparison, outlier: str) -> Section:
    rows = [
        ["Rows", rows_in_words(comparison)],
        ["An outlier", f"is {outlier} ({comparison.error} error)"],
        ["Mean absolute error", in_units(comparison.overall.mae.value)],
        ["Called safest", f"{100 * comparison.fraction:g} % of each block"],
        ["Intervals", f"{100 * comparison.confidence_level:g} %"],
        ["Estimators", ", ".join(one.name for one in comparison.ranking)],
        ["Never seen", _NEVER_SEEN],
        ["Not for", "A guarantee: some safe rows are wrong. A certificate is what promises."],
    ]
    return Section("How it was made", [row_table("Settings", ["", ""], rows, words=(0, 1))])
