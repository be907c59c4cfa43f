"""Statistics of values and truths that are no means of rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from qconf._types import FloatArray
from qconf.avm.number_format import PLAIN, NumberFormat
from qconf.avm.valued_rows import ValuedRows, WeightedValues
from qconf.avm.verdicts import Range

__all__ = ["ValueStatistic"]


class ValueStatistic(ABC):
    """A number that sums up all values and truths at once: a median, a slope, an index.

    Attributes
    ----------
    name : str
        What it is called in JSON.
    label, description : str
        What it is called in a table, and what it is.
    accepted : Range or None
        What is generally accepted; None where no body says.
    bounds : tuple of float
        The least and the greatest value there can be.
    written : NumberFormat
    """

    name: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    accepted: ClassVar[Range | None] = None
    bounds: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    written: ClassVar[NumberFormat] = PLAIN

    @abstractmethod
    def of(self, rows: WeightedValues) -> float:
        """Sum up rows, each counted by its weight; not a number where it is not defined."""

    @abstractmethod
    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Say of each row what moves the statistic: how slowly it does so is read from these.

        Returns
        -------
        ndarray of shape (n_rows,)
            The linearized variable, up to a constant and a factor.
        """
