"""A result in words."""

from __future__ import annotations

from qconf.core.estimate import Estimate
from qconf.slicing.figures import Figure
from qconf.slicing.levels import Level
from qconf.slicing.wording import level_sentence, slice_sentence


def test_a_sentence_tells_what_is_wrong_and_nothing_else() -> None:
    """One clause for each metric that is worse, with its interval and what was expected."""
    rate = Figure("outlier-rate", Estimate(0.24, (0.2, 0.29)), 0.1, 0.025, 0.01, "worse")
    bias = Figure("bias", Estimate(-0.05, (-0.07, -0.03)), 0.01, 0.02, 0.005, "worse")
    fine = Figure("calibration", Estimate(1.0, (0.9, 1.1)), 1.0, 0.25, 0.03, "fine")
    said = slice_sentence("zone c", [rate, bias, fine], 1234, percent=True, against="expected")
    assert said == (
        "zone c (1,234 rows): 24.0 % outliers (20.0 to 29.0) where 10.0 % were expected; values "
        "are too low by 5.0 % (−7.0 % to −3.0 %), in all rows +1.0 %."
    )
    euros = slice_sentence("zone c", [fine], 9, percent=False, against="all")
    assert euros.startswith("zone c (9 rows): for what the confidence says, errors are 1.00 times")


def test_the_level_is_told_in_a_sentence() -> None:
    """None, some, and the hint that two are too few."""
    gain = Estimate(0.1, (0.05, 0.15))
    none = [Level(i, gain, supported=False) for i in (1, 2, 3)]
    assert "none is supported" in level_sentence(none)
    pairs = [Level(i, gain, supported=i < 3) for i in (1, 2, 3)]
    assert "pairs of properties are what the data support, beyond single" in level_sentence(pairs)
    assert "three properties at once tell the size of errors no better" in level_sentence(pairs)
    assert "can miss" in level_sentence([Level(3, gain, supported=True)])
