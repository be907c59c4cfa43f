"""A text file is read in batches as it is read at once."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.errors import TableError
from qconf.tables import csv_stream
from qconf.tables.containers import Blob, open_packed
from qconf.tables.csv_files import split_text
from qconf.tables.csv_stream import CsvStream
from qconf.tables.options import ReadingOptions


def stream(data: bytes, ending: str = ".csv", encoding: str | None = None) -> CsvStream:
    return CsvStream(io.BytesIO(data), "new.csv", ending, ReadingOptions(encoding=encoding))


FIELDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\n"), max_size=5
)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(FIELDS, FIELDS, FIELDS), min_size=1, max_size=9), st.integers(1, 4))
def test_batches_are_the_whole(rows: list[tuple[str, ...]], n_rows: int) -> None:
    """Whatever is in the fields: quotes, line ends, letters of any length."""
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    data = "\n".join(["a,b,c", *lines, ""]).encode()
    whole = split_text(Blob("new.csv", ".csv", data), ReadingOptions()).columns
    batches = list(stream(data).batches(n_rows))
    assert all(batch.num_rows == n_rows for batch in batches[:-1])
    assert [row for batch in batches for row in batch.to_pylist()] == whole.to_pylist()


@pytest.mark.slow
def test_a_long_file_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the beginning, which is looked at, only what the next batch needs is read."""
    monkeypatch.setattr(csv_stream, "_PROBE_BYTES", 100)
    monkeypatch.setattr(csv_stream, "_PROBE_LETTERS", 100)
    file = io.BytesIO(b"a,b\n" + b"1,2\n" * 200_000)
    read = CsvStream(file, "new.csv", ".csv", ReadingOptions())
    monkeypatch.setattr(read, "_seen", read._seen)
    batches = read.batches(1000)
    assert next(batches).num_rows == 1000
    assert file.tell() < 100_000
    assert sum(batch.num_rows for batch in batches) == 199_000


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("\ufeffa;b\nö;2\n", "utf-8"), ("a;b\nö;2\n", "utf-16"), ("a;b\nö;2\n", "cp1252")],
)
def test_encodings_and_separators_are_found_out(text: str, encoding: str) -> None:
    """As for a file that is read at once; a guess is told."""
    read = stream(text.encode(encoding))
    assert (read.names, read.separator) == (["a", "b"], ";")
    assert [row for batch in read.batches(5) for row in batch.to_pylist()] == [{"a": "ö", "b": "2"}]
    assert bool(read.warnings) == (encoding == "cp1252")


def test_names_of_lines_are_left_out() -> None:
    """R writes them, without a name in the header."""
    read = stream(b'a,b\n"1",x,2\n"2",y,3\n')
    assert [batch.to_pydict() for batch in read.batches(9)] == [{"a": ["x", "y"], "b": ["2", "3"]}]


WRONG = [
    (b"a,b\n1,2\n1,2,3\n", "line 3 has 3 fields, the header 2: '1,2,3'"),
    (b'a,b\n1,"2\n3,4\n', "the quote that is opened after line 1 is never closed"),
    (b"a,b\n" + b"1,2\n" * 400_000 + b"\xff,2\n", "after line .* is not in the encoding utf-8"),
    (b"", "empty"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("data", "message"), WRONG)
def test_a_line_that_cannot_be_read_is_named(data: bytes, message: str) -> None:
    """However far behind it is."""
    with pytest.raises(TableError, match=message):
        list(stream(data).batches(1000))


@pytest.mark.parametrize("cut", [-20, -3])
def test_a_packed_file_that_was_cut(tmp_path: Path, cut: int) -> None:
    """It says so, and does not end as if it were whole."""
    path = tmp_path / "new.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"".join(b"%d,2\n" % i for i in range(9999)))[:cut])
    with path.open("rb") as raw:
        file, ending = open_packed(raw, str(path))
        assert ending == ".csv"
        with pytest.raises(TableError, match=r"Cannot read .*new.csv"):
            list(CsvStream(file, str(path), ending, ReadingOptions()).batches(100))
