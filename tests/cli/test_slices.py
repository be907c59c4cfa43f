"""``qconf slices`` as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from in_process import run
from worlds import sales_table

from qconf.fitting.audit_fit import audit_fit

TYPED = ["slices", "sales.csv", "--target", "price", "--prediction", "avm", "--drop", "parcel"]
SCORE = [*TYPED, "--time", "sold_on", "--estimator", "column:fsd", "--min-rows", "50"]


@pytest.fixture(autouse=True)
def sales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Sales with a vendor's values and scores, in the current folder."""
    monkeypatch.chdir(tmp_path)
    table = sales_table(1500).sort_values("sold_on", ignore_index=True)
    rng = np.random.default_rng(0)
    fsd = rng.uniform(0.05, 0.2, 1500)
    table = table.assign(fsd=fsd, avm=table["price"] * np.exp(rng.normal(scale=fsd)))
    table.to_csv("sales.csv", index=False)
    return table


def test_what_is_printed_is_what_the_library_says(
    sales: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words, with the level of slicing."""
    wanted, _ = audit_fit(
        sales, "price", time="sold_on", prediction="avm", drop=["parcel"], estimator="column:fsd",
        min_rows=50,
    )  # fmt: skip
    out, _ = run(SCORE, capsys)
    assert out == f"{wanted}\n"
    assert "Level of slicing: " in out


def test_json_and_csv_tell_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """To standard output and to a file."""
    out, _ = run([*SCORE, "--format", "json"], capsys)
    told = json.loads(out)
    run([*SCORE, "--format", "csv", "--output", "slices.csv"], capsys)
    written = pd.read_csv("slices.csv")
    assert len(written) == 3 * len(told["slices"])
    bias = written[written["metric"] == "bias"]
    assert [one["metrics"]["bias"]["value"] for one in told["slices"]] == pytest.approx(
        bias["value"].tolist()
    )


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (["--max-columns", "3"], "1 or 2 properties"),
        (["--metrics", "mae"], "metric of slices"),
        (["--by", "nothing"], "no column 'nothing'"),
        (["--by", "zone,price"], "--by prediction"),
        (["--model", "avm.qconf"], "--prediction is for a new fit"),
        (["--output", "sales.csv"], "sales.csv"),
        (["--tolerance", "x"], "must be a number"),
        (["--min-rows", "700"], "each needs at least 1400"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    more: list[str], found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit status 2, and nothing on standard output."""
    out, err = run([*SCORE, *more], capsys, status=2)
    assert out == ""
    assert found in err
    assert len(err.strip().split("\n")) == 1 or "warning" in err


def test_a_model_needs_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Of rows that it has not seen."""
    _, err = run(["slices", "--model", "avm.qconf"], capsys, status=2)
    assert "Name a table of rows" in err
