"""Read the table of a command, and what is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qconf.cli.example_rows import check_named, example_named, older_rows, refuse_reading
from qconf.cli.options import split_names
from qconf.errors import OptionError, refuse_warnings

if TYPE_CHECKING:
    from qconf.tables.large_tables import Room
    from qconf.tables.reading import TableFile

__all__ = ["asked_of", "read_file", "read_or_example", "reading_options", "room_for"]


def room_for(memory: str | None, time: str | None, groups: str | None, seed: int) -> Room:
    """Say how much memory there is, and which columns say how a longer table is drawn from."""
    from qconf.tables.large_tables import Room  # noqa: PLC0415 - help must not wait for pandas

    return Room(memory, time, groups, seed)


def reading_options(*, text: str | None, **given: Any) -> dict[str, Any]:
    """Collect what was said of how a file is to be read.

    Returns
    -------
    dict
        For `read_table`; without what was left to be found out.
    """
    options = {"text": split_names(text), **given}
    return {name: value for name, value in options.items() if value is not None}


def read_file(
    table: str, reading: dict[str, Any], *, strict: bool, room: Room | None = None
) -> TableFile:
    """Read a table, or as much of it as there is room for; with `strict` not by a guess.

    Raises
    ------
    TableError
    """
    from qconf.tables.large_tables import read_within  # noqa: PLC0415 - help must not wait
    from qconf.tables.reading import read_table  # noqa: PLC0415 - for pandas

    file = read_table(table, **reading) if room is None else read_within(table, room, **reading)
    if strict:
        refuse_warnings(file.warnings)
    return file


def read_or_example(
    table: str | None,
    example: str | None,
    reading: dict[str, Any],
    *,
    strict: bool,
    room: Room | None = None,
    is_kept: bool = False,
) -> tuple[TableFile, dict[str, Any]]:
    """Read a table, or make an example, with the options that belong to it.

    Parameters
    ----------
    table, example : str or None
    reading : dict
        What was said of how the file is to be read.
    strict : bool
        Whether what had to be guessed of the file is an error, before any work is done.
    room : Room, default=None
        How much memory there is; None is as much as it takes.
    is_kept : bool, default=False
        Whether a model of it is kept: of an example it then sees the older rows alone, so that it
        can be tried on the others.

    Raises
    ------
    OptionError
        If both are named, or none.
    TableError
        If it cannot be read, or with `strict` only by a guess.
    """
    from qconf.tables.reading import TableFile  # noqa: PLC0415 - help must not wait for pandas

    check_named(table, example)
    if example is None:
        return read_file(str(table), reading, strict=strict, room=room), {}
    refuse_reading(reading)
    loaded = example_named(example)
    rows = older_rows(example, loaded) if is_kept else loaded.table
    return TableFile(rows), loaded.options


def asked_of(
    file: TableFile,
    options: dict[str, Any],
    *,
    target: str | None,
    drop: str | None,
    features: str | None,
    **given: Any,
) -> dict[str, Any]:
    """Put what was typed over what an example says of itself.

    Parameters
    ----------
    file : TableFile
    options : dict
        Of an example; empty for a file.
    target, drop, features : str or None
    **given
        ``prediction``, ``time``, ``groups``, ``error``, ``threshold``,
        ``conflicts``; None is what is not said.

    Raises
    ------
    OptionError
        If there is no target.
    """
    named = {**given, "drop": split_names(drop), "features": split_names(features)}
    chosen = {**options, **{name: value for name, value in named.items() if value is not None}}
    if given["error"] is not None and given["threshold"] is None:
        # An example's threshold belongs to the example's error scale.
        chosen.pop("threshold", None)
    chosen["target"] = target or chosen.get("target")
    if chosen["target"] is None:
        columns = ", ".join(map(str, file.frame.columns[:12]))
        msg = f"Which column does the model predict? Name it with --target. There are: {columns}."
        raise OptionError(msg)
    return chosen
