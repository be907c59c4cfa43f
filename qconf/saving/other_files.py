"""Tell what a file is that is no model file, and what to do about it."""

from __future__ import annotations

import zipfile
from typing import IO

from qconf.saving.manifest import MANIFEST

__all__ = ["what_it_is"]

_BEGIN = 512
_ZIP = b"PK\3\4"
_TABLE = "name a model here, such as avm.qconf; tables stand behind it"
_KEEP = "keep the model with qconf.save(model, 'avm.qconf') or qconf fit"
_PACKED = "unpack it first"
#: How other files begin, what they are, and what to do.
_KNOWN = (
    (b"PK\5\6", "a zip with nothing in it", f"get it again, or {_KEEP}"),
    (b"PAR1", "a Parquet table", _TABLE),
    (b"ARROW1", "an Arrow table", _TABLE),
    (b"\x80", "a pickle, which runs code when it is opened", _KEEP),
    (b"\x78", "a file of joblib, which runs code when it is opened", _KEEP),
    (b"tree\n", "a model of LightGBM's own", f"{_KEEP}, as the regressor of a ConfidentRegressor"),
    (b"\x1f\x8b", "packed with gzip", _PACKED),
    (b"BZh", "packed with bzip2", _PACKED),
    (b"\xfd7zXZ", "packed with xz", _PACKED),
)


def what_it_is(file: IO[bytes]) -> str | None:
    """Say in words what an open file is, if it is none that may be a model file.

    Parameters
    ----------
    file : file
        Of bytes; is left at its beginning.

    Returns
    -------
    str or None
        None if it is a zip, which has to be looked into.
    """
    begin = file.read(_BEGIN)
    file.seek(0)
    found = _what_a_zip_is(file) if begin.startswith(_ZIP) else _what_else(begin)
    file.seek(0)
    return found


def _what_a_zip_is(file: IO[bytes]) -> str | None:
    if not zipfile.is_zipfile(file):
        return "the end of it is missing, as if a copy or a download had stopped: get it again"
    if MANIFEST not in zipfile.ZipFile(file).namelist():
        return f"it is a zip of something else, as Excel's workbooks are: {_TABLE}"
    return None


def _what_else(begin: bytes) -> str:
    if not begin:
        return f"it is empty: get it again, or {_KEEP}"
    for magic, kind, what_to_do in _KNOWN:
        if begin.startswith(magic):
            return f"it is {kind}: {what_to_do}"
    if _is_text(begin):
        return f"it is text, such as a CSV table: {_TABLE}"
    return f"it does not begin as one does: {_KEEP}"


def _is_text(begin: bytes) -> bool:
    try:
        # A letter may be cut in two at the end.
        text = begin.decode("utf-8", errors="strict" if len(begin) < _BEGIN else "ignore")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t\ufeff" for letter in text)
