"""The walk-through's four steps, for four archetypes."""

from __future__ import annotations

import pytest

from qconf.simulation.plots.walkthrough import walkthrough


def test_truths_are_the_closed_form() -> None:
    """sigma² (1 + 1/n), times a hundred, on top of each column."""
    figure = walkthrough()
    top = [axes.texts[0].get_text() for axes in figure.axes[:4]]
    expected = [100 * s**2 * (1 + 1 / n) for n, s in ((10, 0.05), (40, 0.05), (10, 0.1), (40, 0.1))]
    assert [float(one) for one in top] == pytest.approx(expected, abs=5e-4)


@pytest.mark.slow
def test_the_conservative_rule_accepts_fewer_of_the_wrong_ones() -> None:
    """Over ten seeds: both rules accept the common easy ones, the second fewer rare hard ones."""
    plain, conservative = [0] * 4, [0] * 4
    for seed in range(10):
        panes = walkthrough(seed).axes
        for column in range(4):
            plain[column] += int(panes[8 + column].texts[-1].get_text().split()[0])
            conservative[column] += int(panes[12 + column].texts[-1].get_text().split()[0])
    assert plain[1] == conservative[1] == 100
    assert 10 < plain[2] < 50
    assert conservative[2] < 0.6 * plain[2]
