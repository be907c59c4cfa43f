"""Say what is wrong with options and arguments, and what to type instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from typer.exceptions import TyperException

from qconf.cli.jobs import JOBS, commands_of
from qconf.errors import nearest

__all__ = ["NAME", "usage_of"]

NAME: Final = "qconf"
#: Options that had another name.
_RENAMED: Final = {"--group": "--groups", "--replicates": "--groups-of-each"}
_WHOLE, _ANY = "a whole number", "a number"
_KINDS: Final = {int: _WHOLE, int | None: _WHOLE, float: _ANY, float | None: _ANY}
#: As typer says that there are too many.
_TOO_MANY: Final = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)")
#: As typer says it of a flag.
_TAKES_NONE: Final = "does not take a value"
_PER_CENT: Final = re.compile(r"(\d+(?:\.\d+)?) ?%")
_TABLES: Final = ("table", "input")


def usage_of(error: TyperException, typed: Sequence[str]) -> str:
    """Say the thing, the rule and what was found, where typer leaves one of them out.

    Parameters
    ----------
    error : TyperException
    typed : sequence of str
        After ``qconf``.
    """
    context = getattr(error, "ctx", None)
    message, parameter = error.format_message().rstrip("."), getattr(error, "param", None)
    if hasattr(error, "possibilities"):
        message = _no_such_option(str(getattr(error, "option_name", "")), context, typed)
    elif hasattr(error, "option_name"):
        name = str(error.option_name)
        takes_none = message.endswith(_TAKES_NONE)
        message = (
            f"The option {name} {_TAKES_NONE}" if takes_none else _needs_a_value(name, context)
        )
    elif (extra := _TOO_MANY.fullmatch(message)) is not None:
        message = _too_many(extra[1], context)
    elif parameter is not None and (found := _value_of(parameter.opts, typed)) is None:
        needed = " ".join([NAME, *_command_of(typed), *_needed(context)])
        message = f"{_called(parameter)} is missing: {needed}"
    elif parameter is not None:
        kind = _KINDS.get(parameter.type_descriptor.annotation, "otherwise")
        message = (
            f"The option {parameter.opts[-1]} must be {kind}, got {found!r}{_share(found or '')}"
        )
    full_stop = "" if message.endswith("?") else "."
    return f"{message}{full_stop} See {' '.join([NAME, *_command_of(typed)])} --help."


def _command_of(typed: Sequence[str]) -> Sequence[str]:
    """Return what was typed up to the command, or up to the group of commands."""
    if not any(typed[0] in job for job in JOBS.values()):
        return ()
    return typed[:2] if typed[1:] and typed[1] in commands_of(typed[0]) else typed[:1]


def _called(parameter: Any) -> str:
    """Name an option, or an argument as help does."""
    long = max(parameter.opts, key=len)
    return f"The option {long}" if long.startswith("--") else str(parameter.metavar or long)


def _needed(context: Any) -> list[str]:
    """Write down the arguments of a command, and the options that it cannot do without."""
    arguments, options = [], []
    for one in _parameters(context):
        long = max(one.opts, key=len)
        if not long.startswith("-"):
            arguments.append(str(one.metavar) if one.required else f"[{one.metavar}]")
        elif one.required:
            options += [long, str(one.metavar)]
    return [*arguments, *options]


def _share(found: str) -> str:
    """Say how a percentage is written as a share."""
    told = _PER_CENT.fullmatch(found.strip())
    return "" if told is None else f"; {told[1]} % is {float(told[1]) / 100:g}"


def _needs_a_value(name: str, context: Any) -> str:
    what = next((str(one.metavar) for one in _parameters(context) if name in one.opts), "VALUE")
    return f"The option {name} needs a value: {name} {what}"


def _too_many(extra: str, context: Any) -> str:
    """Say what to do with words that are nobody's."""
    first = extra.split(maxsplit=1)[0]
    name, equals, value = first.partition("=")
    known = [one for p in _parameters(context) for one in p.opts]
    if equals and f"--{name}" in known:
        return f"{first!r} is no argument; options are written --{name} {value}"
    told = f"{extra!r} is too much: a name with spaces stands in quotes"
    if any(one.name in _TABLES for one in _parameters(context)):
        return f"{told}, and several files are named as their folder or as a pattern in quotes"
    return told


def _no_such_option(name: str, context: Any, typed: Sequence[str]) -> str:
    # Without the dashes, which make all options look alike.
    known = [one for p in _parameters(context) for one in p.opts]
    if _RENAMED.get(name) in known:
        return f"There is no option {name!r}. It is called {_RENAMED[name]} now"
    # Of -target typer tells the first letter alone.
    one_dash = [word for word in typed if word.startswith(name) and f"-{word}" in known]
    if one_dash and not name.startswith("--"):
        return f"There is no option {one_dash[0]!r}. Try -{one_dash[0]}"
    close = nearest(name.lstrip("-"), [one.lstrip("-") for one in known if one.startswith("--")])
    if close is None and name.startswith("--") and not _command_of(typed):
        return f"There is no option {name!r} before a command: {NAME} COMMAND {name}"
    return f"There is no option {name!r}" + ("" if close is None else f". Try --{close}")


def _parameters(context: Any) -> list[Any]:
    return [] if context is None else list(context.command.params)


def _value_of(names: Sequence[str], typed: Sequence[str]) -> str | None:
    """Return what was typed for an option, as ``--name value`` or ``--name=value``."""
    for word, following in zip(reversed(typed), [None, *reversed(typed)], strict=False):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else following
    return None
