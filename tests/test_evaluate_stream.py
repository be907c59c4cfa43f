"""The benchmark of a billion rows: what it counts beside the stream, and what was committed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import evaluate_stream
from qconf import evaluate

RESULTS = Path(evaluate_stream.__file__).parent / "results"


def test_the_stream_is_what_its_places_say(tmp_path: Path) -> None:
    """Of 200,000 rows in blocks, with a stop between: as `evaluate` tells it of all of them."""
    rows, block = 200_000, 30_000
    told = evaluate_stream.measured(rows, 0, tmp_path, block)
    again = evaluate_stream.measured(rows, 0, tmp_path, block)
    assert again["outliers_in_best_decile"] == told["outliers_in_best_decile"]
    blocks = [
        evaluate_stream.stream_block(rows, start, min(block, rows - start))
        for start in range(0, rows, block)
    ]
    place, score, residual = (np.concatenate(one) for one in zip(*blocks, strict=True))
    assert len(np.unique(place)) == rows
    known = evaluate(score, residual, threshold=0.15, n_resamples=2).best_decile.outlier_rate.value
    assert told["outliers_in_best_decile"] == told["counted_by_place"] == round(known * rows / 10)
    assert told["passes"] == 3


def test_committed_stream_of_a_billion_rows() -> None:
    """Less than a gigabyte, three passes, and the best decile counted beside it, to the row."""
    committed = pd.read_csv(RESULTS / "evaluate-stream.csv")
    assert 1_000_000_000 in set(committed["rows"])
    assert (committed["passes"] == 3).all()
    assert (committed["peak_mb"] < 1000).all()
    assert (committed["outliers_in_best_decile"] == committed["counted_by_place"]).all()
    alone = committed[committed["rows_of_a_group"] == 0]
    speeds = alone["million_rows_a_second"].str.split("; ").explode().astype(float)
    assert (speeds >= 10).all()
