"""Write help that can be read aloud, and typed as it stands.

Examples are never folded in the midst: one that is longer than a line goes on behind a backslash,
as shells have it. Names such as ``empirical-bayes`` and numbers with their units stay whole, and
arguments do without the names of Python's types.
"""

from __future__ import annotations

import re
from inspect import cleandoc
from textwrap import wrap
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

from qconf.report.wrapping import glued, unglued

__all__ = ["HelpedCommand", "HelpedGroup", "tied"]

#: Written instead of a hyphen, at which lines would be broken; it prints nothing by itself.
_HYPHEN: Final = "\ue001"
_BETWEEN_LETTERS: Final = re.compile(r"(?<=\w)-(?=\w)")
#: An option and its value, which stand in one line.
_VALUE: Final = re.compile(r"(?<=\s)(--?[a-z][a-z-]*) (?!-)")
_EXAMPLE: Final = "qconf "
#: Before the lines of a paragraph that is not to be folded.
_AS_IT_STANDS: Final = "\b\n"


def tied(text: str) -> str:
    """Tie together what must not be broken over two lines."""
    return glued(_BETWEEN_LETTERS.sub(_HYPHEN, text))


def _untied(text: str) -> str:
    return unglued(text.replace(_HYPHEN, "-"))


def _in_whole(help_text: str, width: int) -> str:
    """Prepare the help of a command, paragraph by paragraph."""
    told = [
        f"{_AS_IT_STANDS}{_continued(' '.join(one.split()), width)}"
        if one.startswith(_EXAMPLE)
        else tied(one)
        for one in cleandoc(help_text).split("\n\n")
    ]
    return "\n\n".join(told)


def _continued(command: str, width: int) -> str:
    """Break a command between options, in a way that shells read as one line."""
    if len(command) <= width:
        return command
    whole = _VALUE.sub("\\1\ue000", tied(command))
    room = width - len(" \\")
    lines = wrap(whole, room, subsequent_indent="    ", break_long_words=False)
    return " \\\n".join(_untied(one) for one in lines)


class _Helped:
    """What the program and its commands have in common."""

    help: str | None
    epilog: str | None

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write what a command is for, and examples of it."""
        del ctx
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                room = formatter.width - formatter.current_indent
                formatter.write_text(_in_whole(self.help, room))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options."""
        told: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for one in self.get_params(ctx):  # type: ignore[attr-defined]
            name, words = one.get_help_record(ctx) or ("", "")
            if one.param_type_name == "argument":
                name = name.partition(" <")[0]
            if name:
                told[f"{one.param_type_name.capitalize()}s"].append((name, tied(words)))
        for heading, rows in told.items():
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write what is said at the end."""
        del ctx
        if self.epilog:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(tied(self.epilog))

    def get_help(self, ctx: Any) -> str:
        """Return the help, with what was tied as it is typed."""
        told: str = super().get_help(ctx)  # type: ignore[misc]
        return _untied(told)


class HelpedCommand(_Helped, TyperCommand):
    """A command with help that can be typed as it stands."""


class HelpedGroup(_Helped, TyperGroup):
    """A group of such commands."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write options, and then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)
