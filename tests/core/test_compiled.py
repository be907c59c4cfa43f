"""Compiling works with a cache, without one, and with a damaged one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numba import config

from qconf._types import FloatArray
from qconf.core import compiled

SOURCE = """
def halve(values):
    total = 0.0
    for value in values:
        total += value / 2.0
    return total
"""
VALUES = np.array([1.0, 3.0])

Damage = Callable[[bytes], bytes]
DAMAGES: dict[str, Damage] = {
    "empty": lambda _: b"",
    "cut off": lambda content: content[: len(content) // 2],
    "garbage": lambda content: bytes(reversed(content)),
    "one byte changed": lambda content: (
        content[:-200] + bytes([content[-200] ^ 255]) + content[-199:]
    ),
}


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Make the same function anew, as a new process would."""
    (tmp_path / "halving.py").write_text(SOURCE)
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))

    def anew() -> Any:
        spec = importlib.util.spec_from_file_location("halving", tmp_path / "halving.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "halving", module)
        spec.loader.exec_module(module)
        return compiled.compiled(cast("Callable[[FloatArray], float]", module.halve))

    return anew


def hits(function: Any) -> int:
    return sum(function.stats.cache_hits.values())


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_mended(
    damage: str, ending: str, make: Callable[[], Any], tmp_path: Path
) -> None:
    """Index or machine code: the result is right, and the process after that finds a good one."""
    assert make()(VALUES) == 2.0
    [damaged] = (tmp_path / "cache").rglob(f"*.{ending}")
    damaged.write_bytes(DAMAGES[damage](damaged.read_bytes()))
    assert make()(VALUES) == 2.0
    third = make()
    assert third(VALUES) == 2.0
    assert hits(third) == 1


def test_changed_machine_code_is_never_run(tmp_path: Path) -> None:
    """Also where a changed byte would be read without complaint."""
    file = compiled._CheckedFile(str(tmp_path), "halve", "stamp")
    file._save_data("code", b"machine code")
    assert file._load_data("code") == b"machine code"
    [kept] = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"machine code", b"machine cope"))
    with pytest.raises(ValueError, match="code is damaged"):
        file._load_data("code")


def test_a_good_cache_is_used(make: Callable[[], Any]) -> None:
    """The second process does not compile."""
    first, second = make(), make()
    assert first(VALUES) == second(VALUES) == 2.0
    assert (hits(first), hits(second)) == (0, 1)


def test_a_cache_without_room_is_done_without(
    make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the machine code cannot be kept, it is used all the same."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compiled._CheckedFile, "save", full)
    assert make()(VALUES) == 2.0


def test_a_machine_without_a_cache_still_compiles(
    make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If numba finds no place for machine code, it is made anew in each process."""

    def no_place(*_: object) -> None:
        msg = "cannot cache function: no locator available"
        raise RuntimeError(msg)

    monkeypatch.setattr(compiled, "_ForgivingCache", no_place)
    assert make()(VALUES) == 2.0


def test_a_folder_that_cannot_be_made_is_no_matter(tmp_path: Path) -> None:
    """NUMBA_CACHE_DIR may name a file: then another place is found, or none."""
    (tmp_path / "file").write_text("")
    program = (
        "import numpy as np; from qconf.core import compiled; import colorsys;"
        "f = compiled.compiled(colorsys.rgb_to_yiq); print(f(0.0, 0.0, 0.0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "file"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("(0.0, 0.0, 0.0)\n", "")


@compiled.exactly_compiled
def _told_apart(values: FloatArray, sums: FloatArray) -> int:
    n_missing = 0
    for value in values:
        if np.isnan(value):
            n_missing += 1
        else:
            sums[0] += value
    return n_missing


def test_exact_loops_know_nan_and_the_order_of_sums() -> None:
    """What is compiled for speed may take it that there is no NaN, and sum in any order."""
    values, sums = np.array([1e16, 1.0, np.nan, 1.0, -1e16] * 7), np.zeros(1)
    assert _told_apart(values, sums) == 7
    expected = 0.0
    for value in values[~np.isnan(values)].tolist():
        expected += value
    assert sums[0] == expected
