"""Declare the options of ``qconf certify`` alone."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from qconf.cli.completing import an_estimator, one_of

__all__ = [
    "CurveOption",
    "ExcessLossOption",
    "GainOption",
    "JointOption",
    "KeptOption",
    "LevelOption",
    "LossOption",
    "PairOption",
    "RateOption",
    "SideOption",
]

RateOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="RATE[,RATE]",
        help="The largest share of outliers among the rows accepted; several make a table.",
    ),
]
LevelOption: TypeAlias = Annotated[
    float,
    typer.Option(
        metavar="LEVEL", help="With what probability each promise is kept (--joint: all at once)."
    ),
]
SideOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="both|over",
        autocompletion=one_of("both", "over"),
        help="over counts values that are too high alone.",
    ),
]
PairOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        autocompletion=an_estimator,
        help="Which confidence is fitted on the older rows, with a valuation model if there is no "
        "--prediction, and certified on the newest fifth; column:NAME with --prediction certifies "
        "a score as it stands; auto compares all on the older rows and takes the "
        "best.  [default: blend]",
    ),
]
GainOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT|COLUMN",
        help="What acting on a right row is worth, a number or a column (no feature then); with "
        "--loss or --excess-loss the cut-off of the highest value is told, and the price of the "
        "certificate.  [default: 1]",
    ),
]
LossOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="AMOUNT|COLUMN", help="What acting on an outlier costs."),
]
ExcessLossOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT|COLUMN",
        help="What acting on an outlier costs for each unit of error beyond the threshold: of "
        "relative errors, the target's column makes it the money that is lost.",
    ),
]
CurveOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Write volume against quality, and value, as CSV: a line for each cut-off.",
    ),
]
KeptOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Instead of fitting, certify this model on rows that it has not seen: all from after "
        "its fit.",
    ),
]
JointOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--joint",
        help="With several outlier rates: all promises hold at once with the confidence level, "
        "and not each on its own.",
    ),
]
