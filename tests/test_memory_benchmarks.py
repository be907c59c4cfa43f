"""Benchmarks of tables that do not fit in memory: they run, and their results hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks import out_of_memory
from benchmarks.out_of_memory import sales, write_sales

RESULTS = Path(out_of_memory.__file__).parent / "results"
STEPS, ACCURACY = RESULTS / "out-of-memory.csv", RESULTS / "out-of-memory-accuracy.csv"


def test_the_same_sales_in_any_number_of_files(tmp_path: Path) -> None:
    """Twenty columns beside a time, a building and a price; a file once written is kept."""
    folder = write_sales(tmp_path / "sales", 300)
    before = (folder / "part-000.parquet").stat().st_mtime_ns
    write_sales(folder, 300)
    assert (folder / "part-000.parquet").stat().st_mtime_ns == before
    table = pq.read_table(folder).to_pandas()
    pd.testing.assert_frame_equal(table, sales(0, 300, 300), check_dtype=False)
    assert table.shape == (300, 23)
    assert table["sold"].is_monotonic_increasing
    assert sales(300, 10, 300)["sold"].min() > table["sold"].max()


@pytest.mark.slow
def test_all_steps_are_measured_once(tmp_path: Path) -> None:
    """Each step of each size is told, and a second run takes what the first has kept."""
    small: Any = {"sizes": (3000,), "place": tmp_path, "estimator": "count"}
    first = out_of_memory.run(None, 1, **small)
    again = out_of_memory.run(None, 1, **small)
    for name, table in first.items():
        pd.testing.assert_frame_equal(again[name], table)
    assert list(first["out-of-memory"]["step"][:2]) == ["fit", "score"]
    assert not (tmp_path / "3000" / "sales").exists()


@pytest.mark.skipif(not STEPS.exists(), reason="the benchmark out-of-memory was not run yet")
def test_committed_twenty_million_rows() -> None:
    """At most 6 GB, and at most 25 times the time of a million rows."""
    steps = pd.read_csv(STEPS)
    assert steps["peak_gb"].max() < 6
    seconds = steps.groupby("rows")["seconds"].sum()
    assert seconds[20_000_000] < 25 * seconds[1_000_000]
    assert {"fit", "score"} <= set(steps.loc[steps["rows"] == 20_000_000, "step"])


@pytest.mark.skipif(not ACCURACY.exists(), reason="the benchmark out-of-memory was not run yet")
def test_committed_model_of_drawn_rows() -> None:
    """Confidence of a quarter of the rows is no worse than that of all, by more than chance.

    Each on its own values: a model with more outliers has a larger area whatever its order is
    worth, so that the area is held against the outlier rate. Both rank far better than chance.
    """
    whole, drawn = pd.read_csv(ACCURACY).to_dict("records")
    assert drawn["confidence_learned_from"] < 0.3 * whole["confidence_learned_from"]
    assert drawn["best_decile_above_low"] < 0
    assert drawn["skill_above_low"] < 0
    for one in (whole, drawn):
        assert one["skill_high"] < -0.5 * one["outliers"]
        assert one["best_decile_high"] < 0.1 * one["outliers"]


@pytest.mark.skipif(not ACCURACY.exists(), reason="the benchmark out-of-memory was not run yet")
def test_each_model_is_judged_on_its_own_values() -> None:
    """Their outlier rates differ, and so do the areas: by what is told beside them."""
    whole, drawn = pd.read_csv(ACCURACY).to_dict("records")
    assert whole["outliers"] != drawn["outliers"]
    for name in ("outliers", "best_decile", "aurc", "skill"):
        above = drawn[name] - whole[name]
        assert drawn[f"{name}_above"] == pytest.approx(above, abs=1e-12)
        assert drawn[f"{name}_above_low"] < above < drawn[f"{name}_above_high"]
        assert whole[f"{name}_above"] == 0
