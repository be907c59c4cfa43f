"""Compiling works with a cache and without one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qconf._types import FloatArray
from qconf.learners import compiled


def halve(values: FloatArray) -> float:
    total = 0.0
    for value in values:
        total += value / 2.0
    return total


@pytest.mark.filterwarnings("error")
def test_a_machine_without_a_cache_still_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """If numba finds no place for machine code, it is made anew in each process."""
    tried: list[bool] = []
    real = compiled._njit

    def no_place(*, cache: bool = False, **options: Any) -> Any:
        tried.append(cache)
        if cache:
            msg = "cannot cache function: no locator available"
            raise RuntimeError(msg)
        return real(**options)

    monkeypatch.setattr(compiled, "_njit", no_place)
    assert compiled.compiled(halve)(np.array([1.0, 3.0])) == 2.0
    assert tried == [True, False]
