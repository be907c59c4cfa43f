"""Take a table's bytes out of what it comes in: gzip, bzip2, xz, zip, or a stream."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from qconf.errors import TableError

__all__ = [
    "EXCEL", "FEATHER", "PACKING_ERRORS", "PARQUET", "TEXT", "Blob", "first_line", "open_file",
    "open_packed", "open_stream",
]  # fmt: skip

TEXT = (".csv", ".tsv", ".tab", ".psv", ".txt", ".dat", ".data")
PARQUET = (".parquet", ".pq", ".parq")
FEATHER = (".feather", ".arrow", ".ipc")
EXCEL = (".xlsx", ".xlsm")

_PACKED: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    ".gz": (b"\x1f\x8b", gzip.decompress),
    ".bz2": (b"BZh", bz2.decompress),
    ".xz": (b"\xfd7zXZ\x00", lzma.decompress),
}
_OPEN: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
}
PACKING_ERRORS = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True, eq=False)
class Blob:
    """The bytes of one table.

    Attributes
    ----------
    name : str
        What the user calls it.
    ending : str
        What kind of table it is, as the ending of a file: ``.csv``.
    data : bytes
    """

    name: str
    ending: str
    data: bytes


def open_file(path: Path, name: str) -> Blob:
    """Read a file, unpacked.

    Raises
    ------
    TableError
        If it cannot be read, or a packed file holds no table or several.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"Cannot read {name!r}: {error.strerror or error}."
        raise TableError(msg) from error
    if not path.is_file():
        return _sniffed(data, name)
    inner = path
    if path.suffix.lower() == ".zip":
        return _unzip(data, name)
    if path.suffix.lower() in _PACKED:
        data = _unpack(data, path.suffix.lower(), name)
        inner = path.with_suffix("")
    ending = inner.suffix.lower() or ".csv"
    if ending in TEXT:
        _check_disguise(data, name)
    return Blob(name, ending, data)


def open_packed(file: BinaryIO, name: str) -> tuple[IO[bytes], str]:
    """Open what is packed in a stream of bytes, without reading all of it.

    Parameters
    ----------
    file : binary file
        One that can look ahead (``io.BufferedReader``).
    name : str
        What the user calls it.

    Returns
    -------
    file : binary file
        Of text or Parquet.
    ending : str
        What the name of that ends in; empty if it is not packed.

    Raises
    ------
    TableError
        If a .zip holds no table, several, or another kind.
    """
    begin = cast("io.BufferedReader", file).peek(8)
    for packing, (magic, _) in _PACKED.items():
        if begin.startswith(magic):
            return _OPEN[packing](file), Path(name.removesuffix(packing)).suffix.lower()
    if not begin.startswith(b"PK\x03\x04"):
        return file, ""
    if not file.seekable():
        msg = f"Cannot read {name!r}: a .zip has to be a file; unpack it, and pipe the table."
        raise TableError(msg)
    try:
        archive = zipfile.ZipFile(file)
        member = _only_table(archive, name)
        return archive.open(member), PurePosixPath(member).suffix.lower()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        msg = f"Cannot unpack {name!r}: {first_line(error)}"
        raise TableError(msg) from error


def open_stream() -> Blob:
    """Read standard input: text, packed or not, or a Parquet file."""
    name = "standard input"
    stream = getattr(sys.stdin, "buffer", None)
    data = sys.stdin.read().encode() if stream is None else stream.read()
    return _sniffed(data, name)


def _sniffed(data: bytes, name: str) -> Blob:
    """Tell by the first bytes what has no name to tell by."""
    for ending, (magic, _) in _PACKED.items():
        if data.startswith(magic):
            data = _unpack(data, ending, name)
    if data.startswith(b"PK\x03\x04"):
        return _unzip(data, name)
    return Blob(name, ".parquet" if data.startswith(b"PAR1") else ".csv", data)


def _check_disguise(data: bytes, name: str) -> None:
    kinds = {b"PK\x03\x04": "a .zip or .xlsx", b"PAR1": "a .parquet"}
    kinds |= {magic: f"a {ending}" for ending, (magic, _) in _PACKED.items()}
    for magic, kind in kinds.items():
        if data.startswith(magic):
            msg = f"Cannot read {name!r} as CSV: its content is that of {kind} file. Rename it."
            raise TableError(msg)


def _unpack(data: bytes, ending: str, name: str) -> bytes:
    magic, unpack = _PACKED[ending]
    if not data:
        return data
    try:
        if not data.startswith(magic):
            msg = f"it does not begin as a {ending} file does"
            raise ValueError(msg)
        return unpack(data)
    except PACKING_ERRORS as error:
        msg = f"Cannot unpack {name!r}: {first_line(error)} Was it copied whole?"
        raise TableError(msg) from error


def _unzip(data: bytes, name: str) -> Blob:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            member = _only_table(archive, name)
            return Blob(name, PurePosixPath(member).suffix.lower(), archive.read(member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *PACKING_ERRORS) as error:
        if isinstance(error, TableError):
            raise
        msg = f"Cannot unpack {name!r}: {first_line(error)}"
        raise TableError(msg) from error


def _only_table(archive: zipfile.ZipFile, name: str) -> str:
    members = [PurePosixPath(info.filename) for info in archive.infolist() if not info.is_dir()]
    if PurePosixPath("[Content_Types].xml") in members:
        msg = f"{name!r} holds a workbook of Excel: give it a name that ends in .xlsx."
        raise TableError(msg)
    seen = [path for path in members if not any(part[0] in "._" for part in path.parts)]
    tables = [str(path) for path in seen if path.suffix.lower() in (*TEXT, *PARQUET, *EXCEL)]
    # A readme beside the table is no second table.
    sure = [table for table in tables if not table.lower().endswith((".txt", ".dat", ".data"))]
    found = sure or tables
    if len(found) == 1:
        return found[0]
    listed = ", ".join(found[:5]) + (" ..." if len(found) > 5 else "")  # noqa: PLR2004 - a line
    msg = (
        f"{name!r} holds {len(found)} tables ({listed}): unpack it and name one."
        if found
        else f"{name!r} holds no table (.csv, .tsv, .parquet, .xlsx)."
    )
    raise TableError(msg)


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, as a sentence."""
    text = str(error).strip() or type(error).__name__
    return text.split("\n", maxsplit=1)[0].rstrip(".") + "."
