"""``qconf simulate``: the published world, learned online, against its limit."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from qconf.cli.destination import check_folder, write_bytes
from qconf.cli.options import DebugOption, FormatOption, OutputOption, SeedOption
from qconf.cli.output import check_output, write_result
from qconf.errors import OptionError

if TYPE_CHECKING:
    from qconf.simulation.result import Simulation

__all__ = ["simulate_command"]

ReplicatesOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="Groups of each archetype; 100 rows for each.")
]
BootstrapOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="Bootstrap replicates of the error model.")
]
GroupMeanSdOption: TypeAlias = Annotated[
    float,
    typer.Option(
        metavar="NUMBER",
        help="How far apart groups are: sd of their mean values. It was not published; 0.5 comes "
        "nearest to the published overall figures.",
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
    replicates: ReplicatesOption = 40_000,
    bootstrap: BootstrapOption = 20,
    seed: SeedOption = 0,
    group_mean_sd: GroupMeanSdOption = 0.5,
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

    qconf simulate --replicates 4000 --plots pictures
    """
    del debug  # seen by the program, before the command
    check_output(format_name, output)
    if plots is not None:
        _check_matplotlib()
        check_folder(plots)
    from qconf.simulation.simulate import simulate  # noqa: PLC0415 - help must not wait for numba

    simulation = simulate(
        replicates, bootstrap=bootstrap, group_mean_sd=group_mean_sd, random_state=seed
    )
    if plots is not None:
        _draw(simulation, Path(plots))
    write_result(simulation, _as_table, format_name, output)


def _check_matplotlib() -> None:
    if find_spec("matplotlib") is None:
        msg = (
            "--plots draws with matplotlib, which is not installed. Install it with: "
            "pip install 'qconf[plots]'"
        )
        raise OptionError(msg)


def _draw(simulation: Simulation, folder: Path) -> None:
    from qconf.plots.simulation import best_decile_bars, risk_coverage_curves  # noqa: PLC0415
    from qconf.plots.style import picture  # noqa: PLC0415
    from qconf.plots.walkthrough import walkthrough  # noqa: PLC0415

    folder.mkdir(exist_ok=True)
    for name, figure in (
        ("walk-through", walkthrough(simulation.seed)),
        ("best-decile", best_decile_bars(simulation)),
        ("risk-coverage", risk_coverage_curves(simulation)),
    ):
        write_bytes(folder / f"{name}.png", picture(figure))


def _as_table(simulation: Simulation) -> str:
    from qconf.cli.simulation_table import simulation_text  # noqa: PLC0415 - only for the table

    return simulation_text(simulation)
