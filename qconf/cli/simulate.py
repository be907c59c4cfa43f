"""``qconf simulate``: reproduce the published simulation, and tell how far it is from its limit."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from qconf.cli.destination import check_folder, write_bytes
from qconf.cli.options import DebugOption, FormatOption, OutputOption, SeedOption
from qconf.cli.output import check_output, write_result
from qconf.errors import OptionError, OutputError
from qconf.simulation.parameters import check_parameters

if TYPE_CHECKING:
    from qconf.simulation.result import Simulation

__all__ = ["simulate_command"]

GroupsOfEachOption: TypeAlias = Annotated[
    int,
    typer.Option(metavar="NUMBER", help="Groups of each archetype; one of each makes 100 rows."),
]
BootstrapOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="Bootstrap replicates of the error model.")
]
GroupMeanSdOption: TypeAlias = Annotated[
    float,
    typer.Option(
        metavar="NUMBER",
        help="How far apart groups are: sd of their mean values. Not published; found by matching: "
        "0.1 gives both published overall figures.",
    ),
]
PlotsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER",
        help="Also draw walk-through.png, best-decile.png and risk-coverage.png there; needs "
        "qconf[plots].",
    ),
]


def simulate_command(
    groups_of_each: GroupsOfEachOption = 40_000,
    bootstrap: BootstrapOption = 20,
    seed: SeedOption = 0,
    group_mean_sd: GroupMeanSdOption = 0.1,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    plots: PlotsOption = None,
    debug: DebugOption = False,
) -> None:
    """Reproduce the published simulation of confidence estimators, and its limit.

    Houses come in groups that are common or rare, easy or hard to value; all that is known of a
    house is its group. Published figures, qconf's, and the least that any estimator can reach
    stand side by side. The first run takes a few seconds more, to compile.

    For example:

    qconf simulate

    qconf simulate --groups-of-each 4000 --plots pictures
    """
    del debug  # seen by the program, before the command
    check_parameters(groups_of_each, bootstrap, group_mean_sd, seed)
    check_output(format_name, output)
    if plots is not None:
        _check_plots(plots, output)
    from qconf.simulation.simulate import simulate  # noqa: PLC0415 - help must not wait for numba

    simulation = simulate(
        groups_of_each, bootstrap=bootstrap, group_mean_sd=group_mean_sd, random_state=seed
    )
    if plots is not None:
        _draw(simulation, Path(plots))
    write_result(simulation, _as_table, format_name, output)


def _check_plots(folder: str, output: str | None) -> None:
    """Complain if pictures cannot be drawn or written; nothing is made yet."""
    if not folder:
        msg = "--plots needs the name of a folder, got ''. For this one, type --plots ."
        raise OptionError(msg)
    if output is not None and Path(output).resolve() == Path(folder).resolve():
        msg = f"--plots and --output both name {folder!r}: a folder and a file need two names."
        raise OptionError(msg)
    if find_spec("matplotlib") is None:
        msg = (
            "--plots draws with matplotlib, which is not installed. Install it with: "
            "pip install 'qconf[plots]'"
        )
        raise OptionError(msg)
    check_folder(folder)


def _draw(simulation: Simulation, folder: Path) -> None:
    from qconf.report.style import picture  # noqa: PLC0415
    from qconf.simulation.plots.curves import best_decile_bars, risk_coverage_curves  # noqa: PLC0415
    from qconf.simulation.plots.walkthrough import walkthrough  # noqa: PLC0415

    pictures = {
        "walk-through": picture(walkthrough(simulation.seed)),
        "best-decile": picture(best_decile_bars(simulation)),
        "risk-coverage": picture(risk_coverage_curves(simulation)),
    }
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        msg = f"Cannot make the folder {str(folder)!r}: {error.strerror}."
        raise OutputError(msg) from error
    for name, content in pictures.items():
        write_bytes(folder / f"{name}.png", content)


def _as_table(simulation: Simulation) -> str:
    from qconf.cli.simulation_table import simulation_text  # noqa: PLC0415 - only for the table

    return simulation_text(simulation)
