"""Look at a batch of Arrow as a table is read: fields of structs as columns, names stripped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["flat"]


def flat(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch without structs, and with names without outer spaces.

    A column whose name without spaces is another's keeps its own.

    Examples
    --------
    >>> import pyarrow as pa
    >>> flat(pa.RecordBatch.from_pydict({" x ": [{"y": 1}], "z": [2]})).schema.names
    ['x .y', 'z']
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    names = batch.schema.names
    if any(pa.types.is_struct(kind) for kind in batch.schema.types):
        table = pa.Table.from_batches([batch])
        while any(pa.types.is_struct(kind) for kind in table.schema.types):
            table = table.flatten()
        names = table.column_names
        arrays = [column.combine_chunks() for column in table.columns]
        batch = pa.RecordBatch.from_arrays(arrays, names=names)
    stripped = [name if name.strip() in names else name.strip() for name in names]
    return batch if stripped == names else batch.rename_columns(stripped)
