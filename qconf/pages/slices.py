"""The page of an audit by slices: where errors are worse than expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from qconf.core.estimate import in_percent, with_range
from qconf.pages.words import LEAST_ROWS, dots_height, doubts, rate_text, row_table
from qconf.report.page.parts import KeyFigure, Page, Picture, Section, Table
from qconf.slicing.figures import WORSE, Figure
from qconf.slicing.measures import MetricName
from qconf.slicing.picture import MOST_DRAWN, is_percent, slices_display
from qconf.slicing.result import MeasuredSlice, SliceAudit
from qconf.slicing.table import heading, verdict_counts
from qconf.slicing.wording import level_sentence

__all__ = ["page"]

#: Slices in a table.
_TOLD = 30
_TITLES: Final[dict[MetricName, str]] = {
    "calibration": "Errors against what was expected",
    "outlier-rate": "Outliers against what was expected",
    "bias": "Values too high or too low",
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
            *(_metric(audit, name) for name in _TITLES if _measured(audit, name)),
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
    return [*lines, heading(audit)]


def _figures(audit: SliceAudit) -> Iterator[KeyFigure]:
    yield KeyFigure(f"{len(audit.worse):,}", "slices worse, each trouble told once")
    yield KeyFigure(f"{len(audit.fine):,}", "certified fine")
    yield KeyFigure(f"{len(audit.cannot_say):,}", "of which the data cannot say")
    yield KeyFigure(in_percent(audit.outlier_rate), f"outliers of all {audit.n_newer:,} newer rows")


def _measured(audit: SliceAudit, metric: MetricName) -> bool:
    return any(metric in one.figures for one in audit.slices)


def _metric(audit: SliceAudit, metric: MetricName) -> Section:
    """Tell of one metric: the slices that are worse by it, or those that come closest."""
    percent = is_percent(metric, audit.error)
    chosen = [one for one in audit.strongest(metric) if one.n >= LEAST_ROWS]
    if not chosen:
        return Section(_TITLES[metric], [f"No slice has {LEAST_ROWS} rows."])
    n_worse = sum(one.figures[metric].verdict == WORSE for one in chosen)
    told = "No slice is shown to be worse by this; these come closest"
    if n_worse:
        told = "One slice is worse by this" if n_worse == 1 else f"{n_worse} are worse by this"
    drawn = chosen[:MOST_DRAWN]
    listed = (f"{one.text} {_text(one.figures[metric], percent=percent)}" for one in drawn)
    picture = Picture(
        slices_display(drawn, metric, audit.error),
        f"{told}: {'; '.join(listed)}.",
        _table(chosen[:_TOLD], metric, percent=percent),
        height=dots_height(len(drawn)),
    )
    return Section(_TITLES[metric], [f"{told}, the strongest first.", picture])


def _table(slices: Sequence[MeasuredSlice], metric: MetricName, *, percent: bool) -> Table:
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
    parts: list[str | Table] = [Table("Verdicts", verdict_counts(audit))]
    if audit.levels:
        parts.insert(0, level_sentence(audit.levels))
    return Section("What was looked at", parts)
