"""The commands by job, each loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from inspect import getdoc
from typing import Any, Final

import typer

from qconf.cli.helping import HelpedCommand, HelpedGroup, tied

__all__ = ["JOBS", "JobGroup", "commands_of", "summary_of"]

#: What people come for, in the order of help, and where each command of it is: a function, or a
#: typer app of several. A new command is a line.
JOBS: Final[dict[str, dict[str, str]]] = {
    "Find a confidence that can be trusted": {
        "compare": "qconf.cli.compare:compare_command",
        "simulate": "qconf.cli.simulate:simulate_command",
    },
    "Keep a model, and use it": {
        "fit": "qconf.cli.fit:fit_command",
        "score": "qconf.cli.score:score_command",
        "inspect": "qconf.cli.inspect:inspect_command",
    },
    "Decide which rows to act on": {
        "certify": "qconf.cli.certify:certify_command",
        "report-card": "qconf.cli.report_card:report_card_command",
    },
    "Explain an estimate": {
        "explain": "qconf.cli.explain:explain_command",
    },
    "See where it holds, and whether it still does": {
        "evaluate": "qconf.cli.evaluate:evaluate_command",
        "monitor": "qconf.cli.monitor:monitor_command",
        "backtest": "qconf.cli.backtest:backtest_command",
        "slices": "qconf.cli.slices:slices_command",
    },
    "Work with people who know better": {
        "serve": "qconf.cli.serve:serve_command",
        "review": "qconf.cli.review:review_app",
    },
}

_PLACES: Final = {name: place for job in JOBS.values() for name, place in job.items()}
_WIDEST: Final = max(map(len, _PLACES))


def _found(name: str) -> Any:
    """Import what a command is: a function or a typer app."""
    module, _, attribute = _PLACES[name].partition(":")
    return getattr(import_module(module), attribute)


def summary_of(name: str) -> str:
    """Return the first paragraph of a command's help, whole."""
    found = _found(name)
    if isinstance(found, typer.Typer):
        return str(found.info.short_help)
    return str(getdoc(found)).partition("\n\n")[0]


def commands_of(name: str) -> list[str]:
    """Return the commands below a command; none of a plain one."""
    found = _found(name)
    if not isinstance(found, typer.Typer):
        return []
    return [str(one.name) for one in found.registered_commands]


class _Commands(MutableMapping[str, Any]):
    """Commands that are made when they are asked for.

    To make all of them takes as long as to load typer.
    """

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            if name not in _PLACES:
                raise KeyError(name)
            self._made[name] = _made(name)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**_PLACES, **self._made})

    def __len__(self) -> int:
        return len({**_PLACES, **self._made})


def _made(name: str) -> Any:
    found = _found(name)
    if isinstance(found, typer.Typer):
        command: Any = typer.main.get_group(found)
    else:
        alone = typer.Typer(rich_markup_mode=None, add_completion=False)
        alone.command(name, cls=HelpedCommand, short_help=summary_of(name))(found)
        command = typer.main.get_command(alone)
    command.name = name
    return command


class JobGroup(HelpedGroup):
    """The program: its help tells the commands by job."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Commands()

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands under what they are for."""
        del ctx
        for job, places in JOBS.items():
            with formatter.section(job):
                rows = [(name.ljust(_WIDEST), tied(summary_of(name))) for name in places]
                formatter.write_dl(rows)
