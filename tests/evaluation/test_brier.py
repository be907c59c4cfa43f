"""What a Brier score is made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.evaluation.brier import decompose_brier


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(6, 60))
def test_the_parts_add_up(seed: int, n_bins: int, n_rows: int) -> None:
    """Reliability − resolution + uncertainty + what is within bins is the Brier score."""
    rng = np.random.default_rng(seed)
    p, hit = rng.random(n_rows), rng.random(n_rows) < 0.4
    _, bins = np.unique(rng.integers(0, n_bins, n_rows), return_inverse=True)
    parts = decompose_brier(p, hit, bins)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within_bins
    assert total == pytest.approx(np.mean((p - hit) ** 2))


def test_chance_is_taken_out() -> None:
    """On average over small tables, right probabilities have no unreliability (else 0.02)."""
    rng = np.random.default_rng(0)
    told = np.repeat([0.2, 0.5, 0.8], 10)
    bins = np.repeat([0, 1, 2], 10)
    parts = [decompose_brier(told, rng.random(30) < told, bins) for _ in range(4000)]
    assert np.mean([one.reliability for one in parts]) == pytest.approx(0.0, abs=0.001)
    assert np.mean([one.resolution for one in parts]) == pytest.approx(0.06, abs=0.002)
    assert np.mean([one.uncertainty for one in parts]) == pytest.approx(0.25, abs=0.002)


def test_probabilities_that_differ_within_a_bin() -> None:
    """What they know inside of a bin is no resolution of bins, and is told apart."""
    rng = np.random.default_rng(1)
    p = rng.random(50_000)
    hit = rng.random(50_000) < p
    fine = decompose_brier(p, hit, (p * 20).astype(np.intp))
    one_bin = decompose_brier(p, hit, np.zeros(50_000, dtype=np.intp))
    assert fine.resolution == pytest.approx(1 / 12, abs=0.003)
    assert abs(fine.within_bins) < 0.001
    assert one_bin.resolution == pytest.approx(0.0, abs=1e-12)
    assert one_bin.within_bins == pytest.approx(-1 / 12, abs=0.003)
