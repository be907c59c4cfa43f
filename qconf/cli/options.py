"""Declare the options that mean one thing in every command.

They are plain strings and numbers here; what they may be is decided, and said, by the library,
so that the command line and Python give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypeAlias

import typer

from qconf.cli.completing import one_of, some_estimators, some_of
from qconf.errors import OptionError
from qconf.estimators.registry import BUILT_IN

__all__ = [
    "ConflictOption",
    "CopiesOption",
    "DateFormatOption",
    "DayFirstOption",
    "DebugOption",
    "DecimalOption",
    "DropOption",
    "EncodingOption",
    "ErrorOption",
    "EstimatorsOption",
    "ExampleOption",
    "FeaturesOption",
    "FitEngineOption",
    "FoldsOption",
    "FormatOption",
    "FractionOption",
    "GroupsOption",
    "MemoryOption",
    "MetricsOption",
    "OutputOption",
    "PluginsOption",
    "PredictionOption",
    "ReportOption",
    "SeedOption",
    "SeparatorOption",
    "SheetOption",
    "StrictOption",
    "TableArgument",
    "TargetOption",
    "TextOption",
    "ThresholdOption",
    "TimeOption",
    "TrustOption",
    "named_limits",
    "split_estimators",
    "split_metrics",
    "split_names",
    "split_pairs",
]

_PAIR = 2

#: What stands in help for estimators whose name alone does not say what they are.
_IN_WORDS = {
    "constant": "constant (no skill)",
    "column": "column:NAME (a score that the table has, such as an FSD, a forecast standard "
    "deviation)",
    "interval": "interval:LOW,HIGH (an interval that it has)",
}


def _named(estimators: Iterable[str]) -> str:
    return ", ".join(_IN_WORDS.get(name, name) for name in estimators)


TableArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="TABLE",
        show_default=False,
        help="A Parquet, CSV or Excel file, a folder or glob of Parquet or CSV files, or - for "
        "standard input.",
    ),
]
ExampleOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        autocompletion=one_of("archetypes", "king-county"),
        help="Use an example instead of a table: king-county (21,613 house sales; needs "
        "qconf[examples]) or archetypes (made on the spot).",
    ),
]
TargetOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="What the model predicts.")
]
PredictionOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Judge these predictions, each made without having seen its row's target. "
        "Without it, a model is fitted.",
    ),
]
TimeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="When each row became known: everything is then done forward in time.",
    ),
]
GroupsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Rows that belong together (a parcel, a seller) are never on both sides.",
    ),
]
DropOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="A,B", help="Columns not to use as features.")
]
FeaturesOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="A,B", help="Use only these columns as features.")
]
ConflictOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B",
        help="Two features that should agree, such as the floor areas of two sources: the "
        "confidence sees how far they do not. May be given several times.",
    ),
]
CopiesOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="group|keep",
        autocompletion=one_of("group", "keep"),
        help="Rows that are alike in all features, ids and time aside, are kept on one side like a "
        "group (with --time, not judged where an earlier one is like them); or taken for "
        "different rows.",
    ),
]
StrictOption: TypeAlias = Annotated[
    bool, typer.Option("--strict", help="Stop at a warning, instead of printing it.")
]
ErrorOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="SCALE",
        autocompletion=one_of("relative", "log", "absolute"),
        help="relative: (prediction - target) / target; log: difference of logarithms; "
        "absolute: in units of the target.  [default: relative]",
    ),
]
ThresholdOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        metavar="NUMBER",
        help="A row is badly wrong if its error is larger.  [default: 0.15; the absolute error "
        "asks for one]",
    ),
]
EstimatorsOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="A,B",
        autocompletion=some_estimators,
        help=f"Which to compare: {_named(BUILT_IN)}, or the name of an installed plug-in.",
    ),
]
MetricsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        autocompletion=some_of("ppe10", "bias", "over-valuation-rate"),
        help="What else to tell of the safest rows and of all: ppe10 (share off by at most 10 %), "
        "bias (mean signed error), over-valuation-rate (share predicted too high by more than "
        "the threshold).",
    ),
]
FractionOption: TypeAlias = Annotated[
    float, typer.Option(metavar="NUMBER", help="Share of rows that is called safest.")
]
FoldsOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="Blocks of rows that are scored one after another.")
]
SeedOption: TypeAlias = Annotated[
    int,
    typer.Option(
        metavar="NUMBER", help="The same seed and the same order of rows give the same numbers."
    ),
]
FormatOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMAT",
        autocompletion=one_of("table", "json", "csv"),
        help="table, json or csv.",
    ),
]
OutputOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Write the result there instead of standard output; never over what is read.",
    ),
]
MemoryOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="How much memory may be taken, such as 4GB: of Parquet files whose rows do not fit, "
        "as many are drawn at random as do.  [default: three quarters of what the machine has]",
    ),
]
FitEngineOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="Where fits are made that do not hang on each other: local, dask (a worker for each "
        "core) or dask:ADDRESS (a scheduler that is running).",
    ),
]
ReportOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Write a page for those who decide as well, .html: sums over rows alone, no row; "
        "needs qconf[report].",
    ),
]
SeparatorOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="CHARACTER",
        help="What stands between the fields of a CSV file: , ; | tab or space.  "
        "[default: found out]",
    ),
]
DecimalOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="MARK",
        help="What marks decimals in text: . or , (the other one groups thousands).  "
        "[default: found out]",
    ),
]
EncodingOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Encoding of a text file: utf-8, cp1252, ...  [default: found out]"
    ),
]
DateFormatOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="FORMAT", help="How text writes dates, such as '%d.%m.%Y %H:%M'."),
]
DayFirstOption: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--day-first/--month-first",
        help="How text writes dates that can be read in two ways: 05/01/2031.",
        show_default=False,
    ),
]
TextOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="A,B", help="Columns that hold names though they look like numbers: zip codes."
    ),
]
PluginsOption: TypeAlias = Annotated[
    bool, typer.Option("--plugins", help="Let classes of installed plug-ins be in the model.")
]
TrustOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Types of other packages that may be in the model."),
]
SheetOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="Sheet of an Excel workbook.")
]
DebugOption: TypeAlias = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an error.")
]


def split_estimators(text: str) -> list[str]:
    """Split names of estimators; ``interval:p10,p90`` is one.

    Examples
    --------
    >>> split_estimators("residual,interval:p10,p90,column:fsd")
    ['residual', 'interval:p10,p90', 'column:fsd']
    """
    names: list[str] = []
    for name in split_names(text) or []:
        if names and names[-1].startswith("interval:") and "," not in names[-1]:
            names[-1] += f",{name}"
        else:
            names.append(name)
    return names


def split_metrics(text: str | None) -> list[str]:
    """Split names of metrics; None is none.

    Raises
    ------
    OptionError
        If the text has no name.
    """
    names = split_names(text)
    if names is not None and not names:
        msg = f"--metrics needs a name or more, such as ppe10,bias; got {text!r}."
        raise OptionError(msg)
    return names or []


def split_names(text: str | None) -> list[str] | None:
    """Split ``a, b`` into names; None stays None.

    Examples
    --------
    >>> split_names("a, b,")
    ['a', 'b']
    """
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip()]


def split_pairs(given: list[str] | None) -> list[tuple[str, str]] | None:
    """Split each ``a,b`` into two names; None stays None.

    Raises
    ------
    OptionError
        If one is not two names.

    Examples
    --------
    >>> split_pairs(["sqft_tax,sqft_listing"])
    [('sqft_tax', 'sqft_listing')]
    """
    if not given:
        return None
    split = [tuple(split_names(one) or ()) for one in given]
    for text, names in zip(given, split, strict=True):
        if len(names) != _PAIR:
            msg = (
                "--conflict names two features that should agree, such as sqft_tax,sqft_listing; "
                f"got {text!r}."
            )
            raise OptionError(msg)
    return [(first, second) for first, second in split]


def named_limits(text: str) -> dict[str, float]:
    """Read names of tiers with their limits.

    Raises
    ------
    OptionError
        If one has no number, or two have one name.

    Examples
    --------
    >>> named_limits("green=0.1, amber=0.3")
    {'green': 0.1, 'amber': 0.3}
    """
    limits: dict[str, float] = {}
    for one in split_names(text) or ():
        name, _, limit = one.partition("=")
        if name.strip() in limits:
            msg = f"--tiers: each tier needs a name of its own, and {name.strip()!r} stands twice."
            raise OptionError(msg)
        try:
            limits[name.strip()] = float(limit)
        except ValueError:
            msg = f"--tiers names tiers and limits, such as A=0.05,B=0.1; got {one!r}."
            raise OptionError(msg) from None
    return limits
