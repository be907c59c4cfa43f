"""An evaluation as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.registry import ALWAYS_TOLD
from qconf.report.grid import Column, Grid

if TYPE_CHECKING:
    from qconf.evaluation.result import Evaluation

__all__ = ["evaluation_parts"]


def evaluation_parts(evaluation: Evaluation) -> Iterator[str | Grid]:
    """Tell of an evaluation: the safest rows beside all rows, and what their order is worth."""
    yield _of_rows(evaluation)
    yield _of_the_order(evaluation)
    yield f"An outlier's absolute error is above {evaluation.threshold:g}."
    yield AURC.in_words()
    yield from (one.in_words() for one in evaluation.metrics)
    yield from (f"Note: {one}" for one in evaluation.notes)


def _of_rows(evaluation: Evaluation) -> Grid:
    confidence_level = f"({100 * evaluation.confidence_level:g} %)"
    safest, overall = evaluation.best_decile, evaluation.overall
    columns = [
        Column(""),
        Column(f"safest {100 * evaluation.fraction:g} %: {safest.n:,} rows {confidence_level}"),
        Column(f"all {overall.n:,} rows {confidence_level}"),
    ]
    rate, error = ALWAYS_TOLD
    told = [
        (rate, safest.outlier_rate, overall.outlier_rate),
        (error, safest.mae, overall.mae),
        *((one, safest.metrics[one.name], overall.metrics[one.name]) for one in evaluation.metrics),
    ]
    return Grid(columns, [[one.label, one.text(few), one.text(all_)] for one, few, all_ in told])


def _of_the_order(evaluation: Evaluation) -> Grid:
    columns = [Column(""), Column(f"order of the rows ({100 * evaluation.confidence_level:g} %)")]
    return Grid(columns, [[one.label, one.text(estimate)] for one, estimate in evaluation.order])
