"""Draw the simulated world: what was chosen, and what any choice costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.report.style import GREY, INK, PALETTE, new_figure, plain_axes
from qconf.simulation.published import CONSERVATIVE, ERROR_MODEL, published_beside
from qconf.simulation.result import THRESHOLD, Simulation
from qconf.simulation.stream_estimators import BAYES_LIMIT, ESTIMATORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["best_decile_bars", "risk_coverage_curves"]

#: Colour, and line: no picture tells things apart by colour alone.
_LOOK: Final[dict[str, tuple[str, str | tuple[float, tuple[float, float]]]]] = {
    ERROR_MODEL: (PALETTE["blue"], "-"),
    CONSERVATIVE: (PALETTE["blue"], "--"),
    "error model": (PALETTE["orange"], "-"),
    "conservative error model": (PALETTE["vermillion"], "--"),
    "conservative, maximum": (PALETTE["purple"], ":"),
    "count stability": (PALETTE["sky"], "-."),
    "empirical Bayes": (PALETTE["green"], "-"),
    BAYES_LIMIT: (INK, (0, (1.0, 1.0))),
}
_POINTS = 400
_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)


def best_decile_bars(simulation: Simulation) -> Figure:
    """Draw the outlier rate of each estimator's safest tenth, published and ours.

    Parameters
    ----------
    simulation : Simulation

    Returns
    -------
    Figure
        Whiskers are 95 % intervals.
    """
    figure = new_figure(9, 4.6)
    axes = figure.add_subplot()
    plain_axes(axes)
    bars: list[tuple[str, float, tuple[float, float] | None, str]] = []
    for one in (*simulation.best_decile, simulation.bayes_limit):
        published = published_beside(one.estimator)
        if published is not None:
            name = one.estimator.partition(",")[0]
            bars.append((f"{name}, published figure", published.outlier_rate, None, GREY))
        rate = one.outlier_rate
        bars.append((one.estimator, rate.value, rate.interval, _LOOK[one.estimator][0]))
    furthest = 0.0
    for place, (_, rate_, interval, colour) in enumerate(bars):
        furthest = max(furthest, _bar(axes, place, rate_, interval, colour))
    ours, theirs = (
        100 * one.outlier_rate.value
        for one in (simulation.overall, simulation.overall_as_published)
    )
    axes.set_yticks(range(len(bars)), [label for label, *_ in bars])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12 * furthest)
    axes.set_xlabel(
        f"outliers among the safest tenth, % (of all rows: {ours:.1f}; as published {theirs:.1f})"
    )
    axes.set_title("The safest tenth, by each estimator", loc="left", fontsize=12, color=INK)
    return figure


def _bar(
    axes: Axes, place: int, rate: float, interval: tuple[float, float] | None, colour: str
) -> float:
    """Draw a rate and its interval; return how far they reach, in per cent."""
    axes.barh(place, 100 * rate, color=colour, height=0.7)
    reach = 100 * rate
    if interval is not None:
        low, high = (100 * end for end in interval)
        axes.plot([low, high], [place, place], color=INK, linewidth=1.2)
        reach = high
    axes.annotate(
        f"{100 * rate:.2f} %",
        (reach, place),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
        color=INK,
    )
    return reach


def risk_coverage_curves(simulation: Simulation) -> Figure:
    """Draw the outlier rate among the safest rows, for every share of rows.

    Parameters
    ----------
    simulation : Simulation

    Returns
    -------
    Figure
    """
    figure = new_figure(9, 5.4)
    axes = figure.add_subplot()
    plain_axes(axes)
    for name in (*ESTIMATORS, BAYES_LIMIT):
        outlier = np.abs(simulation.learned.residual_of(name)) > THRESHOLD
        coverage, rate = _curve(simulation.scores[name], outlier)
        colour, line = _LOOK[name]
        axes.plot(100 * coverage, 100 * rate, color=colour, linestyle=line, linewidth=2, label=name)
    axes.axvline(10, color=GREY, linewidth=0.8)
    axes.text(10.6, 0.97, "safest tenth", transform=axes.get_xaxis_transform(), va="top",
              fontsize=9, color=GREY)  # fmt: skip
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_yticks([tick for tick in _TICKS if low <= tick <= high])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(0, 100)
    axes.set_xlabel("coverage: share of rows accepted, %")
    axes.set_ylabel("risk: outliers among them, %")
    axes.set_title("Risk and coverage", loc="left", fontsize=12, color=INK)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    return figure


def _curve(
    score: NDArray[np.floating], outlier: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Return coverages, evenly spaced, and the outlier rate at each."""
    accepted = np.unique(np.linspace(len(score) / _POINTS, len(score), _POINTS).astype(np.intp))
    found = np.cumsum(outlier[np.argsort(score, kind="stable")])
    return accepted / len(score), found[accepted - 1] / accepted
