"""What has been done is summed up: rows, those put aside, and each warning once."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from new_rows import fitted_model, new_rows

from qconf.errors import OutputError
from qconf.scoring.rows import open_rows
from qconf.scoring.stream import How, Tally, score_to_file, score_to_stream
from qconf.tables.options import ReadingOptions
from qconf.tables.schema import Schema

SCHEMA = Schema.of_model(fitted_model())


def test_tallies_add_up() -> None:
    """Warnings that differ in their numbers alone are one: the first."""
    both = Tally(3, 1, ("12 rows are late.", "b")) + Tally(4, 0, ("7 rows are late.", "c"))
    assert both == Tally(7, 1, ("12 rows are late.", "b", "c"))


def test_rows_are_reported_as_they_are_done(tmp_path: Path) -> None:
    """Batch by batch; the sum is what comes out."""
    new_rows(100).to_parquet(tmp_path / "new.parquet")
    seen: list[int] = []
    with open_rows(tmp_path / "new.parquet", SCHEMA, ReadingOptions()) as rows:
        tally = score_to_file(
            fitted_model(), SCHEMA, rows, tmp_path / "out.parquet", None, How(batch_rows=30),
            lambda n_rows, _: seen.append(n_rows), stamp=lambda done: str(done.rows).encode(),
        )  # fmt: skip
    assert (tally, seen) == (Tally(100), [30, 30, 30, 10])
    assert pq.read_metadata(tmp_path / "out.parquet").metadata[b"qconf"] == b"100"


def test_a_stream_gets_the_kind_that_its_name_tells(tmp_path: Path) -> None:
    """CSV, if it has none."""
    new_rows(20).to_csv(tmp_path / "new.csv", index=False)
    for name, read in (("-", pd.read_csv), ("pipe.parquet", pd.read_parquet)):
        file = io.BytesIO()
        with open_rows(tmp_path / "new.csv", SCHEMA, ReadingOptions()) as rows:
            score_to_stream(fitted_model(), SCHEMA, rows, file, name, None, How(), lambda *_: None)
        file.seek(0)
        assert len(read(file)) == 20


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """What cannot be written is said in one line."""
    new_rows(20).to_parquet(tmp_path / "new.parquet")
    out = tmp_path / "gone" / "out.parquet"
    with (
        open_rows(tmp_path / "new.parquet", SCHEMA, ReadingOptions()) as rows,
        pytest.raises(OutputError, match=r"Cannot write to .*: No such file or directory"),
    ):
        score_to_file(fitted_model(), SCHEMA, rows, out, None, How(), lambda *_: None)
