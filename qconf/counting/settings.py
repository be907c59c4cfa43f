"""What is counted: parts can only be merged where these agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from qconf._types import RowMetricName
from qconf.core.conventions import check_options, check_resamples, check_seed
from qconf.evaluation.metrics.registry import find_metrics
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["Settings"]

#: Replicates, where they are not asked for. Of groups, each takes time for every row.
_OF_ROWS, _OF_GROUPS = 1000, 200


@dataclass(frozen=True)
class Settings:
    """What an evaluation by counts is to tell.

    Attributes
    ----------
    threshold, fraction : float
    outlier_rates : tuple of float
    metrics : tuple of RowMetric
    n_resamples : int or None
    random_state : int
    """

    threshold: float
    fraction: float
    outlier_rates: tuple[float, ...]
    metrics: tuple[RowMetric, ...]
    n_resamples: int | None
    random_state: int

    @classmethod
    def checked(
        cls, *, threshold: float, fraction: float, outlier_rates: Sequence[float],
        metrics: Iterable[RowMetricName | RowMetric], n_resamples: int | None, random_state: int,
    ) -> Self:  # fmt: skip
        """Check what is asked for.

        Raises
        ------
        OptionError
            If an option is outside its range.
        """
        check_options(
            threshold=threshold, fraction=fraction, confidence_level=0.5,
            outlier_rates=outlier_rates,
        )  # fmt: skip
        check_resamples(n_resamples)
        check_seed(random_state)
        n = None if n_resamples is None else int(n_resamples)
        rates = tuple(float(rate) for rate in outlier_rates)
        return cls(
            float(threshold), float(fraction), rates, find_metrics(metrics), n, int(random_state)
        )

    def replicates(self, *, grouped: bool) -> int:
        """Return how many replicates of groups, or of rows, to make."""
        return self.n_resamples or (_OF_GROUPS if grouped else _OF_ROWS)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, which tell two settings apart."""
        return {
            "threshold": self.threshold,
            "fraction": self.fraction,
            "outlier_rates": list(self.outlier_rates),
            "metrics": [one.name for one in self.metrics],
            "n_resamples": self.n_resamples,
            "random_state": self.random_state,
        }
