"""Read columns out of the names of folders, as Hive and Spark write them: ``year=2019``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["partition_columns", "partition_values"]

#: What Spark writes where a partition has no value.
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def partition_values(file: Path, base: Path) -> dict[str, str | None]:
    """Return what the folders between `base` and a file say of all its rows."""
    try:
        folders = file.relative_to(base).parts[:-1]
    except ValueError:
        folders = file.parts[:-1]
    pairs = [folder.split("=", 1) for folder in folders if "=" in folder]
    return {unquote(name): None if value == _NO_VALUE else unquote(value) for name, value in pairs}


def partition_columns(
    values: Sequence[Mapping[str, str | None]], lengths: Sequence[int]
) -> pa.Table:
    """Return what the folders say as columns of text.

    Parameters
    ----------
    values : sequence of mapping
        For each file what `partition_values` tells.
    lengths : sequence of int
        The files' numbers of rows.

    Returns
    -------
    pyarrow.Table
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    names = dict.fromkeys(name for one in values for name in one)
    columns = {
        name: pa.chunked_array(
            [_repeated(one.get(name), length) for one, length in zip(values, lengths, strict=True)],
            type=pa.string(),
        )
        for name in names
    }
    return pa.table(columns)


def _repeated(value: str | None, length: int) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    return pa.repeat(pa.scalar(value, type=pa.string()), length)
