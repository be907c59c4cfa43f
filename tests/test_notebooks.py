"""Results show themselves in notebooks, as sentences and tables, and draw themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from paged_results import RESULTS, certified, comparison, report_card, slices
from worlds import sales_table

from qconf import fit_model

SHOWN: dict[str, Callable[[], Any]] = {
    **RESULTS,
    "reliability": lambda: comparison().reliability(),
    "value": lambda: certified().value,
    "fitted": lambda: fit_model(sales_table(150), "price", estimator="constant"),
}


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOWN)
def test_every_result_has_a_face(name: str) -> None:
    """What `print` says first is in it, escaped; it is one element."""
    result = SHOWN[name]()
    face = result._repr_html_()
    assert face.startswith("<div>")
    assert face.endswith("</div>")
    assert face.count("<div>") == face.count("</div>")
    if "<table>" not in face:
        for line in str(result).split("\n"):
            assert escape(line) in face


def test_a_certified_model_tells_its_promise_and_what_it_is_worth() -> None:
    """One promise or several."""
    one, several = certified(), certified((0.01, 0.05, 0.1))
    assert "Act on expected errors" in one._repr_html_()
    assert "is worth" in one._repr_html_()
    assert "<table>" in several._repr_html_()
    for told in (one, several):
        assert f"Certified on {escape(told.calibration)}." in told._repr_html_()


def test_promises_draw_the_first_that_is_certified() -> None:
    """As its certificate does."""
    several = certified((0.01, 0.05, 0.1)).certificate
    first = several.first  # type: ignore[union-attr]
    assert first.certified
    drawn, wanted = several.plot(), first.plot()
    assert drawn.limit == wanted.limit == first.limit
    assert certified().plot().limit == 0.05


def test_slices_draw_what_is_worse() -> None:
    """By each metric; one that was not measured is refused."""
    for metric in ("calibration", "outlier-rate", "bias"):
        display = slices().plot(metric)
        wanted = [one.text for one in slices().strongest(metric)[:12]]
        assert list(display.estimates) == wanted
    with pytest.raises(ValueError, match="metric of these slices must be one of calibration"):
        slices().plot("mae")  # type: ignore[arg-type]


def test_a_report_card_draws_its_bands() -> None:
    """Those that have one figure which decides; all rows are no band."""
    for section in ("tiers", "fsd", "price_bands"):
        blocks = [one for one in report_card().sections[section] if one.band != "all"]
        display: Any = report_card().plot(section)
        assert list(display.estimates) == [one.band for one in blocks]
    scores: Any = report_card().plot("ccs")
    assert len(scores.tables["CCS"]) == len(report_card().sections["ccs"]) - 1
    with pytest.raises(ValueError, match="picture of this report must be one of tiers, fsd"):
        report_card().plot("accuracy")
