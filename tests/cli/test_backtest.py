"""``qconf backtest`` as it is typed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from worlds import sales_table

from qconf.cli.main import main

FAST = ["--estimators", "count,constant", "--folds", "3"]


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, str, object]:
    """Run the program; return what it wrote, and its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    return written.out, written.err, ended.value.code


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "sales.parquet"
    sales_table(300).assign(avm=lambda t: t["price"] * 1.1).to_parquet(path)
    return str(path)


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 100])
def test_table_for_people(
    columns: int, table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every pair, the verdict, the cross in words, and where the time went; nothing cut."""
    monkeypatch.setenv("COLUMNS", str(columns))
    typed = ["backtest", table, "--target", "price", "--time", "sold_on", *FAST]
    out, err, status = run([*typed, "--old", "column:avm", "--new", "linear"], capsys)
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= columns
    assert "…" not in out
    words = " ".join(out.split())
    for said in (
        "300 rows;", "+ count", "+ constant", "old:", "new: linear",
        "The valuation model changed alone, under the old confidence:", "are others, and",
        "change their tier", "The intervals of the cross hold all at once (95 %)",
        "Fits: 5 of valuation models",
    ):  # fmt: skip
        assert said in words, said


@pytest.mark.slow
def test_json_and_csv(table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the cross; CSV a line a pair; a file gets what standard output would."""
    typed = ["backtest", table, "--target", "price", "--models", "linear,column:avm", *FAST]
    out, _, _ = run([*typed, "--old", "linear", "--new", "column:avm", "--format", "json"], capsys)
    result = json.loads(out)
    assert {"models", "ranking", "best", "crosses", "fits", "rows"} <= set(result)
    assert result["crosses"][0]["old"] == "linear"
    path = tmp_path / "pairs.csv"
    out, _, status = run([*typed, "--format", "csv", "--output", str(path)], capsys)
    assert (out, status) == ("", 0)
    rows = pd.read_csv(io.StringIO(path.read_text()))
    assert list(rows.columns[:2]) == ["model", "estimator"]
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--old", "linear"], "--new is missing"),
        (["--new", "linear"], "--old is missing"),
        (["--old", "linear", "--new", "linear"], "needs two valuation models"),
        (["--old", "linear", "--new", "forest", "--models", "linear"], "--new forest is not among"),
        (["--models", "liner"], "Did you mean 'linear'"),
        (["--models", ""], "At least one valuation model"),
        (["--models", "linear,linear"], "named twice"),
        (["--models", "column:avn"], "Did you mean 'avm'"),
        (["--strict"], "'avm' is almost a copy"),
    ],
)
def test_bad_input_is_one_line(
    typed: list[str], words: str, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, nothing on standard output."""
    out, err, status = run(["backtest", table, "--target", "price", *FAST, *typed], capsys)
    assert (out, status) == ("", 2)
    assert words in err
    assert len(err.splitlines()) == 1
