"""The benchmarks of monitors, forecasts and sums count what they say, and results keep promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import monitoring, pieces, portfolio_sums, regimes
from benchmarks.pieces import kept

RESULTS = Path(pieces.__file__).parent / "results"


def test_a_piece_is_made_once(tmp_path: Path) -> None:
    """What is there is read, and nothing is left half-written."""
    made = pd.DataFrame({"a": [1.5, 2.0]})
    path = tmp_path / "new" / "one.parquet"
    pd.testing.assert_frame_equal(kept(path, lambda: made), made)
    pd.testing.assert_frame_equal(kept(path, lambda: made * 2), made)

    def fails() -> pd.DataFrame:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path / "new" / "other.parquet", fails)
    assert [one.name for one in path.parent.iterdir()] == ["one.parquet"]


def test_alarms_before_a_change_are_false(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those after it count from it; one that never comes is infinite."""
    told = monitoring._told("who", "where", np.array([500.0, 1100.0, 1300.0, np.inf]), 1000)
    assert told["false_alarms"] == 1
    assert told["median_rows"] == 300.0
    monkeypatch.setattr(monitoring, "_CACHE", tmp_path)
    monkeypatch.setattr(monitoring, "_PIECE", 2)
    found = monitoring._in_pieces("9 %, a b", 5, lambda runs: iter([float(one) for one in runs]))
    assert found.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert len(list(tmp_path.iterdir())) == 3


def test_regimes_are_summed_up() -> None:
    """By monitor: alarms before and after, and the median of those after."""
    runs = pd.DataFrame({"outliers": [800.0, 1500.0, 1700.0], "drift": [np.inf] * 3})
    told = {one["monitor"]: one for one in regimes._summed(runs)}
    assert told["outliers"]["alarmed_before"] == 1
    assert told["outliers"]["median_rows_after"] == 600.0
    assert told["drift"]["alarmed_after"] == 0


def test_sums_are_held_against_what_came() -> None:
    """A market that rises: ours hold, those as of the labelled rows do not."""
    rng = np.random.default_rng(0)
    month = np.repeat(np.arange(14), 300)
    truth = np.exp(rng.normal(12, 0.2, len(month)) + 0.02 * month)
    prediction = truth * np.exp(rng.normal(0, 0.1, len(month)) - 0.02 * month)
    rows = pd.DataFrame(
        {
            "month": month, "time": month + rng.uniform(size=len(month)), "truth": truth,
            "place": rng.choice(list("abcdefgh"), len(month)), "prediction": prediction,
            "expected": 0.1, "reference": month < 12,
        }
    )  # fmt: skip
    told: Any = pd.DataFrame(portfolio_sums.held(rows))
    assert set(told["horizon"]) == {1}
    assert set(told["month"]) == {12, 13}
    assert told["held"].mean() > 0.8
    assert told["held_as_of"].mean() < 0.3
    summed = portfolio_sums.summed(told.assign(scenario="own"))
    assert summed["sums"].tolist() == [16, 2, 2, 16]


def read(name: str, *index: str) -> Any:
    return pd.read_csv(RESULTS / f"{name}.csv", index_col=list(index) or None)


def test_committed_results_keep_what_is_promised() -> None:
    """False alarms, rows to an alarm, seconds, forecasts and sums, as told in the decisions."""
    lengths = read("monitoring", "contender", "world")
    level, change = lengths.loc["qconf level"], lengths.loc["qconf change"]
    promised = level[level.index.str.startswith("6 %")]
    assert (promised["false_alarm_rate"] <= 0.05).all()
    assert level.loc["9 % from the start", "median_rows"] <= 560
    assert level.loc["12 % from the start", "median_rows"] <= 110
    assert change.loc["5 to 10 % after 1,000 rows", "median_rows"] <= 355
    assert change.loc["5 to 15 % after 1,000 rows", "median_rows"] <= 100
    fits = read("backtest")
    assert (fits["above"] <= 0.05).all()
    assert (fits["fits"] == fits["fits_needed"]).all()
    told = read("forecast")
    off = {name: (told[name] - told["came"]).abs().mean() for name in ("forecast", "dle")}
    assert off["forecast"] < 0.91 * (told["last_month"] - told["came"]).abs().mean()
    assert off["forecast"] < 0.75 * off["dle"]
    assert 0.85 <= told["came"].between(told["low"], told["high"]).mean() <= 0.95
    sums = read("portfolio-sums", "scenario", "portfolios", "months_ahead").sort_index()
    for ahead in (1, 3, 6):
        one = sums.loc[("all", "places", ahead)]
        assert 0.85 <= one["held"] <= 0.95
        assert one["held_as_of"] < one["held"] - 0.1
