"""``qconf evaluate`` as people type it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from counted_rows import scored_rows

from qconf import evaluate_files
from qconf.cli.main import main

ROLES = ["--truth", "price", "--groups", "parcel", "--resamples", "20"]


def run(typed: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *typed])
    written = capsys.readouterr()
    assert ended.value.code == status, written.err
    return written.out, written.err


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Scored rows on disk as a.parquet and b.parquet, in the current folder."""
    monkeypatch.chdir(tmp_path)
    score, residual, parcel = scored_rows(600, 1, 4)
    price = np.random.default_rng(2).uniform(1e5, 1e6, 600)
    made = pd.DataFrame({"expected_error": score, "prediction": price * (1 + residual)})
    made["price"], made["parcel"], made["residual"] = price, parcel, residual
    made.iloc[:250].to_parquet("a.parquet")
    made.iloc[250:].to_parquet("b.parquet")
    return made


def test_what_is_printed_is_what_the_library_says(
    table: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON, CSV and text; of files that a shell has listed, or of their folder."""
    expected = evaluate_files(".", truth="price", groups="parcel", n_resamples=20)
    out, err = run(["a.parquet", "b.parquet", *ROLES, "--format", "json"], capsys)
    assert err == ""
    told = json.loads(out)
    assert told == json.loads(json.dumps(expected.to_dict()))
    assert (told["rows"], told["groups"]) == (len(table), 150)
    assert set(told["coverage_at"]) == {"0.05", "0.1"}
    out, _ = run([".", *ROLES, "--format", "csv"], capsys)
    read = pd.read_csv(io.StringIO(out))
    assert list(read) == ["section", *expected.table.columns]
    assert read["value"].to_numpy() == pytest.approx(expected.table["value"].to_numpy(dtype=float))
    out, _ = run(["*.parquet", *ROLES], capsys)
    assert out.rstrip("\n") == str(expected)


def test_all_options_at_once(table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    """Residuals as they are, other rates, metrics, a level; written to a file, with a page."""
    more = ["--threshold", "0.2", "--outlier-rates", "0.02", "--metrics", "ppe10,bias",
            "--confidence-level", "0.9", "--fraction", "0.2", "--seed", "4"]  # fmt: skip
    outputs = ["--format", "json", "--output", "told.json", "--report", "told.html"]
    out, err = run([".", "--residual", "residual", *more, *outputs], capsys)
    assert (out, err) == ("", "qconf: written: told.html\n")
    told = json.loads(Path("told.json").read_text(encoding="utf-8"))
    assert (told["threshold"], told["fraction"], told["level"]) == (0.2, 0.2, 0.9)
    assert told["best_decile"]["n"] == 0.2 * len(table)
    assert set(told["best_decile"]["metrics"]) == {"ppe10", "bias"}
    assert list(told["coverage_at"]) == ["0.02"]
    assert "What is this confidence score worth?" in Path("told.html").read_text(encoding="utf-8")


def test_what_is_missing_is_left_out_and_told(
    table: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows that were not sold yet have no outcome."""
    table.assign(price=table["price"].where(table.index >= 10)).to_parquet("a.parquet")
    out, _ = run(["a.parquet", *ROLES], capsys)
    assert "10 rows without a score or an outcome are left out." in out
    out, err = run(["a.parquet", "--truth", "prise"], capsys, status=2)
    assert out == ""
    assert "Did you mean 'price'" in err


def test_a_time_makes_intervals_wider_where_errors_move(
    table: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--time` is what the library does with it; text is read as `--month-first` says."""
    table["sold"] = pd.date_range("2020-01-01", periods=len(table)).strftime("%m/%d/%Y")
    table["residual"] *= np.linspace(0.3, 2, len(table))
    table.iloc[:9].to_csv("few.csv", index=False)
    table.to_csv("rows.csv", index=False)
    typed = ["rows.csv", "--residual", "residual", "--time", "sold", "--format", "json"]
    out, _ = run(typed, capsys)
    told = json.loads(out)
    assert told["in_time"]
    still, _ = run([*typed[:3], "--format", "json"], capsys)
    wide, narrow = (np.diff(one["overall"]["interval"])[0]
                    for one in (told, json.loads(still)))  # fmt: skip
    assert wide > 2 * narrow
    _, err = run(["few.csv", *typed[1:]], capsys, status=2)
    assert "--month-first" in err
    run(["few.csv", *typed[1:], "--month-first"], capsys)
