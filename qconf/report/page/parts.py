"""What a page is made of, whatever it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from qconf.report.grid import Grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Drawing", "KeyFigure", "Page", "Part", "Picture", "Section", "Slider", "Step", "Table", "Track"
]  # fmt: skip


class Drawing(Protocol):
    """What draws itself on axes: a `Display`."""

    @property
    def ax_(self) -> Axes:
        """The axes, once it is drawn."""

    def plot(self, ax: Any = None) -> Any:
        """Draw the picture."""


@dataclass(frozen=True)
class KeyFigure:
    """A number that is told in large type.

    Attributes
    ----------
    value, label : str
    interval : str
        In words; empty if there is none.
    """

    value: str
    label: str
    interval: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its caption.

    Attributes
    ----------
    caption : str
    grid : Grid
    folded : bool
        Whether it is opened by a click; printed it is always open.
    """

    caption: str
    grid: Grid
    folded: bool = False


@dataclass(frozen=True)
class Step:
    """Where a slider can stand.

    Attributes
    ----------
    label : str
        What the slider says there.
    sentence : str
    x, y : float
        The point of the picture, in the units of its axes.
    """

    label: str
    sentence: str
    x: float
    y: float


@dataclass(frozen=True)
class Track:
    """The steps of one line of a picture."""

    name: str
    steps: Sequence[Step]


@dataclass(frozen=True)
class Slider:
    """Lets the reader move along the lines of a picture.

    Attributes
    ----------
    label, choice : str
        What is moved, and what the tracks are: the names of the two controls.
    tracks : sequence of Track
        At least one; the first is shown first.
    start : int
        The step of the first track that is shown first.
    """

    label: str
    choice: str
    tracks: Sequence[Track]
    start: int = 0


@dataclass(frozen=True)
class Picture:
    """A picture, in words and with its numbers.

    Attributes
    ----------
    drawing : Drawing
    alternative : str
        What is to be seen, in a sentence or two, for those who do not see it.
    numbers : Table
    slider : Slider or None
    height : float
        In inches; the width is that of all pictures.
    """

    drawing: Drawing
    alternative: str
    numbers: Table
    slider: Slider | None = None
    height: float = 3.5


Part: TypeAlias = str | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it: a sentence first, then pictures and tables."""

    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Page:
    """All of a page.

    Attributes
    ----------
    title : str
    subject : str
        What it is about: the name of a table, say.
    verdict : sequence of str
        What to do, one sentence a line; the first is set large.
    figures : sequence of KeyFigure
    cautions : sequence of str
        What gives reason to doubt it.
    sections : sequence of Section
    made : str
        By what, and when if anybody said.
    """

    title: str
    subject: str
    verdict: Sequence[str]
    sections: Sequence[Section]
    figures: Sequence[KeyFigure] = ()
    cautions: Sequence[str] = field(default=())
    made: str = ""
