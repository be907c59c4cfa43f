"""The page of an audit by slices: where errors are worse than expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qconf.core.estimate import in_percent, with_range
from qconf.pages.words import LEAST_ROWS, doubts, rate_text, row_table
from qconf.report.intervals import IntervalsDisplay
from qconf.report.page.parts import KeyFigure, Page, Picture, Section, Table
from qconf.slicing.figures import VERDICTS, WORSE, Figure
from qconf.slicing.result import MeasuredSlice, SliceAudit
from qconf.slicing.wording import level_sentence

__all__ = ["page"]

#: Slices in a picture and in a table.
_DRAWN, _TOLD = 12, 30
_METRICS = {
    "calibration": ("Errors against what was expected", "errors, all rows being 1", 1.0),
    "outlier-rate": ("Outliers against what was expected", "outliers, %", None),
    "bias": ("Values too high or too low", "mean signed error", None),
}


def page(audit: SliceAudit, subject: str) -> Page:
    """Return the page of an audit."""
    return Page(
        title="Where are errors worse than expected?",
        subject=subject,
        verdict=_verdict(audit),
        figures=[*_figures(audit)],
        cautions=doubts(audit.warnings, ()),
        sections=[
            *(_metric(audit, name) for name in _METRICS if _measured(audit, name)),
            _counts(audit),
        ],
    )


def _verdict(audit: SliceAudit) -> list[str]:
    worse = audit.worse
    if not worse:
        lead = f"No slice of {len(audit.slices):,} is shown to be worse."
    elif len(worse) == 1:
        lead = f"One slice of {len(audit.slices):,} is worse than expected."
    else:
        lead = f"{len(worse)} slices of {len(audit.slices):,} are worse than expected."
    lines = [lead, *(f"{number}. {one.sentence}" for number, one in enumerate(worse[:5], 1))]
    if len(worse) > len(lines) - 1:
        lines.append(f"And {len(worse) - 5} more, below.")
    return [*lines, audit.heading]


def _figures(audit: SliceAudit) -> Iterator[KeyFigure]:
    counts = audit.counts()
    for verdict in VERDICTS:
        yield KeyFigure(f"{counts[verdict]:,}", f"slices: {verdict}")
    yield KeyFigure(in_percent(audit.outlier_rate), f"outliers of all {audit.n_newer:,} newer rows")


def _measured(audit: SliceAudit, metric: str) -> bool:
    return any(metric in one.figures for one in audit.slices)


def _metric(audit: SliceAudit, metric: str) -> Section:
    """Tell of one metric: the slices that are worse by it, or those that come closest."""
    title, axis, level = _METRICS[metric]
    percent = metric == "outlier-rate" or (metric == "bias" and audit.error == "relative")
    axis = f"{axis}, %" if percent and not axis.endswith("%") else axis
    measured = [one for one in audit.slices if metric in one.figures and one.n >= LEAST_ROWS]
    worse = [one for one in measured if one.figures[metric].verdict == WORSE
             and one.explained_by is None]  # fmt: skip
    chosen = worse or sorted(measured, key=lambda one: -one.figures[metric].evidence)
    told = "No slice is shown to be worse by this; these come closest"
    if worse:
        told = f"{len(worse)} slices are worse by this" if worse[1:] else "One slice is worse"
    figures = {one.text: one.figures[metric] for one in chosen[:_DRAWN]}
    if not figures:
        return Section(title, [f"No slice has {LEAST_ROWS} rows."])
    expected = None if level is not None else {
        name: one.expected for name, one in figures.items()
    }  # fmt: skip
    picture = Picture(
        IntervalsDisplay(
            {name: one.estimate for name, one in figures.items()}, axis,
            reference=None if level is None else (level, "all rows"), percent=percent,
            expected=expected,
        ),
        f"{told}: " + "; ".join(f"{name} {_text(one, percent=percent)}"
                                for name, one in figures.items()) + ".",
        _table(chosen[:_TOLD], metric, percent=percent),
        height=max(2.6, 1.2 + 0.32 * len(figures)),
    )  # fmt: skip
    return Section(title, [f"{told}; the strongest first.", picture])


def _table(slices: Sequence[MeasuredSlice], metric: str, *, percent: bool) -> Table:
    rows = []
    for one in slices:
        figure = one.figures[metric]
        wanted = in_percent(figure.expected) if percent else f"{figure.expected:.3g}"
        rows.append([one.text, f"{one.n:,}", _text(figure, percent=percent), wanted,
                     figure.verdict])  # fmt: skip
    return row_table(
        "Slices, measured on the newer half; all intervals hold at once",
        ["slice", "rows", "came", "expected", "verdict"],
        rows,
        words=(0,),
        names=(4,),
    )


def _text(figure: Figure, *, percent: bool) -> str:
    return rate_text(figure.estimate) if percent else with_range(figure.estimate)


def _counts(audit: SliceAudit) -> Section:
    parts: list[str | Table] = [Table("Verdicts", audit.verdict_counts())]
    if audit.levels:
        parts.insert(0, level_sentence(audit.levels))
    return Section("What was looked at", parts)
