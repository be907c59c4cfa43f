"""The page of certificates: up to where rows can be acted on, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from qconf.certification.certificate import Certificate
from qconf.certification.certificates import Certificates
from qconf.certification.value import ValueCurve
from qconf.certification.wording import (
    certificate_lines,
    outlier_in_words,
    per_cent,
    price_line,
    value_lines,
)
from qconf.core.estimate import Estimate, in_percent, in_units, with_range
from qconf.fitting.certified import CertifiedModel
from qconf.pages.model_card import card_section
from qconf.pages.words import LEAST_ROWS, about, confidence, doubts, row_table, rows_of
from qconf.report.certified_risk import CertifiedRiskDisplay
from qconf.report.page.parts import KeyFigure, Page, Picture, Section, Slider, Step, Table, Track
from qconf.report.value_curve import ValueCurveDisplay

__all__ = ["page"]

#: Cut-offs that a slider and a picture have, at most; and lines of a table.
_STEPS, _LINES = 60, 15


def page(result: CertifiedModel | Certificates | Certificate, subject: str) -> Page:
    """Return the page of one promise or several."""
    model = result if isinstance(result, CertifiedModel) else None
    promised = result.certificate if isinstance(result, CertifiedModel) else result
    if isinstance(promised, Certificates):
        each, first = promised.told, promised.first
    else:
        each, first = (promised,), promised
    value = None if model is None else model.value
    return Page(
        title="Up to where can rows be acted on?",
        subject=subject,
        verdict=_verdict(promised, first, model),
        figures=_figures(first),
        cautions=doubts(() if model is None else model.warnings, ()),
        sections=[
            *_several(promised),
            _risk(first),
            *(() if value is None else (_value(value, each),)),
            _tests(first),
            *_periods(first),
            *(() if model is None else (card_section(model.card),)),
        ],
    )


def _verdict(
    promised: Certificates | Certificate, first: Certificate, model: CertifiedModel | None
) -> list[str]:
    lines = [*certificate_lines(first)]
    if isinstance(promised, Certificates) and len(promised.told) > 1:
        lines.append(promised.level_in_words)
    if model is not None:
        lines.append(f"Certified on {model.calibration}.")
    return lines


def _figures(one: Certificate) -> list[KeyFigure]:
    outlier = outlier_in_words(one.threshold, one.side, one.error)
    if not one.certified:
        return [KeyFigure("nothing", f"certified for at most {per_cent(one.limit)} outliers")]
    return [
        KeyFigure(in_units(one.cut_off), "largest expected error that is acted on"),
        KeyFigure(f"{100 * one.coverage:.0f} %", "of rows are accepted"),
        KeyFigure(
            f"at most {per_cent(one.limit)}",
            f"of them are {outlier}",
            confidence(one.confidence_level),
        ),
        KeyFigure(
            in_percent(one.outlier_rate.value),
            f"outliers seen ({one.n_outliers:,} of {one.n_accepted:,} rows)",
            "{:.1f} to {:.1f} %".format(*(100 * end for end in one.outlier_rate.interval)),
        ),
    ]


def _several(promised: Certificates | Certificate) -> Iterator[Section]:
    if isinstance(promised, Certificates):
        parts = [
            one if isinstance(one, str) else Table("A line for each promise", one)
            for one in promised.parts()
        ]
        yield Section("All promises", parts)


def _risk(one: Certificate) -> Section:
    curve = _thinned(one)
    at = curve["cut_off"].to_numpy()
    start = int(np.abs(at - one.cut_off).argmin()) if one.certified else 0
    steps = [_step(row, one) for row in rows_of(curve)]
    certified = f"certified up to {100 * one.coverage:.0f} % of the rows"
    seen = (
        "Outliers among the rows accepted by each cut-off, with the upper limit of each; "
        f"{certified if one.certified else 'nothing is certified'}, for at most "
        f"{per_cent(one.limit)}."
    )
    picture = Picture(
        CertifiedRiskDisplay(curve, one.limit, one.coverage if one.certified else None),
        seen,
        _numbers(curve, one),
        Slider("Largest expected error accepted", "Curve", [Track("observed", steps)], start),
        height=3.8,
    )
    sentence = (
        "What was observed is not what is promised: a cut-off that is chosen because few outliers "
        "were seen below it has more of them among new rows. Certified is the last cut-off of a "
        "sequence of tests that were laid down before."
    )
    return Section("Risk and coverage", [sentence, picture])


def _numbers(curve: pd.DataFrame, one: Certificate) -> Table:
    lines = np.unique(np.linspace(0, len(curve) - 1, _LINES).astype(np.intp))
    rows = [
        [
            about(row.cut_off),
            f"{100 * row.coverage:.0f} %",
            in_percent(row.outlier_rate),
            in_percent(row.bound),
        ]
        for row in rows_of(curve.iloc[lines])
    ]
    return row_table(
        "Some of the cut-offs; the upper limit is of each alone, "
        f"{confidence(one.confidence_level)}",
        ["expected error up to", "rows", "outliers seen", "upper limit"],
        rows,
        folded=True,
        words=(),
    )


def _thinned(one: Certificate) -> pd.DataFrame:
    """Return some cut-offs that accept enough rows, the certified one among them."""
    enough = one.curve[one.curve["coverage"] * one.n_rows >= LEAST_ROWS]
    curve = (enough if len(enough) else one.curve.tail(1)).reset_index(drop=True)
    # Equally far apart in the share of rows.
    wanted = np.linspace(0, 1, _STEPS)
    places = np.searchsorted(curve["coverage"], wanted).clip(max=len(curve) - 1)
    certified = np.flatnonzero(curve["cut_off"] == one.cut_off)
    return curve.iloc[np.unique([*places, *certified])].reset_index(drop=True)


def _step(row: Any, one: Certificate) -> Step:
    cut_off, coverage, rate, bound = (
        float(getattr(row, name)) for name in ("cut_off", "coverage", "outlier_rate", "bound")
    )
    told = in_units(cut_off) if cut_off == one.cut_off else about(cut_off)
    if not one.certified:
        standing = "Nothing is certified."
    elif cut_off <= one.cut_off:
        standing = f"Within what is certified for {per_cent(one.limit)}."
    else:
        standing = f"Beyond what is certified for {per_cent(one.limit)}: not promised."
    sentence = (
        f"Acting on expected errors up to {told}: {100 * coverage:.0f} % of rows, "
        f"{in_percent(rate)} outliers among them, at most {in_percent(bound)} for this cut-off "
        f"alone, {confidence(one.confidence_level)}. {standing}"
    )
    return Step(told, sentence, 100 * coverage, 100 * rate)


def _value(value: ValueCurve, each: tuple[Certificate, ...]) -> Section:
    curve = value.curve[value.curve["coverage"] * value.n_rows >= LEAST_ROWS]
    curve = (curve if len(curve) else value.curve.tail(1)).reset_index(drop=True)
    places = np.unique(np.linspace(0, len(curve) - 1, _STEPS).astype(np.intp))
    curve = curve.iloc[places].reset_index(drop=True)
    lines = np.unique(np.linspace(0, len(curve) - 1, _LINES).astype(np.intp))
    numbers = row_table(
        "Some of the cut-offs; value per row of the table, each interval on its own",
        ["expected error up to", "rows", "outliers", "value"],
        [
            [
                about(row.cut_off),
                f"{100 * row.coverage:.0f} %",
                in_percent(row.outlier_rate),
                with_range(Estimate(row.value, (row.low, row.high))),
            ]
            for row in rows_of(curve.iloc[lines])
        ],
        words=(),
    )
    seen = (
        "Value per row of the table for every share of rows that is acted on, with intervals; "
        f"highest at {100 * value.coverage:.0f} % of rows."
    )
    picture = Picture(ValueCurveDisplay(curve, value.coverage), seen, numbers)
    prices = [price_line(value, one) for one in each]
    return Section("What acting is worth", [*value_lines(value), *prices, picture])


def _tests(one: Certificate) -> Section:
    path = one.path[one.path["n"] >= LEAST_ROWS]
    table = row_table(
        "Tests in their order",
        ["expected error up to", "rows", "outliers", "worth rows", "p-value", "passed"],
        [
            [
                about(row.cut_off),
                f"{row.n:,} ({100 * row.coverage:.0f} %)",
                f"{row.outliers:,}",
                f"{row.n_effective:,.0f}",
                f"{row.p_value:.2g}",
                "yes" if row.passed else "no",
            ]
            for row in rows_of(path)
        ],
        folded=True,
        words=(),
    )
    tested = (
        "A single cut-off was tested"
        if len(one.path) == 1
        else f"{len(one.path):,} cut-offs were tested one after the other"
    )
    sentence = (
        f"{tested}, from the one that {one.start} chose, until the first failed; each by the exact "
        "binomial tail, so that all that passed are proven at once "
        f"{confidence(one.confidence_level)}."
    )
    return Section("How it was proven", [sentence, table])


def _periods(one: Certificate) -> Iterator[Section]:
    period = one.period
    if period is None or not period.certified:
        return
    table = row_table(
        "Outliers among the rows accepted, by period",
        ["period", "outliers"],
        [[name, in_percent(rate)] for name, rate in period.rates.items()],
    )
    sentence = (
        f"One more period has at most {in_percent(period.bound)} outliers among the rows with "
        f"expected errors up to {in_units(period.cut_off)}, "
        f"{confidence(one.confidence_level)} (a prediction limit from {period.n_periods} periods)."
    )
    yield Section("The promise of a whole period", [sentence, table])
