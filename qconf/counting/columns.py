"""What is added up of each row: sizes of errors, their squares, and metrics that were asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qconf._types import FloatArray
from qconf.counting.sort_keys import Keys, scores_of
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["CAME", "CAME_EXPECTED", "CAME_SQUARED", "EXPECTED", "EXPECTED_SQUARED", "SIZE",
           "columns_of", "n_columns", "place_of", "resampled_columns"]  # fmt: skip

#: Places of the columns: |residual|; its square, what came; the square of the expected error; and
#: products of the last two, from which standard errors are made.
SIZE, CAME, EXPECTED, CAME_SQUARED, EXPECTED_SQUARED, CAME_EXPECTED = range(6)
_FIRST_ASKED = 6


def columns_of(
    keys: Keys, residual: FloatArray, metrics: Sequence[RowMetric], threshold: float
) -> list[FloatArray]:
    """Return the columns of rows; of each metric two, its value and the square of it."""
    came, expected = residual * residual, np.square(scores_of(keys))
    columns = [
        np.abs(residual), came, expected, came * came, expected * expected, came * expected,
    ]  # fmt: skip
    for metric in metrics:
        value = metric.values(residual, threshold)
        columns += [value, value * value]
    return columns


def n_columns(asked: int) -> int:
    """Return how many columns there are with so many metrics asked for."""
    return _FIRST_ASKED + 2 * asked


def place_of(asked: int) -> int:
    """Return the place of the value of a metric, by its place among those asked for."""
    return _FIRST_ASKED + 2 * asked


def resampled_columns(columns: Sequence[FloatArray]) -> list[FloatArray]:
    """Return those whose sums are resampled with the groups: sizes, squares, metrics."""
    return [columns[SIZE], columns[CAME], *columns[_FIRST_ASKED::2]]
