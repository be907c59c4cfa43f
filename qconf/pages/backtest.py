"""The page of a backtest: which pair of models to use, and old against new."""

from __future__ import annotations

from qconf.backtesting.cross import Cross
from qconf.backtesting.cross_words import cross_parts
from qconf.backtesting.result import Backtest, RankedPair
from qconf.backtesting.table import pairs_grid
from qconf.comparison.scheme import rows_in_words
from qconf.core.error_scale import error_scale
from qconf.core.estimate import in_units
from qconf.evaluation.metrics.aurc import AURC
from qconf.pages.evaluations import calibration_section, key_figures, risk_section
from qconf.pages.words import dots_height, doubts, rate_text, row_table
from qconf.report.grid import Grid
from qconf.report.intervals import IntervalsDisplay
from qconf.report.page.parts import KeyFigure, Page, Picture, Section, Table

__all__ = ["page"]


def page(backtest: Backtest, subject: str) -> Page:
    """Return the page of a backtest."""
    best = backtest.ranking[0]
    outlier = error_scale(backtest.error).in_words(backtest.threshold)
    first: dict[str, RankedPair] = {}
    for one in backtest.ranking:
        first.setdefault(one.model, one)
    evaluations = {one.name: one.evaluation for one in first.values()}
    return Page(
        title="Which valuation model, under which confidence?",
        subject=subject,
        verdict=[backtest.verdict],
        figures=[KeyFigure(best.name, "is the best pair"), *key_figures(best.evaluation)],
        cautions=doubts(backtest.warnings, backtest.notes),
        sections=[
            _pairs(backtest),
            risk_section(evaluations, outlier, "Best pair of each valuation model"),
            calibration_section(best.name, best.evaluation),
            *(_cross(backtest.cross(*names)) for names in backtest.crosses),
            _models(backtest, outlier),
        ],
    )


def _pairs(backtest: Backtest) -> Section:
    safest = f"safest {100 * backtest.fraction:g} %"
    rates = {one.name: one.evaluation.best_decile.outlier_rate for one in backtest.ranking}
    whole = pairs_grid(backtest)
    # Without the seconds, which differ from run to run.
    grid = Grid(whole.columns[:-1], [row[:-1] for row in whole.rows])
    picture = Picture(
        IntervalsDisplay(rates, f"outliers among the {safest}, %"),
        f"Outliers among the {safest} of each pair, the best first: "
        + ", ".join(f"{name} {rate_text(one)}" for name, one in rates.items())
        + ".",
        Table("Every pair, the best first; ~ is not distinguishable from the best", grid),
        height=dots_height(len(rates)),
    )
    return Section("Pairs compared", [AURC.in_words(), picture])


def _cross(cross: Cross) -> Section:
    parts = [
        Table("Each valuation model under each confidence", one) if isinstance(one, Grid) else one
        for one in cross_parts(cross)
    ]
    return Section(f"Old against new: {cross.old} and {cross.new}", parts)


def _models(backtest: Backtest, outlier: str) -> Section:
    models = row_table(
        "Valuation models on all scored rows",
        ["model", "outliers", "mean absolute error", "same as"],
        [
            [
                one.name,
                rate_text(one.overall.outlier_rate),
                in_units(one.overall.mae.value),
                one.same_as or "",
            ]
            for one in backtest.models
        ],
    )
    fits = backtest.fits
    made = row_table(
        "Settings",
        ["", ""],
        [
            ["Rows", rows_in_words(backtest)],
            ["An outlier", f"is {outlier} ({backtest.error} error)"],
            ["Intervals", f"{100 * backtest.confidence_level:g} %"],
            [
                "Fits",
                f"{fits['valuation']:,} of valuation models, {fits['estimators']:,} of estimators",
            ],
        ],
        words=(0, 1),
    )
    return Section("How it was made", [models, made])
