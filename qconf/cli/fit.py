"""``qconf fit``: fit a model that is kept in a file."""

from __future__ import annotations

import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.completing import an_estimator
from qconf.cli.destination import check_destination
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
    ExampleOption,
    FeaturesOption,
    FitEngineOption,
    FoldsOption,
    FractionOption,
    GroupsOption,
    MemoryOption,
    PredictionOption,
    SeedOption,
    SeparatorOption,
    SheetOption,
    StrictOption,
    TableArgument,
    TargetOption,
    TextOption,
    ThresholdOption,
    TimeOption,
    split_pairs,
)
from qconf.cli.streams import write_text
from qconf.cli.tables import asked_of, read_or_example, reading_options, room_for
from qconf.cli.terminal import tell
from qconf.cli.terminal_lines import folded_for_terminal
from qconf.errors import OptionError, TableError

if TYPE_CHECKING:
    from qconf.fitting.result import FittedModel
    from qconf.review.corrections import Corrected
    from qconf.tables.reading import TableFile

__all__ = ["ModelFileOption", "check_model_name", "fit_command"]

EstimatorOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        autocompletion=an_estimator,
        help="Which confidence: blend, residual, quantile, forest, neighbors, count, online, "
        "empirical-bayes, constant; column:NAME or interval:LOW,HIGH with --prediction; the name "
        "of a plug-in; or auto, which compares all on the older rows and takes the best.",
    ),
]
CorrectionsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="What reviewers found, as qconf review export writes it: inputs are replaced, sales "
        "that are no market's left out; what that changes is told of rows not reviewed.",
    ),
]
KeepSalesOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--keep-sales",
        help="Keep the rows and their prices in the file, for explanations by comparables without "
        "another table. Whoever gets the file can then read them.",
    ),
]
#: What a table is called, and a model is not.
_TABLES = (".parquet", ".pq", ".parq", ".csv", ".tsv", ".txt", ".xlsx", ".feather", ".gz")

ModelFileOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Where the model is written, such as avm.qconf."),
]


def fit_command(  # noqa: PLR0917 - typer turns each into an option
    table: TableArgument = None,
    example: ExampleOption = None,
    target: TargetOption = None,
    output: ModelFileOption = None,
    prediction: PredictionOption = None,
    time: TimeOption = None,
    groups: GroupsOption = None,
    drop: DropOption = None,
    features: FeaturesOption = None,
    conflict: ConflictOption = None,
    copies: CopiesOption = "group",
    error: ErrorOption = None,
    threshold: ThresholdOption = None,
    estimator: EstimatorOption = "blend",
    corrections: CorrectionsOption = None,
    fraction: FractionOption = 0.1,
    folds: FoldsOption = 5,
    seed: SeedOption = 0,
    memory: MemoryOption = None,
    engine: FitEngineOption = "local",
    keep_sales: KeepSalesOption = False,
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
    """Fit a model and its confidence, and keep them in a file.

    For example:

    qconf fit --example king-county --output avm.qconf

    qconf fit sales.parquet --target price --time sold_on --output avm.qconf

    qconf fit sales.csv --target price --prediction avm --output confidence.qconf

    qconf fit sales.parquet --target price --corrections corrections.parquet --output avm.qconf
    """
    del debug  # seen by the program, before the command
    if output is None:
        msg = "Where shall the model be written? Name a file with --output, such as avm.qconf."
        raise OptionError(msg)
    check_destination(output, [one for one in (table, corrections) if one is not None])
    check_model_name(output)
    if "," in estimator and not estimator.startswith("interval:"):
        msg = (
            f"A model keeps one confidence estimator, got {estimator!r}: name one, or let "
            "--estimator auto choose; qconf compare shows several side by side."
        )
        raise OptionError(msg)
    reading = reading_options(
        text=text, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first, sheet=sheet,
    )  # fmt: skip
    room = room_for(memory, time, groups, seed)
    file, options = read_or_example(table, example, reading, strict=strict, room=room, is_kept=True)
    asked = asked_of(
        file, options, target=target, prediction=prediction, time=time, groups=groups, drop=drop,
        features=features, error=error, threshold=threshold, conflicts=split_pairs(conflict),
    )  # fmt: skip
    settings = {"copies": copies, "fraction": fraction, "folds": folds, "random_state": seed}
    asked |= settings
    from qconf.tables.reading import TableFile  # noqa: PLC0415 - help must not wait for pandas

    frame, corrected = file.frame, _corrected(file, corrections)
    if corrected is not None:
        frame = corrected.table
    kept = {"estimator": estimator, "strict": strict, "keep_sales": keep_sales}
    fitted = _fitted(TableFile(frame, drawn=file.drawn), {**asked, **kept}, engine)
    changed: tuple[str, ...] = ()
    if corrected is not None:
        changed = corrected.summary, _effect(file.frame, corrected, fitted, asked)
    for warning in (*file.warnings, *fitted.warnings, *(corrected.warnings if corrected else ())):
        tell(f"warning: {warning}")
    fitted.save(output, reading=reading)
    rows = "NEW.parquet" if example is None else f"--example {example}"
    told = "\n".join([*changed, _report(fitted, output, prediction, rows)])
    write_text(folded_for_terminal(told), drawn=False)


def check_model_name(output: str) -> None:
    """Check that a model's file is not named like something else.

    Raises
    ------
    OptionError
        If it is named like a table, or is standard output.
    """
    if output == "-" or output.lower().endswith(_TABLES):
        what = "is standard output" if output == "-" else "is named like a table"
        msg = f"A model is kept in a file of its own, such as avm.qconf; --output {output} {what}."
        raise OptionError(msg)


def _fitted(file: TableFile, options: dict[str, Any], engine: str) -> FittedModel:
    from qconf.cli.progress import progress_line  # noqa: PLC0415 - help must not wait for these
    from qconf.core.spreading import spread_fits  # noqa: PLC0415
    from qconf.fitting.fit_model import fit_model  # noqa: PLC0415

    # Standard output is the result's: what other people's estimators print goes beside it.
    with spread_fits(engine), progress_line() as progress, redirect_stdout(sys.stderr):
        return fit_model(file, progress=progress, **options)


def _corrected(file: TableFile, corrections: str | None) -> Corrected | None:
    if corrections is None:
        return None
    if file.drawn is not None:
        msg = (
            f"Corrections are of rows that must all be there, and these are {file.drawn.in_words}: "
            "allow more --memory, or leave --corrections out."
        )
        raise OptionError(msg)
    from qconf.review.corrections import apply_corrections  # noqa: PLC0415 - as above

    return apply_corrections(file.frame, corrections)


def _effect(frame: Any, corrected: Corrected, fitted: FittedModel, asked: dict[str, Any]) -> str:
    """Say what corrections did to rows that were not reviewed, if that can be said."""
    from qconf.cli.progress import progress_line  # noqa: PLC0415 - as above
    from qconf.review.effect import corrections_effect  # noqa: PLC0415

    try:
        with progress_line() as progress, redirect_stdout(sys.stderr):
            told = {**asked, "estimator": fitted.estimator, "progress": progress}
            return str(corrections_effect(frame, corrected, **told))
    except TableError as error:
        return f"What the corrections changed cannot be said. {error}"


def _report(fitted: FittedModel, output: str, prediction: str | None, rows: str) -> str:
    """Say what was fitted and where it is, and what to type next."""
    size = Path(output).stat().st_size / 1e6
    also = "" if prediction is None else f" (new rows with the column {prediction}, too)"
    return (
        f"{fitted}\n"
        f"Written: {output} ({size:.1f} MB); qconf inspect {shlex.quote(output)} tells what is in "
        f"it.\n"
        f"Next: qconf score {shlex.quote(output)} {rows} --output scored.parquet{also}\n"
    )
