"""Predictions that know too much, or belong elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from suspicious_tables import houses

from qconf._types import FloatArray
from qconf.suspicions.predictions import doubts_about_predictions

PRICE = houses(500)[1]
FAIR = PRICE * np.random.default_rng(1).lognormal(0, 0.2, 500)


@pytest.mark.parametrize(
    ("prediction", "words"),
    [
        (PRICE, "More than half of the predictions equal the target"),
        (np.where(np.arange(500) % 3 == 0, PRICE, FAIR), "33 % of the predictions equal"),
        (PRICE * 1.004, "100 % of the predictions come within 1 %"),
        (FAIR / 1000, "about 1000 times below the target"),
        (FAIR * 100, "about 100 times above the target"),
        (FAIR * 7, "far above the target"),
        (np.log(FAIR), "look like the logarithm of the target"),
        (np.log10(FAIR), "look like the logarithm to base 10 of the target"),
        (PRICE[np.random.default_rng(0).permutation(500)], "have nothing to do with the target"),
        (4e5 - PRICE, "run against the target"),
    ],
)
def test_what_is_odd_is_said_once(prediction: FloatArray, words: str) -> None:
    """One line, with what to do."""
    lines = doubts_about_predictions(PRICE, prediction)
    assert len(lines) == 1
    assert words in lines[0]


def test_fair_predictions_are_not_doubted() -> None:
    """Also where they are biased by a half, all alike, or of a signed target."""
    signed = FAIR - FAIR.mean()
    for y, prediction in (
        (PRICE, FAIR),
        (PRICE, FAIR * 1.5),
        (PRICE, np.full(500, PRICE.mean())),
        (signed, signed + np.random.default_rng(0).normal(size=500) * signed.std()),
    ):
        assert doubts_about_predictions(y, prediction) == []


def test_counts_that_are_predicted_as_zero_are_not_remembered() -> None:
    """Most policies have no claim, and none is predicted."""
    claims = np.random.default_rng(0).poisson(0.4, 1000).astype(float)
    predicted = np.where(claims == 0, 0.0, 1.0 + np.random.default_rng(1).random(1000))
    assert doubts_about_predictions(claims, predicted) == []
