"""Rows that a model refuses are found, and the others are scored as ever."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf import ColumnConfidence
from qconf.errors import TableError
from qconf.scoring.batch import score_batch
from qconf.scoring.halves import score_in_halves
from qconf.tables.schema import Schema

MODEL = ColumnConfidence("fsd").fit(pd.DataFrame({"fsd": [0.1, 0.2]}), [0.1, -0.1])
SCHEMA = Schema.of_model(MODEL)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-1, 1) | st.just(np.inf), min_size=1, max_size=30))
def test_the_rows_that_are_refused_are_found(scores: list[float]) -> None:
    """Each with what the model says of it; a score below zero is no score."""
    batch = pa.RecordBatch.from_pydict({"fsd": scores, "id": range(len(scores))})
    scored = score_in_halves(MODEL, batch, SCHEMA, ["id"])
    good = [at for at, score in enumerate(scores) if 0 <= score < np.inf]
    assert scored.batch.column("id").to_pylist() == good
    assert set(scored.reasons) == set(range(len(scores))) - set(good)
    assert len(scored.table) == len(good)
    for at, reason in scored.reasons.items():
        assert ("must be >= 0" if scores[at] < 0 else "must hold finite") in reason
    if good:
        alone = score_batch(MODEL, batch.take(pa.array(good)), keep=["id"])
        assert scored.batch.equals(alone)


def test_a_model_that_refuses_all_is_heard_soon() -> None:
    """A hundred rows are enough to tell."""
    batch = pa.RecordBatch.from_pydict({"fsd": [-1.0] * 5000})
    with pytest.raises(TableError, match="must be >= 0"):
        score_in_halves(MODEL, batch, SCHEMA)
