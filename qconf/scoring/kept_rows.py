"""Read a whole table for a model that was kept, and score it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qconf.core.plain_columns import LEVELS
from qconf.scoring.batch import Scored, one_batch, score_rows
from qconf.scoring.decisions import Decisions
from qconf.tables.reading import TableFile, read_table

if TYPE_CHECKING:
    import pandas as pd

    from qconf.tables.schema import Schema

__all__ = ["read_kept", "score_frame"]


def read_kept(table: str, schema: Schema, reading: Mapping[str, Any]) -> TableFile:
    """Read a table as `score` does: what was text in the fit is text.

    Parameters
    ----------
    table : str
        A file, a folder or a pattern.
    schema : Schema
        Of the model.
    reading : mapping
        Options of `qconf.tables.reading.read_table`.

    Raises
    ------
    TableError, OptionError
    """
    said = {name: value for name, value in reading.items() if value is not None}
    text = {*said.pop("text", ()), *(one.name for one in schema.columns if one.kind == LEVELS)}
    file = read_table(table, **said)
    # Codes that look like numbers, in a file that does not know types.
    like_numbers = [
        str(name)
        for name, column in file.frame.items()
        if name in text and column.dtype.kind in "iuf"
    ]
    return read_table(table, **said, text=like_numbers) if like_numbers else file


def score_frame(
    model: Any, schema: Schema, frame: pd.DataFrame, decisions: Decisions | None = None
) -> Scored:
    """Score those rows of a frame that can be, and say why others cannot.

    Raises
    ------
    TableError
        If a column is missing or of another kind.
    """
    there = [name for name in schema.names if name in frame.columns]
    return score_rows(model, one_batch(frame[there]), schema, decisions=decisions or Decisions())
