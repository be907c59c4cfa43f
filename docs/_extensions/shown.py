"""Show figures that qconf draws without pyplot, where the build looks for figures."""

from __future__ import annotations

from functools import cache

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from qconf import Simulation, simulate

__all__ = ["show", "small_world"]


def show(figure: Figure) -> None:
    """Let pyplot manage a figure, so that the build finds it."""
    manager = plt.figure().canvas.manager
    assert manager is not None
    figure.number = manager.num  # type: ignore[attr-defined]
    manager.canvas.figure = figure
    figure.set_canvas(manager.canvas)


@cache
def small_world() -> Simulation:
    """Simulate the published world, a tenth as large."""
    return simulate(4_000, random_state=0)
