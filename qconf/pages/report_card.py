"""The page of a report card: what an AVM committee asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from qconf.avm.pictures import DRAWN, bands_display
from qconf.avm.result import AvmReport
from qconf.avm.sections.asked import Block
from qconf.avm.table import TITLES, bands_grid, classes_grid, heading, list_grid, tier_limits
from qconf.core.estimate import in_units
from qconf.pages.words import LEAST_ROWS, confidence, dots_height, doubts
from qconf.report.grid import Grid
from qconf.report.page.parts import KeyFigure, Page, Part, Picture, Section, Table

__all__ = ["page"]

_KEYS = (
    ("accuracy", "ppe10"),
    ("accuracy", "failure_rate"),
    ("accuracy", "mdape"),
    ("ratios", "median_ratio"),
)
_NAMES = {
    "fsd": "Forecast standard deviation",
    "cut_offs": "Volume and quality",
    "ccs": "Common confidence score",
    "tiers": "Tiers",
    "price_bands": "Equity by price",
}
_WELL = ("in range", "right")
_FIFTHS = ("lowest", "second", "third", "fourth", "highest")


def page(report: AvmReport, subject: str) -> Page:
    """Return the page of a report card."""
    return Page(
        title="Report card of values",
        subject=subject,
        verdict=[_verdict(report), heading(report)],
        figures=[*_figures(report)],
        cautions=doubts((), report.notes),
        sections=[*_sections(report)],
    )


def _verdict(report: AvmReport) -> str:
    """Count verdicts, and name what is out of its range."""
    judged = [*_judged(report)]
    counts = Counter(verdict for _, verdict in judged)
    well = sum(counts[one] for one in _WELL)
    unsure = counts["cannot say"]
    wrong = [f"{name} ({verdict})" for name, verdict in judged if verdict not in
             {*_WELL, "cannot say"}]  # fmt: skip
    told = (
        f"{len(judged)} figures have a range that they should be in: in it are {well}, outside "
        f"{len(wrong)}, and of {unsure} the data cannot say."
    )
    return f"{told} Outside: {'; '.join(wrong)}." if wrong else told


def _judged(report: AvmReport) -> Iterator[tuple[str, str]]:
    """Yield each figure with a verdict; of a block that is judged as a whole, the block."""
    for section, blocks in report.sections.items():
        for block in blocks:
            where = _NAMES.get(section, section)
            band = "" if block.band == "all" else f" {_band(section, block, blocks)}"
            if block.verdict is not None:
                yield f"{where}{band}", block.verdict
                continue
            for one in block.figures.values():
                if one.verdict is not None:
                    yield f"{one.label}{band and f', {where.lower()}{band}'}", one.verdict


def _figures(report: AvmReport) -> Iterator[KeyFigure]:
    for section, name in _KEYS:
        one = next(iter(report.sections[section])).figures.get(name)
        if one is None:
            continue
        unit = " %" if one.written.percent else ""
        low, high = map(one.written.number, one.estimate.interval)
        yield KeyFigure(
            f"{one.written.number(one.estimate.value)}{unit}",
            one.label,
            f"{low} to {high} {confidence(report.confidence_level)}",
        )


def _sections(report: AvmReport) -> Iterator[Section]:
    yield Section("Scope and accuracy", [
        Table("Rows with a value", list_grid(report, "scope")),
        Table("Accuracy", list_grid(report, "accuracy")),
    ])  # fmt: skip
    for section in ("fsd", "cut_offs", "ccs", "tiers"):
        yield from _bands(report, section)
    yield Section("Ratio statistics", [
        "Value / truth; the verdict goes by the interval, and not by the figure.",
        Table("Ratio statistics", list_grid(report, "ratios")),
    ])  # fmt: skip
    yield from _bands(report, "price_bands")
    yield from _classes(report)


def _bands(report: AvmReport, section: str) -> Iterator[Section]:
    """Yield a section with a line for each band of rows that are enough."""
    whole = report.sections.get(section, ())
    blocks = tuple(one for one in whole if one.n >= LEAST_ROWS)
    if not blocks:
        return
    names = {one.band: _band(section, one, whole) for one in blocks}
    grid = bands_grid(blocks, list(blocks[0].figures), names)
    table = Table(_NAMES[section], _verdict_first(grid))
    said = tier_limits(blocks) if section == "tiers" else ""
    few = len(whole) - len(blocks)
    more = [f"Bands of fewer than {LEAST_ROWS} rows are not told ({few})."] if few else []
    picture = _picture(section, blocks, names, table)
    parts: list[Part] = [said or TITLES[section], *more, table if picture is None else picture]
    yield Section(_NAMES[section], parts)


def _verdict_first(grid: Grid) -> Grid:
    """Put the verdict beside the name of its band: the far right is out of sight."""
    at = next((i for i, one in enumerate(grid.columns) if one.header == "verdict"), None)
    if at is None:
        return grid
    order = [0, at, *(i for i in range(1, len(grid.columns)) if i != at)]
    return Grid(
        [grid.columns[i] for i in order], [[cells[i] for i in order] for cells in grid.rows]
    )


def _picture(
    section: str, blocks: Sequence[Block], names: dict[str, str], table: Table
) -> Picture | None:
    """Draw what has one figure that decides."""
    bands = [one for one in blocks if one.band != "all"]
    if not bands or section not in DRAWN:
        return None
    # In a picture the first words are enough.
    short = {band: name.partition(",")[0] for band, name in names.items()}
    figures = {short[one.band]: one.figures[DRAWN[section]] for one in bands}
    told = (f"{name} {one.written.text(one.estimate)}" for name, one in figures.items())
    label = next(iter(figures.values())).label
    height = dots_height(len(figures)) if section != "ccs" else Picture.height
    return Picture(
        bands_display(section, bands, short),
        f"{label} of each band with its interval: {'; '.join(told)}.",
        table,
        height=height,
    )


def _band(section: str, block: Block, blocks: Sequence[Block]) -> str:
    """Name a band; of prices by about where it ends, for its ends are prices of single rows."""
    if section != "price_bands":
        return block.band
    place = [one.band for one in blocks].index(block.band)
    low, high = (_about(block.given[name]) for name in ("least_price", "greatest_price"))
    return f"{_FIFTHS[place]} fifth, about {low} to {high}"


def _about(price: float) -> str:
    return in_units(float(f"{price:.1e}"))


def _classes(report: AvmReport) -> Iterator[Section]:
    if report.by_class:
        grid = classes_grid(report)
        told = "The main figures of each class beside those of all rows."
        yield Section("Protected classes", [told, Table("By class", grid)])
