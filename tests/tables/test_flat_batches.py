"""A batch of Arrow has the columns that a table which is read has."""

from __future__ import annotations

import pyarrow as pa

from qconf.tables.flat_batches import flat


def test_structs_within_structs() -> None:
    """A column for each field, at any depth; a missing struct has missing fields."""
    batch = pa.RecordBatch.from_pylist([{"s": {"a": 1, "t": {"b": "x"}}}, {"s": None}])
    assert flat(batch).to_pylist() == [{"s.a": 1, "s.t.b": "x"}, {"s.a": None, "s.t.b": None}]


def test_names_are_stripped_unless_that_is_another_name() -> None:
    """What was so from the beginning keeps its name."""
    batch = pa.RecordBatch.from_arrays([[1], [2], [3]], names=[" a", "a", " b "])
    assert flat(batch).schema.names == [" a", "a", "b"]


def test_what_is_flat_stays_as_it_is() -> None:
    """Not even copied."""
    batch = pa.RecordBatch.from_pydict({"a": [1], "b": [[2]]})
    assert flat(batch) is batch
