"""Where a display draws."""

from __future__ import annotations

from itertools import cycle
from textwrap import fill, shorten
from typing import TYPE_CHECKING, Any

from qconf.core.printable import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matplotlib.axes import Axes

__all__ = ["axes_for", "looks", "short_name"]

#: Of a line of a name, and of a name, so that there is room for the picture.
_LINE, _LONGEST = 24, 44
#: Neighbours far apart.
_ORDER = ("blue", "orange", "green", "purple", "sky", "vermillion")


def axes_for(ax: Axes | None) -> Axes:
    """Return the axes that were given, or those of a new figure.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - only those who draw need it
    except ImportError as error:
        msg = (
            "plot() draws with matplotlib, which is not installed. Install it with: "
            "pip install 'qconf[plots]'"
        )
        raise ImportError(msg) from error
    from qconf.report.style import plain_axes  # noqa: PLC0415

    chosen = plt.subplots(figsize=(7, 4.6), layout="constrained")[1] if ax is None else ax
    plain_axes(chosen)
    return chosen


def looks(names: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each name a colour, a line and a marker: nothing is told by colour alone."""
    from qconf.report.style import PALETTE  # noqa: PLC0415

    colours = (PALETTE[one] for one in cycle(_ORDER))
    both = zip(colours, cycle(("-", "--", "-.", ":")), cycle("osD^v"), strict=False)
    for name, (colour, line, marker) in zip(names, both, strict=False):
        yield name, {"color": colour, "linestyle": line, "marker": marker}


def short_name(name: str) -> str:
    r"""Write a name beside axes: in two lines at most, so that there is room for the picture.

    Examples
    --------
    >>> short_name("x" * 100) == "\n".join(["x" * 24, "x" * 20])
    True
    """
    plain = shown(name)
    cut = shorten(plain, _LONGEST, placeholder=" …") if " " in plain else plain
    return fill(cut[:_LONGEST], _LINE)
