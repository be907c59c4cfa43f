"""The options of ``qconf monitor``, and what is checked before anything is read."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from qconf.cli.destination import check_destination
from qconf.errors import OptionError

__all__ = [
    "CertifiedArgument", "DecidedArgument", "DecidedTimeOption", "FalseAlarmOption", "KeyOption",
    "LimitOption", "PromiseThresholdOption", "ReferenceOption", "RunLengthOption",
    "StateOption", "TruthOption", "WatchPlotOption", "check_outputs",
]  # fmt: skip

CertifiedArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="MODEL", help="A file of qconf certify or fit.")
]
DecidedArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="TABLE",
        show_default=False,
        help="Rows decided since, with what came out as far as that is known: a file, a folder or "
        "a glob. Rows may come again; each counts once.",
    ),
]
TruthOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="What came out; empty where unknown.  [default: the target]"
    ),
]
DecidedTimeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="When a row was decided on.  [default: the time of the fit]"
    ),
]
KeyOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="What tells rows apart.  [default: all that the model reads, and the time]",
    ),
]
StateOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="What was counted before; updated, or made anew."),
]
ReferenceOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="TABLE",
        help="Rows with outcomes that the model has not seen, to hold new ones against.  "
        "[default: those that it was certified on]",
    ),
]
LimitOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        metavar="RATE",
        help="Outlier rate promised of the rows accepted.  [default: what is certified]",
    ),
]
PromiseThresholdOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        metavar="ERROR",
        help="From which error on a row is an outlier; another than that of the certificate needs "
        "--limit.  [default: that of the certificate]",
    ),
]
FalseAlarmOption: TypeAlias = Annotated[
    float, typer.Option(metavar="RATE", help="Chance of ever an alarm while all is as it was.")
]
RunLengthOption: TypeAlias = Annotated[
    int,
    typer.Option(
        metavar="ROWS", help="Rows between false alarms of changes, on average, at least."
    ),
]
WatchPlotOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="A picture of all periods, .png; needs qconf[plots]."),
]


def check_outputs(
    inputs: list[str], model: str, *, state: str | None, plot: str | None, output: str | None
) -> None:
    """Complain now of a state or a picture that could not be written.

    Raises
    ------
    OptionError, OutputError
        If a file is an input or the model, two are the same, or no picture can be drawn.
    """
    if plot is not None:
        _check_picture(plot)
    for one in (state, plot):
        if one is not None:
            check_destination(one, inputs, model=model)
    _check_apart(state=state, plot=plot, output=output)


def _check_picture(plot: str) -> None:
    if Path(plot).suffix.lower() != ".png":
        msg = f"--plot draws a PNG file: name one that ends in .png, got {plot!r}."
        raise OptionError(msg)
    if find_spec("matplotlib") is None:
        msg = (
            "--plot draws with matplotlib, which is not installed. Install it with: "
            "pip install 'qconf[plots]'"
        )
        raise OptionError(msg)


def _check_apart(**given: str | None) -> None:
    """Complain if one file is to hold two things: the second would replace the first."""
    named: dict[str, str] = {}
    for option, name in given.items():
        if name is None:
            continue
        place = os.path.realpath(name)
        if place in named:
            msg = f"--{named[place]} and --{option} name the same file, {name!r}; name two."
            raise OptionError(msg)
        named[place] = option
