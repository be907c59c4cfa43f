"""Find the files that a name stands for: one, those of a folder, or those that match a pattern."""

from __future__ import annotations

import glob
from pathlib import Path

from qconf.errors import TableError, which_file
from qconf.tables.containers import EXCEL, FEATHER, PARQUET, TEXT

__all__ = ["TEXT_FILES", "files_of", "no_such_file"]

_PACKED = (".gz", ".bz2", ".xz")
#: What files of text are called, packed or not.
TEXT_FILES = (*TEXT, *(e + p for e in TEXT for p in _PACKED))
_KNOWN = (*PARQUET, *FEATHER, *EXCEL, ".zip", *TEXT_FILES)
_LINES = "write its records as Parquet (pandas.read_json(lines=True), then to_parquet)"
_PICKLE = "a pickle runs code when it is opened; write a Parquet file (to_parquet) instead"
_SQLITE = "write the table as CSV (sqlite3 -csv -header FILE 'select * from TABLE' > table.csv)"
_IN_R = "write it as CSV (write.csv(table, 'table.csv', row.names = FALSE) in R)"
#: What is no table as it stands, and what to do.
_CONVERT = {
    ".qconf": "it holds a model; name a table here",
    ".xls": "save it as .xlsx or .csv",
    ".xlsb": "save it as .xlsx or .csv",
    ".ods": "save it as .xlsx or .csv",
    ".json": "write its records as Parquet (pandas.read_json, then to_parquet)",
    ".jsonl": _LINES,
    ".ndjson": _LINES,
    ".pkl": _PICKLE,
    ".pickle": _PICKLE,
    ".db": _SQLITE,
    ".sqlite": _SQLITE,
    ".sqlite3": _SQLITE,
    ".orc": "write it as Parquet (pandas.read_orc, then to_parquet)",
    ".h5": "write it as Parquet (pandas.read_hdf, then to_parquet)",
    ".hdf5": "write it as Parquet (pandas.read_hdf, then to_parquet)",
    ".dta": "write it as Parquet (pandas.read_stata, then to_parquet)",
    ".sav": "write it as Parquet (pandas.read_spss, then to_parquet)",
    ".sas7bdat": "write it as Parquet (pandas.read_sas, then to_parquet)",
    ".rds": _IN_R,
    ".rdata": _IN_R,
    ".html": "write it as CSV (pandas.read_html, then to_csv)",
    ".xml": "write it as CSV (pandas.read_xml, then to_csv)",
    ".tar": "unpack it and name one table",
    ".tgz": "unpack it and name one table",
    ".7z": "unpack it and name one table",
    ".rar": "unpack it and name one table",
    ".zst": "unpack it (unzstd) and name the table",
}


def files_of(source: str) -> tuple[list[Path], Path]:
    """Return the files that a name stands for, and the folder that they lie in.

    Raises
    ------
    TableError
        If there are none, or they are not of a kind that can be read.
    """
    path = Path(source)
    try:
        exists, is_folder = path.exists(), path.is_dir()
    except (OSError, ValueError) as error:
        msg = f"Cannot read {source[:60]!r}: {getattr(error, 'strerror', None) or error}."
        raise TableError(msg) from error
    if is_folder:
        return _files_in(path), path
    if exists:
        _check_ending(path, source)
        return [path], path.parent
    found = sorted(glob.glob(source, recursive=True)) if glob.has_magic(source) else []  # noqa: PTH207 - the pattern is the user's, absolute or not
    if not found:
        raise TableError(no_such_file(path, source))
    files: list[Path] = []
    for one in map(Path, found):
        files += _files_in(one) if one.is_dir() else [one]
    for file in files:
        _check_ending(file, str(file))
    return _alike(files, source), Path()


def _files_in(folder: Path) -> list[Path]:
    """List a folder's Parquet files, or its CSV files if it has none; none half written."""
    try:
        inside = sorted(path for path in folder.rglob("*") if path.is_file())
    except OSError as error:
        msg = f"Cannot read the folder {str(folder)!r}: {error.strerror or error}."
        raise TableError(msg) from error
    seen = [
        path
        for path in inside
        if not any(part[0] in "._" and "=" not in part for part in path.relative_to(folder).parts)
    ]
    for endings in (PARQUET, (".csv", ".tsv", ".csv.gz", ".tsv.gz")):
        files = [path for path in seen if path.name.lower().endswith(endings)]
        if files:
            return files
    msg = f"The folder {str(folder)!r} holds no Parquet files, and no CSV files either."
    raise TableError(msg)


def _alike(files: list[Path], source: str) -> list[Path]:
    parquet = [file.name.lower().endswith(PARQUET) for file in files]
    if any(parquet) and not all(parquet):
        msg = f"{source!r} matches Parquet files and others: name one kind."
        raise TableError(msg)
    return files


def _check_ending(path: Path, source: str) -> None:
    if not path.is_file() or path.name.lower().endswith(_KNOWN):
        return
    advice = _CONVERT.get(path.suffix.lower())
    if advice is not None:
        msg = f"Cannot read {source!r}, a {path.suffix} file: {advice}."
        raise TableError(msg)
    msg = (
        f"Cannot tell what {source!r} is; tables end in .parquet, .csv, .tsv, .txt, .xlsx, "
        ".feather or .zip, text also in .gz, .bz2 or .xz."
    )
    raise TableError(msg)


def no_such_file(path: Path, source: str) -> str:
    """Say that a file is not there, and which table beside it is spelt most alike."""
    if glob.has_magic(source):
        return f"No file matches {source!r}."
    if "://" in source:
        return f"{source!r} is an address: download the file first, and name it."
    folder = path.parent
    msg = f"There is no file {source!r}."
    if not folder.is_dir():
        return f"{msg} There is no folder {str(folder)!r} either."
    tables = sorted(p.name for p in folder.iterdir() if p.name.lower().endswith(_KNOWN))
    return f"{msg} {which_file(path.name, tables)}" if tables else msg
