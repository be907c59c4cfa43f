"""Metrics that are means over rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from qconf._types import FloatArray
from qconf.core.estimate import Estimate, in_percent, percent_range, with_range
from qconf.errors import OptionError, not_one_of

__all__ = ["Direction", "RowMetric", "in_words"]

#: Which way is better; None where neither is, as for a bias.
Direction = Literal["lower", "higher"] | None

Unit = Literal["share", "error"]


@dataclass(frozen=True, eq=False)
class RowMetric:
    """A mean over rows of what the residual of each row gives.

    It is told of the safest fraction and of all rows, each with an interval that allows for
    groups and time. All of that hangs on `per_row` alone.

    Attributes
    ----------
    name : str
        What it is called in JSON, and asked for by.
    label : str
        What it is called in a table.
    description : str
        What it is, in a few words.
    per_row : callable
        ``per_row(residual, threshold)`` gives a number for each row: of signed residuals,
        prediction minus truth, on the error scale, and the threshold of outliers.
    unit : {"share", "error"}
        Of a share, a row gives 0 or 1. Anything else is in the units of the error scale.
    better : {"lower", "higher"} or None
    bounds : tuple of float
        The least and the greatest value there can be of an error; a share lies in [0, 1].
    needs_ratio : bool
        Whether it means something only for errors that are shares of the truth.

    Examples
    --------
    >>> large = RowMetric("large", "> 1", "share of errors above 1", lambda r, _: np.abs(r) > 1)
    >>> large.values(np.array([0.5, -2.0]), 0.15)
    array([0., 1.])
    """

    name: str
    label: str
    description: str
    per_row: Callable[[FloatArray, float], Any]
    unit: Unit = "share"
    better: Direction = None
    bounds: tuple[float, float] = (-np.inf, np.inf)
    needs_ratio: bool = False

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and self.name.strip()):
            msg = f"The name of a metric must be a text that is not empty, got {self.name!r}."
            raise OptionError(msg)
        if self.unit not in get_args(Unit):
            raise OptionError(not_one_of("unit of a metric", self.unit, get_args(Unit)))

    def values(self, residual: FloatArray, threshold: float) -> FloatArray:
        """Return what each row gives.

        Raises
        ------
        OptionError
            If that is not one finite number a row, or of a share not 0 or 1.
        """
        # A copy: what writes on it would change every other figure.
        told = np.asarray(self.per_row(residual.copy(), threshold), dtype=np.float64)
        if told.shape != residual.shape:
            msg = (
                f"The metric {self.name!r} must give one number a row, shape {residual.shape}; "
                f"it gave shape {told.shape}."
            )
            raise OptionError(msg)
        wrong = ~np.isfinite(told) if self.unit == "error" else (told != 0) & (told != 1)
        if wrong.any():
            rule = "finite numbers" if self.unit == "error" else "0 or 1 for a share"
            msg = (
                f"The metric {self.name!r} must give {rule}; {wrong.sum()} of {told.size} are not."
            )
            raise OptionError(msg)
        return told

    def in_words(self) -> str:
        """Say in a line what it is, and which way is better."""
        return in_words(self.label, self.description, self.better)

    def text(self, estimate: Estimate) -> str:
        """Write a value with its interval."""
        if self.unit == "share":
            return f"{in_percent(estimate.value)} ({percent_range(estimate)})"
        return with_range(estimate, plus=self.bounds[0] < 0)


def in_words(label: str, description: str, better: Direction) -> str:
    """Say in a line what a metric is, and which way is better.

    Examples
    --------
    >>> in_words("AURC", "area under the risk-coverage curve", "lower")
    'AURC: area under the risk-coverage curve; lower is better.'
    """
    return f"{label}: {description}{f'; {better} is better' if better else ''}."
