"""Read a table whole, or as many of its rows as fits in memory, if it is one of Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.core.memory import in_gigabytes, machine_memory, read_size
from qconf.errors import OptionError, TableError
from qconf.tables.cell_types import what_it_holds
from qconf.tables.containers import PARQUET
from qconf.tables.drawing import Drawn, draw_rows
from qconf.tables.flat_batches import flat
from qconf.tables.parquet_files import parquet_lengths, parquet_schema
from qconf.tables.partitions import partition_values
from qconf.tables.reading import TableFile, read_table
from qconf.tables.roles import check_known, groups_of, is_name, moments_of, role_column
from qconf.tables.sources import files_of

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["Room", "read_within", "rows_that_fit"]

#: What the libraries take, and a model. All measured: docs/decisions/0054.
_AT_REST = 700_000_000
#: What a cell of a drawn row takes while models are fitted, and what one of text takes beside; and
#: what it takes while it waits for the valuation model to learn from all rows.
_A_CELL, _A_TEXT, _WAITING = 45, 60, 20
#: What each row of the whole table takes in roles; and while the valuation model learns from it,
#: in the engine and for each of its cells there.
_A_ROLE_ROW, _A_ROW, _A_BIN = 24, 100, 3
#: Of what the machine has, where nobody has said how much to take.
_SHARE = 0.75
#: Fewer rows are no sample to judge by.
_FEWEST = 1000


@dataclass(frozen=True)
class Room:
    """How much memory a fit may take, and what to know of a table that takes more.

    Attributes
    ----------
    memory : str, float or None
        In bytes, or as ``"4GB"``; None is three quarters of what the machine has.
    time, groups : object
        Columns: rows are drawn evenly in time, and groups whole.
    seed : int
        Of what is drawn.
    """

    memory: str | float | None = None
    time: Any = None
    groups: Any = None
    seed: int = 0

    @property
    def limit(self) -> int | None:
        """How many bytes; None where neither anybody nor the system says.

        Raises
        ------
        OptionError
            If what was said is no size.
        """
        if self.memory is not None:
            return read_size(self.memory)
        there = machine_memory()
        return None if there is None else int(_SHARE * there)


def read_within(source: str, room: Room, **reading: Any) -> TableFile:
    """Read a table; of one of Parquet that does not fit in memory, rows that are drawn at random.

    Parameters
    ----------
    source : str
    room : Room
    **reading
        For `read_table`.

    Returns
    -------
    TableFile
        With `drawn`, if it does not fit.

    Raises
    ------
    TableError
        If it cannot be read, or so few rows would fit that they tell nothing.
    OptionError
        If the memory is no size, or the table is no Parquet and its memory was limited.
    """
    limit = room.limit
    files = _parquet_files(source)
    if files is None and room.memory is not None:
        msg = (
            f"--memory is for tables of Parquet, which can be read in part; {source!r} is none. "
            "Write it as Parquet, or leave --memory out."
        )
        raise OptionError(msg)
    if files is None or limit is None:
        return read_table(source, **reading)
    n_rows = sum(parquet_lengths(files, source))
    wanted = rows_that_fit(parquet_schema(files, source), n_rows, limit)
    if n_rows <= wanted:
        return read_table(source, **reading)
    if wanted < _FEWEST:
        msg = (
            f"The table {source!r} has {n_rows:,} rows, of which {max(wanted, 0):,} can be learned "
            f"from in {in_gigabytes(limit)}; at least {_FEWEST:,} are needed. Allow more --memory."
        )
        raise TableError(msg)
    drawn = _drawn(source, room, n_rows, wanted, limit, reading)
    return replace(read_table(source, rows=drawn.rows, **reading), drawn=drawn)


def rows_that_fit(schema: pa.Schema, n_rows: int, limit: int) -> int:
    """Estimate from how many rows models can be fitted in some memory.

    Parameters
    ----------
    schema : pyarrow.Schema
        Alone: however the rows are dealt out among files, as many are drawn.
    n_rows : int
        Of the whole table.
    limit : int
        In bytes.
    """
    texts = sum(what_it_holds(kind) == "text" for kind in schema.types)
    a_row = _A_CELL * len(schema) + _A_TEXT * texts
    rest = limit - _AT_REST
    if n_rows * a_row <= rest:
        return n_rows
    judged = (rest - n_rows * _A_ROLE_ROW) // a_row
    waiting = (rest - n_rows * (_A_ROW + _A_BIN * len(schema))) // (_WAITING * len(schema))
    return int(min(judged, waiting))


def _parquet_files(source: str) -> list[Path] | None:
    """Return the files of a table of Parquet; None of any other."""
    if source == "-":
        return None
    files, _ = files_of(source)
    return files if files[0].name.lower().endswith(PARQUET) else None


def _drawn(
    source: str, room: Room, n_rows: int, wanted: int, limit: int, reading: dict[str, Any]
) -> Drawn:
    """Draw rows by their time and their groups, which of all rows are in memory."""
    roles = {"time": room.time, "group": room.groups}
    for role, given in roles.items():
        if given is not None and not is_name(given):
            msg = (
                f"Of the {n_rows:,} rows some are drawn, for all do not fit in "
                f"{in_gigabytes(limit)}: name the column of the {role} instead of its values."
            )
            raise OptionError(msg)
    time, groups = (_role(source, role, name, reading) for role, name in roles.items())
    moments, _ = moments_of(time)
    codes = groups_of(groups) if groups is not None else None
    rows = draw_rows(n_rows, wanted, room.seed, time=moments, groups=codes)
    return Drawn(rows, n_rows, limit, source, reading, codes is not None, moments is not None)


def _role(source: str, role: str, name: Any, reading: dict[str, Any]) -> Any:
    if name is None:
        return None
    check_known(pd.DataFrame(columns=_names(source)), str(name))
    return role_column(read_columns(source, [str(name)], reading).frame, role, name)


def _names(source: str) -> list[str]:
    """List the columns of files and of their folders."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    files, base = files_of(source)
    inside = flat(pa.RecordBatch.from_pylist([], parquet_schema(files, source))).schema.names
    return list(
        dict.fromkeys([*inside, *(one for file in files for one in partition_values(file, base))])
    )


def read_columns(source: str, names: Sequence[str], reading: dict[str, Any]) -> TableFile:
    """Read some columns of all rows."""
    text = [name for name in reading.get("text", ()) if name in names]
    return read_table(source, columns=names, **{**reading, "text": text})
