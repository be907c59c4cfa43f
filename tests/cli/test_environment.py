"""Numbers of threads that are none are forgotten, others kept."""

from __future__ import annotations

import os

import pytest

from qconf.cli.environment import drop_bad_thread_counts


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("4", True), ("4,2", True), (" 4 ", True), ("", False), ("²", False), ("abc", False),
        ("0", False), ("-1", False), ("4,", False), ("4,x", False), ("2.5", False),
        ("٣", False), ("99999999999", False), ("9" * 5000, False),
    ],
)  # fmt: skip
def test_bad_thread_counts_are_dropped(
    given: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What OpenMP takes stays."""
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    drop_bad_thread_counts()
    assert os.environ.get("OMP_NUM_THREADS") == (given if kept else None)
    assert "LOKY_MAX_CPU_COUNT" not in os.environ
