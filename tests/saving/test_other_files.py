"""A file that is no model file is told by what it is, and by what to do."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

import qconf
from qconf.errors import ModelFileError
from qconf.saving.other_files import what_it_is

FORMATS = Path(__file__).parent / "formats"
WHOLE = (FORMATS / "count.qconf").read_bytes()
TABLE = pd.DataFrame({"area": [1.0, 2.0]})


def parquet() -> bytes:
    file = io.BytesIO()
    TABLE.to_parquet(file)
    return file.getvalue()


def packed(numbers: int) -> bytes:
    file = io.BytesIO()
    joblib.dump(np.arange(numbers), file, compress=3)
    return file.getvalue()


def workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("xl/workbook.xml", "<a/>")
    return file.getvalue()


CASES = {
    "empty": (b"", "it is empty: get it again"),
    "cut off": (WHOLE[: len(WHOLE) // 2], "the end of it is missing"),
    "cut off early": (WHOLE[:5], "the end of it is missing"),
    "pickle": (pickle.dumps(TABLE), "it is a pickle, which runs code .*: keep .* qconf.save"),
    "joblib": (packed(9), "it is a file of joblib, which runs code"),
    "Parquet": (parquet(), "it is a Parquet table: name a model here, such as avm.qconf"),
    "CSV": (TABLE.to_csv().encode(), "it is text, such as a CSV table: name a model here"),
    "CSV in German": ("h\u00f6he\n1\n".encode() * 300, "it is text, such as a CSV table"),
    "workbook": (workbook(), "it is a zip of something else, as Excel's workbooks are"),
    "LightGBM": (b"tree\nversion=v4\nnum_class=1\n", "it is a model of LightGBM's own"),
    "packed": (b"\x1f\x8b" + b"\0" * 20, "it is packed with gzip: unpack it first"),
    "empty zip": (b"PK\5\6" + b"\0" * 18, "it is a zip with nothing in it"),
    "noise": (bytes(range(1, 256)), "it does not begin as one does"),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_said_what_was_found_and_what_to_do(name: str, tmp_path: Path) -> None:
    """In a line, whether the model is opened or only its first page."""
    content, words = CASES[name]
    path = tmp_path / "avm.qconf"
    path.write_bytes(content)
    for read in (qconf.load, qconf.read_manifest):
        with pytest.raises(ModelFileError, match=rf"avm.qconf' is no model file: {words}") as told:
            read(path)
        assert "\n" not in str(told.value)


def test_a_model_file_is_none_of_these() -> None:
    """It is left at its beginning."""
    file = io.BytesIO(WHOLE)
    assert what_it_is(file) is None
    assert file.tell() == 0


def test_names_that_are_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest model is suggested, and a folder is told as one."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelFileError, match=r"no file 'amv.qconf': name a model file"):
        qconf.load("amv.qconf")
    Path("avm.qconf").write_bytes(WHOLE)
    with pytest.raises(ModelFileError, match=r"no file 'amv.qconf'. Did you mean 'avm.qconf'\?"):
        qconf.load("amv.qconf")
    with pytest.raises(ModelFileError, match=r"'.' is a folder; name a model file"):
        qconf.load(".")
    with pytest.raises(ModelFileError, match=r"Cannot read the file .*: Not a directory"):
        qconf.load("avm.qconf/x")
