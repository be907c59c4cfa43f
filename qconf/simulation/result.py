"""What the simulation found: segments of its rows, ours and published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qconf.estimate import Estimate
from qconf.simulation.published import PUBLISHED
from qconf.simulation.world import ARCHETYPES, World

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["THRESHOLD", "Segment", "Simulation"]

#: An outlier is off by more than this.
THRESHOLD = 0.15


@dataclass(frozen=True)
class Segment:
    """Some of the rows.

    Attributes
    ----------
    estimator : str
        What chose them.
    rows : int
    outlier_rate : Estimate
        With its 95 % interval.
    mae : float
        Mean absolute error.
    composition : dict of str to float
        Share of each archetype.
    """

    estimator: str
    rows: int
    outlier_rate: Estimate
    mae: float
    composition: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, ready for JSON."""
        return {
            "estimator": self.estimator,
            "rows": self.rows,
            "outlier_rate": self.outlier_rate.value,
            "outlier_rate_interval": list(self.outlier_rate.interval),
            "mae": self.mae,
            "composition": dict(self.composition),
        }


@dataclass(frozen=True, eq=False)
class Simulation:
    """What each way of estimating confidence was worth.

    Attributes
    ----------
    rows : int
    overall : Segment
        All rows.
    best_decile : tuple of Segment
        For each estimator, the tenth of the rows that it calls safest.
    bayes_limit : Segment
        The same for the order that no estimator can beat on average.
    group_mean_sd : float
    bootstrap : int
    seed : int
    seconds : dict of str to float
        Wall clock, by part.
    world : World
    residual : ndarray of shape (n_rows,), dtype float32
        Progressive residuals: prediction minus value.
    scores : dict of str to ndarray of shape (n_rows,), dtype float32
        By estimator, and for the limit; lower is more confident.
    """

    rows: int
    overall: Segment
    best_decile: tuple[Segment, ...]
    bayes_limit: Segment
    group_mean_sd: float
    bootstrap: int
    seed: int
    seconds: dict[str, float]
    world: World = field(repr=False)
    residual: NDArray[np.float32] = field(repr=False)
    scores: dict[str, NDArray[np.float32]] = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each segment, ours and published."""
        import pandas as pd  # noqa: PLC0415 - a third of the time of a whole run

        ours = [{"source": "qconf", **_flat(one.to_dict())} for one in self.segments]
        published = [
            {"source": "published", "estimator": name, **_flat(one)}
            for name, one in _published().items()
        ]
        return pd.DataFrame([*ours, *published]).set_index("estimator")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All rows, each estimator's best decile, and the limit's."""
        return (self.overall, *self.best_decile, self.bayes_limit)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the rows as plain numbers, ready for JSON."""
        return {
            "rows": self.rows,
            "threshold": THRESHOLD,
            "group_mean_sd": self.group_mean_sd,
            "bootstrap": self.bootstrap,
            "seed": self.seed,
            "overall": self.overall.to_dict(),
            "best_decile": [one.to_dict() for one in self.best_decile],
            "bayes_limit": self.bayes_limit.to_dict(),
            "published": _published(),
            "seconds": {part: round(spent, 3) for part, spent in self.seconds.items()},
        }


def _published() -> dict[str, dict[str, Any]]:
    names = [one.name for one in ARCHETYPES]
    return {
        name: {
            "outlier_rate": one.outlier_rate,
            "mae": one.mae,
            "composition": dict(zip(names, one.composition, strict=True)),
        }
        for name, one in PUBLISHED.items()
    }


def _flat(segment: dict[str, Any]) -> dict[str, Any]:
    """Make one row of a table: the interval's ends, and each kind, a column."""
    row = {name: value for name, value in segment.items() if not isinstance(value, list | dict)}
    if "outlier_rate_interval" in segment:
        row["outlier_rate_low"], row["outlier_rate_high"] = segment["outlier_rate_interval"]
    return {**row, **segment["composition"]}
