"""Pictures show what they are asked to, with nothing cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure

from qconf import Simulation, simulate
from qconf.report.style import PALETTE, picture
from qconf.simulation.plots.curves import best_decile_bars, risk_coverage_curves
from qconf.simulation.plots.walkthrough import walkthrough
from qconf.simulation.stream_estimators import BAYES_LIMIT, ESTIMATORS


@pytest.fixture(scope="module")
def small() -> Simulation:
    return simulate(100)


FIGURES: list[Callable[[Simulation], Figure]] = [
    best_decile_bars,
    risk_coverage_curves,
    lambda _: walkthrough(),
]


@pytest.mark.parametrize("draw", FIGURES, ids=["bars", "curves", "walkthrough"])
def test_no_text_is_cut_off(small: Simulation, draw: Callable[[Simulation], Figure]) -> None:
    """All that is drawn lies within the picture."""
    figure = draw(small)
    figure.draw_without_rendering()
    width, height = figure.get_size_inches()
    drawn = figure.get_tightbbox()
    assert drawn.x0 >= -0.01
    assert drawn.y0 >= -0.01
    assert drawn.x1 <= width + 0.01
    assert drawn.y1 <= height + 0.01


def test_bars_say_every_rate(small: Simulation) -> None:
    """Each estimator and the limit, ours; and what was published."""
    axes = best_decile_bars(small).axes[0]
    labels = [one.get_text() for one in axes.get_yticklabels()]
    assert [one for one in labels if "figure" not in one] == [*ESTIMATORS, BAYES_LIMIT]
    above = labels.index("error model, published figure")
    assert labels[above + 1] == "error model, as published"
    written = [one.get_text() for one in axes.texts]
    rate = small.bayes_limit.outlier_rate.value
    assert f"{100 * rate:.2f} %" in written
    assert "4.45 %" in written


def test_curves_end_at_the_overall_rate(small: Simulation) -> None:
    """Accepting everything, each estimator has all the outliers of its valuation model."""
    axes = risk_coverage_curves(small).axes[0]
    curves = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    assert [line.get_label() for line in curves] == [*ESTIMATORS, BAYES_LIMIT]
    for line in curves:
        all_rows = (
            small.overall_as_published if "published" in str(line.get_label()) else small.overall
        )
        overall = 100 * all_rows.outlier_rate.value
        coverage, rate = line.get_xdata()[-1], line.get_ydata()[-1]  # type: ignore[index]
        assert coverage == pytest.approx(100.0)
        assert rate == pytest.approx(overall)


def test_pictures_are_the_same_each_time(small: Simulation) -> None:
    """Byte for byte."""
    assert picture(best_decile_bars(small)) == picture(best_decile_bars(small))


def test_the_palette_is_told_apart_in_grey() -> None:
    """Colours that lie side by side differ in lightness as well."""

    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for one, other in (("sky", "blue"), ("orange", "vermillion"), ("green", "orange")):
        assert abs(lightness(PALETTE[one]) - lightness(PALETTE[other])) > 0.1
