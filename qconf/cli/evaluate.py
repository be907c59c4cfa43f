"""``qconf evaluate``: what the confidence of scored rows was worth, however many there are."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.example_rows import check_named, refuse_reading, scored_rows
from qconf.cli.options import (
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    ErrorOption,
    ExampleOption,
    FormatOption,
    FractionOption,
    MetricsOption,
    OutputOption,
    ReportOption,
    SeedOption,
    SeparatorOption,
    StrictOption,
    ThresholdOption,
    split_metrics,
    split_names,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.page import check_report, write_page
from qconf.cli.row_progress import row_progress
from qconf.cli.tables import reading_options
from qconf.cli.terminal import tell
from qconf.errors import OptionError, refuse_warnings

if TYPE_CHECKING:
    from qconf.counting.result import CountedEvaluation

__all__ = ["evaluate_command"]

ScoredArgument: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TABLE...",
        show_default=False,
        help="Parquet or CSV files, folders or globs of them, or - for CSV on standard input.",
    ),
]
ExpectedErrorOption: TypeAlias = Annotated[
    str, typer.Option(metavar="COLUMN", help="The score: lower is more confident.")
]
ResidualOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="The errors that came, signed (prediction - truth) or not."
    ),
]
TruthOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="What came out, instead of --residual; rows where it is missing are left out.",
    ),
]
PredictedOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Predictions, each made without having seen its row's truth.  [default: prediction]",
    ),
]
GroupsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Rows that belong together (a parcel, a seller): intervals come from whole groups.",
    ),
]
TimeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="When each row became known: intervals then allow for errors that rise and fall "
        "slowly.",
    ),
]
RatesOption: TypeAlias = Annotated[
    str, typer.Option(metavar="A,B", help="Outlier rates for which to tell the coverage.")
]
LevelOption: TypeAlias = Annotated[
    float, typer.Option(metavar="LEVEL", help="Confidence level of the intervals.")
]
ResamplesOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER",
        help="Replicates that intervals are made of.  [default: 1000; 200 with groups, where each "
        "takes time]",
    ),
]
EngineOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="What counts the files, and the row groups of large ones: local, dask (a worker for "
        "each core) or dask:ADDRESS (a scheduler that is running).",
    ),
]


def evaluate_command(  # noqa: PLR0917 - typer turns each into an option
    tables: ScoredArgument = None,
    example: ExampleOption = None,
    expected_error: ExpectedErrorOption = "expected_error",
    residual: ResidualOption = None,
    truth: TruthOption = None,
    prediction: PredictedOption = None,
    error: ErrorOption = None,
    groups: GroupsOption = None,
    time: TimeOption = None,
    threshold: ThresholdOption = None,
    metrics: MetricsOption = None,
    fraction: FractionOption = 0.1,
    outlier_rates: RatesOption = "0.05,0.1",
    confidence_level: LevelOption = 0.95,
    resamples: ResamplesOption = None,
    seed: SeedOption = 0,
    engine: EngineOption = "local",
    format_name: FormatOption = "table",
    output: OutputOption = None,
    report: ReportOption = None,
    strict: StrictOption = False,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    debug: DebugOption = False,
) -> None:
    """Evaluate the confidence of rows that were scored, once their outcomes are known.

    Rows are counted as they are read, in a pass or three: no table is too long.

    For example:

    qconf evaluate scored/ --truth price --groups parcel

    qconf evaluate scored/*.parquet --expected-error fsd --residual error --engine dask

    qconf evaluate --example king-county
    """
    del debug  # seen by the program, before the command
    check_named(tables[0] if tables else None, example)
    check_output(format_name, output, tables or [])
    check_report(report, tables or [], output=output)
    reading = reading_options(
        text=None, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first,
    )  # fmt: skip
    asked = {
        "expected_error": expected_error, "residual": residual, "truth": truth,
        "prediction": prediction, "error": error, "groups": groups, "time": time,
        "threshold": threshold, "metrics": split_metrics(metrics), "fraction": fraction,
        "outlier_rates": _rates(outlier_rates), "confidence_level": confidence_level,
        "n_resamples": resamples, "random_state": seed, "engine": engine, "reading": reading,
    }  # fmt: skip
    if example is None:
        told = _evaluated(tables or [], asked)
    else:
        refuse_reading(reading)
        with scored_rows(example) as (path, roles):
            told = _evaluated([path], _with_roles(asked, roles))
    if strict:
        refuse_warnings(told.warnings)
    for warning in told.warnings:
        tell(f"warning: {warning}")
    write_page(report, told, tables[0] if tables and len(tables) == 1 else example)
    write_result(told, "{}\n".format, format_name, output)


def _rates(text: str) -> list[float]:
    try:
        return [float(one) for one in split_names(text) or ()]
    except ValueError:
        msg = f"--outlier-rates must be numbers such as 0.05,0.1; got {text!r}."
        raise OptionError(msg) from None


def _with_roles(asked: dict[str, Any], roles: dict[str, Any]) -> dict[str, Any]:
    """Fill in what an example says of itself, where nobody said otherwise."""
    return asked | {option: value for option, value in roles.items() if asked[option] is None}


def _evaluated(tables: list[str], asked: dict[str, Any]) -> CountedEvaluation:
    from qconf.counting.evaluate_files import evaluate_files  # noqa: PLC0415 - help must not wait

    with redirect_stdout(sys.stderr), row_progress() as report:
        return evaluate_files(tables, report=report, **asked)
