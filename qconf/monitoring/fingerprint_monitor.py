"""Watch whether predictions still come from the valuation model that the confidence belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from qconf.model.shadow.watch import share_of
from qconf.monitoring.alarm import Alarm

if TYPE_CHECKING:
    from qconf._types import FloatArray, TableLike
    from qconf.model.shadow import PredictionShadow

__all__ = ["FingerprintMonitor"]

_SMALLEST = 1e-300


class FingerprintMonitor:
    """Turn what a shadow says of batch after batch into one e-value.

    The j-th batch has the share 1 / (j (j + 1)) of the stake, so that there may be any number. A
    p-value p is worth 1 / (2 sqrt(p)), whose mean is at most 1 (Vovk & Wang 2021, Annals of
    Statistics 49).

    Parameters
    ----------
    shadow : PredictionShadow
    false_alarm : float
    """

    def __init__(self, shadow: PredictionShadow, false_alarm: float) -> None:
        self._shadow, self.false_alarm = shadow, false_alarm
        self.n_looks, self.n_rows, self._won, self._left = 0, 0, 0.0, 1.0
        self.alarm: Alarm | None = None

    @property
    def e_value(self) -> float:
        """What was won, and what has not been staked yet."""
        return self._won + self._left

    def update(self, X: TableLike, prediction: FloatArray) -> Self:
        """Take in a batch."""
        if len(prediction) == 0:
            return self
        before = self.n_rows
        self.n_looks += 1
        share = share_of(self.n_looks)
        verdict = self._shadow.check(X, prediction)
        self._left -= share
        self._won += share / (2 * float(np.sqrt(max(verdict.p_value, _SMALLEST))))
        self.n_rows += len(prediction)
        if self.alarm is None and self.e_value >= 1 / self.false_alarm:
            found = verdict.difference, verdict.usual_difference
            self.alarm = Alarm("valuation model", self.n_rows, before, *found, self.e_value)
        return self

    @property
    def state(self) -> dict[str, Any]:
        """All that changes, as plain values of JSON."""
        return {
            "looks": self.n_looks,
            "rows": self.n_rows,
            "won": self._won,
            "left": self._left,
            "alarm": None if self.alarm is None else self.alarm.to_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Go on from a state."""
        self.n_looks, self.n_rows = int(state["looks"]), int(state["rows"])
        self._won, self._left = float(state["won"]), float(state["left"])
        self.alarm = None if state["alarm"] is None else Alarm.from_dict(state["alarm"])
        return self
