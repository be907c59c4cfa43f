"""The program ``qconf``: its commands, and one line for whatever goes wrong."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

import qconf
from qconf.cli.compare import compare_command
from qconf.cli.simulate import simulate_command
from qconf.errors import QconfError

__all__ = ["app", "main"]

_USER_CAN_MEND_IT = 2
_OUR_FAULT = 1
_INTERRUPTED = 130
_NEW_OBJECTS = 100_000

app = typer.Typer(
    add_completion=False,
    # Plain help: it is read aloud, piped and searched, and rich costs a tenth of a second.
    rich_markup_mode=None,
    help="Which rows of a regression model's predictions can you act on?",
)
app.command("compare")(compare_command)
app.command("simulate")(simulate_command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qconf {qconf.__version__}")
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit: 0 if all went well, 2 if the user can mend it, 1 if only we can.

    Parameters
    ----------
    arguments : sequence of str, default=None
        What was typed after ``qconf``; None is the process's own arguments.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    # Modules are not garbage: looking for some while they are loaded, and once more at the end,
    # took a tenth of a second.
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)
    debug = "--debug" in typed
    try:
        sys.exit(app(args=typed, prog_name="qconf", standalone_mode=False) or 0)
    except QconfError as error:
        if debug:
            raise
        _fail(str(error), _USER_CAN_MEND_IT)
    except TyperException as error:
        _fail(f"{error.format_message()} See qconf --help.", error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has had enough; Python must not complain when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (KeyboardInterrupt, typer.Abort):
        _fail("interrupted", _INTERRUPTED)
    except Exception as error:
        if debug:
            raise
        _fail(
            f"unexpected {type(error).__name__}: {error} (run again with --debug for the "
            "traceback, and please report it)",
            _OUR_FAULT,
        )


def _fail(message: str, status: int) -> None:
    typer.echo(f"qconf: {' '.join(message.split())}", err=True)
    sys.exit(status)
