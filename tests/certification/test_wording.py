"""What a certified cut-off is worth, in words that fit where the best one lies."""

from __future__ import annotations

import numpy as np
import pytest

from qconf import certify, value_curve
from qconf.certification.wording import no_period_line, price_line


def line(outlier_rate: float, loss: float) -> str:
    rng = np.random.default_rng(0)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, 4000))
    residual = rng.normal(scale=sigma)
    curve = value_curve(sigma, residual, threshold=0.15, gain=1.0, loss=loss)
    return price_line(curve, certify(sigma, residual, threshold=0.15, outlier_rate=outlier_rate))


@pytest.mark.parametrize(
    ("outlier_rate", "loss", "said"),
    [
        (0.001, 4.0, "Without a certificate for 0.1 % no row is accepted, worth 0; the price"),
        (0.01, 4.0, "; the price of the guarantee is 0.2"),
        (0.05, 8.0, "; the cut-off of the highest value is certified, too: it costs nothing."),
        (0.3, 5000.0, " more, on fewer rows: the promise allows more than pays."),
    ],
)
def test_the_price_is_told_by_where_the_highest_value_lies(
    outlier_rate: float, loss: float, said: str
) -> None:
    """Beyond the certified cut-off, proven with it, or so safe that no test was made there."""
    assert said in line(outlier_rate, loss)


def test_nothing_is_promised_of_a_period() -> None:
    """With the rates that it is about, where there are several."""
    assert no_period_line("why", " at 5 %") == (
        "Of a whole period like the last ones nothing is promised at 5 %: why."
    )
