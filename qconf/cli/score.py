"""``qconf score``: predict values and expected errors for new rows."""

from __future__ import annotations

import os
import sys
import time
from contextlib import nullcontext, redirect_stdout
from glob import has_magic
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from qconf.cli.destination import check_destination, check_folder, own_descriptor
from qconf.cli.example_rows import check_named, given_rows
from qconf.cli.options import (
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    ExampleOption,
    PluginsOption,
    SeparatorOption,
    TrustOption,
    split_names,
)
from qconf.cli.output import check_output
from qconf.cli.row_progress import RowReport, row_progress
from qconf.cli.score_options import (
    STANDARD,
    BatchRowsOption,
    ChangedOption,
    EngineOption,
    IntervalOption,
    KeepAllOption,
    KeepOption,
    ModelArgument,
    OnErrorOption,
    RejectedOption,
    RowsArgument,
    ScoresOption,
    TiersOption,
    aside_of,
    how_of,
)
from qconf.cli.tables import reading_options
from qconf.cli.terminal import tell
from qconf.core.targets import cannot_write
from qconf.errors import OptionError, OutputError

if TYPE_CHECKING:
    from qconf.scoring.parts import Standing
    from qconf.scoring.run import Job
    from qconf.scoring.stream import How, Tally

__all__ = ["score_command"]


def score_command(  # noqa: PLR0917 - typer turns each into an option
    model: ModelArgument,
    output: ScoresOption,
    table: RowsArgument = None,
    example: ExampleOption = None,
    keep: KeepOption = None,
    keep_all: KeepAllOption = False,
    on_error: OnErrorOption = "stop",
    rejected: RejectedOption = None,
    interval: IntervalOption = None,
    tiers: TiersOption = None,
    changed_valuation_ok: ChangedOption = False,
    batch_rows: BatchRowsOption = 65_536,
    plugins: PluginsOption = False,
    trust: TrustOption = None,
    engine: EngineOption = "local",
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    debug: DebugOption = False,
) -> None:
    """Predict values and expected errors for new rows with a model that was kept.

    For example:

    qconf score avm.qconf --example king-county --output scored.parquet

    qconf score avm.qconf new.parquet --output scored.parquet --keep id

    qconf score avm.qconf new/ --output scored/ --keep-all --on-error skip
    """
    del debug  # seen by the program, before the command
    reading = reading_options(
        text=None, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first,
    )  # fmt: skip
    how = how_of(keep, keep_all, on_error, batch_rows, changed_valuation_ok, interval, tiers)
    aside = aside_of(how, output, rejected)
    check_named(table, example)
    is_folder = table is not None and _is_folder(table)
    if not is_folder and engine != "local":
        msg = f"--engine {engine} scores the parts of a folder; {table or example!r} is one file."
        raise OptionError(msg)
    _check_outputs(model, table, output, aside, is_folder=is_folder)
    job = _job(model, how, reading, plugins, trust)
    opening: Any = {"plugins": plugins, "trust": job.trust}
    with given_rows(table, example, model, reading, **opening) as rows:
        if is_folder:
            _score_folder(job, rows.path, output, aside, engine)
        else:
            _score_one(job, rows.path, output, aside)


def _is_folder(table: str) -> bool:
    """Tell whether an input may be several files."""
    path = Path(table)
    return table != STANDARD and not path.is_file() and (path.is_dir() or has_magic(table))


def _check_outputs(
    model: str, table: str | None, output: str, aside: str | None, *, is_folder: bool
) -> None:
    """Complain about the outputs before any work is done."""
    inputs = [] if table is None else [table]
    from qconf.scoring.sinks import check_ending  # noqa: PLC0415 - help must not wait for pandas

    if is_folder:
        if output == STANDARD or Path(output).is_file():
            msg = f"The input {table!r} is several files: name a folder for the output."
            raise OptionError(msg)
        check_folder(output)
    elif output == STANDARD:
        check_output("csv", None, inputs, model=model)
    else:
        check_destination(output, inputs, model=model)
        if not _is_stream(output):
            check_ending(output)
    if aside is not None:
        check_destination(aside, [*inputs, *([] if is_folder else [output])], model=model)


def _job(model: str, how: How, reading: dict[str, Any], plugins: bool, trust: str | None) -> Job:
    from qconf.scoring.run import Job, digest_of  # noqa: PLC0415 - help must not wait for pandas
    from qconf.tables.options import reading_options as checked  # noqa: PLC0415

    checked(**reading)
    trusted = tuple(split_names(trust) or ())
    return Job(model, digest_of(model), how, tuple(reading.items()), plugins, trusted)


def _score_one(job: Job, table: str, output: str, aside: str | None) -> None:
    from qconf.scoring.rows import open_rows  # noqa: PLC0415 - help must not wait for pandas
    from qconf.scoring.stream import score_to_file, score_to_stream  # noqa: PLC0415

    began = time.monotonic()
    rejected = None if aside is None else Path(os.path.realpath(aside))
    # Standard output is the scores': what other people's code prints goes beside it.
    with (
        _stream(output) if _is_stream(output) else nullcontext() as stream,
        redirect_stdout(sys.stderr),
        row_progress() as report,
        open_rows(table, job.schema, job.options) as rows,
    ):
        given = job.open()[0], job.schema, rows
        if stream is None:
            target = Path(os.path.realpath(output))
            tally = score_to_file(*given, target, rejected, job.decided, report)
        else:
            tally = score_to_stream(*given, stream, output, rejected, job.decided, report)
    _sum_up(tally, time.monotonic() - began, aside)


def _score_folder(job: Job, table: str, output: str, aside: str | None, engine: str) -> None:
    from qconf.scoring.clusters import engine_named  # noqa: PLC0415 - help must not wait for it
    from qconf.scoring.run import score_folder  # noqa: PLC0415

    began = time.monotonic()
    rejected = None if aside is None else Path(os.path.realpath(aside))
    chosen = engine_named(engine)
    before = 0
    with redirect_stdout(sys.stderr), row_progress() as report:

        def begin(standing: Standing) -> RowReport:
            nonlocal before
            before = standing.done.rows
            _tell_of(standing)
            return report

        tally = score_folder(job, table, Path(output), rejected, chosen, begin=begin)
    _sum_up(tally, time.monotonic() - began, aside, before)


def _tell_of(standing: Standing) -> None:
    count = f"of {standing.n_done + len(standing.missing):,} parts"
    if standing.n_done:
        were = "was" if standing.n_done == 1 else "were"
        tell(f"{standing.n_done:,} {count} {were} there already")
    if standing.n_changed:
        were, are = ("was", "is") if standing.n_changed == 1 else ("were", "are")
        tell(
            f"{standing.n_changed:,} {count} {were} made of an input that has changed since, and "
            f"{are} made again"
        )


def _is_stream(output: str) -> bool:
    """Tell what is written to as it is (standard output, a pipe, a device) from regular files."""
    path = Path(output)
    special = path.exists() and not path.is_file()
    return output == STANDARD or own_descriptor(path) is not None or special


def _stream(output: str) -> IO[bytes]:
    """Open what is written to as it is, and never replaced."""
    try:
        if output == STANDARD:
            sys.stdout.flush()
            return os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        descriptor = own_descriptor(Path(output))
        return (
            Path(output).open("wb") if descriptor is None else os.fdopen(os.dup(descriptor), "wb")
        )
    except OSError as error:
        raise OutputError(cannot_write(output, error.strerror or str(error))) from error


def _sum_up(tally: Tally, seconds: float, aside: str | None, before: int = 0) -> None:
    for warning in tally.warnings:
        tell(f"warning: {warning}")
    rows = tally.rows - before
    done = f"{rows:,} row{'' if rows == 1 else 's'} scored in {seconds:.1f} s"
    done += f" ({rows / max(seconds, 1e-9):,.0f} a second)"
    done += f", {tally.rows:,} in all" if before else ""
    if aside is not None:
        done += f", {tally.rejected:,} rejected"
        done += f" (in {aside!r})" if tally.rejected else ""
    tell(done)
