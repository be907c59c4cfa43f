"""Tables are taken out of what they are packed in, and a damaged packing is one line."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from qconf.errors import TableError
from qconf.tables.containers import open_file, open_stream

CSV = b"a,b\n1,2\n"


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            # Of one date, so that a test has the same name in every process.
            archive.writestr(zipfile.ZipInfo(name.replace("_dot_", ".").replace("_in_", "/")), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", CSV),
        ("t.csv.gz", gzipped(CSV)),
        ("T.CSV.GZ", gzipped(CSV)),
        ("t.csv.bz2", bz2.compress(CSV)),
        ("t.csv.xz", lzma.compress(CSV)),
        ("t.zip", zipped(t_dot_csv=CSV)),
        ("t.zip", zipped(folder_in_t_dot_csv=CSV, readme_dot_txt=b"x", __MACOSX_in_t_dot_csv=b"x")),
    ],
)
def test_packed_tables(name: str, data: bytes, tmp_path: Path) -> None:
    """The bytes are those of the table, its ending is that of the table inside."""
    path = tmp_path / name
    path.write_bytes(data)
    blob = open_file(path, name)
    assert (blob.name, blob.ending, blob.data) == (name, ".csv", CSV)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("t.csv.gz", b"not gzip", "Cannot unpack"),
        ("t.csv.gz", gzipped(CSV * 99)[:-9], "Cannot unpack"),
        ("t.csv.xz", lzma.compress(CSV)[:-9], "Cannot unpack"),
        ("t.csv.bz2", bz2.compress(CSV)[:-9], "Cannot unpack"),
        ("t.zip", zipped(t_dot_csv=CSV)[:-9], "Cannot unpack"),
        ("t.zip", zipped(a_dot_csv=CSV, b_dot_csv=CSV), r"2 tables \(a\.csv, b\.csv\): unpack"),
        ("t.zip", zipped(a_dot_doc=CSV), "holds no table"),
        ("t.csv", gzipped(CSV), r"that of a \.gz file"),
        ("t.csv", zipped(t_dot_csv=CSV), r"that of a \.zip"),
        ("t.csv", b"PAR1", r"that of a \.parquet"),
    ],
)
def test_damaged_packing(name: str, data: bytes, words: str, tmp_path: Path) -> None:
    """One line says what is wrong with which file."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TableError, match=words) as caught:
        open_file(path, name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "packed", [CSV, gzipped(CSV), zipped(t_dot_csv=CSV)], ids=["plain", "gzip", "zip"]
)
def test_standard_input_is_told_by_its_bytes(
    packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream has no name to tell by."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(packed)))
    blob = open_stream()
    assert (blob.ending, blob.data) == (".csv", CSV)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("pack", [bytes, gzipped])
def test_a_pipe_with_a_name(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """What the shell writes for <(command) is read as a stream."""
    pipe = tmp_path / "63"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(pack(CSV),))
    writer.start()
    assert open_file(pipe, "63").data == CSV
    writer.join()
