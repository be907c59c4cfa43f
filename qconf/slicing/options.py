"""What is asked of an audit, held against its ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import get_args

from qconf._types import ErrorScaleName
from qconf.core.conventions import check_options, check_seed
from qconf.core.error_scale import error_scale
from qconf.errors import OptionError, not_one_of
from qconf.slicing.measures import Against, MetricName

__all__ = ["SliceOptions"]

#: Fewer rows do not tell their own spread.
_LEAST_ROWS = 20


@dataclass(frozen=True)
class SliceOptions:
    """What is asked of an audit; see `qconf.audit_slices`."""

    metrics: tuple[MetricName, ...]
    against: Against
    tolerance: float
    min_rows: int
    max_columns: int
    confidence_level: float
    error: ErrorScaleName
    seed: int

    def check(self, threshold: float) -> None:
        """Hold options against their ranges.

        Raises
        ------
        OptionError
        """
        check_options(
            threshold=threshold, fraction=1.0, confidence_level=self.confidence_level,
            outlier_rates=(),
        )  # fmt: skip
        check_seed(self.seed)
        error_scale(self.error)
        if self.against not in get_args(Against):
            raise OptionError(not_one_of("option against", self.against, get_args(Against)))
        if isinstance(self.max_columns, bool) or self.max_columns not in {1, 2}:
            msg = f"A slice has 1 or 2 properties (max_columns), not {self.max_columns!r}."
            raise OptionError(msg)
        if not isinstance(self.min_rows, Integral) or self.min_rows < _LEAST_ROWS:
            msg = f"A slice needs at least {_LEAST_ROWS} rows (min_rows), got {self.min_rows!r}."
            raise OptionError(msg)
        known = isinstance(self.tolerance, Real) and math.isfinite(self.tolerance)
        if not known or self.tolerance <= 0:
            msg = f"The tolerance must be a share > 0, such as 0.25, got {self.tolerance!r}."
            raise OptionError(msg)
