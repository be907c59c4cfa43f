"""The scale on which predictions of two models are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from qconf._types import FloatArray

__all__ = ["PredictionScale"]

#: Differences that are smaller are none: a file may have been rounded.
_DECIMALS = 6


@dataclass(frozen=True)
class PredictionScale:
    """Logarithms where all predictions of `fit` are positive, or else a linear scale.

    Attributes
    ----------
    logarithms : bool
    origin, unit : float
        Of the linear scale: the median of the predictions, and their mean distance to it.
    """

    logarithms: bool
    origin: float
    unit: float

    @classmethod
    def of(cls, prediction: FloatArray) -> Self:
        """Choose by the predictions of `fit`."""
        if prediction.min() > 0:
            return cls(True, float(np.median(np.log(prediction))), 1.0)
        origin = float(np.median(prediction))
        # Halves first: the distance of two numbers may be larger than any.
        unit = 2 * float(np.mean(np.abs(prediction / 2 - origin / 2)))
        return cls(False, origin, unit or 1.0)

    def values(self, prediction: FloatArray) -> FloatArray:
        """Put predictions on the scale; one that has no logarithm is far below all that have."""
        if self.logarithms:
            positive = np.maximum(prediction, np.finfo(np.float64).tiny)
            return np.log(positive) - self.origin
        return np.clip((prediction - self.origin) / self.unit, -1e9, 1e9)

    def relative(self, share: float) -> float:
        """Say how far on the scale a prediction of usual size moves by a share of itself."""
        return share if self.logarithms else max(share * abs(self.origin) / self.unit, share)

    @staticmethod
    def rounded(difference: FloatArray) -> FloatArray:
        """Make tiny differences zero, so that equal ones are ties."""
        return np.round(difference, _DECIMALS) + 0.0

    def told(self, difference: float) -> float:
        """Turn a difference on the scale into what is said of it."""
        return float(np.expm1(min(difference, 700.0))) if self.logarithms else difference

    @property
    def words(self) -> str:
        """What a difference is measured by, behind the number."""
        return "" if self.logarithms else "of their mean distance to the median"
