"""The losses of boosted trees: targets as the engine takes them, and what sums of trees mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from qconf._types import BoostingLoss, FloatArray

__all__ = ["INVERSE_LINKS", "OBJECTIVES", "ScaledTarget", "scaled_target"]

#: What the engine calls them.
OBJECTIVES: dict[BoostingLoss, str] = {
    "squared": "regression", "gamma": "gamma", "quantile": "quantile", "binary": "binary"
}  # fmt: skip
#: What the engine itself makes of sums of trees.
INVERSE_LINKS: dict[BoostingLoss, Callable[[FloatArray], FloatArray]] = {
    "squared": np.positive,
    "gamma": np.exp,
    "quantile": np.positive,
    "binary": lambda log_odds: 1.0 / (1.0 + np.exp(-log_odds)),
}


class ScaledTarget(NamedTuple):
    """A target, less `origin`, in units of `scale`: the engine's labels have seven digits."""

    values: FloatArray
    origin: float
    scale: float


def scaled_target(
    loss: BoostingLoss, target: FloatArray, weight: FloatArray | None
) -> ScaledTarget:
    """Scale a target so that its units do not matter.

    Parameters
    ----------
    loss : {"squared", "gamma", "quantile", "binary"}
    target : ndarray of shape (n_samples,)
    weight : ndarray of shape (n_samples,) or None

    Returns
    -------
    ScaledTarget

    Raises
    ------
    ValueError
        If a target is none of this loss.
    """
    if loss == "binary":
        if not np.isin(target, (0, 1)).all():
            msg = (
                f"The binary loss needs targets 0 and 1, got {target.min():g} to {target.max():g}."
            )
            raise ValueError(msg)
        return ScaledTarget(target, 0.0, 1.0)
    if loss != "gamma":
        origin, scale = _middle_and_spread(target)
        return ScaledTarget((target - origin) / scale, origin, scale)
    if target.min() < 0:
        msg = f"The Gamma loss needs targets >= 0, got {target.min():g}."
        raise ValueError(msg)
    scale = _mean(target, weight)
    if scale == 0.0:
        return ScaledTarget(np.ones_like(target), 0.0, scale)
    # The engine wants labels > 0. The gradient in a row is 1 - target / prediction, so a
    # floor this low changes nothing that can be seen.
    return ScaledTarget(np.maximum(target / scale, 1e-9), 0.0, scale)


def _middle_and_spread(target: FloatArray) -> tuple[float, float]:
    """Return the median, and the mean distance to it (1 where all are alike)."""
    middle = float(np.quantile(target, 0.5, method="lower"))
    return middle, float(np.mean(np.abs(target - middle))) or 1.0


def _mean(target: FloatArray, weight: FloatArray | None) -> float:
    """Average, also where the sum is larger than floats can be."""
    largest = float(target.max()) or 1.0
    return largest * float(np.average(target / largest, weights=weight))
