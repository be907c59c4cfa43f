"""Write a page as one file of HTML that asks nobody for anything."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from qconf.core.printable import shown
from qconf.errors import OptionError
from qconf.report.page.parts import Page, Picture, Slider, Table
from qconf.report.wrapping import tied

if TYPE_CHECKING:
    from jinja2 import Environment

    from qconf.report.page.svg import Svg

__all__ = ["Pictures", "check_installed", "kind_of", "page_environment", "page_html", "page_source"]

_NEEDED = {"jinja2": "Jinja2", "matplotlib": "matplotlib"}


def check_installed() -> None:
    """Complain if what a page is made with is not installed.

    Raises
    ------
    OptionError
    """
    from importlib.util import find_spec  # noqa: PLC0415 - only those who write pages need it

    for name, title in _NEEDED.items():
        try:
            found = find_spec(name) is not None
        except ValueError:  # it was taken out of the modules
            found = False
        if not found:
            msg = (
                f"A report is made with {title}, which is not installed. Install it with: "
                "pip install 'qconf[report]'"
            )
            raise OptionError(msg)


def page_html(page: Page) -> str:
    """Write a page.

    Everything is escaped. The page may run its own script and use its own style sheet, known by
    their digests, and nothing else: no address is ever asked, not even by mistake.

    Parameters
    ----------
    page : Page

    Returns
    -------
    str
        The same for the same page.

    Raises
    ------
    OptionError
        If Jinja2 or matplotlib is not installed.
    """
    check_installed()
    environment = page_environment()
    style, script = (_as_it_stands(page_source(name)) for name in ("page.css", "page.js"))
    template = environment.get_template("page.html")
    return template.render(
        page=page, style=style, script=script, style_digest=_digest(style),
        script_digest=_digest(script), kind=kind_of, pictures=Pictures(),
    )  # fmt: skip


def page_environment(*rooms: str) -> Environment:
    """Return what renders templates: everything is escaped, nothing that is missing is blank.

    Parameters
    ----------
    *rooms : str
        Packages whose templates come before those of this one.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=ChoiceLoader([PackageLoader(one) for one in (*rooms, "qconf.report.page")]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _printed(value: Any) -> Any:
    """Write out what does not print, of texts that are not markup; a unit stays with its number."""
    return tied(shown(value)).replace(" %", "\u00a0%") if type(value) is str else value


def page_source(name: str) -> str:
    """Return the style sheet or the script of all pages: ``page.css`` or ``page.js``."""
    from importlib.resources import files  # noqa: PLC0415 - only those who write pages need it

    return (files("qconf.report.page") / "templates" / name).read_text(encoding="utf-8")


def _as_it_stands(source: str) -> Any:
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    # It is ours, and has no place for anything that is not.
    return Markup(source)  # noqa: S704


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def kind_of(part: Any) -> str:
    """Name the template of a part."""
    if isinstance(part, Picture):
        return "picture"
    return "table" if isinstance(part, Table) else "paragraph"


class Pictures:
    """Draws the pictures of a page, and numbers them."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, picture: Picture) -> dict[str, Any]:
        """Draw one, for the template of pictures."""
        from markupsafe import Markup  # noqa: PLC0415

        from qconf.report.page.svg import drawn_svg  # noqa: PLC0415

        self._count += 1
        mark = f"picture-{self._count}"
        svg = drawn_svg(picture.drawing, picture.height, f"{mark}-")
        # Matplotlib has escaped what is written in it.
        told = {"mark": mark, "svg": svg, "inside": Markup(svg.inside)}  # noqa: S704
        return told if picture.slider is None else told | _tracks(picture.slider, svg)


def _tracks(slider: Slider, svg: Svg) -> dict[str, Any]:
    """Return the steps of a slider with their places in the picture, as plain values."""
    tracks = [
        {
            "name": shown(track.name),
            "steps": [
                [*svg.place(one.x, one.y), shown(one.label), shown(one.sentence)]
                for one in track.steps
            ],
        }
        for track in slider.tracks
    ]
    return {"tracks": tracks, "first": tracks[0]["steps"][slider.start]}
