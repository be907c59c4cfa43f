"""The simulation's tables for people: published and ours, side by side."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from qconf.cli.drawing import drawn
from qconf.estimate import in_percent, percent_range
from qconf.simulation.decile import Segment
from qconf.simulation.published import PUBLISHED, PublishedRow
from qconf.simulation.result import THRESHOLD, Simulation
from qconf.simulation.world import ARCHETYPES

__all__ = ["simulation_text"]


def simulation_text(simulation: Simulation) -> str:
    """Draw a simulation: the world, the tables, and how far there is still to go.

    Parameters
    ----------
    simulation : Simulation

    Returns
    -------
    str
        At most 100 columns wide, without colour.
    """
    seconds = ", ".join(f"{part} {spent:.1f}" for part, spent in simulation.seconds.items())
    return drawn(
        _heading(simulation), _table(simulation), _verdict(simulation), "", f"Seconds: {seconds}."
    )


def _heading(simulation: Simulation) -> str:
    return (
        f"{simulation.rows:,} houses in {simulation.world.n_groups:,} groups, whose means have "
        f"standard deviation {simulation.group_mean_sd:g}. Each is valued, and its error "
        f"estimated, before its value is learned. An outlier is off by more than {THRESHOLD:g}; "
        "the last columns say of what kinds the rows are, in %."
    )


def _table(simulation: Simulation) -> Table:
    n_safest = simulation.bayes_limit.rows
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(f"safest 10 %:\n{n_safest:,} rows by", no_wrap=True)
    table.add_column("\n", no_wrap=True)
    table.add_column("outliers, %\n(95 %)", no_wrap=True)
    table.add_column("mean abs\nerror", justify="right", no_wrap=True)
    for one in ARCHETYPES:
        table.add_column(one.kind.replace(", ", "\n"), justify="right", no_wrap=True)
    for segment in simulation.segments:
        name = "(all rows)" if segment is simulation.overall else segment.estimator
        published = PUBLISHED.get(segment.estimator)
        if published is not None:
            table.add_row(name, "published", *_published_cells(published))
            name = ""
        table.add_row(name, "qconf", *_cells(segment))
    return table


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
        "what the estimators see, and nobody does better on average. How far apart groups are "
        "was not published."
    )
