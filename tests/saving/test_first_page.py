"""The manifest is read alone."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import qconf
from qconf.errors import ModelFileError

FORMATS = Path(__file__).parent / "formats"


def test_nothing_else_of_the_file_is_read(tmp_path: Path) -> None:
    """A file whose other parts are damaged still says what it was."""
    with zipfile.ZipFile(FORMATS / "count.qconf") as file:
        parts = {name: file.read(name) for name in file.namelist()}
    path = tmp_path / "one.qconf"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content if name == "manifest.json" else b"")
    assert qconf.read_manifest(path).model["type"] == "CountConfidence"
    with pytest.raises(ModelFileError, match="was changed"):
        qconf.load(path)


def test_reading_it_loads_no_library_of_models() -> None:
    """So that it takes a tenth of a second."""
    program = (
        f"import sys, qconf; qconf.read_manifest({str(FORMATS / 'model.qconf')!r});"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not {"lightgbm", "numba", "pandas", "sklearn", "skops"} & loaded
