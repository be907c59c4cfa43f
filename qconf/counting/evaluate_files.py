"""Evaluate the confidence score of rows in files, read in batches as often as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from qconf._types import RowMetricName
from qconf.core.error_scale import error_scale
from qconf.counting.counts import RiskCoverageCounts
from qconf.counting.engines import LOCAL, Mapper, mapper_named
from qconf.counting.evaluate_parts import go_over
from qconf.counting.options import FileRoles
from qconf.counting.result import CountedEvaluation
from qconf.counting.role_columns import check_columns, judged_rows, schema_of
from qconf.errors import OptionError, TableError
from qconf.evaluation.evaluate import OUTLIER_RATES
from qconf.evaluation.metrics.registry import check_scale, find_metrics
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.scoring.rows import open_rows
from qconf.tables.containers import PARQUET
from qconf.tables.options import ReadingOptions, reading_options
from qconf.tables.parquet_files import row_group_runs
from qconf.tables.partitions import partition_values
from qconf.tables.sources import TEXT_FILES, files_of

__all__ = ["evaluate_files"]

_STANDARD_INPUT = "-"
_BATCH = 2**17
#: Rows of a file that are worth a worker of their own: some tenths of a second.
_SHARE = 2**20

#: Is told of rows that were read, and of the share of all files that is done.
Report = Callable[[int, float | None], None]


def evaluate_files(
    source: str | Sequence[str], *, expected_error: str = "expected_error",
    residual: str | None = None, truth: str | None = None, prediction: str | None = None,
    groups: str | None = None, time: str | None = None, error: str | None = None,
    threshold: float | None = None, fraction: float = 0.1,
    outlier_rates: Sequence[float] = OUTLIER_RATES,
    metrics: Iterable[RowMetricName | RowMetric] = (), confidence_level: float = 0.95,
    n_resamples: int | None = None, random_state: int = 0,
    engine: str = "local", reading: dict[str, Any] | None = None, report: Report | None = None,
) -> CountedEvaluation:  # fmt: skip
    """Evaluate a confidence score in files that need not fit in memory.

    Parameters
    ----------
    source : str or sequence of str
        A Parquet or CSV file, a folder or a glob of such files, or several of them; ``-`` is CSV on
        standard input.
    expected_error : str, default="expected_error"
        The column of the score: lower is more confident.
    residual : str, default=None
        The column of signed or absolute residuals.
    truth, prediction : str, default=None
        Instead of it, the columns that residuals are made of; `prediction` is ``"prediction"`` if
        it is not named. Rows without a truth are left out.
    groups : str, default=None
        Rows that belong together, in whatever file: intervals come from whole groups.
    time : str, default=None
        When each row became known, in whatever order they come: intervals allow for errors that
        rise and fall slowly, and with groups too they are the wider of both. Rows without a time
        are left out.
    error : {"relative", "log", "absolute"}, default=None
        The scale of residuals that are made; None is relative.
    threshold : float, default=None
        A row with abs(residual) > threshold is an outlier; None is 0.15.
    fraction, outlier_rates, metrics, n_resamples, random_state
        As of `RiskCoverageCounts`.
    confidence_level : float, default=0.95
        Confidence level of all intervals.
    engine : str, default="local"
        ``local``: this process; ``dask``: a worker for each core; ``dask:ADDRESS``: a scheduler
        that is running, whose workers see the same files. The figures are the same, to the bit.
        Workers share the files, and of large ones of Parquet the row groups.
    reading : dict, default=None
        How text is read: ``separator``, ``decimal``, ``encoding``, ``day_first``,
        ``date_format``.
    report : callable, default=None
        Called with rows that were read since the last call, and the share of the work done.

    Returns
    -------
    CountedEvaluation

    Raises
    ------
    TableError
        If a file cannot be read, or lacks a column.
    OptionError
        If an option is outside its range.
    """
    roles = FileRoles.checked(
        expected_error=expected_error, residual=residual, truth=truth, prediction=prediction,
        groups=groups, time=time, error=error,
    )  # fmt: skip
    asked = find_metrics(metrics)
    check_scale(asked, error_scale(roles.error))
    counts = RiskCoverageCounts(
        threshold=roles.threshold(threshold), fraction=fraction, outlier_rates=outlier_rates,
        metrics=asked, n_resamples=n_resamples, random_state=random_state,
    )  # fmt: skip
    parts = _parts_of(source)
    if engine != LOCAL:
        parts = [one for part in parts for one in _shares_of(part)]
    work = _Work(parts, roles, reading_options(**(reading or {})), report or _silent)
    with mapper_named(engine) as spread:
        last = go_over(counts, partial(work.counted, spread))
    told = last.evaluate(confidence_level=confidence_level)
    return replace(told, left_out=work.left_out, warnings=tuple(work.warnings))


@dataclass(frozen=True)
class _Part:
    """A file: what it is called, where it is, what the names of its folders say, and which rows."""

    name: str | None
    path: str
    partitions: tuple[tuple[str, str | None], ...] = ()
    row_groups: range | None = None


@dataclass(frozen=True)
class _Counted:
    """What came of a part."""

    counts: RiskCoverageCounts
    left_out: int
    warnings: tuple[str, ...]


class _Work:
    """Passes over files."""

    def __init__(
        self, parts: list[_Part], roles: FileRoles, reading: ReadingOptions, report: Report
    ) -> None:
        self._parts, self._roles, self._reading, self._report = parts, roles, reading, report
        self.left_out = 0
        self.warnings: dict[str, None] = {}

    def counted(self, spread: Mapper, plan: RiskCoverageCounts) -> RiskCoverageCounts:
        """Do one pass, part by part, in whatever order they are done."""
        if plan.pass_number > 1 and self._parts[0].path == _STANDARD_INPUT:
            msg = (
                "Standard input can be read only once, and so many rows must be gone over again: "
                "write them to a file, and name it."
            )
            raise OptionError(msg)
        self.left_out = 0
        work = partial(_count_part, plan, self._roles, self._reading)
        for number, done in enumerate(spread(work, self._parts), start=1):
            plan.merge(done.counts)
            self.left_out += done.left_out
            self.warnings |= dict.fromkeys(done.warnings)
            self._report(done.counts.n_rows, number / len(self._parts))
        return plan


def _count_part(
    plan: RiskCoverageCounts, roles: FileRoles, reading: ReadingOptions, part: _Part
) -> _Counted:
    """Count the rows of a file: what a worker does."""
    counts, left_out = plan.empty(), 0
    schema = schema_of(roles, reading)
    of_file = dict(part.partitions), part.name, part.row_groups
    with open_rows(part.path, schema, reading, *of_file) as rows:
        check_columns(rows, roles)
        for batch in rows.batches(_BATCH, roles.columns):
            judged = judged_rows(rows, batch, roles)
            counts.update(judged.expected_error, judged.residual, judged.groups, judged.time)
            left_out += judged.left_out
        return _Counted(counts, left_out, tuple(rows.written.warnings))


def _parts_of(source: str | Sequence[str]) -> list[_Part]:
    sources = [source] if isinstance(source, str) else list(source)
    if sources == [_STANDARD_INPUT]:
        return [_Part(None, _STANDARD_INPUT)]
    parts = [part for one in sources for part in _files_of(one)]
    # Each file once, however often it is named; in one order, for messages of the first fault.
    return list({part.path: part for part in parts}.values())


def _files_of(source: str) -> Iterator[_Part]:
    if source == _STANDARD_INPUT:
        msg = "Standard input (-) stands alone; name files, or nothing but - ."
        raise OptionError(msg)
    files, base = files_of(source)
    for file in files:
        if not file.name.lower().endswith((*PARQUET, *TEXT_FILES)):
            msg = f"Rows to evaluate are Parquet or CSV; {str(file)!r} is neither: write it as one."
            raise TableError(msg)
        values = tuple(partition_values(file, base).items())
        # Named as it is called in any folder: workers have another one than we.
        yield _Part(str(file), str(file.absolute()), values)


def _shares_of(part: _Part) -> list[_Part]:
    """Share out the row groups of a large file of Parquet."""
    if not part.path.lower().endswith(PARQUET):
        return [part]
    return [replace(part, row_groups=one) for one in row_group_runs(Path(part.path), _SHARE)]


def _silent(rows: int, share: float | None) -> None:
    """Hear nothing."""
