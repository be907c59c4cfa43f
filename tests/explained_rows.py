"""A row as a model's schema reads it: what the tests of explanations share."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from qconf.tables.schema import Schema

__all__ = ["one_row"]


def one_row(model: Any, rows: pd.DataFrame) -> tuple[pd.DataFrame, Schema]:
    """Read the first of some rows."""
    schema = Schema.of_model(model)
    batch = pa.RecordBatch.from_pandas(rows.iloc[:1], preserve_index=False)
    return pd.DataFrame(schema.read(batch).table, columns=schema.names), schema
