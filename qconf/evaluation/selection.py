"""What the metrics say of some of the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qconf.core.estimate import Estimate

__all__ = ["Selection"]


@dataclass(frozen=True)
class Selection:
    """Some of the rows: all of them, or the safest.

    Attributes
    ----------
    outlier_rate : Estimate
        Share of rows with abs(residual) above the threshold; lower is better, in [0, 1].
    mae : Estimate
        Mean absolute residual, in error-scale units; lower is better.
    n : int
        Number of rows.
    metrics : dict of str to Estimate
        The metrics that were asked for, by name.
    """

    outlier_rate: Estimate
    mae: Estimate
    n: int
    metrics: dict[str, Estimate] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers: the rate with its interval, the error with its own, the count.

        ``metrics`` is there if any were asked for.
        """
        asked = {name: one.to_dict() for name, one in self.metrics.items()}
        return {
            "outlier_rate": self.outlier_rate.value,
            "interval": list(self.outlier_rate.interval),
            "mae": self.mae.value,
            "mae_interval": list(self.mae.interval),
            "n": self.n,
            **({"metrics": asked} if asked else {}),
        }
