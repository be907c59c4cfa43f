"""A picture as a part of a page: its colours are the page's, so that they follow dark and light."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET

from qconf.core.printable import shown
from qconf.report.page.parts import Drawing

__all__ = ["Svg", "drawn_svg"]

_WIDTH = 5.0
_POINTS_AN_INCH = 72
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
#: Names of colours in the style sheet of the page, beside those of the palette.
_PLAIN: Final = {"#222222": "ink", "#000000": "ink", "#999999": "grey", "#ffffff": "paper"}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
#: What is said of text comes from the page.
_LEFT_OUT = ("font", "font-family")


@dataclass(frozen=True)
class Svg:
    """The element, and where the data are in it.

    Attributes
    ----------
    inside : str
        Markup of what it is made of.
    width, height : float
        Of its own coordinates.
    top, bottom : float
        Of the axes.
    """

    inside: str
    width: float
    height: float
    top: float
    bottom: float
    _to_points: Any

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the data is, in coordinates of the element."""
        right, up = self._to_points.transform((x, y))
        return round(float(right), 1), round(self.height - float(up), 1)


def drawn_svg(drawing: Drawing, height: float, mark: str) -> Svg:
    """Draw a picture, the same bytes each time.

    Parameters
    ----------
    drawing : Drawing
    height : float
        In inches.
    mark : str
        With what names within this picture begin, for a page has several.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - only those who draw need it
    from matplotlib.transforms import Affine2D  # noqa: PLC0415

    from qconf.report.style import new_figure  # noqa: PLC0415

    sink = io.StringIO()
    # Text stays text: it can be read out, searched and enlarged, and takes a tenth of the room.
    how: Any = {"svg.fonttype": "none", "svg.hashsalt": "qconf", "font.size": 9.5}
    # A name with dollars is no formula.
    with rc_context({**how, "text.parse_math": False}), warnings.catch_warnings():
        # What this font has no signs for the reader's may have.
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        figure = new_figure(_WIDTH, height)
        drawing.plot(ax=figure.subplots())
        figure.savefig(sink, format="svg", transparent=True, metadata={"Date": None})
    axes = drawing.ax_
    to_points = axes.transData + Affine2D().scale(_POINTS_AN_INCH / figure.dpi)
    box = axes.get_position()
    points = height * _POINTS_AN_INCH
    return Svg(
        _inside(sink.getvalue(), mark),
        _WIDTH * _POINTS_AN_INCH,
        points,
        round(points * (1 - box.y1), 1),
        round(points * (1 - box.y0), 1),
        to_points,
    )


def _inside(written: str, mark: str) -> str:
    """Return what is in the element, plain: no style, no name that nothing refers to."""
    plain = "\n".join(map(shown, written.split("\n")))
    root = ET.fromstring(plain)  # noqa: S314 - matplotlib has just written it
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    for parent in list(root.iter()):
        for child in [one for one in parent if one.tag in {"metadata", "style"}]:
            parent.remove(child)
    wanted = set(_references(root))
    colours = _colours()
    for element in root.iter():
        _restyle(element, colours)
        _rename(element, wanted, mark)
    return "".join(ET.tostring(one, encoding="unicode").strip() for one in root)


def _references(root: ET.Element) -> Iterator[str]:
    for element in root.iter():
        for name, value in element.attrib.items():
            yield from _REFERENCE.findall(value)
            if name == _XLINK:
                yield value.removeprefix("#")


def _restyle(element: ET.Element, colours: dict[str, str]) -> None:
    """Turn a style into attributes, and known colours into classes of the page.

    The page's rules forbid styles in elements, and allow its own style sheet alone.
    """
    style = element.attrib.pop("style", "")
    given = (one.partition(":") for one in style.split(";") if one.strip())
    classes = []
    for name, _, value in ((name.strip(), "", value.strip()) for name, _, value in given):
        colour = colours.get(value.lower())
        if name == "font":
            element.set("font-size", value.split()[0])
        if colour is not None and name in {"fill", "stroke"}:
            classes.append(f"{name}-{colour}")
        elif name not in _LEFT_OUT:
            element.set(name, value)
    if classes:
        element.set("class", " ".join(classes))


def _rename(element: ET.Element, wanted: set[str], mark: str) -> None:
    own = element.attrib.pop("id", None)
    if own in wanted:
        element.set("id", mark + own)
    target = element.attrib.pop(_XLINK, None)
    if target is not None:
        element.set("href", f"#{mark}{target.removeprefix('#')}")
    for name, value in element.attrib.items():
        element.set(name, _REFERENCE.sub(rf"url(#{mark}\1)", value))


def _colours() -> dict[str, str]:
    from qconf.report.style import PALETTE  # noqa: PLC0415 - needs matplotlib

    return {code.lower(): name for name, code in PALETTE.items()} | _PLAIN
