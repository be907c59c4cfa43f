"""The default valuation model predicts well on every error scale."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import noise_of, sales_table

from qconf.core.error_scale import error_scale
from qconf.residuals.valuation import default_valuation_model


@pytest.mark.parametrize("name", ["relative", "log", "absolute"])
def test_explains_what_can_be_explained(name: str) -> None:
    """On new houses, the error of the logarithm is close to the noise."""
    old, new = sales_table(3000), sales_table(1000, seed=7)
    features = ["zone", "rooms", "area", "garden", "built"]
    model = default_valuation_model(error_scale(name), random_state=0)
    predicted = model.fit(old[features], old["price"]).predict(new[features])
    error = np.log(predicted / new["price"])
    noise = np.sqrt(np.mean(noise_of(new) ** 2))
    assert error.std() < 1.15 * noise
