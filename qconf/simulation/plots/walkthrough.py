"""Draw the published walk-through: why an estimate of the error needs an upper bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qconf._types import FloatArray
from qconf.report.style import GREY, INK, PALETTE, new_figure, plain_axes
from qconf.simulation.world import ARCHETYPES, Archetype

__all__ = ["walkthrough"]

_COLOURS: Final[tuple[str, ...]] = (
    PALETTE["sky"],
    PALETTE["blue"],
    PALETTE["orange"],
    PALETTE["vermillion"],
)
#: "Low error": an expected squared error below this, times a hundred.
_LOW = 0.7
_SCALE = 100
_DRAWS = 10
_MANY = 4000
_REPLICATES = 200
_INTERVAL = (0.05, 0.95)
_FAR_RIGHT = 3.5


@dataclass(frozen=True, eq=False)
class _Draws:
    """Estimates of one archetype's expected squared error, times a hundred."""

    truth: float
    many: FloatArray
    few: FloatArray
    lower: FloatArray
    upper: FloatArray


def walkthrough(seed: int = 0) -> Figure:
    """Draw, for each archetype, what its error is and what one can know of it.

    Four rows of panes: the true expected squared error (EPE), sigma² (1 + 1/n); the distribution
    of its estimate from n houses; ten draws, accepted if the estimate is low; the same ten draws,
    accepted if the upper end of their bootstrap interval is low.

    Parameters
    ----------
    seed : int, default=0

    Returns
    -------
    Figure
    """
    rng = np.random.default_rng(seed)
    figure = new_figure(12, 9.5)
    panes = figure.subplots(4, len(ARCHETYPES), sharex=True, sharey="row")
    for column, (archetype, colour) in enumerate(zip(ARCHETYPES, _COLOURS, strict=True)):
        draws = _draw(archetype, rng)
        title = f"{archetype.name}\n{archetype.kind}: n = {archetype.rows}, σ = {archetype.sigma:g}"
        panes[0, column].set_title(title, fontsize=11, color=INK)
        _show_truth(panes[0, column], draws, colour)
        _show_distribution(panes[1, column], draws, colour)
        _show_rule(panes[2, column], draws, draws.few, colour)
        panes[3, column].hlines(
            np.arange(_DRAWS), draws.lower, draws.upper, color=colour, linewidth=1.5
        )
        _show_rule(panes[3, column], draws, draws.upper, colour)
        for pane in panes[:, column]:
            plain_axes(pane)
            pane.set_yticks([])
            pane.set_xlim(0, _FAR_RIGHT)
    for pane, label in zip(panes[:, 0], _STEPS, strict=True):
        pane.set_ylabel(label, fontsize=10, color=INK)
    figure.supxlabel("expected squared error × 100", fontsize=10, color=INK)
    return figure


_STEPS: Final = (
    "the truth",
    "its estimate,\nmany times",
    f"ten draws: accepted if\nthe estimate is below {_LOW}",
    f"accepted if the upper\nbound is below {_LOW}",
)


def _draw(archetype: Archetype, rng: np.random.Generator) -> _Draws:
    """Estimate from residuals, whose mean square is the noise; 1 + 1/n is for the mean."""
    scale = _SCALE * (1 + 1 / archetype.rows)
    squares = rng.normal(scale=archetype.sigma, size=(_MANY, archetype.rows)) ** 2
    few = squares[:_DRAWS]
    times = rng.poisson(size=(_REPLICATES, archetype.rows))
    replicates = (times @ few.T) / np.maximum(times.sum(axis=1, keepdims=True), 1)
    lower, upper = np.quantile(replicates, _INTERVAL, axis=0)
    return _Draws(
        truth=scale * archetype.sigma**2,
        many=scale * squares.mean(axis=1),
        few=scale * few.mean(axis=1),
        lower=scale * lower,
        upper=scale * upper,
    )


def _show_truth(pane: Axes, draws: _Draws, colour: str) -> None:
    pane.axvline(draws.truth, color=colour, linewidth=4)
    pane.set_ylim(0, 1)
    to_the_left = draws.truth > _FAR_RIGHT / 2
    pane.annotate(
        f"{draws.truth:.3f}",
        (draws.truth, 0.5),
        xytext=(-8 if to_the_left else 8, 0),
        textcoords="offset points",
        ha="right" if to_the_left else "left",
        va="center",
        fontsize=10,
        color=INK,
    )


def _show_distribution(pane: Axes, draws: _Draws, colour: str) -> None:
    pane.hist(draws.many, bins=list(np.linspace(0, _FAR_RIGHT, 71)), density=True, color=colour)
    pane.axvline(draws.truth, color=INK, linewidth=1)


def _show_rule(pane: Axes, draws: _Draws, judged: FloatArray, colour: str) -> None:
    """Mark estimates that a rule accepts as full, others as empty."""
    place = np.arange(_DRAWS)
    accepted = judged < _LOW
    pane.axvline(_LOW, color=GREY, linestyle="--", linewidth=1)
    pane.scatter(draws.few[accepted], place[accepted], color=colour, s=30, zorder=3)
    pane.scatter(
        draws.few[~accepted],
        place[~accepted],
        facecolor="white",
        edgecolor=colour,
        linewidth=1.5,
        s=30,
        zorder=3,
    )
    pane.set_ylim(-2.2, _DRAWS)
    pane.text(
        0.98, 0.03, f"{accepted.sum()} of {_DRAWS} accepted",
        transform=pane.transAxes, ha="right", va="bottom", fontsize=9, color=INK,
    )  # fmt: skip
