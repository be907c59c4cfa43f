"""Deciles of expected errors are compared with what came out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import calibration
from benchmarks.calibration import by_decile
from benchmarks.summary import summary


def _scores(factor: float) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    sigma = rng.uniform(0.02, 0.2, size=50_000)
    block = rng.integers(3, size=50_000)
    residual = rng.normal(scale=sigma)
    return pd.DataFrame({"score": factor * sigma, "signed_residual": residual, "block": block})


@pytest.mark.parametrize("factor", [1.0, 0.5])
def test_right_units_are_found_right(factor: float) -> None:
    """Two thirds within sigma in each decile; half of sigma is a quarter of its square."""
    told = by_decile(_scores(factor))
    assert list(told.index) == list(range(1, 11))
    np.testing.assert_allclose(told["level"], factor**2, rtol=0.08)
    np.testing.assert_allclose(told["beside_overall"], 0.0, atol=0.02)
    np.testing.assert_allclose(told["within"], 0.683 if factor == 1 else 0.383, atol=0.02)


def test_is_made_from_the_scores_of_the_leaderboard(tmp_path: Path) -> None:
    """Seeds are averaged, what was not scored is left out, and the summary has the deciles."""
    for seed in range(2):
        path = tmp_path / "blend" / f"king-county-{seed}.parquet"
        path.parent.mkdir(exist_ok=True)
        _scores(1.0).to_parquet(path)
    measured = calibration.run(None, seeds=3, cache=tmp_path)
    assert len(measured) == 10
    assert set(measured["seeds"]) == {2}
    measured.to_csv(tmp_path / "calibration.csv", index=False)
    assert "| king-county | blend |" in summary(tmp_path)
