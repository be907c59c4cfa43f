"""Define the program's commands, and say what is wrong with options that are mistyped."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from inspect import getdoc
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

import qconf
from qconf.cli.backtest import backtest_command
from qconf.cli.certify import certify_command
from qconf.cli.compare import compare_command
from qconf.cli.explain import explain_command
from qconf.cli.fit import fit_command
from qconf.cli.inspect import inspect_command
from qconf.cli.monitor import monitor_command
from qconf.cli.report_card import report_card_command
from qconf.cli.review import review_app
from qconf.cli.score import score_command
from qconf.cli.serve import serve_command
from qconf.cli.simulate import simulate_command
from qconf.cli.slices import slices_command
from qconf.errors import OptionError, QconfError, nearest

__all__ = ["app", "run"]

_NAME = "qconf"
#: Options that had another name.
_RENAMED = {"--group": "--groups", "--replicates": "--groups-of-each"}
_WHOLE, _ANY = "a whole number", "a number"
_KINDS = {int: _WHOLE, int | None: _WHOLE, float: _ANY, float | None: _ANY}

app = typer.Typer(
    # Plain help: it is read aloud, piped and searched, and rich costs a tenth of a second.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Which rows of a regression model's predictions can you act on?",
)


def _summary(command: Any) -> str:
    # Given as it is, it is wrapped; taken from the help, it would be cut.
    return str(getdoc(command)).partition("\n\n")[0]


_COMMANDS: dict[str, Callable[..., None]] = {
    "backtest": backtest_command, "certify": certify_command, "compare": compare_command,
    "explain": explain_command,
    "fit": fit_command, "inspect": inspect_command, "monitor": monitor_command,
    "report-card": report_card_command, "score": score_command, "serve": serve_command,
    "simulate": simulate_command, "slices": slices_command,
}  # fmt: skip
for _name, _command in _COMMANDS.items():
    app.command(_name, short_help=_summary(_command))(_command)
app.add_typer(review_app, name="review")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{_NAME} {qconf.__version__}")
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
    if f"_{_NAME.upper()}_COMPLETE" in os.environ:
        app(prog_name=_NAME)  # the shell asks for completions; this ends the process
    # Not `app(...)`: it would turn interrupts and readers who are gone into exit statuses.
    command = typer.main.get_command(app)
    try:
        with command.make_context(_NAME, list(typed)) as context:
            _invoke(command, context)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except TyperException as error:
        raise OptionError(_usage(error, typed)) from error
    return 0


def _invoke(command: Any, context: Any) -> None:
    try:
        command.invoke(context)
    except SystemExit as error:
        # Nothing of ours ends the program in the midst of its work.
        msg = f"A library ended the program before the result was written (status {error.code})."
        raise QconfError(msg) from error


def _usage(error: TyperException, typed: Sequence[str]) -> str:
    """Say the thing, the rule and what was found, where typer leaves one of them out."""
    context = getattr(error, "ctx", None)
    message, parameter = error.format_message().rstrip("."), getattr(error, "param", None)
    if hasattr(error, "possibilities"):
        message = _no_such_option(str(getattr(error, "option_name", "")), context)
    elif parameter is not None and (found := _value_of(parameter.opts, typed)) is None:
        message = f"{_missing(parameter)} is missing"
    elif parameter is not None:
        kind = _KINDS.get(parameter.type_descriptor.annotation, "otherwise")
        message = f"The option {parameter.opts[-1]} must be {kind}, got {found!r}"
    full_stop = "" if message.endswith("?") else "."
    return f"{message}{full_stop} See {' '.join([_NAME, *_command_of(typed)])} --help."


def _command_of(typed: Sequence[str]) -> Sequence[str]:
    """Return what was typed up to the command, or up to the group of commands."""
    known: dict[str | None, list[str | None]] = {one.name: [] for one in app.registered_commands}
    for group in app.registered_groups:
        inner = group.typer_instance.registered_commands if group.typer_instance else []
        known[str(group.name)] = [one.name for one in inner]
    if typed[0] not in known:
        return ()
    return typed[:2] if typed[1:] and typed[1] in known[typed[0]] else typed[:1]


def _missing(parameter: Any) -> str:
    """Name an option, or an argument as help does."""
    long = max(parameter.opts, key=len)
    return f"The option {long}" if long.startswith("--") else str(parameter.metavar or long)


def _no_such_option(name: str, context: Any) -> str:
    # Without the dashes, which make all options look alike.
    known = [] if context is None else [one for p in context.command.params for one in p.opts]
    if _RENAMED.get(name) in known:
        return f"There is no option {name!r}. It is called {_RENAMED[name]} now"
    close = nearest(name.lstrip("-"), [one.lstrip("-") for one in known if one.startswith("--")])
    return f"There is no option {name!r}" + ("" if close is None else f". Try --{close}")


def _value_of(names: Sequence[str], typed: Sequence[str]) -> str | None:
    """Return what was typed for an option, as ``--name value`` or ``--name=value``."""
    for word, following in zip(reversed(typed), [None, *reversed(typed)], strict=False):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else following
    return None
