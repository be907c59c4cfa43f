"""A report as people read it: a table a section."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from qconf.avm.number_format import PERCENT
from qconf.avm.sections.asked import Block, Figure
from qconf.avm.sections.tiers import EXPECTED
from qconf.core.estimate import in_percent
from qconf.core.printable import shown
from qconf.report.drawing import drawn, fits
from qconf.report.grid import Column, Grid
from qconf.report.html import as_html

if TYPE_CHECKING:
    from qconf.avm.result import AvmReport

__all__ = [
    "TITLES", "bands_grid", "classes_grid", "heading", "list_grid", "report_html", "report_text",
    "tier_limits",
]  # fmt: skip

TITLES = {
    "fsd": "FSD: errors held against what it says (68.3 % within 1 FSD, 95.4 % within 2, z rms 1); "
    "the verdict is on the FSD.",
    "cut_offs": "Volume and quality: what each cut-off of the FSD accepts.",
    "ccs": "CCS: share of rows within 10 % against the score; the verdict is on the score.",
    "tiers": "Tiers.",
    "price_bands": "Vertical equity by price: median ratio, and how many times that of all it is.",
}
#: What is known of a band, and the figure beside which it is told.
_SAID = {"mean_ccs": ("CCS, %", "ppe10"), EXPECTED: ("expected, %", "failure_rate")}
#: What is told of each class beside the others; the rest is in JSON, CSV and `by_class`.
_OF_A_CLASS = (
    ("scope", "hit_rate"),
    ("accuracy", "ppe10"),
    ("accuracy", "failure_rate"),
    ("ratios", "median_ratio"),
    ("ratios", "cod"),
    ("ratios", "prb"),
)

#: More figures in a line are too many to read, though there may be room.
_MOST_AT_ONCE: Final = 3
F = TypeVar("F")
_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


def report_text(report: AvmReport) -> str:
    """Draw a report, at most 100 columns wide, without colour."""
    return drawn(*_parts(report))


def report_html(report: AvmReport) -> str:
    """Write the same as HTML."""
    return as_html(*_parts(report))


def _parts(report: AvmReport) -> Iterator[str | Grid]:
    yield heading(report)
    yield list_grid(report, "scope")
    yield list_grid(report, "accuracy")
    for section in ("fsd", "cut_offs", "ccs", "tiers"):
        yield from _bands(report, section)
    yield "Ratio statistics, value / truth; the verdict goes by the interval."
    yield list_grid(report, "ratios")
    yield from _bands(report, "price_bands")
    yield from _classes(report)
    yield from (f"Note: {shown(one)}" for one in report.notes)


def heading(report: AvmReport) -> str:
    """Say what the report is of."""
    gone = [f"{n:,} left out ({why.replace('_', ' ')})" for why, n in report.left_out.items()]
    groups = "" if report.n_groups is None else f", {report.n_groups:,} groups resampled whole"
    return "; ".join(
        [
            f"{report.rows:,} rows, {report.valued:,} with a value{groups}",
            *gone,
            f"a failure is off by more than {in_percent(report.threshold, 0)}",
            f"intervals of {100 * report.confidence_level:g} %, {report.n_resamples:,} resamples.",
        ]
    )


def list_grid(report: AvmReport, section: str) -> Grid:
    """Draw the figures of a section of all rows below each other."""
    figures = report.sections[section][0].figures.values()
    columns = [Column(section), Column(f"value ({100 * report.confidence_level:g} %)")]
    rows = [[_label(one), one.written.text(one.estimate)] for one in figures]
    if not any(one.verdict for one in figures):
        return Grid(columns, rows)
    judged = [[_range(one), one.verdict or ""] for one in figures]
    return Grid(
        [*columns, Column("may be"), Column("verdict")],
        [[*one, *more] for one, more in zip(rows, judged, strict=True)],
    )


def _bands(report: AvmReport, section: str) -> Iterator[str | Grid]:
    """Draw a section with a line for each band."""
    blocks = report.sections.get(section)
    if not blocks:
        return
    yield tier_limits(blocks) or TITLES[section]
    yield from _in_turns(list(blocks[0].figures), lambda some: bands_grid(blocks, some))


def tier_limits(blocks: Sequence[Block]) -> str:
    """Say which expected failure rates tiers stand for; nothing if they do not."""
    limits = [
        f"{shown(one.band)} {100 * one.given['limit']:g} %"
        for one in blocks
        if "limit" in one.given
    ]
    if not limits:
        return ""
    return (
        "Tiers by the failure rate that the FSD makes expected, at most "
        f"{', '.join(limits)}; the verdict is on what came."
    )


def bands_grid(
    blocks: Sequence[Block], names: Sequence[str], called: Mapping[str, str] = _AS_THEY_ARE
) -> Grid:
    """Draw some figures, with a line for each band.

    Parameters
    ----------
    blocks : sequence of Block
    names : sequence of str
        Of the figures.
    called : mapping of str to str, default={}
        Other names of bands.
    """
    first = [blocks[0].figures[name] for name in names]
    judged = blocks[0].verdict is not None or any(one.verdict for one in first)
    said = {
        name: label
        for name, (label, beside) in _SAID.items()
        if beside in names and any(name in one.given for one in blocks)
    }
    columns = [
        Column("", fold=True),
        Column("rows", right=True),
        *(Column(label, right=True) for label in said.values()),
        *(Column(_label(one)) for one in first),
        *([Column("verdict")] if judged else []),
    ]
    rows = []
    for block in blocks:
        figures = [block.figures[name] for name in names]
        verdict = block.verdict or next((one.verdict for one in figures if one.verdict), "")
        rows.append(
            [
                shown(called.get(block.band, block.band)),
                f"{block.n:,}",
                *(PERCENT.number(block.given[one]) if one in block.given else "" for one in said),
                *(one.written.text(one.estimate) for one in figures),
                *([verdict] if judged else []),
            ]
        )
    return Grid(columns, rows)


def _classes(report: AvmReport) -> Iterator[str | Grid]:
    """Draw the main figures of each protected class below those of all rows."""
    if not report.by_class:
        return
    yield from _in_turns(_OF_A_CLASS, lambda some: classes_grid(report, some))
    yield "All other figures of each class are in JSON and CSV."


def classes_grid(report: AvmReport, some: Sequence[tuple[str, str]] = _OF_A_CLASS) -> Grid:
    """Draw some figures of each protected class below those of all rows."""
    every = {"(all rows)": report} | {shown(name): one for name, one in report.by_class.items()}
    labels = [_label(report.figure(*where)) for where in some]
    columns = [Column("class", fold=True), Column("rows", right=True), *map(Column, labels)]
    rows = []
    for name, one in every.items():
        figures = [one.figure(*where) for where in some]
        texts = [figure.written.text(figure.estimate) for figure in figures]
        rows.append([name, f"{one.rows:,}", *texts])
    return Grid(columns, rows)


def _label(figure: Figure) -> str:
    return f"{figure.label}, %" if figure.written.percent else figure.label


def _range(figure: Figure) -> str:
    if figure.accepted is None:
        return ""
    low, high = (f"{one:{'+' if figure.written.plus else ''}g}" for one in figure.accepted)
    return f"{low} to {high}"


def _in_turns(figures: Sequence[F], table_of: Callable[[Sequence[F]], Grid]) -> Iterator[Grid]:
    """Draw as many figures side by side as there is room for, the others in tables of their own."""
    left = figures
    while left:
        room = (n for n in range(_MOST_AT_ONCE, 1, -1) if fits(table_of(left[:n])))
        n = next(room, 1)
        yield table_of(left[:n])
        left = left[n:]
