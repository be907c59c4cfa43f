"""Score a file batch by batch, from where its rows are read to where the scores are written."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from qconf.core.long_files import long_file
from qconf.core.targets import cannot_write
from qconf.errors import OutputError, TableError
from qconf.scoring.batch import check_kept, output_fields, score_rows
from qconf.scoring.decisions import Decisions
from qconf.scoring.halves import score_in_halves
from qconf.scoring.rejected import RejectedRows, rejections
from qconf.scoring.rows import NewFile
from qconf.scoring.sinks import Sink, sink_of
from qconf.scoring.strange_columns import StrangeColumns
from qconf.scoring.valuation_check import ValuationCheck
from qconf.tables.schema import Schema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["How", "Report", "Tally", "score_to_file", "score_to_stream"]

#: Called with the rows that were done since the last call, and the share of the file that is done.
Report: TypeAlias = Callable[[int, float | None], None]


@dataclass(frozen=True)
class How:
    """How rows are scored.

    Attributes
    ----------
    keep : tuple of str or None
        Columns that come out again; None is all.
    skip : bool
        Whether rows that cannot be scored are put aside, instead of ending the work.
    batch_rows : int
        Rows that are in memory at once.
    changed_ok : bool
        Whether a changed valuation model is only warned of.
    decisions : Decisions
    """

    keep: tuple[str, ...] | None = ()
    skip: bool = False
    batch_rows: int = 65_536
    changed_ok: bool = False
    decisions: Decisions = field(default_factory=Decisions)


@dataclass(frozen=True)
class Tally:
    """What has been done.

    Attributes
    ----------
    rows, rejected : int
        Rows that were scored, and others that could not be.
    warnings : tuple of str
        What the user should look at, each once.
    """

    rows: int = 0
    rejected: int = 0
    warnings: tuple[str, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        """Sum up."""
        told: dict[str, str] = {}
        for one in self.warnings + other.warnings:
            known = told.setdefault(_without_numbers(one), one)
            # Of two that differ in numbers, the one that says more.
            told[_without_numbers(one)] = max(known, one, key=_numbers)
        return Tally(self.rows + other.rows, self.rejected + other.rejected, tuple(told.values()))


def score_to_file(
    model: Any,
    schema: Schema,
    rows: NewFile,
    output: Path,
    rejected: Path | None,
    how: How,
    report: Report,
    *,
    stamp: Callable[[Tally], bytes] | None = None,
    share: float = 1.0,
) -> Tally:
    """Score the rows of a file into a new file, whole or not at all.

    Parameters
    ----------
    model : ConfidentRegressor or confidence estimator
    schema : Schema
        Which columns it knows.
    rows : NewFile
    output : Path
        Its ending tells what it is written as.
    rejected : Path or None
        Where rows go that cannot be scored; in its place before `output` is.
    how : How
    report : callable
    stamp : callable, default=None
        Tells at the end what a Parquet file is to keep of how it was made.
    share : float, default=1.0
        What these rows may spend of the level at which a changed valuation model is found.

    Returns
    -------
    Tally

    Raises
    ------
    TableError
        If the rows, or one of them, cannot be scored; nothing is written then.
    OutputError
        If it cannot be written.
    """
    try:
        with long_file(output) as file, rejections(rejected, rows.schema.names) as aside:
            with sink_of(file, output.name, _schema_of(model, schema, rows, how)) as sink:
                tally = _score(model, schema, rows, sink, aside, how, report, share)
                if stamp is not None:
                    sink.stamp(stamp(tally))
            return tally
    except OSError as error:
        raise OutputError(cannot_write(output, error.strerror or str(error))) from error


def score_to_stream(
    model: Any,
    schema: Schema,
    rows: NewFile,
    file: IO[bytes],
    name: str,
    rejected: Path | None,
    how: How,
    report: Report,
) -> Tally:
    """Score rows into an open stream of a kind that a name tells; the rest as `score_to_file`."""
    with (
        rejections(rejected, rows.schema.names) as aside,
        sink_of(file, name, _schema_of(model, schema, rows, how)) as sink,
    ):
        tally = _score(model, schema, rows, sink, aside, how, report)
        file.flush()
    return tally


def _score(
    model: Any,
    schema: Schema,
    rows: NewFile,
    sink: Sink,
    aside: RejectedRows | None,
    how: How,
    report: Report,
    share: float = 1.0,
) -> Tally:
    keep = _kept(rows, how)
    # Rows that are put aside take all their fields with them.
    columns = None if how.skip or how.keep is None else [*keep, *schema.names]
    score = score_in_halves if how.skip else score_rows
    check = ValuationCheck(model, changed_ok=how.changed_ok, share=share)
    strange = StrangeColumns(model)
    tally = Tally(warnings=tuple(rows.written.warnings))
    for batch in rows.batches(how.batch_rows, columns):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scored = score(model, batch, schema, keep, rows.written, how.decisions)
            strange.look(scored.table)
            check.look(scored.table, scored.prediction)
        before = tally.rows + tally.rejected
        reasons = {
            at: f"{_place(rows, before, at)}: {reason}" for at, reason in scored.reasons.items()
        }
        if aside is not None:
            aside.write(batch, reasons)
        elif reasons:
            first = reasons[min(reasons)]
            kept = "" if keep else ", with --keep NAME or --keep-all to tell which are there"
            msg = f"{first} To put such rows aside and score the others: --on-error skip{kept}"
            raise TableError(msg)
        sink.write(scored.batch)
        told = tuple(str(one.message) for one in caught)
        tally += Tally(scored.batch.num_rows, len(reasons), told)
        report(batch.num_rows, rows.share())
    more = (check.warning,) if check.warning else ()
    return tally + Tally(warnings=(*strange.warnings, *more))


def _place(rows: NewFile, before: int, at: int) -> str:
    """Say where a row of a batch stands: rows are counted without a header, lines with it."""
    line = rows.line(at)
    in_text = "" if line is None else f" (line {line:,})"
    return f"Row {before + at + 1:,}{in_text} of {rows.name!r}"


def _kept(rows: NewFile, how: How) -> list[str]:
    """Name the columns that come out again; in a part not those that its path tells."""
    names = rows.schema.names if how.keep is None else how.keep
    return [name for name in names if name not in rows.in_path]


def _schema_of(model: Any, schema: Schema, rows: NewFile, how: How) -> pa.Schema:
    """Return the columns that come out, and check that they can."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    schema.check(rows.schema, rows.written.names)
    keep = _kept(rows, how)
    how.decisions.check(model)
    check_kept(keep, rows.schema.names, model, how.decisions)
    kept = (rows.schema.field(name) for name in keep)
    return pa.schema([*kept, *output_fields(model, how.decisions)])


def _without_numbers(text: str) -> str:
    return re.sub(r"[0-9][0-9,]*", "#", text)


def _numbers(text: str) -> list[int]:
    return [int(digits.replace(",", "")) for digits in re.findall(r"[0-9][0-9,]*", text)]
