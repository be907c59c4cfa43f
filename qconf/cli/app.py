"""Define the program, and do what was typed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

import qconf
from qconf.cli.jobs import JobGroup
from qconf.cli.usage import NAME, usage_of
from qconf.errors import OptionError, QconfError

__all__ = ["app", "run"]

app = typer.Typer(
    cls=JobGroup,
    # Plain help: it is read aloud, piped and searched, and rich costs a tenth of a second.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Which rows of a regression model's predictions can you act on?",
    epilog="qconf COMMAND --help tells more of a command. Those that read a table take --example "
    "NAME in its place, so that each can be tried as it stands. To begin: qconf compare --example "
    "king-county",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{NAME} {qconf.__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    # Options of the program itself; the commands do the work.
    del version


def run(typed: Sequence[str]) -> int:
    """Do what was typed after ``qconf``.

    Parameters
    ----------
    typed : sequence of str

    Returns
    -------
    int
        The exit status: 0, if no error was raised.

    Raises
    ------
    QconfError
        Also for what typer has to say about the options.
    """
    if f"_{NAME.upper()}_COMPLETE" in os.environ:
        app(prog_name=NAME)  # the shell asks for completions; this ends the process
    # Not `app(...)`: it would turn interrupts and readers who are gone into exit statuses.
    command = typer.main.get_command(app)
    try:
        with command.make_context(NAME, list(typed)) as context:
            _invoke(command, context)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except TyperException as error:
        raise OptionError(usage_of(error, typed)) from error
    return 0


def _invoke(command: Any, context: Any) -> None:
    try:
        command.invoke(context)
    except SystemExit as error:
        # Nothing of ours ends the program in the midst of its work.
        msg = f"A library ended the program before the result was written (status {error.code})."
        raise QconfError(msg) from error
