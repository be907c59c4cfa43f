"""Draw the simulation's tables for people: published figures and ours, side by side."""

from __future__ import annotations

from qconf.core.estimate import in_percent, percent_range
from qconf.report.wrapping import folded
from qconf.simulation.published import OVERALL, PublishedRow, published_beside
from qconf.simulation.result import THRESHOLD, Segment, Simulation
from qconf.simulation.world import ARCHETYPES

__all__ = ["simulation_text"]


_ALL_ROWS = {OVERALL: "(all rows), as published", "overall": "(all rows)"}
_WIDTH = 100
_GAP = "  "
_HEADERS = 2
_AS_PUBLISHED = (
    "As published: Vowpal Wabbit's default learning rates for values and for absolute residuals; "
    "conservative is the highest of the bootstrap replicates. How far apart groups are, and these "
    "settings, were not published but found by matching: a standard deviation of 0.1 gives both "
    "published figures of all rows."
)
_WORDS = 3


def simulation_text(simulation: Simulation) -> str:
    """Draw a simulation: the world, the tables, and how far there is still to go.

    Without rich, whose import alone would take as long as a million rows.

    Parameters
    ----------
    simulation : Simulation

    Returns
    -------
    str
        At most 100 columns wide, without colour.
    """
    seconds = ", ".join(f"{part} {spent:.1f}" for part, spent in simulation.seconds.items())
    parts = [
        folded(_heading(simulation), _WIDTH),
        _table(simulation),
        folded(_verdict(simulation), _WIDTH),
        folded(_AS_PUBLISHED, _WIDTH),
        f"Seconds: {seconds}.",
    ]
    return "\n\n".join(parts) + "\n"


def _heading(simulation: Simulation) -> str:
    return (
        f"{simulation.rows:,} houses in {simulation.world.n_groups:,} groups, whose means have "
        f"standard deviation {simulation.group_mean_sd:g}. Each is valued, and its error "
        f"estimated, before its value is learned. An outlier is off by more than {THRESHOLD:g}; "
        "the last columns say of what kinds the rows are, in %."
    )


def _table(simulation: Simulation) -> str:
    kinds = [one.kind.split(", ") for one in ARCHETYPES]
    lines = [
        ["safest 10 %:", "", "outliers, %", "mean abs", *(many for many, _ in kinds)],
        [
            f"{simulation.bayes_limit.rows:,} rows by",
            "",
            "(95 %)",
            "error",
            *(how for _, how in kinds),
        ],
    ]
    for segment in simulation.segments:
        name = _ALL_ROWS.get(segment.estimator, segment.estimator)
        published = published_beside(segment.estimator)
        if published is not None:
            lines.append([name, "published", *_published_cells(published)])
            name = ""
        lines.append([name, "qconf", *_cells(segment)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn = [_line(cells, widths) for cells in lines]
    rule = "─" * max(map(len, drawn))
    return "\n".join([*drawn[:_HEADERS], rule, *drawn[_HEADERS:]])


def _line(cells: list[str], widths: list[int]) -> str:
    """Put words to the left, and numbers to the right."""
    words = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)][:_WORDS]
    numbers = [cell.rjust(width) for cell, width in zip(cells, widths, strict=True)][_WORDS:]
    return _GAP.join([*words, *numbers]).rstrip()


def _published_cells(row: PublishedRow) -> list[str]:
    shares = [f"{100 * share:.1f}" for share in row.composition]
    return [f"{100 * row.outlier_rate:>6.3f}", f"{row.mae:.4f}", *shares]


def _cells(segment: Segment) -> list[str]:
    rate = segment.outlier_rate
    shares = [f"{100 * share:.1f}" for share in segment.composition.values()]
    return [
        f"{100 * rate.value:>6.3f} ({percent_range(rate, 2)})",
        f"{segment.mae:.4f}",
        *shares,
    ]


def _verdict(simulation: Simulation) -> str:
    best = min(simulation.best_decile, key=lambda one: one.outlier_rate.value)
    limit = simulation.bayes_limit.outlier_rate.value
    apart = "not distinguishable from" if limit in best.outlier_rate else "still apart from"
    return (
        f"Of the houses that {best.estimator} calls safest, "
        f"{in_percent(best.outlier_rate.value, 3)} are outliers, {apart} the limit: "
        f"{in_percent(limit, 3)} is reached by one who knows how this world was made and has seen "
        "what the estimators see, and nobody does better on average."
    )
