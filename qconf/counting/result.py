"""An evaluation that was made of counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd

from qconf.core.estimate import Estimate
from qconf.errors import OptionError
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.spearman import SPEARMAN
from qconf.evaluation.result import Evaluation
from qconf.report.grid import Grid

if TYPE_CHECKING:
    from qconf.evaluation.metrics.order_metric import OrderMetric

__all__ = ["CountedEvaluation"]


@dataclass(frozen=True, eq=False, repr=False)
class CountedEvaluation(Evaluation):
    """What a confidence score is worth, from counts of rows that were never in memory together.

    All that `Evaluation` tells but the rank correlation, which is not a number here, and
    differences to other scores, which need the same resamples of rows.

    Attributes
    ----------
    aurc_bounds : tuple of float
        Between what the area lies that `qconf.evaluate` would tell of the same rows; `aurc.value`
        is its mean over the orders that are not known. All else is what `qconf.evaluate` would
        tell, but for the intervals, which come from other resamples.
    n_groups : int or None
        How many groups were resampled, beyond 1,024 estimated; None if rows were.
    passes : int
        How often the rows were gone over.
    left_out : int
        Rows of files that lack a score, a prediction or an outcome.
    warnings : tuple of str
        What was guessed of how files are written, and might be wrong.
    timed : bool
        Whether the intervals allow for errors that rise and fall slowly in time.
    """

    aurc_bounds: tuple[float, float]
    n_groups: int | None
    passes: int
    left_out: int = 0
    warnings: tuple[str, ...] = ()
    timed: bool = False

    @property
    def order(self) -> list[tuple[OrderMetric, Estimate]]:
        """What is told of the order of the rows: no rank correlation."""
        return [(one, told) for one, told in super().order if one is not SPEARMAN]

    def _parts(self, *, wide: bool) -> Iterator[str | Grid]:
        yield from super()._parts(wide=wide)
        if self.left_out:
            lacking = "a score, an outcome or a time" if self.timed else "a score or an outcome"
            yield f"{self.left_out:,} rows without {lacking} are left out."
        low, high = self.aurc_bounds
        if high - low > 0:
            yield f"{AURC.label} of all rows lies between {low:.7g} and {high:.7g}."

    @property
    def table(self) -> pd.DataFrame:
        """Every figure as a row: ``section``, ``figure``, ``value``, ``low``, ``high``, ``n``."""
        rows: list[tuple[Any, ...]] = []
        for section, some in (("safest", self.best_decile), ("all", self.overall)):
            told = {"outlier_rate": some.outlier_rate, "mae": some.mae, **some.metrics}
            rows += [
                (section, name, one.value, *one.interval, some.n) for name, one in told.items()
            ]
        n = self.overall.n
        rows += [("order", one.name, told.value, *told.interval, n) for one, told in self.order]
        ratio = self.calibration_ratio
        rows.append(("calibration", "calibration_ratio", ratio.value, *ratio.interval, n))
        for at, one in enumerate(self.calibration.itertuples(), start=1):
            section = f"calibration {at}"
            rows.append((section, "expected_error", one.expected_error, None, None, one.n))
            rows.append((section, "residual", one.residual, one.low, one.high, one.n))
        columns = ["section", "figure", "value", "low", "high", "n"]
        return pd.DataFrame(rows, columns=columns).set_index("section")

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the curve and the replicates as plain numbers."""
        told = super().to_dict()
        del told["spearman"]
        return {
            "rows": self.overall.n,
            **told,
            "aurc_bounds": list(self.aurc_bounds),
            "calibration_ratio": self.calibration_ratio.to_dict(),
            "calibration": self.calibration.to_dict(orient="records"),
            "risks": self.risks.to_dict(orient="records"),
            "groups": self.n_groups,
            "in_time": self.timed,
            "passes": self.passes,
            "left_out": self.left_out,
        }

    def rate_minus(self, other: Evaluation, confidence_level: float | None = None) -> NoReturn:
        """Refuse: replicates of counts are not paired with those of another score."""
        del other, confidence_level
        raise OptionError(_NOT_PAIRED)

    def aurc_minus(self, other: Evaluation, confidence_level: float) -> NoReturn:
        """Refuse likewise."""
        del other, confidence_level
        raise OptionError(_NOT_PAIRED)

    def coverage_minus(
        self, other: Evaluation, outlier_rate: float, confidence_level: float | None = None
    ) -> NoReturn:
        """Refuse likewise."""
        del other, outlier_rate, confidence_level
        raise OptionError(_NOT_PAIRED)


_NOT_PAIRED = (
    "Counts of two scores do not tell how sure their difference is: their resamples are not "
    "paired. Use evaluate_scores on rows that fit in memory."
)
