"""Style every picture alike: colours that everyone can tell apart, and how it is written."""

from __future__ import annotations

import io
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

__all__ = ["GREY", "INK", "PALETTE", "new_figure", "picture", "plain_axes"]

#: Okabe & Ito (2008, "Color universal design"): distinct with any colour vision.
PALETTE: Final[dict[str, str]] = {
    "blue": "#0072B2",
    "sky": "#56B4E9",
    "green": "#009E73",
    "orange": "#E69F00",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
INK = "#222222"
GREY = "#999999"

_DPI = 150


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure, in inches, that makes room for its labels."""
    figure = Figure(figsize=(width, height), layout="constrained", dpi=_DPI)
    FigureCanvasAgg(figure)
    return figure


def plain_axes(axes: Axes) -> None:
    """Leave out the lines of the frame that say nothing."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, labelsize=9)


def picture(figure: Figure) -> bytes:
    """Return a figure as a PNG file."""
    sink = io.BytesIO()
    # The version of matplotlib has no place in a file that is compared between runs.
    figure.savefig(sink, format="png", dpi=_DPI, metadata={"Software": None})
    return sink.getvalue()
