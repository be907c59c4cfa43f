"""``qconf backtest``: rank valuation models and confidence estimators together."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.completing import one_of, some_of
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
    OutputOption,
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
    split_names,
    split_pairs,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.page import check_report, write_page
from qconf.cli.tables import asked_of, read_or_example, reading_options
from qconf.cli.terminal import tell
from qconf.errors import OptionError

if TYPE_CHECKING:
    from qconf.backtesting.result import Backtest
    from qconf.tables.reading import TableFile

__all__ = ["backtest_command"]

_DEFAULT_MODELS = "linear,forest,boosted"
_VALUATIONS = ("linear", "forest", "boosted", "comparables", "column:")

ModelsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        autocompletion=some_of(*_VALUATIONS),
        help="Valuation models: linear, forest, boosted, comparables, or column:NAME for "
        "predictions that the table has, each made without having seen its row's target.  "
        f"[default: {_DEFAULT_MODELS}, or --old and --new]",
    ),
]
OldOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        autocompletion=one_of(*_VALUATIONS),
        help="The valuation model in use: with --new, the confidence fitted on the errors of each "
        "is held against the predictions of the other.",
    ),
]
NewOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        autocompletion=one_of(*_VALUATIONS),
        help="The valuation model that is to replace it.",
    ),
]


def backtest_command(  # noqa: PLR0917 - typer turns each into an option
    table: TableArgument = None,
    example: ExampleOption = None,
    target: TargetOption = None,
    models: ModelsOption = None,
    estimators: EstimatorsOption = "residual,blend",
    old: OldOption = None,
    new: NewOption = None,
    time: TimeOption = None,
    groups: GroupsOption = None,
    drop: DropOption = None,
    features: FeaturesOption = None,
    conflict: ConflictOption = None,
    copies: CopiesOption = "group",
    error: ErrorOption = None,
    threshold: ThresholdOption = None,
    fraction: FractionOption = 0.1,
    folds: FoldsOption = 5,
    seed: SeedOption = 0,
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
    """Rank every pair of a valuation model and a confidence estimator, forward in time.

    For example:

    qconf backtest --example king-county --models linear,boosted --estimators residual

    qconf backtest sales.parquet --target price --time sold_on

    qconf backtest sales.parquet --target price --time sold_on --old column:avm --new boosted
    """
    del debug  # seen by the program, before the command
    named, crosses = _models(models, old, new)
    check_output(format_name, output, [] if table is None else [table])
    check_report(report, [table], output=output)
    reading = reading_options(
        text=text, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first, sheet=sheet,
    )  # fmt: skip
    file, options = read_or_example(table, example, reading, strict=strict)
    asked = asked_of(
        file, options, target=target, time=time, groups=groups, drop=drop, features=features,
        error=error, threshold=threshold, conflicts=split_pairs(conflict),
    )  # fmt: skip
    result = _backtested(
        file,
        {
            **asked,
            "models": named,
            "estimators": split_estimators(estimators),
            "crosses": crosses,
            "copies": copies,
            "fraction": fraction,
            "folds": folds,
            "random_state": seed,
            "strict": strict,
        },
        engine,
    )
    write_page(report, result, table or example)
    write_result(result, "{}\n".format, format_name, output)


def _models(
    models: str | None, old: str | None, new: str | None
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names of the models, and which two of them are crossed."""
    if (old is None) != (new is None):
        lacking = "--old" if old is None else "--new"
        msg = (
            f"A cross needs two valuation models, --old NAME and --new NAME; {lacking} is missing."
        )
        raise OptionError(msg)
    if old is None or new is None:
        return split_names(_DEFAULT_MODELS if models is None else models) or [], []
    named = list(dict.fromkeys([old, new])) if models is None else split_names(models) or []
    for option, name in (("--old", old), ("--new", new)):
        if name not in named:
            msg = f"{option} {name} is not among --models {','.join(named)}; add it there."
            raise OptionError(msg)
    return named, [(old, new)]


def _backtested(file: TableFile, options: dict[str, Any], engine: str) -> Backtest:
    from qconf.backtesting.backtest import backtest  # noqa: PLC0415 - help must not wait for these
    from qconf.cli.progress import progress_line  # noqa: PLC0415
    from qconf.core.spreading import spread_fits  # noqa: PLC0415

    # Standard output is the result's: what other people's estimators print goes beside it.
    with spread_fits(engine), progress_line() as progress, redirect_stdout(sys.stderr):
        result = backtest(file.frame, progress=progress, **options)
    # What reading the file had to guess belongs to the result, and comes first.
    result = replace(result, warnings=(*file.warnings, *result.warnings))
    for warning in result.warnings:
        tell(f"warning: {warning}")
    return result
