"""A verdict goes by the interval."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.avm.number_format import NumberFormat
from qconf.avm.sections.asked import Figure
from qconf.avm.sections.ccs import ccs_verdict
from qconf.avm.sections.fsd import fsd_verdict
from qconf.avm.verdicts import Range
from qconf.core.estimate import Estimate


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        ((5.0, 15.0), "in range"),
        ((4.9999, 15.0), "cannot say"),
        ((5.0, 15.0001), "cannot say"),
        ((1.0, 20.0), "cannot say"),
        ((15.0, 16.0), "cannot say"),
        ((15.0001, 16.0), "too high"),
        ((4.0, 5.0), "cannot say"),
        ((4.0, 4.9999), "too low"),
        ((np.nan, np.nan), "cannot say"),
    ],
)
def test_borders_belong_to_the_range(interval: tuple[float, float], verdict: str) -> None:
    """Both ends of a range are in it, as the IAAO says; what touches it is not shown to be out."""
    assert Range(5.0, 15.0).verdict(Estimate(10.0, interval)) == verdict


def figures(within_1: str, within_2: str, z_rms: str) -> dict[str, Figure]:
    given = {"within_1_fsd": within_1, "within_2_fsd": within_2, "z_rms": z_rms}
    nothing = Estimate(0.0, (0.0, 0.0))
    return {
        name: Figure(name, name, nothing, NumberFormat(1), verdict)
        for name, verdict in given.items()
    }


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (("in range", "in range", "in range"), "right"),
        (("in range", "in range", "cannot say"), "cannot say"),
        (("too low", "in range", "cannot say"), "too low"),
        (("cannot say", "cannot say", "too high"), "too low"),
        (("too high", "cannot say", "in range"), "too high"),
        (("cannot say", "in range", "too low"), "too high"),
        (("too high", "too low", "cannot say"), "fat tails"),
        (("too high", "in range", "too high"), "fat tails"),
    ],
)
def test_an_fsd_is_judged_by_three_figures(verdicts: tuple[str, str, str], told: str) -> None:
    """Many rows within it make an FSD too high, large errors too low; both are fat tails."""
    assert fsd_verdict(figures(*verdicts), {}) == told


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        ((0.65, 0.75), "right"),
        ((0.64, 0.75), "cannot say"),
        ((0.50, 0.6499), "too high"),
        ((0.7501, 0.8), "too low"),
    ],
)
def test_a_ccs_is_judged_by_what_came(interval: tuple[float, float], told: str) -> None:
    """A score of 70 % is right if the share is within five points of it; fewer make it too high."""
    figure = Figure("ppe10", "PPE10", Estimate(0.7, interval), NumberFormat(1))
    assert ccs_verdict({"ppe10": figure}, {"mean_ccs": 0.7}) == told
