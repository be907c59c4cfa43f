"""Scored batches are written as Parquet or text, bit for bit."""

from __future__ import annotations

import csv
import gzip
import io
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.errors import OptionError, OutputError
from qconf.scoring.sinks import STAMP, check_ending, sink_of

FLOATS = st.floats() | st.none()
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=4)


def written(name: str, *batches: pa.RecordBatch, stamp: bytes | None = None) -> bytes:
    file = io.BytesIO()
    with sink_of(file, name, batches[0].schema) as sink:
        for batch in batches:
            sink.write(batch)
        if stamp is not None:
            sink.stamp(stamp)
    return file.getvalue()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(FLOATS, TEXTS), min_size=2, max_size=9))
def test_text_holds_each_bit(rows: list[tuple[float | None, str]]) -> None:
    """A float that is read again is the same float, whatever the batches were."""
    floats, texts = zip(*rows, strict=True)
    batch = pa.RecordBatch.from_arrays(
        [pa.array(floats, pa.float64()), pa.array(texts)], names=['sc"ore', "id"]
    )
    text = written("x.csv", batch[:1], batch[1:])
    assert text == written("x.csv", batch)
    header, *read = csv.reader(io.StringIO(text.decode(), newline=""))
    assert header == ['sc"ore', "id"]
    assert [cells[1] for cells in read] == list(texts)
    back = pa.array([float(cells[0]) if cells[0] else None for cells in read], pa.float64())
    assert str(back) == str(batch.column(0))


def test_packed_text_has_no_time_in_it() -> None:
    """The same rows are the same bytes, today and tomorrow."""
    batch = pa.RecordBatch.from_pydict({"a": [1.0]})
    packed = written("x.tsv.gz", batch)
    assert packed == written("y.tsv.gz", batch)
    assert gzip.decompress(packed) == b"a\n1\n"


def test_parquet_keeps_what_it_was_made_from() -> None:
    """Beside its rows; text has no place for that."""
    batch = pa.RecordBatch.from_pydict({"a": [1.0], "b": [[1]]})
    file = pq.ParquetFile(io.BytesIO(written("x.parquet", batch, batch, stamp=b"made so")))
    assert file.metadata.metadata[STAMP] == b"made so"
    assert file.read().equals(pa.Table.from_batches([batch, batch]))
    assert written("x.csv", batch.select(["a"]), stamp=b"made so") == b"a\n1\n"


def test_what_text_cannot_hold() -> None:
    """A list has no place in a field."""
    with pytest.raises(OutputError, match=r"column 'b' as CSV: it holds list.* do not keep it"):
        written("x.csv", pa.RecordBatch.from_pydict({"b": [[1]]}))


@pytest.mark.parametrize("name", ["x.json", "x", "x.gz", "x.parquet.gz", "x.csv.gz.old", "x.xlsx"])
def test_a_name_tells_the_kind(name: str) -> None:
    """One that does not is refused, with all those that do."""
    with pytest.raises(OptionError, match="told by the ending") as refused:
        check_ending(name)
    listed = re.findall(r"\.[a-z]+", str(refused.value).partition("; got")[0])
    assert set(listed) == {".parquet", ".pq", ".parq", ".csv", ".txt", ".tsv", ".tab", ".gz"}
    for known in ("x.PARQUET", "x.csv", "x.tsv.gz", *(f"x{one}" for one in listed if one != ".gz")):
        check_ending(known)
