"""Sections that tell of evaluations: risk and coverage, and calibration."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import pandas as pd

from qconf.core.conventions import accepted_rows
from qconf.core.estimate import Estimate, in_percent, with_range
from qconf.evaluation.result import Evaluation
from qconf.pages.words import LEAST_ROWS, confidence, enough, rate_text, row_table, rows_of
from qconf.report.calibration import CalibrationDisplay
from qconf.report.page.parts import KeyFigure, Picture, Section, Slider, Step, Track
from qconf.report.risk_coverage import RiskCoverageDisplay

__all__ = ["calibration_section", "key_figures", "risk_section"]

#: More lines than this are no picture.
_MOST_LINES = 6
#: Where the slider stands first.
_START = 0.10


def key_figures(one: Evaluation) -> list[KeyFigure]:
    """Return what is told in large type of an evaluation."""
    sure = confidence(one.confidence_level)
    safest, overall = one.best_decile, one.overall
    figures = [
        KeyFigure(
            in_percent(rate.value),
            f"outliers among {words}",
            f"{100 * rate.interval[0]:.1f} to {100 * rate.interval[1]:.1f} {sure}",
        )
        for rate, words in (
            (safest.outlier_rate, f"the safest {100 * one.fraction:g} % ({safest.n:,} rows)"),
            (overall.outlier_rate, f"all {overall.n:,} rows"),
        )
    ]
    for limit, share in one.coverage_at.items():
        low, high = share.interval
        figures.append(
            KeyFigure(
                f"{100 * share.value:.0f} %",
                f"of the rows can be accepted at {100 * limit:g} % outliers",
                f"{100 * low:.0f} to {100 * high:.0f} {sure}",
            )
        )
    return figures


def risk_section(evaluations: Mapping[str, Evaluation], outlier: str, choice: str) -> Section:
    """Tell the outlier rate of every share of rows that is accepted.

    Parameters
    ----------
    evaluations : mapping of str to Evaluation
        The best first.
    outlier : str
        What an outlier is: "off by more than 15 %".
    choice : str
        What is chosen among: "Estimator".
    """
    told = dict(islice(evaluations.items(), _MOST_LINES))
    points = {name: _points(one) for name, one in told.items()}
    best = next(iter(told.values()))
    tracks = [
        Track(name, [_step(row, told[name], outlier) for row in rows_of(points[name])])
        for name in told
    ]
    at = points[next(iter(told))]["coverage"]
    start = int((at - _START).abs().argmin())
    level = f"{100 * best.confidence_level:g} %"
    rows = [
        [
            f"{100 * coverage:.0f} %",
            *(_rate(one, coverage) for one in points.values()),
        ]
        for coverage in at
    ]
    numbers = row_table(
        f"Outliers among the rows accepted, with {level} intervals", ["accepted", *told], rows,
        folded=True,
    )  # fmt: skip
    picture = Picture(
        RiskCoverageDisplay(points, points, best.overall.outlier_rate.value),
        "Outlier rate among the safest rows, for every share of rows that is accepted: "
        f"{_ends(points)}. Bands are {level} intervals, each on its own.",
        numbers,
        Slider("Share of rows accepted", choice, tracks, start),
        height=3.8,
    )
    left_out = len(evaluations) - len(told)
    beside = f" The picture has the best {_MOST_LINES} of {len(evaluations)}." if left_out else ""
    sentence = (
        "The more rows are acted on, the more of them are wrong. A line that rises late tells safe "
        f"rows from the others; without skill it is level.{beside}"
    )
    return Section("Risk and coverage", [sentence, picture])


def _points(one: Evaluation) -> pd.DataFrame:
    """Return the points of the curve that rest on enough rows."""
    n = one.risks["coverage"] * one.overall.n
    told = one.risks[n >= LEAST_ROWS]
    return (told if len(told) else one.risks.tail(1)).reset_index(drop=True)


def _step(row: Any, one: Evaluation, outlier: str) -> Step:
    coverage, rate, low, high = (
        float(getattr(row, name)) for name in ("coverage", "outlier_rate", "low", "high")
    )
    n = accepted_rows(coverage, one.overall.n)
    told = rate_text(Estimate(rate, (low, high)))
    sentence = (
        f"Of the safest {100 * coverage:.0f} % ({n:,} of {one.overall.n:,} rows), {told} are "
        f"{outlier}; the interval holds {confidence(one.confidence_level)}."
    )
    return Step(f"{100 * coverage:.0f} %", sentence, 100 * coverage, 100 * rate)


def _rate(points: pd.DataFrame, coverage: float) -> str:
    row = points[points["coverage"] == coverage]
    if row.empty:
        return ""
    value, low, high = row[["outlier_rate", "low", "high"]].to_numpy()[0]
    return rate_text(Estimate(value, (low, high)))


def _ends(points: Mapping[str, pd.DataFrame]) -> str:
    told = (
        f"{name} from {in_percent(one['outlier_rate'].iloc[0])} to "
        f"{in_percent(one['outlier_rate'].iloc[-1])}"
        for name, one in points.items()
    )
    return ", ".join(told)


def calibration_section(name: str, one: Evaluation) -> Section:
    """Tell whether errors are as large as one score expected, by tenth of the rows."""
    level = f"{100 * one.confidence_level:g} %"
    bins = enough(one.calibration)
    rows = [
        [
            f"{at + 1}",
            f"{row.expected_error:,.3g}",
            with_range(Estimate(row.residual, (row.low, row.high))),
            f"{row.n:,.0f}",
        ]
        for at, row in enumerate(rows_of(bins))
    ]
    numbers = row_table(
        f"By tenth of the rows, the safest first (root mean squares, {level} intervals)",
        ["tenth", "expected error", "error that came", "rows"],
        rows,
    )
    ratio = with_range(one.calibration_ratio)
    sentence = (
        f"Over all rows, errors were {ratio} times as large as {name} expected (root mean "
        "squares): 1 is right, above 1 errors were larger."
    )
    if bins.empty:
        return Section("Calibration by tenth", [sentence])
    above = int((bins["low"] > bins["expected_error"]).sum())
    below = int((bins["high"] < bins["expected_error"]).sum())
    seen = (
        f"Expected error against the error that came, for {len(bins)} bins of rows: {above} "
        f"intervals lie above the diagonal (errors larger than expected), {below} below it."
    )
    picture = Picture(CalibrationDisplay({name: bins}), seen, numbers)
    return Section("Calibration by tenth", [sentence, picture])
