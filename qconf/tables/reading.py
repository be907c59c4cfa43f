"""Read a table from Parquet or CSV."""

from __future__ import annotations

import glob
import sys
import zlib
from pathlib import Path
from typing import IO, Any

import pandas as pd

from qconf.errors import TableError, did_you_mean

__all__ = ["read_table"]

_CSV = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt")
_PARQUET = (".parquet", ".pq", ".parq")
_ISO_DATE = r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{8}T\d{6}"


def read_table(source: str) -> pd.DataFrame:
    """Read a table.

    Parameters
    ----------
    source : str
        A Parquet or CSV file (also gzipped or tab-separated), a folder or glob of Parquet
        files, or ``-`` for CSV on standard input.

    Returns
    -------
    DataFrame
        With dates as dates, also where a CSV file wrote them in ISO 8601.

    Raises
    ------
    TableError
        If there is no such file, it cannot be read, or it holds no table.
    """
    if source == "-":
        return _read_csv(sys.stdin, "standard input", ",")
    path = Path(source)
    if path.is_dir():
        return _read_parquet(_parquet_files(path), source)
    if not path.exists():
        matches = sorted(glob.glob(source)) if glob.has_magic(source) else []  # noqa: PTH207 - the pattern is the user's, absolute or not
        if not matches:
            raise TableError(_no_such_file(path))
        return _read_parquet(matches, source)
    name = path.name.lower()
    if name.endswith(_PARQUET):
        return _read_parquet([source], source)
    if name.endswith(_CSV):
        return _read_csv(path, source, "\t" if ".tsv" in name else ",")
    msg = f"Cannot tell what {source!r} is; tables end in .parquet, .csv or .csv.gz."
    raise TableError(msg)


def _no_such_file(path: Path) -> str:
    if glob.has_magic(str(path)):
        return f"No file matches {str(path)!r}."
    folder = path.parent
    msg = f"There is no file {str(path)!r}."
    if not folder.is_dir():
        return f"{msg} There is no folder {str(folder)!r} either."
    tables = sorted(p.name for p in folder.iterdir() if p.name.endswith(_CSV + _PARQUET))
    return f"{msg} {did_you_mean(path.name, tables)}" if tables else msg


def _parquet_files(folder: Path) -> list[str]:
    files = sorted(str(p) for p in folder.rglob("*") if p.name.lower().endswith(_PARQUET))
    if not files:
        msg = f"The folder {str(folder)!r} holds no Parquet files."
        raise TableError(msg)
    return files


def _read_parquet(files: list[str], source: str) -> pd.DataFrame:
    import pyarrow.dataset as ds  # noqa: PLC0415 - half a second that `import qconf` does without

    try:
        table = ds.dataset(files, format="parquet").to_table()
        # pandas' own metadata would make columns vanish into an index.
        frame = table.to_pandas(ignore_metadata=True, date_as_object=False)
    except (OSError, ValueError, TypeError, NotImplementedError, KeyError) as error:
        msg = f"Cannot read {source!r} as Parquet: {_first_line(error)}"
        raise TableError(msg) from error
    index = [name for name in frame.columns if name.startswith("__index_level_")]
    return _not_empty(frame.drop(columns=index), source)


def _read_csv(source: Path | IO[str], name: str, separator: str) -> pd.DataFrame:
    try:
        frame = pd.read_csv(source, sep=separator, low_memory=False)
    except pd.errors.EmptyDataError:
        msg = f"The table {name!r} is empty."
        raise TableError(msg) from None
    except (OSError, ValueError, EOFError, zlib.error) as error:
        msg = f"Cannot read {name!r} as CSV: {_first_line(error)}"
        raise TableError(msg) from error
    return _not_empty(_with_dates(frame), name)


def _not_empty(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    if frame.empty:
        msg = f"The table {name!r} is empty: {frame.shape[0]} rows, {frame.shape[1]} columns."
        raise TableError(msg)
    return frame


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn columns in which every value is an ISO date into dates."""
    for name in frame.columns:
        if not pd.api.types.is_string_dtype(frame[name].dtype):
            continue
        known = frame[name].dropna()
        if len(known) and known.astype(str).str.fullmatch(_ISO_DATE).all():
            parsed = pd.to_datetime(frame[name], errors="coerce", format="ISO8601", utc=False)
            if parsed.notna().sum() == len(known):
                frame[name] = parsed
    return frame


def _first_line(error: Any) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0].rstrip(".") + "."
