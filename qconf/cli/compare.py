"""``qconf compare``: which way of estimating confidence to trust on a table."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from qconf.cli.options import (
    DebugOption,
    DropOption,
    ErrorOption,
    EstimatorsOption,
    ExampleOption,
    FeaturesOption,
    FoldsOption,
    FormatOption,
    FractionOption,
    GroupOption,
    OutputOption,
    PredictionOption,
    SeedOption,
    TableArgument,
    TargetOption,
    ThresholdOption,
    TimeOption,
    split_names,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.terminal import tell
from qconf.errors import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from qconf.comparison import Comparison

__all__ = ["compare_command"]


def compare_command(  # noqa: PLR0917 - typer turns each into an option
    table: TableArgument = None,
    example: ExampleOption = None,
    target: TargetOption = None,
    prediction: PredictionOption = None,
    time: TimeOption = None,
    group: GroupOption = None,
    drop: DropOption = None,
    features: FeaturesOption = None,
    error: ErrorOption = None,
    threshold: ThresholdOption = None,
    estimators: EstimatorsOption = "residual,quantile,count,blend,constant",
    fraction: FractionOption = 0.1,
    folds: FoldsOption = 5,
    seed: SeedOption = 0,
    format_name: FormatOption = "table",
    output: OutputOption = None,
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
    frame, options = _table(table, example)
    given = {
        "prediction": prediction,
        "time": time,
        "group": group,
        "drop": split_names(drop),
        "features": split_names(features),
        "error": error,
        "threshold": threshold,
    }
    chosen = {**options, **{name: value for name, value in given.items() if value is not None}}
    if error is not None and threshold is None:
        # An example's threshold belongs to the example's error scale.
        chosen.pop("threshold", None)
    chosen["target"] = target or chosen.get("target")
    if chosen["target"] is None:
        columns = ", ".join(map(str, frame.columns[:12]))
        msg = f"Which column does the model predict? Name it with --target. There are: {columns}."
        raise OptionError(msg)
    _run(
        frame,
        {
            **chosen,
            "estimators": split_names(estimators),
            "fraction": fraction,
            "folds": folds,
            "random_state": seed,
        },
        format_name,
        output,
    )


def _table(table: str | None, example: str | None) -> tuple[pd.DataFrame, dict[str, Any]]:
    from qconf.tables.examples import load_example  # noqa: PLC0415 - help must not wait for pandas
    from qconf.tables.reading import read_table  # noqa: PLC0415

    if (not table) == (example is None):
        msg = "Name a table, or an example with --example NAME (king-county, archetypes)."
        raise OptionError(f"{msg} Not both." if table else msg)
    if example is not None:
        loaded = load_example(example)
        return loaded.table, loaded.options
    return read_table(str(table)), {}


def _run(
    frame: pd.DataFrame, options: dict[str, Any], format_name: str, output: str | None
) -> None:
    from qconf.cli.progress import progress_line  # noqa: PLC0415 - help must not wait for these
    from qconf.contest import compare  # noqa: PLC0415

    # Standard output is the result's: what other people's estimators print goes beside it.
    with progress_line() as progress, redirect_stdout(sys.stderr):
        comparison = compare(frame, progress=progress, **options)
    for warning in comparison.warnings:
        tell(f"warning: {warning}")
    write_result(comparison, _as_table, format_name, output)


def _as_table(comparison: Comparison) -> str:
    from qconf.cli.table import ranking_text  # noqa: PLC0415 - JSON and CSV do without rich

    return ranking_text(comparison)
