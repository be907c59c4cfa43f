"""What a model says of a few rows tells it from another fit."""

from __future__ import annotations

import numpy as np

from qconf import ConfidentRegressor
from qconf.saving.fingerprint import fingerprint_of


def fitted(scale: float = 1.0) -> ConfidentRegressor:
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(120, 2))
    y = scale * np.exp(x[:, 0] + rng.normal(scale=0.1, size=120))
    return ConfidentRegressor(confidence="constant", folds=3, random_state=0).fit(x, y)


def test_the_digest_is_that_of_the_fit() -> None:
    """The same data and seed give the same; other targets give another, by which it is told."""
    one, same, other = (fingerprint_of(fitted(scale), []) for scale in (1.0, 1.0, 1.5))
    assert one is not None
    assert same is not None
    assert other is not None
    assert one.digest == same.digest != other.digest
    assert one.disagreement(fitted()) is None
    assert "predict gives others in" in (one.disagreement(fitted(1.5)) or "")
