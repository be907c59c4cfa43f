"""Hold the result of the simulation: segments of its rows, ours and published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf.core.estimate import Estimate
from qconf.simulation.published import AS_PUBLISHED, PUBLISHED, published_beside
from qconf.simulation.world import ARCHETYPES, World

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["THRESHOLD", "Learned", "Segment", "Simulation"]

#: An outlier is off by more than this.
THRESHOLD = 0.15

_NAMES = [one.name for one in ARCHETYPES]


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


class Learned(NamedTuple):
    """What all models said of each row before they learned it.

    Attributes
    ----------
    residual : ndarray of shape (n_rows,), dtype float32
        Progressive residuals of our valuation model: prediction minus value.
    residual_as_published : ndarray of shape (n_rows,), dtype float32
        Those of the published one.
    scores : dict of str to ndarray of shape (n_rows,), dtype float32
        By estimator, and for the limit; lower is more confident.
    """

    residual: NDArray[np.float32]
    residual_as_published: NDArray[np.float32]
    scores: dict[str, NDArray[np.float32]]

    def residual_of(self, row: str) -> NDArray[np.float32]:
        """Return the residuals that a row of the table judges."""
        return self.residual_as_published if row in AS_PUBLISHED else self.residual


@dataclass(frozen=True, eq=False)
class Simulation:
    """What each way of estimating confidence was worth.

    Attributes
    ----------
    rows : int
    overall_as_published : Segment
        All rows, valued by the published valuation model.
    overall : Segment
        All rows, valued by ours.
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
    learned : Learned
        Residuals and scores of each row.
    """

    rows: int
    overall_as_published: Segment
    overall: Segment
    best_decile: tuple[Segment, ...]
    bayes_limit: Segment
    group_mean_sd: float
    bootstrap: int
    seed: int
    seconds: dict[str, float]
    world: World = field(repr=False)
    learned: Learned = field(repr=False)

    @property
    def residual(self) -> NDArray[np.float32]:
        """Progressive residuals of our valuation model."""
        return self.learned.residual

    @property
    def scores(self) -> dict[str, NDArray[np.float32]]:
        """Scores of each row, by estimator and for the limit."""
        return self.learned.scores

    @property
    def table(self) -> pd.DataFrame:
        """One row for each segment; above those of the published method, what was published."""
        import pandas as pd  # noqa: PLC0415 - a third of the time of a whole run

        rows: list[dict[str, Any]] = []
        for one in self.segments:
            published = published_beside(one.estimator)
            if published is not None:
                figures = _flat(published.to_dict(_NAMES))
                figures["estimator"] = figures.pop("reproduced_by")
                rows.append({"source": "published", **figures})
            rows.append({"source": "qconf", **_flat(one.to_dict())})
        return pd.DataFrame(rows).set_index("estimator")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All rows, as published and ours, each estimator's best decile, and the limit's."""
        return (self.overall_as_published, self.overall, *self.best_decile, self.bayes_limit)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the rows as plain numbers, ready for JSON."""
        return {
            "rows": self.rows,
            "threshold": THRESHOLD,
            "group_mean_sd": self.group_mean_sd,
            "bootstrap": self.bootstrap,
            "seed": self.seed,
            "overall": self.overall.to_dict(),
            "overall_as_published": self.overall_as_published.to_dict(),
            "best_decile": [one.to_dict() for one in self.best_decile],
            "bayes_limit": self.bayes_limit.to_dict(),
            "published": {name: one.to_dict(_NAMES) for name, one in PUBLISHED.items()},
            "seconds": {part: round(spent, 3) for part, spent in self.seconds.items()},
        }


def _flat(segment: dict[str, Any]) -> dict[str, Any]:
    """Make one row of a table: the interval's ends, and each kind, a column."""
    row = {name: value for name, value in segment.items() if not isinstance(value, list | dict)}
    if "outlier_rate_interval" in segment:
        row["outlier_rate_low"], row["outlier_rate_high"] = segment["outlier_rate_interval"]
    return {**row, **segment["composition"]}
