"""``qconf compare``: rank confidence estimators on a table."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qconf.cli.options import (
    ConflictOption,
    CopiesOption,
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    DropOption,
    EncodingOption,
    ErrorOption,
    EstimatorsOption,
    ExampleOption,
    FeaturesOption,
    FitEngineOption,
    FoldsOption,
    FormatOption,
    FractionOption,
    GroupsOption,
    MemoryOption,
    MetricsOption,
    OutputOption,
    PredictionOption,
    ReportOption,
    SeedOption,
    SeparatorOption,
    SheetOption,
    StrictOption,
    TableArgument,
    TargetOption,
    TextOption,
    ThresholdOption,
    TimeOption,
    split_estimators,
    split_metrics,
    split_pairs,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.page import check_report, write_page
from qconf.cli.tables import asked_of, read_or_example, reading_options, room_for
from qconf.cli.terminal import tell

if TYPE_CHECKING:
    from qconf.comparison.result import Comparison
    from qconf.tables.reading import TableFile

__all__ = ["compare_command"]


def compare_command(  # noqa: PLR0917 - typer turns each into an option
    table: TableArgument = None,
    example: ExampleOption = None,
    target: TargetOption = None,
    prediction: PredictionOption = None,
    time: TimeOption = None,
    groups: GroupsOption = None,
    drop: DropOption = None,
    features: FeaturesOption = None,
    conflict: ConflictOption = None,
    copies: CopiesOption = "group",
    error: ErrorOption = None,
    threshold: ThresholdOption = None,
    estimators: EstimatorsOption = "residual,quantile,count,blend,constant",
    metrics: MetricsOption = None,
    fraction: FractionOption = 0.1,
    folds: FoldsOption = 5,
    seed: SeedOption = 0,
    memory: MemoryOption = None,
    engine: FitEngineOption = "local",
    format_name: FormatOption = "table",
    output: OutputOption = None,
    report: ReportOption = None,
    strict: StrictOption = False,
    text: TextOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    sheet: SheetOption = None,
    debug: DebugOption = False,
) -> None:
    """Rank confidence estimators by the outliers among the rows they call safest.

    For example:

    qconf compare --example king-county

    qconf compare sales.parquet --target price --time sold_on

    qconf compare sales.csv --target price --prediction avm --estimators residual,column:fsd
    """
    del debug  # seen by the program, before the command
    check_output(format_name, output, [] if table is None else [table])
    check_report(report, [table], output=output)
    reading = reading_options(
        text=text, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first, sheet=sheet,
    )  # fmt: skip
    room = room_for(memory, time, groups, seed)
    file, options = read_or_example(table, example, reading, strict=strict, room=room)
    asked = asked_of(
        file, options, target=target, prediction=prediction, time=time, groups=groups, drop=drop,
        features=features, error=error, threshold=threshold, conflicts=split_pairs(conflict),
    )  # fmt: skip
    comparison = _compared(
        file,
        {
            **asked,
            "estimators": split_estimators(estimators),
            "metrics": split_metrics(metrics),
            "copies": copies,
            "fraction": fraction,
            "folds": folds,
            "random_state": seed,
            "strict": strict,
        },
        engine,
    )
    write_page(report, comparison, table or example)
    write_result(comparison, "{}\n".format, format_name, output)


def _compared(file: TableFile, options: dict[str, Any], engine: str) -> Comparison:
    from qconf.cli.progress import progress_line  # noqa: PLC0415 - help must not wait for these
    from qconf.comparison.contest import compare  # noqa: PLC0415
    from qconf.core.spreading import spread_fits  # noqa: PLC0415

    # Standard output is the result's: what other people's estimators print goes beside it.
    with spread_fits(engine), progress_line() as progress, redirect_stdout(sys.stderr):
        comparison = compare(replace(file, warnings=()), progress=progress, **options)
    # What reading the file had to guess belongs to the result, and comes first.
    comparison = replace(comparison, warnings=(*file.warnings, *comparison.warnings))
    for warning in comparison.warnings:
        tell(f"warning: {warning}")
    return comparison
